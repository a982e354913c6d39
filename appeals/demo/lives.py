"""Planned appeals get lives: terms, bodies, replies, calls, ends; and go into the tables."""

import datetime as dt
import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from django.db import connection
from django.utils import timezone

from appeals.choices import (
    CallResult,
    ContactKind,
    EmergencyService,
    Outcome,
    State,
    TermUnit,
    Urgency,
)
from appeals.demo.answers import write_promises, write_reports
from appeals.demo.bodies import bodies
from appeals.demo.life import Life
from appeals.demo.routes import routes
from appeals.demo.staging import insert_rows, reserve_keys
from appeals.demo.texts import COMPLAINTS, TAILS_KK, TAILS_RU
from appeals.guards import QUIET_FROM, QUIET_UNTIL, is_loud
from appeals.likeness import text_key
from appeals.models import (
    Appeal,
    Applicant,
    CallBack,
    Category,
    Contact,
    Joining,
    Report,
)
from appeals.models.appeals import NUMBER_PREFIX
from appeals.policies import calendar_of
from appeals.sla import Term, first_deadline
from citymap.geo import city_srid
from layers.demo import chance
from layers.models import Address, Building

DEMO_SOURCE = "demo"
CHANNELS = {"phone": 78.0, "whatsapp": 8.0, "telegram": 5.0, "portal": 4.0, "visit": 3.0,
            "letter": 2.0}  # fmt: skip
# What chance decides of each appeal.
DRAWS = ("late", "pace", "fate", "words", "kk", "formal", "joined", "promise", "words2")
# Bodies that are late more often than others.
LATE, USUALLY_LATE = {"roads": 0.35, "ksk1": 0.3, "water": 0.2}, 0.1
# Bodies with more work than hands: what they were given in the last days is not done yet.
BUSY, BUSY_FOR = {"heat"}, dt.timedelta(days=3)
# Of duplicates, the share that somebody joined.
JOINED = 0.6
# Outcomes by the share of fates that end at or below; the rest is explained.
OUTCOMES = (
    (0.76, Outcome.DONE), (0.84, Outcome.PLANNED), (0.86, Outcome.NEEDS_FUNDING),
    (0.88, Outcome.REFUSED), (0.90, Outcome.NOT_CONFIRMED), (1.0, Outcome.EXPLAINED),
)  # fmt: skip
# Of the time from the report to the end, what passes until the result is verified.
VERIFIED_AFTER = 0.4
# Of verified appeals, the share whose applicants did not answer the first call.
NOT_ANSWERED = 0.3
# Who is told the result is told so long before the end.
TOLD_BEFORE = dt.timedelta(hours=1)
# Days that a promise takes.
PROMISED_DAYS = 20, 70
THANKS = 0.07
# Residents ask about an appeal among so many of the latest.
ASKED_ABOUT = 600
APPEAL_COLUMNS = (
    "id", "number", "year", "serial", "state", "regime", "category_id", "channel", "language",
    "urgency", "text", "text_key", "geom", "place", "building_id", "yard_id", "executor_id",
    "route",
    "received_at", "registered_at", "assigned_at", "term_amount", "term_unit", "first_due_at",
    "due_at", "reported_at", "ended_at", "outcome", "joined_into_id", "recurrence_of_id",
    "source", "source_id",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Lives:
    """What is to be written; `houses` and `people` are keys of rows."""

    contacts: pd.DataFrame
    appeals: pd.DataFrame
    houses: list[int]
    people: list[int]
    now: dt.datetime


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """What rows of appeals need of the city: keys of houses, their yards and labels."""

    houses: list[int]
    yards: dict[int, int | None]
    categories: dict[str, Category]
    labels: dict[int, str]


def write_lives(lives: Lives) -> tuple[dict[str, int], list[int]]:
    """Write everything; how many rows of each kind, and the keys of the appeals."""
    appeals = lives.appeals
    made = _live(lives)
    keys = [life.pk for life in made]
    numbers = _numbers(made)
    yards = dict(Building.objects.current().values_list("pk", "yard"))
    facts = _Facts(
        houses=lives.houses,
        yards=yards,
        categories={one.code: one for one in Category.objects.leaves()},
        labels=_labels(),
    )
    insert_rows(
        Appeal, APPEAL_COLUMNS,
        (
            _appeal_row(life, row, number, keys, facts)
            for life, row, number in zip(made, appeals.itertuples(), numbers, strict=True)
        ),
    )  # fmt: skip
    counts = {"appeals": len(made)}
    counts["contacts"] = _write_contacts(lives, keys)
    reports = reserve_keys(Report, sum(life.reported is not None for life in made))
    counts["reports"] = write_reports(made, reports)
    counts["promises"] = write_promises(made, reports, lives.now)
    applicants = _write_applicants(made, lives)
    counts["calls back"] = _write_calls(made, applicants, lives.now)
    counts["joined"] = _write_joinings(made, appeals, keys)
    _count_numbers(made, numbers)
    return counts, keys


def _live(lives: Lives) -> list[Life]:
    """Term, body, reply and end of each."""
    zone = timezone.get_default_timezone()
    known, usual = bodies(), calendar_of(None)
    calendars = {name: calendar_of(body) for name, body in known.items()}
    categories = {one.code: one for one in Category.objects.leaves()}
    terms = {
        code: Term(amount=policy.amount, unit=TermUnit(policy.unit))
        for code, one in categories.items()
        if (policy := one.policies.filter(body__isnull=True).first())
    }
    keys = lives.appeals["key"].to_numpy(dtype=np.uint64)
    draws = {name: chance.uniform(keys, name) for name in DRAWS}
    routed = routes(lives.appeals, lives.houses, categories)
    made = []
    for number, (pk, row, route) in enumerate(
        zip(reserve_keys(Appeal, len(keys)), lives.appeals.itertuples(), routed, strict=True)
    ):
        draw = {name: float(values[number]) for name, values in draws.items()}
        life = Life()
        life.pk, life.key, life.body, life.route = pk, draw, route.body, route.reason
        life.received = row.at.to_pydatetime().replace(tzinfo=zone)
        life.term = terms[row.category]
        life.due = first_deadline(
            life.received, life.term, calendars.get(route.body.source_id, usual)
        )
        life.late = draw["late"] < LATE.get(route.kind, USUALLY_LATE)
        life.kk = draw["kk"] < 0.22
        life.text = _words(row.group, draw, kazakh=life.kk)
        joined = row.twin_kind == "duplicate" and draw["joined"] < JOINED
        busy = route.kind in BUSY and life.received > lives.now - BUSY_FOR
        _end(life, draw, lives.now, joined=joined, busy=busy)
        life.promised = None
        if life.outcome == Outcome.PLANNED:
            first, last = PROMISED_DAYS
            days = first + int((last - first) * draw["promise"])
            life.promised = timezone.localdate(life.reported) + dt.timedelta(days=days)
        made.append(life)
    return made


def _end(life: Life, draw: dict[str, float], now: dt.datetime, *, joined: bool, busy: bool) -> None:
    """How far it has come by now."""
    span = life.due - life.received
    pace = 1.1 + 1.5 * draw["pace"] if life.late else 0.2 + 0.7 * draw["pace"]
    reported = life.received + span * pace
    ended = _by_day(reported + dt.timedelta(hours=4 + 40 * draw["fate"]))
    verified = reported + VERIFIED_AFTER * (ended - reported)
    life.outcome, life.reported, life.verified, life.ended = "", None, None, None
    if joined:
        life.state, life.ended = State.JOINED, life.received + dt.timedelta(minutes=5)
    elif draw["fate"] < 0.02 and life.received + span < now:
        life.state, life.ended = State.WITHDRAWN, life.received + span * 0.5
    elif verified < now and not busy:
        life.reported, life.verified = reported, verified
        life.outcome = next(one for edge, one in OUTCOMES if draw["fate"] <= edge)
        life.state = State.VERIFIED
        if ended < now:
            life.state, life.ended = State.CLOSED, ended
    elif reported < now and not busy:
        life.state, life.reported = State.REPORTED_DONE, reported
    elif draw["pace"] < 0.2:
        life.state = State.ASSIGNED
    else:
        life.state = State.ACCEPTED if draw["pace"] < 0.4 else State.IN_PROGRESS


def _by_day(moment: dt.datetime) -> dt.datetime:
    """The moment, or the next morning: nobody is called at night."""
    if is_loud(moment - TOLD_BEFORE):
        return moment
    local = timezone.localtime(moment)
    day = local.date() + dt.timedelta(days=local.hour >= QUIET_FROM.hour)
    return local.replace(year=day.year, month=day.month, day=day.day, hour=QUIET_UNTIL.hour + 1)


def _words(group: str, draw: dict[str, float], *, kazakh: bool) -> str:
    words, tails = COMPLAINTS[group][kazakh], TAILS_KK if kazakh else TAILS_RU
    number = int(draw["words"] * 10_000)
    return words[number % len(words)] + tails[number // len(words) % len(tails)]


def _numbers(made: list[Life]) -> list[tuple[int, int]]:
    """Year and number in the year, in the order of receipt."""
    last: dict[int, int] = {}
    found = []
    for life in made:
        year = life.received.year
        last[year] = last.get(year, 0) + 1
        found.append((year, last[year]))
    return found


def _count_numbers(made: list[Life], numbers: list[tuple[int, int]]) -> None:
    """The counters go on where the demo ends."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO appeals_appealcounter AS counter (year, last) VALUES (%s, %s)"
            " ON CONFLICT (year) DO UPDATE SET last = greatest(counter.last, excluded.last)",
            sorted(dict(numbers).items()),
        )


def _point(x: float, y: float) -> str:
    """A point as hex EWKB: little-endian, with the city's SRID."""
    return struct.pack("<BIIdd", 1, 0x20000001, city_srid(), x, y).hex()


def _labels() -> dict[int, str]:
    """Street and number of each house."""
    found = Address.objects.current().filter(building__isnull=False).order_by("-pk")
    rows = found.values_list("building", "street_name", "house_number")
    return {house: f"{street}, {number}" for house, street, number in rows}


def _appeal_row(
    life: Life, row: Any, number: tuple[int, int], keys: list[int], facts: _Facts
) -> tuple:
    year, serial = number
    category, house = facts.categories[row.category], facts.houses[row.house]
    joined = life.state == State.JOINED
    with_body = life.state not in (State.JOINED, State.WITHDRAWN)
    return (
        life.pk, f"{NUMBER_PREFIX}-{year}-{serial:06d}", year, serial, life.state.value,
        "service_request", category.pk,
        chance.pick(np.array([row.key], dtype=np.uint64), "channel", CHANNELS)[0],
        "kk" if life.kk else "ru", (Urgency.DANGER if category.danger else Urgency.NORMAL).value,
        life.text, _key_of(life.text), _point(row.x, row.y),
        facts.labels.get(house, ""), house, facts.yards.get(house),
        life.body.pk if with_body else None, life.route if with_body else "",
        life.received, life.received,
        life.received if with_body else None, life.term.amount, life.term.unit.value, life.due,
        life.due, life.reported, life.ended, life.outcome and life.outcome.value,
        keys[row.twin] if joined else None,
        keys[row.twin] if row.twin_kind == "recurrence" else None, DEMO_SOURCE, str(life.pk),
    )  # fmt: skip


def _write_contacts(lives: Lives, keys: list[int]) -> int:
    zone = timezone.get_default_timezone()
    contacts = lives.contacts
    draw = contacts["key"].to_numpy(dtype=np.uint64)
    channels = chance.pick(draw, "channel", CHANNELS)
    people = (chance.uniform(draw, "who") ** 2 * len(lives.people)).astype(int)
    kinds = chance.pick(
        draw, "kind",
        {"consultation": 95.3, "drop": 0.35, "": 4.0, "follow_up": 0.25, "transfer": 0.1},
    )  # fmt: skip
    services = chance.pick(draw, "service", dict.fromkeys(EmergencyService.values, 1.0))
    back = (chance.uniform(draw, "about") * ASKED_ABOUT).astype(int)
    numbers = iter(keys)

    def rows():
        done = 0
        for at, is_appeal, channel, who, kind, service, ago in zip(
            contacts["at"], contacts["is_appeal"], channels, people, kinds, services, back,
            strict=True,
        ):  # fmt: skip
            start = at.to_pydatetime().replace(tzinfo=zone)
            anonymous = not is_appeal and kind == ""
            what = ContactKind.APPEAL if is_appeal else ContactKind(kind or "consultation")
            about = None
            if is_appeal:
                about, done = next(numbers), done + 1
            elif what == ContactKind.FOLLOW_UP:
                # "Where is my request?" is asked about one of the last ones.
                if done:
                    about = keys[max(0, done - 1 - ago)]
                else:
                    what = ContactKind.CONSULTATION
            transfer = what == ContactKind.TRANSFER
            yield (
                channel,
                what.value,
                None if anonymous else lives.people[who],
                anonymous,
                "kk" if who % 4 == 0 else "ru",
                start,
                start + dt.timedelta(minutes=3),
                about,
                service if transfer else "",
                "диспетчер" if transfer else "",
                "",
                "",
                "",
                False,
            )

    return insert_rows(
        Contact,
        ("channel", "kind", "caller_id", "anonymous", "language", "started_at", "ended_at",
         "appeal_id", "transferred_to", "dispatcher", "log_number", "note", "call_id", "practice"),
        rows(),
    )  # fmt: skip


# The demo's people say few different things: each is looked at once.
_key_of = lru_cache(maxsize=1024)(text_key)


def _write_applicants(made: list[Life], lives: Lives) -> list[int]:
    keys = reserve_keys(Applicant, len(made))
    draw = lives.appeals["key"].to_numpy(dtype=np.uint64)
    people = (chance.uniform(draw, "who") ** 2 * len(lives.people)).astype(int)
    insert_rows(
        Applicant, ("id", "appeal_id", "person_id", "added_at"),
        (
            (key, life.pk, lives.people[who], life.received)
            for key, life, who in zip(keys, made, people, strict=True)
        ),
    )  # fmt: skip
    return keys


def _write_calls(made: list[Life], applicants: list[int], now: dt.datetime) -> int:
    """Who was told the result, and who of those still to be told did not answer once."""

    def rows():
        for life, applicant in zip(made, applicants, strict=True):
            if life.state == State.CLOSED:
                good = not life.late and life.outcome != Outcome.REFUSED
                yield (
                    life.pk, applicant, life.ended - TOLD_BEFORE, CallResult.TOLD.value,
                    4 + int(life.key["pace"] * 2) if good else 2,
                    life.key["promise"] < THANKS and good and life.outcome == Outcome.DONE,
                    None, "",
                )  # fmt: skip
            elif life.state == State.VERIFIED and life.key["words2"] < NOT_ANSWERED:
                called = life.verified + (now - life.verified) / 2
                if not is_loud(called):
                    continue
                yield (
                    life.pk, applicant, called, CallResult.NO_ANSWER.value, None, False,
                    called + dt.timedelta(hours=2), "",
                )  # fmt: skip

    return insert_rows(
        CallBack,
        ("appeal_id", "applicant_id", "called_at", "result", "satisfaction", "thanks",
         "next_try_at", "note"),
        rows(),
    )  # fmt: skip


def _write_joinings(made: list[Life], appeals: pd.DataFrame, keys: list[int]) -> int:
    return insert_rows(
        Joining, ("appeal_id", "into_id", "reason", "joined_at", "undone_reason"),
        (
            (life.pk, keys[twin], "", life.ended, "")
            for life, twin in zip(made, appeals["twin"], strict=True)
            if life.state == State.JOINED
        ),
    )  # fmt: skip
