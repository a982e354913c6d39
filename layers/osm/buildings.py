"""Tags -> buildings and addresses."""

from collections.abc import Mapping
from typing import Any

from layers.choices import BuildingUse
from layers.osm import values
from layers.osm.tags import Tags, TagSource

_USES: Mapping[str, BuildingUse] = {
    value: use
    for use, listed in {
        BuildingUse.APARTMENTS: "apartments",
        BuildingUse.DORMITORY: "dormitory",
        BuildingUse.HOUSE: (
            "house detached bungalow semidetached_house semi terrace farm cabin villa"
            " allotment_house static_caravan ger houseboat"
        ),
        BuildingUse.EDUCATION: "school university college",
        BuildingUse.KINDERGARTEN: "kindergarten",
        BuildingUse.HEALTH: "hospital clinic",
        BuildingUse.COMMERCIAL: "retail commercial office supermarket kiosk hotel shop mall",
        BuildingUse.INDUSTRIAL: (
            "industrial factory manufacture works warehouse hangar greenhouse farm_auxiliary"
        ),
        BuildingUse.GARAGE: "garage garages carport parking",
        BuildingUse.OUTBUILDING: "shed outbuilding barn stable sty cowshed hut slurry_tank",
        BuildingUse.PUBLIC: (
            "public civic government train_station stadium sports_centre sports_hall theatre"
            " museum fire_station police library grandstand transportation toilets riding_hall"
            " bakehouse pavilion military"
        ),
        BuildingUse.RELIGIOUS: (
            "church mosque cathedral chapel temple synagogue religious monastery shrine"
        ),
        BuildingUse.UTILITY: (
            "service transformer_tower water_tower substation pumping_station roof shelter silo"
            " storage_tank digester boiler_house tech_cab container bunker bridge"
        ),
    }.items()
    for value in listed.split()
}
_AMENITIES: Mapping[str, BuildingUse] = {
    value: use
    for use, listed in {
        BuildingUse.EDUCATION: "school university college music_school language_school training",
        BuildingUse.KINDERGARTEN: "kindergarten childcare",
        BuildingUse.HEALTH: "hospital clinic doctors dentist",
        BuildingUse.RELIGIOUS: "place_of_worship monastery",
        BuildingUse.PUBLIC: (
            "police townhall courthouse theatre library fire_station post_office prison"
            " community_centre arts_centre social_facility public_bath bus_station cinema"
            " toilets shelter crematorium"
        ),
        BuildingUse.GARAGE: "parking",
    }.items()
    for value in listed.split()
}
# Tags that say what a building is for, where `building` does not; the first one there decides.
_OTHER_TAGS: Mapping[str, BuildingUse] = {
    "shop": BuildingUse.COMMERCIAL,
    "healthcare": BuildingUse.HEALTH,
    "craft": BuildingUse.COMMERCIAL,
    "industrial": BuildingUse.INDUSTRIAL,
    "man_made": BuildingUse.UTILITY,
    "power": BuildingUse.UTILITY,
    "leisure": BuildingUse.PUBLIC,
    "railway": BuildingUse.PUBLIC,
    "aeroway": BuildingUse.PUBLIC,
    "military": BuildingUse.PUBLIC,
    "social_facility": BuildingUse.PUBLIC,
}
_INSTITUTIONS = frozenset(
    {
        "school", "kindergarten", "college", "university", "hospital", "clinic", "police",
        "townhall", "courthouse", "theatre", "place_of_worship", "fire_station",
        "community_centre", "library", "cinema", "prison",
    }
)  # fmt: skip
_DWELLING_NAMES = ("жк ", "жк«", 'жк"', "жилой", "тұрғын", "мжд")


# What most buildings are: an outline, perhaps with an address. One dict serves them all.
_NOTHING_SAID = {
    "kind": "yes", "use": BuildingUse.UNKNOWN, "residential": False, "plain": True, "name": "",
    "levels": None, "height_m": None, "flats": None, "year_built": None, "rca_code": "",
    "addressed": False,
}  # fmt: skip
_ADDRESSED = {**_NOTHING_SAID, "addressed": True}


def building(tags: Tags) -> dict[str, Any] | None:
    """A building's columns; `residential`, `plain`, `flats` and `addressed` only serve the
    apartment rule."""
    kind = tags.get("building")
    if kind is None or kind == "no":
        return None
    if kind == "yes" and tags.has_only("building", "addr:street", "addr:housenumber"):
        return _ADDRESSED if "addr:housenumber" in tags.source else _NOTHING_SAID
    use, residential, plain = building_use(tags)
    return {
        "kind": values.text(kind, length=60),
        "use": use,
        "residential": residential,
        "plain": plain,
        "name": tags.text("name:ru", "name", length=300),
        "levels": tags.read(values.levels, "building:levels", "levels"),
        "height_m": tags.read(values.height_m, "height", "building:height"),
        "flats": tags.read(values.flats, "building:flats", "addr:flats"),
        "year_built": tags.read(values.year, "start_date", "building:start_date"),
        "rca_code": tags.text("ref:KZ:RCA", length=40),
        "addressed": "addr:housenumber" in tags.source,
    }


def is_institution(tags: TagSource) -> bool:
    """Whether a point stands for something that excludes flats from the house it lies in."""
    return tags.get("amenity") in _INSTITUTIONS or tags.get("tourism") == "hotel"


def building_use(tags: Tags) -> tuple[BuildingUse, bool, bool]:
    """Use as the tags state it, whether they only say "dwellings", whether they say nothing."""
    for part in (tags.get("building") or "").split(";"):
        kind = part.strip()
        if kind in _USES:
            return _USES[kind], False, False
        if kind == "residential":
            return BuildingUse.UNKNOWN, True, False
    use = _use_by_other_tags(tags)
    if use is not BuildingUse.UNKNOWN:
        return use, False, False
    plain = tags.get("building") not in ("construction", "ruins", "collapsed")
    name = tags.get("name")
    if name and not name.casefold().startswith(_DWELLING_NAMES):
        plain = False
    return BuildingUse.UNKNOWN, False, plain and "historic" not in tags.source


def _use_by_other_tags(tags: Tags) -> BuildingUse:
    amenity = tags.get("amenity")
    if amenity is not None:
        return _AMENITIES.get(amenity, BuildingUse.COMMERCIAL)
    office = tags.get("office")
    if office is not None:
        official = office in ("government", "administrative")
        return BuildingUse.PUBLIC if official else BuildingUse.COMMERCIAL
    tourism = tags.get("tourism")
    if tourism is not None:
        shown = tourism in ("museum", "gallery", "attraction", "artwork")
        return BuildingUse.PUBLIC if shown else BuildingUse.COMMERCIAL
    for key, use in _OTHER_TAGS.items():
        if key in tags.source:
            if key == "man_made" and tags.get(key) == "works":
                return BuildingUse.INDUSTRIAL
            return use
    return BuildingUse.UNKNOWN


def address(tags: Tags) -> dict[str, Any] | None:
    """An address's columns; `street_name` as written. Boundaries have no address of their own."""
    number = values.text(tags.get("addr:housenumber"), length=50)
    if not number or "boundary" in tags.source:
        return None
    return {
        "street_name": tags.text("addr:street", "addr:place", "addr:suburb"),
        "house_number": number,
        "postcode": tags.text("addr:postcode", length=20),
        "rca_code": tags.text("ref:KZ:RCA", length=40),
    }
