"""Which results are looked at: riskier ones more often, each sometimes."""

import datetime as dt
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appeals import services
from appeals.choices import CheckResult
from appeals.inspection import drawn_for, reported, unconfirmed_shares
from appeals.sampling import MOST, Reported, draw, risk
from tests.appeals.world import DAY, HOUR, MONDAY

TODAY = dt.date(2026, 11, 23)
reports = st.builds(
    Reported, appeal=st.integers(1, 10**6), flags=st.integers(0, 8), recurrence=st.booleans(),
    danger=st.booleans(), has_photo=st.booleans(), sent_back_before=st.booleans(),
    unconfirmed_share=st.floats(0, 1),
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(reports)
def test_every_report_may_be_drawn_and_none_but_onsite_must(report):
    assert 0 < risk(report) <= MOST


def test_what_must_be_seen_always_is():
    assert risk(Reported(appeal=1, onsite_category=True)) == 1.0


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(reports, max_size=40, unique_by=lambda one: one.appeal), st.integers(0, 10))
def test_a_draw_is_the_same_again_whatever_the_order(some, most):
    values = {"day": TODAY, "seed": "s", "most": most}
    chosen = draw(some, **values)
    assert chosen == draw(reversed(some), **values)
    assert len(chosen) <= most


def test_shares_follow_the_risk_and_days_differ():
    dull = [Reported(appeal=n) for n in range(4000)]
    bad = [Reported(appeal=n, unconfirmed_share=0.8, sent_back_before=True) for n in range(4000)]
    values = {"seed": "s", "most": 4000}
    shares = [len(draw(some, day=TODAY, **values)) / 4000 for some in (dull, bad)]
    assert shares[0] == pytest.approx(0.05, abs=0.02)
    assert shares[1] == pytest.approx(0.70, abs=0.03)
    tomorrow = draw(dull, day=TODAY + dt.timedelta(days=1), **values)
    assert set(tomorrow) != set(draw(dull, day=TODAY, **values))


@pytest.mark.django_db
def test_the_worklist_of_a_day(world, django_assert_max_num_queries):
    seen = world.reported(category=world.category("HEAT-WEAK"))
    services.check(
        appeal=seen, user=world.inspector, key=uuid.uuid4(), result=CheckResult.NOT_CONFIRMED,
        note="холодно", now=MONDAY + 3 * HOUR,
    )  # fmt: skip
    waits = world.reported(category=world.category("HEAT-WEAK"))
    assert unconfirmed_shares(since=MONDAY - DAY) == {world.body.pk: 1.0}
    with django_assert_max_num_queries(2):
        (row,) = reported(now=MONDAY + DAY)
    assert (row.appeal, row.onsite_category, row.has_photo) == (waits.pk, True, False)
    with django_assert_max_num_queries(3):
        assert drawn_for(TODAY, now=MONDAY + DAY) == [waits]
