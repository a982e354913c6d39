"""Tables of planning."""

from planning.models.events import Event, EventSourceState
from planning.models.hotspots import Cluster, ClusterEvent, HotspotCell, HotspotRun
from planning.models.programme import (
    Programme,
    ProgrammeVersion,
    ProgrammeYard,
    WorkPrice,
    YardStage,
)
from planning.models.public import YardFollower, YardPhoto
from planning.models.queue import QueuePolicy, QueueRow, QueueSnapshot, Scenario
from planning.models.yards import YardHold, YardSurvey

__all__ = [
    "Cluster",
    "ClusterEvent",
    "Event",
    "EventSourceState",
    "HotspotCell",
    "HotspotRun",
    "Programme",
    "ProgrammeVersion",
    "ProgrammeYard",
    "QueuePolicy",
    "QueueRow",
    "QueueSnapshot",
    "Scenario",
    "WorkPrice",
    "YardFollower",
    "YardHold",
    "YardPhoto",
    "YardStage",
    "YardSurvey",
]
