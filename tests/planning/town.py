"""A town for tests: square yards in a row, and what residents and pipes do there."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from citymap.accounts.choices import Role
from citymap.accounts.models import User
from citymap.geo import city_srid
from layers.choices import TerritoryKind
from layers.models import Territory, Yard
from planning.choices import Theme
from planning.models import Event, WorkPrice
from planning.services.queue import Findings, record_survey

X, Y = 512_000.0, 6_080_000.0
ALMATY = ZoneInfo("Asia/Almaty")
TODAY = dt.date(2026, 6, 1)
# From the corner of one yard to that of the next, metres.
APART = 300.0


def make_yard(number: int, *, side_m: float = 100.0, apartments: int = 100) -> Yard:
    """A square yard; `number` says where in the row."""
    west = X + number * APART
    return Yard.objects.create(
        source="manual",
        source_id=f"y{number}",
        valid_from=dt.date(2020, 1, 1),
        label=f"Yard {number}",
        label_kk=f"Аула {number}",
        apartments=apartments,
        houses=2,
        geom=Polygon.from_bbox((west, Y, west + side_m, Y + side_m)),
    )


def make_event(
    number: int,
    *,
    yard: int = 0,
    dx: float = 50.0,
    dy: float = 50.0,
    day: dt.date = TODAY,
    person: int | None = None,
    theme: Theme = Theme.YARDS,
) -> Event:
    """An event at a place measured from the corner of a yard."""
    return Event.objects.create(
        source="test",
        source_id=str(number),
        theme=theme,
        occurred_at=dt.datetime.combine(day, dt.time(12), tzinfo=ALMATY),
        person=person,
        geom=Point(X + yard * APART + dx, Y + dy, srid=city_srid()),
    )


def make_user(*roles: Role, name: str = "somebody") -> User:
    return User.objects.create_user(name, roles=[role.value for role in roles])


def make_prices() -> None:
    """Every unit costs 1000 tenge, asphalt 10,000."""
    for work in ("asphalt", "parking", "sidewalk", "kerb", "lighting", "playground", "greenery",
                 "drainage"):  # fmt: skip
        WorkPrice.objects.create(
            work=work,
            price=10_000 if work == "asphalt" else 1000,
            valid_from=dt.date(2020, 1, 1),
            citation="test",
        )


def survey(yard: Yard, *, asphalt: int = 100, **findings) -> None:
    """A yard that needs work and may be taken, unless told otherwise."""
    record_survey(
        yard=yard,
        surveyed_on=dt.date(2026, 5, 1),
        findings=Findings(
            **{
                "condition": "poor",
                "needs_work": True,
                "amounts": {"asphalt": asphalt},
                **findings,
            }
        ),
        user=None,
    )


def make_district(name: str, *, first: int, last: int) -> Territory:
    """A district around the yards from `first` to `last`."""
    box = (X + first * APART - 50, Y - 50, X + last * APART + 200, Y + 200)
    return Territory.objects.create(
        source="manual",
        source_id=name,
        valid_from=dt.date(2020, 1, 1),
        kind=TerritoryKind.DISTRICT,
        name=name,
        geom=MultiPolygon(Polygon.from_bbox(box), srid=city_srid()),
    )
