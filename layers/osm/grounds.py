"""Tags -> playgrounds, sports grounds, cameras, lamps, waste sites, stops."""

from typing import Any

from layers.choices import Condition, SportsKind, Surface, WasteKind
from layers.osm import values
from layers.osm.tags import Tags

_SURFACES = {
    value: surface
    for surface, listed in {
        Surface.ASPHALT: "asphalt chipseal bitmac",
        Surface.CONCRETE: "concrete concrete:plates concrete:lanes cement",
        Surface.PAVING: "paving_stones sett cobblestone unhewn_cobblestone paved brick bricks",
        Surface.GRAVEL: "gravel fine_gravel pebblestone compacted rock",
        Surface.SAND: "sand",
        Surface.GRASS: "grass grass_paver",
        Surface.RUBBER: "rubber tartan rubbercrumb rubber_crumb acrylic plastic",
        Surface.ARTIFICIAL_TURF: "artificial_turf artificial_grass astroturf carpet",
        Surface.WOOD: "wood woodchips bark_mulch",
        Surface.GROUND: "ground earth dirt soil unpaved mud clay",
    }.items()
    for value in listed.split()
}
_CONDITIONS = {
    "good": Condition.GOOD, "excellent": Condition.GOOD, "ok": Condition.GOOD,
    "new": Condition.GOOD, "fair": Condition.FAIR, "average": Condition.FAIR,
    "satisfactory": Condition.FAIR, "poor": Condition.POOR, "bad": Condition.POOR,
    "damaged": Condition.POOR, "broken": Condition.POOR,
}  # fmt: skip
_SPORTS = {
    value: kind
    for kind, listed in {
        SportsKind.FOOTBALL: "soccer football futsal mini_football five-a-side",
        SportsKind.BASKETBALL: "basketball streetball",
        SportsKind.VOLLEYBALL: "volleyball beachvolleyball",
        SportsKind.TENNIS: "tennis",
        SportsKind.HOCKEY: "ice_hockey hockey ice_skating",
        SportsKind.WORKOUT: "fitness workout gymnastics calisthenics street_workout",
        SportsKind.ATHLETICS: "athletics running",
        SportsKind.MULTI: "multi",
    }.items()
    for value in listed.split()
}
_SPORTS_PLACES = {
    "pitch": SportsKind.UNKNOWN,
    "fitness_station": SportsKind.WORKOUT,
    "ice_rink": SportsKind.HOCKEY,
    "track": SportsKind.ATHLETICS,
}
_WASTE = {
    "waste_disposal": WasteKind.CONTAINER_SITE,
    "waste_transfer_station": WasteKind.CONTAINER_SITE,
    "recycling": WasteKind.RECYCLING,
    "waste_basket": WasteKind.BIN,
}


def surface(tags: Tags) -> Surface:
    """The surface as one of ours; unknown words are OTHER, no tag is UNKNOWN."""
    value = tags.get("surface")
    if not value:
        return Surface.UNKNOWN
    return _SURFACES.get(value.split(";")[0].strip().casefold(), Surface.OTHER)


def _ground(tags: Tags) -> dict[str, Any]:
    installed = tags.read(values.date, "start_date", "opening_date")
    return {
        "name": tags.text("name:ru", "name"),
        "surface": surface(tags),
        "condition": _CONDITIONS.get(
            (tags.get("condition") or "").strip().casefold(), Condition.UNKNOWN
        ),
        "installed_on": installed.first if installed else None,
        "installed_on_precision": installed.precision if installed else "",
    }


def playground(tags: Tags) -> dict[str, Any] | None:
    if tags.get("leisure") != "playground":
        return None
    return _ground(tags) | {"kind": tags.text("playground:theme", "playground", length=60)}


def sports_ground(tags: Tags) -> dict[str, Any] | None:
    place = tags.get("leisure")
    if place not in _SPORTS_PLACES:
        return None
    return _ground(tags) | {"kind": _sports_kind(tags.get("sport"), _SPORTS_PLACES[place])}


def _sports_kind(sport: str | None, usual: SportsKind) -> SportsKind:
    listed = [part.strip().casefold() for part in (sport or "").split(";") if part.strip()]
    if not listed:
        return usual
    kinds = {_SPORTS.get(part, SportsKind.OTHER) for part in listed}
    return kinds.pop() if len(kinds) == 1 else SportsKind.MULTI


def camera(tags: Tags) -> dict[str, Any] | None:
    watched = tags.get("man_made") == "surveillance"
    if not watched or tags.get("surveillance:type") in ("guard", "gunshot_detector"):
        return None
    return {
        "kind": tags.text("camera:type", length=60),
        "direction_deg": tags.read(values.direction_deg, "camera:direction", "direction"),
    }


def street_lamp(tags: Tags) -> dict[str, Any] | None:
    return {} if tags.get("highway") == "street_lamp" else None


def waste_site(tags: Tags) -> dict[str, Any] | None:
    kind = _WASTE.get(tags.get("amenity") or "")
    if kind is None and tags.get("landuse") == "landfill":
        kind = WasteKind.LANDFILL
    return None if kind is None else {"kind": kind}


def bus_stop(tags: Tags) -> dict[str, Any] | None:
    on_platform = tags.get("public_transport") == "platform" and tags.get("bus") == "yes"
    if tags.get("highway") != "bus_stop" and not on_platform:
        return None
    return {
        "name": tags.text("name"),
        "name_ru": tags.text("name:ru"),
        "name_kk": tags.text("name:kk"),
        "code": tags.text("ref", "local_ref", length=60),
        "shelter": values.yes_no(tags.get("shelter")),
    }
