"""A small place with something of everything, in metres around one corner."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.contrib.gis.geos import LineString, MultiLineString, MultiPolygon, Point, Polygon

from citymap.accounts.choices import OrganizationKind, Role
from citymap.accounts.models import Organization, User
from citymap.geo import city_point, city_srid
from layers.choices import Basis, BuildingUse, ManagerForm, ManholeState, NetworkKind, StreetKind
from layers.models import (
    Address,
    Building,
    BuildingManager,
    BusRoute,
    BusRouteStop,
    BusStop,
    Camera,
    Manhole,
    NetworkSegment,
    Playground,
    Quarter,
    SnowplowTrack,
    SportsGround,
    Street,
    Territory,
    Yard,
)

LON, LAT = 69.14, 54.87
SINCE = dt.date(2020, 1, 1)


class Plan:
    """Geometry by metres east and north of the corner."""

    def __init__(self) -> None:
        self.corner = city_point(LON, LAT)

    def xy(self, east: float, north: float) -> tuple[float, float]:
        return (self.corner.x + east, self.corner.y + north)

    def point(self, east: float, north: float) -> Point:
        return Point(*self.xy(east, north), srid=city_srid())

    def line(self, *places: tuple[float, float]) -> LineString:
        return LineString([self.xy(*place) for place in places], srid=city_srid())

    def box(self, west: float, south: float, east: float, north: float) -> Polygon:
        ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        return Polygon([self.xy(*place) for place in ring], srid=city_srid())

    def boxes(self, *box: float) -> MultiPolygon:
        return MultiPolygon(self.box(*box), srid=city_srid())


def _known(name: str, since: dt.date = SINCE, until: dt.date | None = None) -> dict:
    return {"source": "test", "source_id": name, "valid_from": since, "valid_to": until}


def _bodies() -> SimpleNamespace:
    make = Organization.objects.create
    return SimpleNamespace(
        osi=make(
            kind=OrganizationKind.HOUSE_MANAGER, name="ОСИ Абая 5", name_kk="Абай 5 МИБ",
            phone="+7 7152 11 22 33",
        ),
        old=make(kind=OrganizationKind.HOUSE_MANAGER, name="КСК Восток"),
        heat=make(kind=OrganizationKind.UTILITY, name="Тепловые сети"),
    )  # fmt: skip


def _house(plan: Plan, bodies: SimpleNamespace) -> SimpleNamespace:
    territory = Territory.objects.create(
        **_known("city"), kind="city", name="Петропавл", name_ru="Петропавловск",
        name_kk="Петропавл", geom=plan.boxes(-5000, -5000, 5000, 5000),
    )  # fmt: skip
    district = Territory.objects.create(
        **_known("district"), kind="microdistrict", name="Центр", parent=territory,
        geom=plan.boxes(-500, -500, 500, 500),
    )  # fmt: skip
    quarter = Quarter.objects.create(**_known("quarter"), name="Квартал 12", territory=district)
    yard = Yard.objects.create(
        **_known("yard"), label="Абая, 5, 7", quarter=quarter, houses=2, apartments=140,
        geom=plan.box(0, 20, 100, 90),
    )  # fmt: skip
    building = Building.objects.create(
        **_known("house"), kind="apartments", use=BuildingUse.APARTMENTS,
        use_basis=Basis.STATED, levels=5, apartments=70, apartments_basis=Basis.INFERRED,
        year_built=1974, yard=yard, rca_code="0201300123456789", geom=plan.boxes(0, 0, 60, 14),
    )  # fmt: skip
    street = Street.objects.create(
        **_known("street"), kind=StreetKind.STREET, name="Абая", name_ru="Абая",
        name_kk="Абай көшесі", name_key="абая",
        geom=MultiLineString(plan.line((-300, -20), (300, -20)), srid=city_srid()),
    )  # fmt: skip
    address = Address.objects.create(
        **_known("address"), street=street, street_name="Абая", house_number="5",
        building=building, geom=plan.point(30, 7),
    )  # fmt: skip
    BuildingManager.objects.create(
        building=building, organization=bodies.old, form=ManagerForm.KSK, valid_from=SINCE,
        valid_to=dt.date(2025, 9, 17),
    )  # fmt: skip
    BuildingManager.objects.create(
        building=building, organization=bodies.osi, form=ManagerForm.OSI,
        valid_from=dt.date(2025, 9, 17),
    )  # fmt: skip
    return SimpleNamespace(
        building=building, address=address, street=street, yard=yard, territory=territory
    )


def _around(plan: Plan, bodies: SimpleNamespace) -> None:
    NetworkSegment.objects.create(
        **_known("heat"), kind=NetworkKind.HEAT, material="steel", diameter_mm=300,
        laid_year=1986, above_ground=False, owner=bodies.heat,
        geom=plan.line((-100, -10), (100, -10)),
    )  # fmt: skip
    NetworkSegment.objects.create(
        **_known("far water"), kind=NetworkKind.WATER, geom=plan.line((-100, -45), (100, -45))
    )
    NetworkSegment.objects.create(
        **_known("gone gas", until=dt.date(2024, 1, 1)), kind=NetworkKind.GAS,
        owner_name="Горгаз", geom=plan.line((-100, -5), (100, -5)),
    )  # fmt: skip
    Manhole.objects.create(
        **_known("manhole"), network_kind=NetworkKind.SEWER, state=ManholeState.OPEN,
        number="К-12", geom=plan.point(70, 5),
    )  # fmt: skip
    Playground.objects.create(
        **_known("playground"), name="", surface="rubber", condition="poor",
        installed_on=dt.date(2019, 5, 1), installed_on_precision="month",
        geom=plan.box(20, 40, 30, 50),
    )  # fmt: skip
    SportsGround.objects.create(
        **_known("pitch"), kind="football", installed_on=dt.date(2021, 1, 1),
        installed_on_precision="year", geom=plan.box(40, 60, 60, 80),
    )  # fmt: skip
    Camera.objects.create(**_known("camera"), kind="dome", direction_deg=90, geom=plan.point(-5, 0))
    stop = BusStop.objects.create(
        **_known("stop"), name="Рынок", name_kk="Базар", geom=plan.point(100, -25)
    )
    for number, headsign in (("10", "Вокзал"), ("2", "Борки"), ("2", "Аэропорт")):
        route = BusRoute.objects.create(
            **_known(f"route {number} {headsign}"), number=number, headsign=headsign,
            geom=plan.line((-500, -20), (500, -20)),
        )  # fmt: skip
        BusRouteStop.objects.create(route=route, stop=stop, sequence=1)
    for name, north, hour in (("early", -20, 6), ("late", -22, 9), ("other street", -120, 11)):
        SnowplowTrack.objects.create(
            **_known(f"track {name}"), vehicle=name, vehicle_kind="КамАЗ", fixes=10, length_m=600,
            started_at=dt.datetime(2026, 1, 10, hour, tzinfo=dt.UTC),
            ended_at=dt.datetime(2026, 1, 10, hour, 30, tzinfo=dt.UTC),
            geom=plan.line((-300, north), (300, north)),
        )  # fmt: skip


@pytest.fixture
def corner(db):
    """The place, its objects, and `plan` to find points around it."""
    plan = Plan()
    bodies = _bodies()
    found = _house(plan, bodies)
    _around(plan, bodies)
    found.plan = plan
    return found


@pytest.fixture
def inspector(db):
    return User.objects.create_user("inspector", password="x", roles=[Role.INSPECTOR])
