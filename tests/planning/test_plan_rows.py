"""Promises of bodies may rest on yards of published programmes."""

from types import SimpleNamespace

import pytest

from planning.plan_rows import programme_rows
from planning.services.programmes import publish_version, put_yard, start_programme
from planning.services.queue import take_snapshot
from tests.planning.town import TODAY, make_prices, make_yard, survey

pytestmark = pytest.mark.django_db


def test_yards_of_programmes_in_force(planner):
    make_prices()
    yard, other = make_yard(0), make_yard(1)
    for one in (yard, other):
        survey(one)
    take_snapshot(as_of=TODAY)
    version = start_programme(
        name="Дворы", first_year=2027, budgets=[9_000_000], reason="бюджет", user=planner
    )
    put_yard(version=version, yard=yard, year=2027, reason="первый", user=planner)
    appeal = SimpleNamespace(yard_id=yard.pk)
    # A draft promises nothing.
    assert programme_rows(appeal) == []
    publish_version(version=version, user=planner)
    (row,) = programme_rows(appeal)
    assert row.title.startswith("Дворы")
    assert row.until.isoformat() == "2027-12-31"
    assert programme_rows(SimpleNamespace(yard_id=other.pk)) == []
    assert programme_rows(SimpleNamespace(yard_id=None)) == []
