"""What a promise may rest on: live repairs near the place, whatever other rooms plan there."""

import datetime as dt

import pytest
from django.utils import timezone

from appeals.plans import planned_at, sources
from earthworks.choices import RepairKind
from earthworks.models import RepairWork
from tests.appeals.world import MONDAY

pytestmark = pytest.mark.django_db


def test_every_room_that_plans_is_asked():
    assert {source.name for source in sources} >= {"repair", "programme"}


def test_live_repairs_near_the_place(world, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *_args: MONDAY.date())
    appeal = world.register()

    def repair(title: str, east_m: float, ends_on: dt.date) -> RepairWork:
        return RepairWork.objects.create(
            kind=RepairKind.ROAD, title=title, organization=world.body, geom=world.at(east_m),
            begins_on=dt.date(2026, 11, 1), ends_on=ends_on, first_ends_on=ends_on,
        )  # fmt: skip

    near = repair("near", 30, dt.date(2026, 12, 20))
    repair("far", 200, dt.date(2026, 12, 20))
    repair("over", 10, dt.date(2026, 11, 5))
    planned = planned_at(appeal)
    assert {key: row.title for key, row in planned.items()} == {f"repair:{near.pk}": "near"}
    assert planned[f"repair:{near.pk}"].until == dt.date(2026, 12, 20)
