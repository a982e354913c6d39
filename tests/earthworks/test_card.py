"""The place card's section `works`: what the contract says, within its budget of queries."""

import datetime as dt

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.translation import gettext as _

from citymap.geo import city_srid
from citymap.personal.services import save_person
from citymap.places.registry import Place, PlaceContext
from earthworks.card import works
from earthworks.choices import ClaimState, OrderState, OutageKind, RepairKind
from earthworks.models import Claim, RepairWork
from earthworks.services import claims, repairs
from layers.models import Building
from tests.earthworks.world import X, Y, approving, body, brought_to, dig, issued, local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]
NAMED = {
    "kind", "id", "number", "state", "title", "from", "until", "basis", "overdue_days",
    "organization", "distance_m",
}  # fmt: skip


def asked(day: dt.date, x: float = 0, y: float = 0) -> list[dict]:
    point = Point(X + x, Y + y, srid=city_srid())
    return works(Place(point=point, shape=point), PlaceContext(user=None, date=day))


def test_an_order_on_the_card():
    order = issued(contractor=body("contractor"))
    (item,) = asked(dt.date(2026, 6, 5))
    assert item.keys() >= NAMED
    assert (item["kind"], item["id"], item["number"]) == ("order", order.pk, order.number)
    assert (item["from"], item["until"], item["overdue_days"]) == ("2026-06-01", "2026-06-20", 0)
    assert item["organization"] == "contractor"
    assert order.number in item["basis"]


def test_overdue_shows_no_bare_date_and_comes_first():
    approving(geom=dig(y=1), begins_on=dt.date(2026, 6, 25), ends_on=dt.date(2026, 6, 30))
    late = issued()
    claims.sweep(now=local("2026-06-21 00:00"))
    first, second = asked(dt.date(2026, 7, 2))
    assert (first["id"], first["until"], first["overdue_days"]) == (late.pk, None, 12)
    assert first["next_step"] == _("a claim is being prepared")
    for name, word in (("holder", "claim"), ("police", "police")):
        Claim.objects.filter(order=late, addressee=name).update(
            state=ClaimState.SENT, sent_at=local("2026-06-21 09:00")
        )
        with translation.override("en"):
            assert word in asked(dt.date(2026, 7, 2))[0]["next_step"]
    assert second["state"] == OrderState.APPROVING


@pytest.mark.parametrize("language, word", [("ru", "Просрочено на 12 дней"), ("kk", "12 күн")])
def test_in_the_readers_language(language, word):
    issued()
    with translation.override(language):
        assert word in asked(dt.date(2026, 7, 2))[0]["title"]


def test_interim_is_not_restored():
    brought_to(issued(), OrderState.RESTORED_INTERIM)
    (item,) = asked(dt.date(2026, 6, 5))
    assert item["state"] == OrderState.RESTORED_INTERIM
    assert item["until"] == "2026-06-20"


def test_far_drafts_refused_and_long_done_are_not_shown():
    brought_to(issued(), OrderState.CLOSED)
    assert len(asked(dt.date(2026, 7, 1))) == 1
    assert asked(dt.date(2026, 9, 1)) == []
    assert asked(dt.date(2026, 7, 1), x=500) == []


def test_a_citizen_is_not_named():
    person = save_person(name="Иванов Иван", user=None)
    issued(holder=None, holder_person=person)
    with translation.override("ru"):
        (item,) = asked(dt.date(2026, 6, 5))
    assert "Иванов" not in str(item)
    assert item["organization"] == "физическое лицо"


def test_repairs_are_shown_beside():
    RepairWork.objects.create(
        kind=RepairKind.ROAD, title="Paving", organization=body("roads"), geom=dig(y=3),
        begins_on=dt.date(2026, 6, 1), ends_on=dt.date(2026, 6, 30),
        first_ends_on=dt.date(2026, 6, 30),
    )  # fmt: skip
    (item,) = asked(dt.date(2026, 6, 5))
    assert (item["kind"], item["title"], item["until"]) == ("repair", "Paving", "2026-06-30")


def test_a_cancelled_repair_is_not_shown():
    repair = repairs.plan_repair(
        geom=dig(y=3), begins_on=dt.date(2026, 6, 1), ends_on=dt.date(2026, 6, 30), user=None,
        values={"kind": RepairKind.ROAD, "title": "Paving", "organization": body("roads")},
    )  # fmt: skip
    assert [item["id"] for item in asked(dt.date(2026, 6, 5))] == [repair.pk]
    repairs.cancel_repair(repair=repair, reason="no money", user=None)
    assert asked(dt.date(2026, 6, 5)) == []


def test_two_queries_however_many_works():
    for number in range(6):
        issued(geom=dig(y=float(number)))
    claims.make_claims(now=local("2026-06-21 00:00"))
    with CaptureQueriesContext(connection) as queries:
        assert len(asked(dt.date(2026, 6, 25))) == 6
    assert len(queries) == 2


def test_what_is_cut_off_in_the_building_comes_first():
    house = Building.objects.create(
        geom=dig(y=20), source="test", source_id="1", valid_from=dt.date(2020, 1, 1)
    )
    repairs.announce_outage(
        of=issued(), kind=OutageKind.HEAT, starts_at=local("2026-06-05 09:00"),
        ends_at=local("2026-06-05 18:00"), buildings=[house], user=None,
    )  # fmt: skip
    place = Place(point=house.point, shape=house.geom, building={"id": house.pk, "label": "x"})
    first, second = works(place, PlaceContext(user=None, date=dt.date(2026, 6, 5)))
    assert (first["kind"], first["state"], second["kind"]) == ("outage", "heat", "order")
    assert first["from"] == first["until"] == "2026-06-05"
    gone = works(place, PlaceContext(user=None, date=dt.date(2026, 6, 6)))
    assert [item["kind"] for item in gone] == ["order"]
