"""Tags -> roads, railways, water, land use."""

from typing import Any

from layers.choices import LandUseKind, RailwayKind, RoadClass, WaterKind
from layers.osm import values
from layers.osm.tags import Tags

_ROADS = {
    "motorway": RoadClass.MOTORWAY,
    "trunk": RoadClass.TRUNK,
    "primary": RoadClass.PRIMARY,
    "secondary": RoadClass.SECONDARY,
    "tertiary": RoadClass.TERTIARY,
    "unclassified": RoadClass.RESIDENTIAL,
    "residential": RoadClass.RESIDENTIAL,
    "living_street": RoadClass.RESIDENTIAL,
    "road": RoadClass.RESIDENTIAL,
    "service": RoadClass.SERVICE,
    "busway": RoadClass.SERVICE,
    "track": RoadClass.TRACK,
    "pedestrian": RoadClass.PEDESTRIAN,
    "footway": RoadClass.FOOTWAY,
    "path": RoadClass.FOOTWAY,
    "bridleway": RoadClass.FOOTWAY,
    "cycleway": RoadClass.CYCLEWAY,
    "steps": RoadClass.STEPS,
    "raceway": RoadClass.OTHER,
    "escape": RoadClass.OTHER,
}
_WATERWAYS = {
    "river": WaterKind.RIVER,
    "canal": WaterKind.RIVER,
    "stream": WaterKind.STREAM,
    "ditch": WaterKind.DITCH,
    "drain": WaterKind.DITCH,
}
_WATERS = {
    "river": WaterKind.RIVER,
    "canal": WaterKind.RIVER,
    "oxbow": WaterKind.LAKE,
    "lake": WaterKind.LAKE,
    "reservoir": WaterKind.LAKE,
    "pond": WaterKind.POND,
    "basin": WaterKind.POND,
    "stream": WaterKind.STREAM,
    "ditch": WaterKind.DITCH,
}
# (key, value) -> kind, the first match in this order; a closed ground before what grows on it.
_LAND_USES = {
    (key, value): kind
    for kind, listed in {
        LandUseKind.KINDERGARTEN: "amenity=kindergarten",
        LandUseKind.EDUCATION: (
            "amenity=school amenity=college amenity=university landuse=education"
        ),
        LandUseKind.HEALTH: "amenity=hospital amenity=clinic healthcare=hospital",
        LandUseKind.MILITARY: "landuse=military",
        LandUseKind.CEMETERY: "landuse=cemetery amenity=grave_yard",
        LandUseKind.GARAGES: "landuse=garages",
        LandUseKind.RAILWAY: "landuse=railway",
        LandUseKind.INDUSTRIAL: (
            "landuse=industrial man_made=works man_made=wastewater_plant man_made=water_works"
            " power=plant power=substation landuse=quarry landuse=landfill landuse=depot"
        ),
        LandUseKind.COMMERCIAL: (
            "landuse=commercial landuse=retail amenity=marketplace amenity=fuel"
        ),
        LandUseKind.CONSTRUCTION: "landuse=construction landuse=brownfield landuse=greenfield",
        LandUseKind.PARKING: "amenity=parking",
        LandUseKind.ALLOTMENTS: "landuse=allotments",
        LandUseKind.RESIDENTIAL: "landuse=residential",
        LandUseKind.PARK: (
            "leisure=park landuse=recreation_ground leisure=garden leisure=nature_reserve"
            " leisure=dog_park tourism=theme_park"
        ),
        LandUseKind.FARMLAND: (
            "landuse=farmland landuse=farmyard landuse=orchard landuse=vineyard"
            " landuse=greenhouse_horticulture landuse=plant_nursery"
        ),
        LandUseKind.WOOD: "natural=wood landuse=forest",
        LandUseKind.GRASS: (
            "landuse=grass landuse=meadow landuse=village_green landuse=flowerbed"
            " natural=grassland natural=scrub natural=heath"
        ),
        LandUseKind.OTHER: (
            "landuse=institutional landuse=governmental landuse=religious leisure=stadium"
            " leisure=sports_centre amenity=prison natural=beach natural=sand natural=mud"
        ),
    }.items()
    for key, value in (pair.split("=") for pair in listed.split())
}
LAND_KEYS = ("amenity", "landuse", "leisure", "natural", "man_made", "power", "healthcare",
              "tourism")  # fmt: skip
_BY_KEY = {
    key: {value: kind for (its_key, value), kind in _LAND_USES.items() if its_key == key}
    for key in LAND_KEYS
}
_RANK = {kind: rank for rank, kind in enumerate(dict.fromkeys(_LAND_USES.values()))}


def road(tags: Tags) -> dict[str, Any] | None:
    """A road's columns; `old_names` are of its street."""
    kind = tags.get("highway")
    if kind is None:
        return None
    road_class = _ROADS.get(kind.removesuffix("_link"))
    if road_class is None or tags.get("area") == "yes":
        return None
    return {
        "road_class": road_class,
        "kind": values.text(kind, length=60),
        "name": tags.text("name"),
        "name_ru": tags.text("name:ru"),
        "name_kk": tags.text("name:kk"),
        "surface": tags.text("surface", length=40),
        "lanes": tags.read(_lanes, "lanes"),
        "oneway": tags.get("oneway") in ("yes", "true", "1", "-1")
        or tags.get("junction") == "roundabout",
        "bridge": bool(values.yes_no(tags.get("bridge"))),
        "tunnel": bool(values.yes_no(tags.get("tunnel"))),
        "old_names": old_names(tags),
    }


def old_names(tags: Tags) -> list[str]:
    """Former and other names of a street, without repeats."""
    found: dict[str, None] = {}
    for key in ("old_name", "name:old", "old_name:ru", "old_name:kk", "alt_name", "was:name"):
        for name in (tags.get(key) or "").split(";"):
            if cleaned := values.text(name, length=200):
                found[cleaned] = None
    return list(found)


def _lanes(text: str | None) -> int | None:
    return values.whole_number(text, low=1, high=20)


def railway(tags: Tags) -> dict[str, Any] | None:
    value = tags.get("railway")
    if value in ("disused", "abandoned"):
        kind = RailwayKind.DISUSED
    elif value == "tram":
        kind = RailwayKind.TRAM
    elif value in ("rail", "light_rail", "narrow_gauge"):
        aside = "service" in tags.source or tags.get("usage") in ("industrial", "military")
        kind = RailwayKind.SIDING if aside else RailwayKind.MAIN
    else:
        return None
    return {"kind": kind, "name": tags.text("name:ru", "name")}


def watercourse(tags: Tags) -> dict[str, Any] | None:
    """A river or ditch drawn as a line."""
    kind = _WATERWAYS.get(tags.get("waterway") or "")
    return None if kind is None else {"kind": kind, "name": tags.text("name:ru", "name")}


def water(tags: Tags) -> dict[str, Any] | None:
    """A body of water drawn as an area."""
    if tags.get("natural") == "wetland":
        kind = WaterKind.WETLAND
    elif tags.get("natural") == "water":
        kind = _WATERS.get(tags.get("water") or "", WaterKind.OTHER)
    elif tags.get("landuse") in ("basin", "reservoir"):
        kind = _WATERS[tags.get("landuse")]
    elif tags.get("waterway") == "riverbank":
        kind = WaterKind.RIVER
    else:
        return None
    return {"kind": kind, "name": tags.text("name:ru", "name")}


def land_use(tags: Tags) -> dict[str, Any] | None:
    """An area by its use; a building is none, and of several uses the closed one counts."""
    if "building" in tags.source:
        return None
    found = [_BY_KEY[key].get(tags.get(key) or "") for key in LAND_KEYS]
    kinds = [kind for kind in found if kind is not None]
    if not kinds:
        return None
    return {"kind": min(kinds, key=_RANK.__getitem__), "name": tags.text("name:ru", "name")}
