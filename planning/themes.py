"""What kind of event each room's facts are. Pure tables."""

from appeals.choices import Outcome, State
from earthworks.choices import RepairKind
from layers.choices import NetworkKind
from planning.choices import Theme

# Beginnings of category codes, longest first wins.
_CATEGORIES = {
    "HEAT": Theme.HEAT,
    "WATER": Theme.WATER,
    "SEWER": Theme.SEWER,
    "POWER": Theme.POWER,
    "GAS": Theme.GAS,
    "YARD": Theme.YARDS,
    "ROAD": Theme.ROADS,
    "DIG": Theme.ROADS,
    "MANHOLE": Theme.MANHOLES,
    "LIGHT": Theme.LIGHTING,
    "SIGNAL": Theme.LIGHTING,
    "SNOW": Theme.SNOW,
    "FLOOD": Theme.FLOODING,
    "WASTE": Theme.WASTE,
}
_NETWORKS = {
    NetworkKind.HEAT: Theme.HEAT,
    NetworkKind.WATER: Theme.WATER,
    NetworkKind.SEWER: Theme.SEWER,
    NetworkKind.STORM_DRAIN: Theme.FLOODING,
    NetworkKind.GAS: Theme.GAS,
    NetworkKind.POWER: Theme.POWER,
}
_REPAIRS = {
    RepairKind.ROAD: Theme.ROADS,
    RepairKind.HEAT: Theme.HEAT,
    RepairKind.WATER: Theme.WATER,
    RepairKind.SEWER: Theme.SEWER,
    RepairKind.POWER: Theme.POWER,
    RepairKind.GAS: Theme.GAS,
    RepairKind.YARD: Theme.YARDS,
    RepairKind.LIGHTING: Theme.LIGHTING,
}
# Nothing was there, or somebody took it back, or another appeal stands for it.
NO_EVENT_STATES = frozenset({State.WITHDRAWN, State.JOINED})
NO_EVENT_OUTCOMES = frozenset({Outcome.NOT_CONFIRMED})


def theme_of_category(code: str) -> Theme:
    """`WATER-BURST` is water; what no theme is made for is other."""
    return _CATEGORIES.get(code.split("-", 1)[0], Theme.OTHER)


def theme_of_network(kind: str) -> Theme:
    return _NETWORKS.get(NetworkKind(kind), Theme.OTHER)


def theme_of_repair(kind: str) -> Theme:
    return _REPAIRS.get(RepairKind(kind), Theme.OTHER)
