"""Tags -> rows, layer by layer; and any tags at all without an exception."""

import datetime as dt

import pytest
from django.db import models as fields
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import models
from layers.osm import MAPPINGS, Tags, mappings_for
from layers.osm.basemap import old_names

MODELS = {
    "building": models.Building, "address": models.Address, "road": models.Road,
    "land_use": models.LandUse, "water": models.Water, "railway": models.Railway,
    "street_lamp": models.StreetLamp, "bus_stop": models.BusStop,
    "playground": models.Playground, "sports_ground": models.SportsGround,
    "waste_site": models.WasteSite, "camera": models.Camera, "manhole": models.Manhole,
    "network_segment": models.NetworkSegment, "territory": models.Territory,
    "place": models.PlaceName,
}  # fmt: skip
# Columns that serve the derivation and are not stored.
TRANSIENT = {"residential", "plain", "flats", "addressed", "official", "old_names"}


def rows(tags: dict[str, str]) -> dict[str, dict]:
    """Layer -> row, for the layers that take these tags."""
    found = {}
    for mapping in mappings_for(tags):
        row = mapping.row(Tags(tags))
        if row is not None:
            found.setdefault(mapping.layer, row)
    return found


CASES = [
    ({"building": "yes"}, "building", {"use": "unknown", "plain": True, "levels": None}),
    (
        {"building": "apartments", "building:levels": "5-9", "building:flats": "100",
         "start_date": "1974-05", "height": "15 m", "ref:KZ:RCA": "0201300212345678"},
        "building",
        {"use": "apartments", "levels": 9, "flats": 100, "year_built": 1974, "height_m": 15.0,
         "rca_code": "0201300212345678", "plain": False},
    ),
    ({"building": "residential"}, "building", {"use": "unknown", "residential": True}),
    ({"building": "yes", "shop": "mall"}, "building", {"use": "commercial", "plain": False}),
    ({"building": "yes", "amenity": "school"}, "building", {"use": "education"}),
    ({"building": "yes", "amenity": "cafe"}, "building", {"use": "commercial"}),
    ({"building": "yes", "office": "government"}, "building", {"use": "public"}),
    ({"building": "yes", "office": "company"}, "building", {"use": "commercial"}),
    ({"building": "yes", "tourism": "museum"}, "building", {"use": "public"}),
    ({"building": "yes", "man_made": "works"}, "building", {"use": "industrial"}),
    ({"building": "yes", "name": "ЖК Кызылжар"}, "building", {"use": "unknown", "plain": True}),
    ({"building": "yes", "name": "Дворец"}, "building", {"use": "unknown", "plain": False}),
    ({"building": "service;yes"}, "building", {"use": "utility"}),
    ({"building": "construction"}, "building", {"use": "unknown", "plain": False}),
    (
        {"addr:housenumber": "21А", "addr:street": "Жамбыла Жабаева", "addr:postcode": "150000"},
        "address",
        {"house_number": "21А", "street_name": "Жамбыла Жабаева", "postcode": "150000"},
    ),
    ({"addr:housenumber": "2", "addr:place": "Якорь"}, "address", {"street_name": "Якорь"}),
    (
        {"highway": "trunk_link", "name": "Абай көшесі", "name:ru": "Абая", "lanes": "2",
         "oneway": "yes", "bridge": "yes", "surface": "asphalt"},
        "road",
        {"road_class": "trunk", "kind": "trunk_link", "name_ru": "Абая", "lanes": 2,
         "oneway": True, "bridge": True, "tunnel": False},
    ),
    ({"highway": "unclassified"}, "road", {"road_class": "residential"}),
    ({"highway": "path", "lanes": "много"}, "road", {"road_class": "footway", "lanes": None}),
    ({"railway": "rail", "usage": "main"}, "railway", {"kind": "main"}),
    ({"railway": "rail", "service": "spur"}, "railway", {"kind": "siding"}),
    ({"railway": "abandoned"}, "railway", {"kind": "disused"}),
    ({"natural": "water", "water": "pond"}, "water", {"kind": "pond"}),
    ({"natural": "wetland"}, "water", {"kind": "wetland"}),
    ({"landuse": "basin"}, "water", {"kind": "pond"}),
    ({"waterway": "drain"}, "water", {"kind": "ditch"}),
    ({"landuse": "residential", "name": "Берёзовый"}, "land_use",
     {"kind": "residential", "name": "Берёзовый"}),
    ({"landuse": "grass", "amenity": "school"}, "land_use", {"kind": "education"}),
    ({"natural": "wood", "landuse": "military"}, "land_use", {"kind": "military"}),
    ({"power": "substation"}, "land_use", {"kind": "industrial"}),
    (
        {"leisure": "playground", "surface": "tartan", "start_date": "2019-05", "condition": "ok"},
        "playground",
        {"surface": "rubber", "installed_on": dt.date(2019, 5, 1),
         "installed_on_precision": "month", "condition": "good"},
    ),
    ({"leisure": "pitch", "sport": "soccer"}, "sports_ground", {"kind": "football"}),
    ({"leisure": "pitch", "sport": "soccer;basketball"}, "sports_ground", {"kind": "multi"}),
    ({"leisure": "pitch", "sport": "10pin"}, "sports_ground", {"kind": "other"}),
    ({"leisure": "pitch"}, "sports_ground", {"kind": "unknown", "surface": "unknown"}),
    ({"leisure": "fitness_station"}, "sports_ground", {"kind": "workout"}),
    (
        {"man_made": "surveillance", "camera:type": "dome", "camera:direction": "-90"},
        "camera",
        {"kind": "dome", "direction_deg": 270.0},
    ),
    ({"highway": "street_lamp"}, "street_lamp", {}),
    ({"amenity": "waste_disposal"}, "waste_site", {"kind": "container_site"}),
    ({"amenity": "waste_basket"}, "waste_site", {"kind": "bin"}),
    ({"landuse": "landfill"}, "waste_site", {"kind": "landfill"}),
    (
        {"highway": "bus_stop", "name": "Көкше", "name:ru": "Кокше", "shelter": "no"},
        "bus_stop",
        {"name": "Көкше", "name_ru": "Кокше", "shelter": False},
    ),
    ({"public_transport": "platform", "bus": "yes"}, "bus_stop", {"shelter": None}),
    (
        {"man_made": "manhole", "manhole": "drain", "operator": "Водоканал", "ref": "К-7",
         "condition": "sunken"},
        "manhole",
        {"network_kind": "storm_drain", "owner_name": "Водоканал", "number": "К-7",
         "state": "sunken"},
    ),
    ({"manhole": "heat"}, "manhole", {"network_kind": "heat", "state": "unknown"}),
    (
        {"man_made": "pipeline", "substance": "hot_water", "material": "steel",
         "diameter": "DN300", "start_date": "1985", "location": "underground", "operator": "ПТС"},
        "network_segment",
        {"kind": "heat", "material": "steel", "diameter_mm": 300, "laid_year": 1985,
         "above_ground": False, "owner_name": "ПТС"},
    ),
    ({"man_made": "pipeline"}, "network_segment", {"kind": "unknown", "above_ground": None}),
    ({"power": "minor_line"}, "network_segment", {"kind": "power", "above_ground": True}),
    ({"power": "cable"}, "network_segment", {"kind": "power", "above_ground": None}),
    ({"communication": "line"}, "network_segment", {"kind": "telecom", "above_ground": True}),
    (
        {"boundary": "administrative", "admin_level": "6",
         "name": "Петропавл қалалық әкімшілігі", "name:ru": "Петропавловская администрация"},
        "territory",
        {"kind": "city", "official": True},
    ),
    ({"boundary": "administrative", "admin_level": "6", "name": "1-ші полиция басқармасы"},
     "territory", {"kind": "district"}),
    ({"boundary": "administrative", "admin_level": "4", "name": "СҚО"}, "territory",
     {"kind": "region"}),
    ({"place": "suburb", "name": "Борки"}, "territory", {"kind": "suburb", "official": False}),
    ({"place": "hamlet", "name": "2629 км", "population": "12 000"}, "place",
     {"kind": "village", "population": 12000}),
    ({"landuse": "allotments", "name": "Борки"}, "place", {"kind": "garden_society"}),
]  # fmt: skip


@pytest.mark.parametrize(("tags", "layer", "expected"), CASES)
def test_rows(tags, layer, expected):
    row = rows(tags)[layer]
    assert {key: row[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("tags", "layer"),
    [
        ({"building": "no"}, "building"),
        ({"highway": "proposed"}, "road"),
        ({"highway": "pedestrian", "area": "yes"}, "road"),
        ({"railway": "level_crossing"}, "railway"),
        ({"building": "school", "amenity": "school"}, "land_use"),
        ({"man_made": "surveillance", "surveillance:type": "guard"}, "camera"),
        ({"boundary": "administrative"}, "territory"),
        ({"boundary": "administrative", "admin_level": "2", "name": "Қазақстан"}, "territory"),
        ({"boundary": "administrative", "addr:housenumber": "61"}, "address"),
        ({"addr:housenumber": "  "}, "address"),
        ({"landuse": "allotments"}, "place"),
        ({"power": "tower"}, "network_segment"),
    ],
)
def test_no_rows(tags, layer):
    assert layer not in rows(tags)


def test_a_building_with_an_address_is_of_two_layers():
    assert set(rows({"building": "yes", "addr:housenumber": "1"})) == {"building", "address"}


def test_what_cannot_be_read_is_noted():
    tags = Tags({"building": "yes", "building:levels": "five", "start_date": "C19"})
    row = next(m for m in MAPPINGS if m.layer == "building").row(tags)
    assert (row["levels"], row["year_built"]) == (None, None)
    assert tags.notes == ["building:levels 'five'", "start_date 'C19'"]


def test_old_names():
    tags = Tags({"old_name": "улица Каманина;Каманина", "alt_name": "Каманина", "name": "Астана"})
    assert old_names(tags) == ["улица Каманина", "Каманина"]


@pytest.mark.parametrize("mapping", MAPPINGS, ids=lambda m: f"{m.layer}-{m.wanted}")
def test_columns_are_fields(mapping):
    """Every column of every mapping is a field of its model, or known to be transient."""
    known = {field.name for field in MODELS[mapping.layer]._meta.get_fields()}
    for tags, layer, _expected in CASES:
        row = mapping.row(Tags(tags)) if layer == mapping.layer else None
        assert row is None or set(row) - TRANSIENT <= known


_KEYS = sorted({key for mapping in MAPPINGS for key in mapping.keys} | {
    "building:levels", "height", "start_date", "building:flats", "addr:street", "name", "name:ru",
    "name:kk", "surface", "lanes", "sport", "diameter", "substance", "admin_level", "population",
    "camera:direction", "condition", "location", "shelter", "ref", "amenity", "office", "tourism",
})  # fmt: skip
_VALUES = st.sampled_from(
    sorted({value for tags, _, _ in CASES for value in tags.values()})
) | st.text(max_size=40)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=12))
def test_any_tags_make_rows_that_fit(tags):
    """Never an exception; texts fit their columns and choices are known, whatever the tags."""
    for layer, row in rows(tags).items():
        for name, value in row.items():
            if name in TRANSIENT or value is None:
                continue
            field = MODELS[layer]._meta.get_field(name)
            if isinstance(field, fields.CharField):
                assert len(value) <= field.max_length
                if field.choices:
                    assert value in {key for key, _ in field.flatchoices} | {""}
