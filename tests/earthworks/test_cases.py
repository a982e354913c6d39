"""The worked table: effective deadline, moments of claims, and the answer in three languages."""

import datetime as dt

import pytest
from django.utils import translation

from earthworks.answers import Facts, answer
from earthworks.choices import Addressee, OrderKind, OrderState
from earthworks.deadlines import (
    Due,
    Permit,
    Rules,
    claim_moments,
    due_at,
    guarantee_until,
    local_day,
    overdue_days,
    papers_due,
    restoration_due,
    runs,
)
from tests.earthworks.cases import (
    CALENDAR,
    CLAIMS,
    LANGUAGES,
    SEASONS,
    TERMS,
    WHO,
    ZONE,
    cases,
    local,
)

RULES = Rules(seasons=SEASONS, terms=TERMS, calendar=CALENDAR)
CASES = cases()
by_case = pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])


def day(case: dict, name: str) -> dt.date | None:
    return dt.date.fromisoformat(case[name]) if name in case else None


def due_of(case: dict) -> Due | None:
    """The deadline of the case, as the rules make it; None when it owes nothing now."""
    kind, state = OrderKind(case.get("kind", "planned")), OrderState(case["state"])
    if not runs(kind, state):
        return None
    if state == OrderState.DRAFT:
        return papers_due(local(case["dug_at"]), RULES)
    return restoration_due(
        Permit(
            begins_on=day(case, "begins_on"),
            ends_on=day(case, "ends_on"),
            damages=case.get("damages", True),
            interim_done=state == OrderState.RESTORED_INTERIM,
            extended=case.get("extended", 0),
        ),
        RULES,
    )


def sentence(case: dict, language: str) -> str:
    due = due_of(case)
    restored = day(case, "restored_on")
    facts = Facts(
        state=OrderState(case["state"]),
        kind=OrderKind(case.get("kind", "planned")),
        number=case.get("number", "2026-00042"),
        today=local_day(local(case["now"]), ZONE),
        who=WHO[language],
        begins_on=day(case, "begins_on"),
        ends_on=day(case, "ends_on"),
        due_on=due and due.on,
        duty=due and due.duty,
        basis=due and due.basis,
        final_on=due and due.final_on,
        extended=case.get("extended", 0),
        extended_on=day(case, "extended_on"),
        claim_on=day(case, "claim_on"),
        police_on=day(case, "police_on"),
        interim_on=day(case, "interim_on"),
        restored_on=restored,
        guarantee_until=guarantee_until(restored, RULES) if restored else None,
        ended_on=day(case, "ended_on"),
        reason=case.get("reason", ""),
        sunk_due_on=day(case, "sunk_due_on"),
    )
    with translation.override(language):
        return answer(facts).sentence


def test_the_table_is_large_enough_and_names_are_unique():
    assert len(CASES) >= 50
    assert len({case["name"] for case in CASES}) == len(CASES)
    assert {case["state"] for case in CASES} == set(OrderState.values)


@by_case
def test_deadline(case):
    due = due_of(case)
    if "due_on" not in case:
        assert due is None
        return
    assert (due.on, due.duty, due.basis) == (day(case, "due_on"), case["duty"], case["basis"])
    assert due.final_on == day(case, "final_on")
    missed = due_at(due.on, ZONE)
    assert missed == dt.datetime.fromisoformat(case["missed_at"].replace("Z", "+00:00"))
    now = local(case["now"])
    assert overdue_days(due.on, now, ZONE) == case["overdue_days"]
    assert (now >= missed) == (case["overdue_days"] > 0)


@by_case
def test_claims(case):
    if "missed_at" not in case:
        return
    moments = claim_moments(due_at(due_of(case).on, ZONE), CLAIMS, ZONE)
    assert moments[Addressee.HOLDER] == dt.datetime.fromisoformat(
        case["missed_at"].replace("Z", "+00:00")
    )
    assert moments[Addressee.POLICE] == dt.datetime.fromisoformat(
        case.get("police_at", case["missed_at"]).replace("Z", "+00:00")
    )


@pytest.mark.parametrize("language", LANGUAGES)
@by_case
def test_sentence(case, language):
    assert sentence(case, language) == case[language]


@pytest.mark.parametrize("language", ["ru", "kk"])
@by_case
def test_no_english_is_left(case, language):
    words = case[language].replace(WHO[language], "")
    assert not any(char.isascii() and char.isalpha() for char in words)
