"""Tags -> manholes and network segments (heat, water, sewer, gas, power, telecom)."""

from typing import Any

from layers.choices import ManholeState, NetworkKind
from layers.osm import values
from layers.osm.tags import Tags

_NETWORKS = {
    value: kind
    for kind, listed in {
        NetworkKind.HEAT: "hot_water heat steam heating",
        NetworkKind.WATER: "water drinking_water cold_water",
        NetworkKind.SEWER: "sewage sewer wastewater sewerage",
        NetworkKind.STORM_DRAIN: "rainwater stormwater storm_water drain storm_drain",
        NetworkKind.GAS: "gas natural_gas lpg",
        NetworkKind.POWER: "power electricity",
        NetworkKind.TELECOM: "telecom communication telephone internet",
    }.items()
    for value in listed.split()
}
_MANHOLE_STATES = {
    "ok": ManholeState.OK, "good": ManholeState.OK, "open": ManholeState.OPEN,
    "missing": ManholeState.OPEN, "damaged": ManholeState.DAMAGED,
    "broken": ManholeState.DAMAGED, "sunken": ManholeState.SUNKEN,
}  # fmt: skip
_POWER_LINES = {"line": True, "minor_line": True, "cable": None}
_LOCATIONS = {
    "underground": False, "underwater": False, "indoor": None,
    "overground": True, "overhead": True, "surface": True, "bridge": True,
}  # fmt: skip


def _network(value: str | None) -> NetworkKind:
    return _NETWORKS.get((value or "").split(";")[0].strip().casefold(), NetworkKind.UNKNOWN)


def manhole(tags: Tags) -> dict[str, Any] | None:
    if tags.get("man_made") != "manhole" and "manhole" not in tags.source:
        return None
    return {
        "network_kind": _network(tags.first("manhole", "utility", "substance")),
        "state": _MANHOLE_STATES.get(
            (tags.get("condition") or "").strip().casefold(), ManholeState.UNKNOWN
        ),
        "owner_name": tags.text("operator", "owner"),
        "number": tags.text("ref", length=60),
    }


def network_segment(tags: Tags) -> dict[str, Any] | None:
    """A pipe, a power line or a telecom line. Pipes of unnamed substance stay UNKNOWN."""
    power, telecom = tags.get("power"), tags.get("communication")
    if tags.get("man_made") == "pipeline":
        kind, above = _network(tags.first("substance", "utility")), None
    elif power in _POWER_LINES:
        kind, above = NetworkKind.POWER, _POWER_LINES[power]
    elif telecom in ("line", "cable"):
        kind, above = NetworkKind.TELECOM, telecom == "line" or None
    else:
        return None
    location = tags.get("location")
    return {
        "kind": kind,
        "material": tags.text("material", length=60),
        "diameter_mm": tags.read(values.diameter_mm, "diameter"),
        "laid_year": tags.read(_laid_year, "start_date"),
        "above_ground": _LOCATIONS.get(location, above) if location else above,
        "owner_name": tags.text("operator", "owner"),
    }


def _laid_year(text: str | None) -> int | None:
    return values.year(text, low=1800)
