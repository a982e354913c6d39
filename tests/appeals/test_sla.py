"""Deadlines: `sla_cases.csv`, one line each with its reason; and what must always hold."""

import csv
import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appeals.choices import TermUnit
from appeals.sla import (
    Deadline,
    Extended,
    PauseSpan,
    Stage,
    Term,
    deadline,
    extension_limit,
    first_deadline,
    stages_due,
    warning_at,
)
from citymap.worktime import ROUND_THE_CLOCK, WorkCalendar, five_day_week, six_day_week

ALMATY = ZoneInfo("Asia/Almaty")
CALENDARS = {
    "5": WorkCalendar(week=five_day_week()),
    "5cut": WorkCalendar(week=five_day_week(), cut_off=dt.time(17)),
    "6": WorkCalendar(week=six_day_week()),
    "24/7": ROUND_THE_CLOCK,
}
UNITS = {
    "h": TermUnit.HOURS, "w": TermUnit.WORKING_DAYS, "d": TermUnit.DAYS, "m": TermUnit.MONTHS,
}  # fmt: skip
CASES = list(
    csv.DictReader(
        Path(__file__).with_name("sla_cases.csv").read_text(encoding="utf-8").splitlines()
    )
)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ALMATY)


def term_of(text: str) -> Term:
    return Term(amount=int(text[:-1]), unit=UNITS[text[-1]])


class Case:
    """One line of the table, read."""

    def __init__(self, line: dict[str, str]) -> None:
        self.line = line
        self.calendar = CALENDARS[line["calendar"]]
        self.received, self.term = at(line["received"]), term_of(line["term"])
        events = [event.split() for event in line["events"].split(";") if event]
        self.pauses = [
            PauseSpan(started_at=at(rest[0]), ended_at=at(rest[1]) if rest[1:] else None)
            for kind, *rest in events
            if kind == "P"
        ]
        self.extensions = [
            Extended(given_at=at(given), until=at(until))
            for kind, given, until in (event for event in events if event[0] == "E")
            if kind
        ]

    @property
    def first(self) -> dt.datetime:
        return first_deadline(self.received, self.term, self.calendar)

    @property
    def now(self) -> dt.datetime:
        return at(self.line["now"])

    @property
    def deadline(self) -> Deadline:
        return deadline(
            self.received, self.first, self.term.unit, self.calendar, now=self.now,
            pauses=self.pauses, extensions=self.extensions,
        )  # fmt: skip


def cases(kind: str) -> list:
    chosen = [line for line in CASES if line["kind"] == kind]
    assert chosen
    return [pytest.param(Case(line), id=line["why"]) for line in chosen]


def test_the_table_is_large_and_every_case_says_why():
    assert len(CASES) >= 60
    assert len({line["why"] for line in CASES}) == len(CASES)


@pytest.mark.parametrize("case", cases("first"))
def test_first_deadline(case):
    bound = term_of(case.line["bound"]) if case.line["bound"] else None
    assert first_deadline(case.received, case.term, case.calendar, bound=bound) == at(
        case.line["expected"]
    )


@pytest.mark.parametrize("case", cases("due"))
def test_deadline_after_pauses_and_extensions(case):
    moment, _, word = case.line["expected"].partition(" ")
    found = case.deadline
    assert (found.due, found.paused) == (at(moment), word == "paused")
    assert found.first == case.first


@pytest.mark.parametrize("case", cases("overdue"))
def test_overdue(case):
    assert case.deadline.is_overdue(case.now) == (case.line["expected"] == "yes")


@pytest.mark.parametrize("case", cases("warning"))
def test_warning(case):
    assert warning_at(case.received, case.first, case.term, case.calendar) == at(
        case.line["expected"]
    )


@pytest.mark.parametrize("case", cases("stages"))
def test_stages(case):
    told = stages_due(
        case.received, case.deadline, case.term, case.calendar, now=case.now,
        danger=case.line["bound"] == "danger",
    )  # fmt: skip
    assert " ".join(told) == case.line["expected"]


@pytest.mark.parametrize("case", cases("limit"))
def test_extension_limit(case):
    limit = extension_limit(case.first, term_of(case.line["bound"]), case.calendar)
    assert limit == at(case.line["expected"])


def test_a_term_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        Term(amount=0, unit=TermUnit.HOURS)


# --- what must always hold ----------------------------------------------------------------
START = at("2023-12-01T00:00")
moments = st.integers(min_value=0, max_value=900 * 24 * 60).map(
    lambda minutes: START + dt.timedelta(minutes=minutes)
)
spans = st.integers(min_value=1, max_value=20 * 24 * 60).map(lambda n: dt.timedelta(minutes=n))
terms = st.builds(Term, amount=st.integers(1, 40), unit=st.sampled_from(list(TermUnit)))
calendars = st.sampled_from(list(CALENDARS.values()))


@st.composite
def clocks(draw):
    """A receipt with pauses and extensions after it, and a moment to look at."""
    received = draw(moments)
    pauses = [
        PauseSpan(started_at=received + after, ended_at=received + after + length)
        for after, length in draw(st.lists(st.tuples(spans, spans), max_size=3))
    ]
    extensions = [
        Extended(given_at=received + after, until=received + after + length)
        for after, length in draw(st.lists(st.tuples(spans, spans), max_size=3))
    ]
    return received, pauses, extensions, received + draw(spans) * draw(st.integers(0, 5))


@given(moments, terms, calendars)
def test_a_deadline_is_after_receipt_and_a_bound_never_makes_it_later(received, term, calendar):
    due = first_deadline(received, term, calendar)
    assert due > received
    bound = Term(amount=15, unit=TermUnit.WORKING_DAYS)
    assert first_deadline(received, term, calendar, bound=bound) <= due


@given(clocks(), terms, calendars)
def test_pauses_and_extensions_never_shorten(clock, term, calendar):
    received, pauses, extensions, now = clock
    first = first_deadline(received, term, calendar)
    values = {"now": now, "extensions": extensions}
    plain = deadline(received, first, term.unit, calendar, **values)
    paused = deadline(received, first, term.unit, calendar, pauses=pauses, **values)
    assert first == plain.first <= plain.due
    # Extensions name a day: a pause before one may be swallowed by it, but never shortens.
    assert paused.due >= plain.due


@given(clocks(), terms, calendars)
def test_the_order_in_which_events_are_told_does_not_matter(clock, term, calendar):
    received, pauses, extensions, now = clock
    first = first_deadline(received, term, calendar)
    one, other = (
        deadline(received, first, term.unit, calendar, now=now, pauses=p, extensions=e)
        for p, e in ((pauses, extensions), (pauses[::-1], extensions[::-1]))
    )
    assert one == other


@given(clocks(), terms, calendars)
def test_cutting_a_pause_in_two_changes_nothing(clock, term, calendar):
    received, pauses, _extensions, now = clock
    first = first_deadline(received, term, calendar)
    halves = []
    for pause in pauses:
        middle = pause.started_at + (pause.ended_at - pause.started_at) / 2
        halves += [
            PauseSpan(started_at=pause.started_at, ended_at=middle),
            PauseSpan(started_at=middle, ended_at=pause.ended_at),
        ]
    values = {"now": now}
    whole = deadline(received, first, term.unit, calendar, pauses=pauses, **values)
    assert deadline(received, first, term.unit, calendar, pauses=halves, **values) == whole


@given(clocks(), terms, calendars)
def test_what_has_been_overdue_stays_so_without_an_extension(clock, term, calendar):
    received, pauses, _extensions, now = clock
    first = first_deadline(received, term, calendar)
    later = now + dt.timedelta(days=40)
    seen = [
        deadline(received, first, term.unit, calendar, now=moment, pauses=pauses)
        for moment in (now, later)
    ]
    if seen[0].is_overdue(now):
        assert seen[1].due == seen[0].due
        assert seen[1].paused or seen[1].is_overdue(later)


@given(clocks(), terms, calendars, st.booleans())
def test_stages_come_in_order(clock, term, calendar, danger):
    received, pauses, extensions, now = clock
    first = first_deadline(received, term, calendar)
    found = deadline(
        received, first, term.unit, calendar, now=now, pauses=pauses, extensions=extensions
    )
    told = stages_due(received, found, term, calendar, now=now, danger=danger)
    assert list(told) == sorted(told, key=list(Stage).index)
    assert (Stage.BREACH in told) == found.is_overdue(now)
    # Nobody is warned of what has passed; and the head hears of nothing but a breach.
    assert told in ((), (Stage.WARNING,), (Stage.BREACH,), (Stage.BREACH, Stage.ESCALATION))
    if danger and found.is_overdue(now):
        assert Stage.ESCALATION in told
