"""The real extract: at least so many of each, everything accounted for, and again nothing."""

import pytest
import shapely
from django.db import connection
from django.db.models import Count, Sum

from layers import models
from layers.apartments import APARTMENT_USES
from layers.choices import Basis, StreetKind, TerritoryKind
from layers.osm_import.pipeline import OsmImport, import_osm
from tests.support.databases import real_extract

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.usefixtures("real_city"),
]


@pytest.mark.parametrize(
    ("model", "least"),
    [
        (models.Building, 42_700), (models.Address, 30_000), (models.Camera, 298),
        (models.StreetLamp, 290), (models.Playground, 38), (models.SportsGround, 60),
        (models.BusStop, 150), (models.Manhole, 9), (models.NetworkSegment, 330),
        (models.WasteSite, 30), (models.Road, 7_500), (models.LandUse, 2_500),
        (models.Railway, 490), (models.Water, 450), (models.PlaceName, 100),
    ],
)  # fmt: skip
def test_at_least(model, least):
    assert model.objects.current().count() >= least


def test_the_same_file_again_is_all_unchanged():
    versions = {table: _row_versions(table) for table in _tables()}
    report = import_osm(OsmImport(path=real_extract(), basemap=False))
    wrote = {name: counts for name, counts in report.layers.items() if counts.wrote}
    assert wrote == {}
    assert all(counts.reconciles for counts in report.layers.values())
    assert {table: _row_versions(table) for table in _tables()} == versions
    skipped = {item.id for item in report.skipped}
    assert all(identity[0] in "nwr" for identity in skipped)
    # 125 ways of the clip lack nodes: lines are cut, boundaries drawn across, areas left out.
    incomplete = [s for s in report.skipped if "nodes are not in the file" in s.reason]
    assert 20 <= len(incomplete) <= 80
    # Only where no two neighbouring nodes are there.
    lines = [s for s in incomplete if s.layer in ("road", "railway", "network_segment")]
    assert len(lines) <= 6, lines
    assert report.layers["road"].repaired >= 30


def test_city_boundary_and_police_districts():
    city = models.Territory.objects.get(kind=TerritoryKind.CITY)
    assert city.source_id == "r2313542"
    assert city.geom.area == pytest.approx(204e6, rel=0.02)
    districts = models.Territory.objects.filter(kind=TerritoryKind.DISTRICT, parent=city)
    assert districts.count() == 3
    assert models.Territory.objects.get(name_ru="Бирлик").parent in districts


def test_nearly_all_addresses_belong_to_a_street():
    addresses = models.Address.objects.current()
    without = addresses.filter(street=None)
    assert without.count() <= 10
    assert addresses.exclude(building=None).count() >= 30_300


def test_street_names_are_joined_and_gardens_apart():
    streets = models.Street.objects.current()
    assert streets.filter(name_key="жабаева жамбыла").count() == 1
    zhabaev = streets.get(name_key="жабаева жамбыла")
    assert zhabaev.addresses.count() >= 270
    assert zhabaev.name_kk == "Жамбыл Жабаев көшесі"
    assert streets.get(name="Борки СТ").kind == StreetKind.GARDEN_SOCIETY
    assert streets.get(name="9-я (Комета СТ)").addresses.count() >= 180
    astana = streets.get(name="Астана")
    assert "улица Каманина" in astana.old_names


def test_streets_without_roads_have_addresses():
    lonely = models.Street.objects.current().filter(geom=None).annotate(n=Count("addresses"))
    assert lonely.exists()
    assert all(street.n for street in lonely)


def test_apartment_houses_agree_with_the_citys_count():
    """The city counts 1,170 apartment houses on district heating (docs/adr/0201)."""
    houses = models.Building.objects.current().filter(use__in=APARTMENT_USES)
    assert 1_080 <= houses.count() <= 1_260
    assert not houses.filter(apartments=None).exists()
    assert houses.filter(apartments_basis=Basis.STATED).count() == 1
    assert 70_000 <= houses.aggregate(n=Sum("apartments"))["n"] <= 90_000


def test_formula_against_entrances_that_state_their_flats():
    """Seven houses whose entrances all state their flats: the sum is met within a tenth."""
    stated = {
        "w165884982": 119, "w133441702": 72, "w133441739": 59, "w133441779": 135,
        "w133441755": 60, "w133441735": 120, "w165884943": 59,
    }  # fmt: skip
    inferred = dict(
        models.Building.objects.filter(source_id__in=stated).values_list("source_id", "apartments")
    )
    known = {identity: stated[identity] for identity in inferred}
    assert len(known) >= 6
    assert sum(inferred.values()) == pytest.approx(sum(known.values()), rel=0.1)


def test_outlines_are_valid_and_in_the_city():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM layers_building WHERE NOT ST_IsValid(geom)")
        assert cursor.fetchone()[0] == 0
        cursor.execute("SELECT ST_AsBinary(ST_Extent(geom)::geometry) FROM layers_building")
        extent = shapely.from_wkb(bytes(cursor.fetchone()[0]))
    west, south, east, north = extent.bounds
    assert 499_000 < west < east < 521_000
    assert 6_070_000 < south < north < 6_096_000


def _tables() -> list[str]:
    return [
        model._meta.db_table
        for model in (
            models.Building, models.Address, models.Street, models.Road, models.Territory,
            models.Yard, models.LandUse, models.PlaceName,
        )
    ]  # fmt: skip


def _row_versions(table: str) -> set[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT id, ctid::text, xmin::text, xmax::text FROM "{table}"')
        return set(cursor.fetchall())
