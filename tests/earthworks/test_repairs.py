"""Repairs through their states, and what they refuse."""

import datetime as dt

import pytest
from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from citymap.accounts.choices import Role
from citymap.geo import city_srid
from earthworks.choices import OutageKind, RepairKind, RepairState
from earthworks.deadlines import DeadlineError
from earthworks.errors import WorksError, WrongStateError
from earthworks.models import Outage, RepairWork
from earthworks.services import repairs
from layers.models import Building
from tests.earthworks.test_pages import signed_in
from tests.earthworks.world import JUNE_1, JUNE_20, body, dig, issued, local, official

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]


def planned(**changes) -> RepairWork:
    given = {"geom": dig(), "begins_on": JUNE_1, "ends_on": JUNE_20}
    given |= {name: changes.pop(name) for name in list(changes) if name in given}
    values = {"kind": RepairKind.ROAD, "title": "Paving", "organization": body("roads"), **changes}
    return repairs.plan_repair(**given, values=values, user=None)


def test_planned_moved_begun_done():
    repair = planned()
    repair = repairs.move_repair(
        repair=repair, begins_on=JUNE_20, ends_on=dt.date(2026, 7, 10), reason="no money", user=None
    )
    assert (repair.state, repair.first_ends_on) == (RepairState.MOVED, JUNE_20)
    repair = repairs.start_repair(repair=repair, on=dt.date(2026, 6, 22), user=None)
    with pytest.raises(WorksError):
        repairs.finish_repair(repair=repair, on=dt.date(2026, 6, 21), user=None)
    repair = repairs.finish_repair(repair=repair, on=dt.date(2026, 7, 1), user=None)
    assert RepairWork.objects.get(pk=repair.pk).state == RepairState.DONE
    with pytest.raises(WrongStateError):
        repairs.cancel_repair(repair=repair, reason="late", user=None)


def test_moving_and_cancelling_need_a_reason():
    repair = planned()
    with pytest.raises(WorksError):
        repairs.cancel_repair(repair=repair, reason=" ", user=None)
    with pytest.raises(WorksError):
        repairs.move_repair(repair=repair, begins_on=JUNE_1, ends_on=JUNE_20, reason="", user=None)
    repair = repairs.cancel_repair(repair=repair, reason="no money", user=None)
    assert repair.reason == "no money"


def test_nothing_happens_tomorrow():
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    with pytest.raises(WorksError):
        repairs.start_repair(repair=planned(), on=tomorrow, user=None)


@pytest.mark.parametrize(
    "change, error",
    [
        ({"ends_on": dt.date(2026, 5, 1)}, DeadlineError),
        ({"geom": Point(0, 0, srid=city_srid())}, WorksError),
        ({"geom": Point(69.1, 54.9, srid=4326)}, WorksError),
        ({"kind": "magic"}, ValidationError),
        ({"title": ""}, ValidationError),
        ({"state": "done"}, WorksError),
    ],
)
def test_bad_repairs_save_nothing(change, error):
    with pytest.raises(error):
        planned(**change)
    assert not RepairWork.objects.exists()


def test_raw_changes_reach_no_illegal_state():
    repair = planned()
    with pytest.raises(DatabaseError), transaction.atomic():
        RepairWork.objects.filter(pk=repair.pk).update(state=RepairState.DONE, done_on=JUNE_1)
    with pytest.raises(DatabaseError), transaction.atomic():
        repair.delete()


def test_an_outage_names_its_buildings():
    building = Building.objects.create(
        geom=dig(y=30), source="test", source_id="1", valid_from=dt.date(2020, 1, 1)
    )
    given = {"kind": OutageKind.COLD_WATER, "user": None, "starts_at": local("2026-06-01 09:00")}
    outage = repairs.announce_outage(
        of=issued(), ends_at=local("2026-06-01 18:00"), buildings=[building], **given
    )
    assert list(building.outages.all()) == [outage]
    with pytest.raises(WorksError):
        repairs.announce_outage(
            of=planned(), ends_at=local("2026-06-01 09:00"), buildings=[building], **given
        )
    with pytest.raises(WorksError):
        repairs.announce_outage(
            of=planned(), ends_at=local("2026-06-01 18:00"), buildings=[], **given
        )


def test_an_outage_of_more_than_120_days_is_a_slip_of_the_pen():
    house = Building.objects.create(
        geom=dig(y=30), source="test", source_id="1", valid_from=dt.date(2020, 1, 1)
    )
    given = {
        "of": planned(), "kind": OutageKind.HEAT, "buildings": [house], "user": None,
        "starts_at": local("2026-06-01 09:00"),
    }  # fmt: skip
    with pytest.raises(WorksError):
        repairs.announce_outage(ends_at=local("2026-09-29 09:01"), **given)
    assert not Outage.objects.exists()
    repairs.announce_outage(ends_at=local("2026-09-29 09:00"), **given)


def test_a_plan_is_published_once_and_never_empty():
    plan = repairs.plan_of(
        organization=body("roads"), year=2026, kind=RepairKind.ROAD, title="Roads", user=None
    )
    with pytest.raises(WorksError):
        repairs.publish_plan(plan=plan, user=official())
    planned(plan=plan)
    assert repairs.publish_plan(plan=plan, user=official()).published_at
    with pytest.raises(WrongStateError):
        repairs.publish_plan(plan=plan, user=official())


def test_the_page_shows_what_was_done():
    repair = repairs.start_repair(repair=planned(), on=JUNE_1, user=None)
    page = signed_in(Role.WORKS).get(f"/works/repairs/{repair.pk}/").content.decode()
    assert page.count("timeline-entry timeline-insert") == 1
    assert page.count("timeline-entry timeline-update") >= 1
