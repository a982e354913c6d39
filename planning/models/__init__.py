"""Tables of planning."""

from planning.models.events import Event, EventChange, EventSourceState
from planning.models.hotspots import Cluster, ClusterEvent, HotspotCell, HotspotRun, SegmentRate
from planning.models.problems import Measure, Problem
from planning.models.programme import (
    Programme,
    ProgrammeVersion,
    ProgrammeYard,
    WorkPrice,
    YardStage,
)
from planning.models.public import PublicChange, YardFollower, YardPhoto
from planning.models.queue import QueuePolicy, QueueRow, QueueSnapshot, Scenario
from planning.models.reports import PeriodReport
from planning.models.yards import YardHold, YardSurvey

__all__ = [
    "Cluster",
    "ClusterEvent",
    "Event",
    "EventChange",
    "EventSourceState",
    "HotspotCell",
    "HotspotRun",
    "Measure",
    "PeriodReport",
    "Problem",
    "Programme",
    "ProgrammeVersion",
    "ProgrammeYard",
    "PublicChange",
    "QueuePolicy",
    "QueueRow",
    "QueueSnapshot",
    "Scenario",
    "SegmentRate",
    "WorkPrice",
    "YardFollower",
    "YardHold",
    "YardPhoto",
    "YardStage",
    "YardSurvey",
]
