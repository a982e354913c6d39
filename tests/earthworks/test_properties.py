"""What holds for every order: deadlines never move back, and random steps keep the rules."""

import datetime as dt
import random

import pytest
import shapely
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earthworks.choices import ClaimState, DamagedSurface, Duty, OrderState
from earthworks.deadlines import (
    DeadlineError,
    Permit,
    Rules,
    claim_after_extension,
    due_at,
    guarantee_until,
    local_day,
    overdue_days,
    papers_due,
    restoration_due,
)
from earthworks.errors import WorksError
from earthworks.models import Claim, Deadline, Order
from earthworks.policies import season_of
from earthworks.services import claims, orders, works
from earthworks.surfaces import divide
from earthworks.workflow import DISPATCHED, LIVE_CLAIM, OPEN_GROUND, TRANSITIONS, may_follow
from tests.earthworks.cases import CALENDAR, SEASONS, TERMS, ZONE
from tests.earthworks.world import dig, draft, inspection, local, official, police

RULES = Rules(seasons=SEASONS, terms=TERMS, calendar=CALENDAR)
days = st.dates(dt.date(2016, 1, 1), dt.date(2034, 12, 31))
lengths = st.integers(0, 500)


@given(
    day=days, length=lengths, more=st.integers(1, 300), damages=st.booleans(), done=st.booleans()
)
def test_an_extension_never_brings_a_deadline_forward(day, length, more, damages, done):
    ends_on = day + dt.timedelta(days=length)
    before = Permit(begins_on=day, ends_on=ends_on, damages=damages, interim_done=done)
    after = Permit(
        begins_on=day, ends_on=ends_on + dt.timedelta(days=more), damages=damages,
        interim_done=done, extended=1,
    )  # fmt: skip
    old, new = restoration_due(before, RULES), restoration_due(after, RULES)
    assert new.final_on >= old.final_on
    assert new.on >= old.on or new.duty == Duty.INTERIM


@given(day=days, length=lengths)
def test_interim_gives_time_in_winter_only(day, length):
    open_, done = (
        restoration_due(
            Permit(begins_on=day, ends_on=day + dt.timedelta(days=length), interim_done=done), RULES
        )
        for done in (False, True)
    )
    assert done.duty == Duty.PERMANENT
    assert done.on == open_.final_on
    if open_.duty == Duty.PERMANENT:
        assert done == open_
    else:
        assert open_.on < done.on


@given(day=days, length=lengths)
def test_permanent_restoration_is_never_due_in_the_closed_season(day, length):
    due = restoration_due(Permit(begins_on=day, ends_on=day + dt.timedelta(days=length)), RULES)
    seasons = (season_of(SEASONS, year) for year in (due.final_on.year - 1, due.final_on.year))
    assert all(due.final_on not in season for season in seasons if season)


@given(day=days)
def test_a_duty_is_overdue_from_the_first_instant_of_the_next_day(day):
    missed = due_at(day, ZONE)
    assert local_day(missed, ZONE) == day + dt.timedelta(days=1)
    assert local_day(missed - dt.timedelta(microseconds=1), ZONE) == day
    assert overdue_days(day, missed, ZONE) == 1
    assert overdue_days(day, missed - dt.timedelta(microseconds=1), ZONE) == 0


@given(day=days, seconds=st.integers(0, 86_399))
def test_papers_fall_due_on_a_working_day_after_the_dig(day, seconds):
    moment = dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
    due = papers_due(moment, RULES)
    assert CALENDAR.is_working_day(due.on)
    assert due.on > local_day(moment, ZONE)


@given(day=days)
def test_a_guarantee_lasts_whole_years(day):
    years = RULES.terms_on(day).guarantee_years
    end = guarantee_until(day, RULES) + dt.timedelta(days=1)
    assert (end.year - day.year, (end - day).days // 365) == (years, years)


def test_an_order_that_ends_before_it_begins_has_no_deadline():
    with pytest.raises(DeadlineError):
        restoration_due(Permit(begins_on=dt.date(2026, 6, 2), ends_on=dt.date(2026, 6, 1)), RULES)


@pytest.mark.parametrize("state", ClaimState)
@pytest.mark.parametrize("dispatched", [False, True])
def test_after_an_extension_no_claim_is_live(state, dispatched):
    after = claim_after_extension(state, dispatched=dispatched)
    assert after not in LIVE_CLAIM
    if state not in LIVE_CLAIM:
        assert after == state
    elif dispatched or state in DISPATCHED:
        assert after == ClaimState.WITHDRAWN
    else:
        assert after == ClaimState.CANCELLED


@given(x=st.integers(-30, 30), width=st.integers(1, 20))
def test_surfaces_add_up_to_the_dig(x, width):
    dug = shapely.box(0, 0, width, 10)
    lines = [
        (DamagedSurface.ROAD, 7.0, shapely.LineString([(x, -50), (x, 50)])),
        (DamagedSurface.SIDEWALK, 2.0, shapely.LineString([(x + 5, -50), (x + 5, 50)])),
    ]
    areas = divide(dug, lines, [])
    assert sum(areas.values()) == pytest.approx(dug.area, abs=0.2)
    assert all(area >= 0 for area in areas.values())


# --- random operations --------------------------------------------------------------------
def _operations(order: Order, now: dt.datetime, chance: random.Random) -> dict:
    user = official()
    until = order.until_on + dt.timedelta(days=chance.randint(-5, 60))
    return {
        "apply": lambda: orders.apply(order=order, user=user, now=now),
        "issue": lambda: orders.issue(
            order=order, user=user, conflict_reason="x", override_reason="x", now=now
        ),
        "refuse": lambda: orders.refuse(order=order, reason="x", user=user, now=now),
        "start": lambda: works.start(order=order, user=user, now=now),
        "done": lambda: works.works_done(order=order, user=user, now=now),
        "interim": lambda: works.restore_interim(
            order=order, inspection=inspection(order), user=user, now=now
        ),
        "accept": lambda: works.accept_restoration(
            order=order, inspection=inspection(order), user=user, now=now
        ),
        "reject": lambda: works.reject_restoration(
            order=order,
            duty=Duty.PERMANENT,
            inspection=inspection(order, "bad"),
            user=user,
            now=now,
        ),
        "close": lambda: works.close(order=order, user=user, now=now),
        "cancel": lambda: works.cancel(order=order, reason="x", user=user, now=now),
        "extend": lambda: works.extend(
            order=order, new_until=until, reason="x", user=user, now=now
        ),
        "sweep": lambda: claims.make_claims(now=now),
    }  # fmt: skip


@pytest.mark.django_db
@settings(
    max_examples=12, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(seed=st.integers(0, 10**6), emergency=st.booleans())
def test_random_operations_keep_every_rule(rules, seed, emergency):
    with transaction.atomic():
        _walk(random.Random(seed), emergency=emergency)
        transaction.set_rollback(True)


def _walk(chance: random.Random, *, emergency: bool) -> None:
    police()
    now = local("2026-08-20 10:00")
    order = draft(
        geom=dig(), begins_on=dt.date(2026, 8, 21), ends_on=dt.date(2026, 9, 10), now=now,
        dug_at=now if emergency else None,
    )  # fmt: skip
    for _turn in range(30):
        now += dt.timedelta(hours=chance.randint(1, 200))
        name, run = chance.choice(sorted(_operations(order, now, chance).items()))
        before = Order.objects.get(pk=order.pk)
        try:
            with transaction.atomic():
                run()
        except WorksError:
            assert Order.objects.get(pk=order.pk).state == before.state
        order.refresh_from_db()
        _check(before, order, name)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _check(before: Order, order: Order, name: str) -> None:
    """The rules that hold after every operation."""
    if before.state != order.state and name not in ("apply", "issue"):
        assert may_follow(TRANSITIONS, before.state, order.state)
    if order.state in OPEN_GROUND:
        current = Deadline.objects.get(order=order, version=order.deadline_version)
        assert (order.due_on, order.due_at, order.duty) == (current.on, current.at, current.duty)
    versions = list(order.deadlines.values_list("version", flat=True))
    assert versions == list(range(1, len(versions) + 1))
    assert order.extensions.count() == order.extensions_count
    assert order.acceptances.filter(accepted=True, duty=Duty.PERMANENT).exists() == (
        order.state in (OrderState.RESTORED, OrderState.CLOSED)
    )
    left_behind = Claim.objects.live().filter(order=order).exclude(
        deadline__version=order.deadline_version
    )  # fmt: skip
    # Only a restoration brings a new deadline without ending the claims for the missed one.
    assert not left_behind.exclude(deadline__duty__in=[Duty.INTERIM, Duty.PAPERS]).exists()
    pairs = list(order.claims.values_list("deadline", "addressee"))
    assert len(pairs) == len(set(pairs))
