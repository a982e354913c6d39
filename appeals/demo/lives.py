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

from appeals.choices import CallResult, ContactKind, Outcome, State, TermUnit, Urgency
from appeals.demo.bodies import BODY_OF_KIND, bodies
from appeals.demo.staging import insert_rows, reserve_keys
from appeals.demo.texts import COMPLAINTS, REPLIES, TAILS_KK, TAILS_RU
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
from appeals.replycheck import check_reply
from appeals.sla import Term, first_deadline
from citymap.geo import city_srid
from layers.demo import chance
from layers.models import Address, Building

DEMO_SOURCE = "demo"
CHANNELS = {"phone": 78.0, "whatsapp": 8.0, "telegram": 5.0, "portal": 4.0, "visit": 3.0,
            "letter": 2.0}  # fmt: skip
# Bodies that are late more often than others, and how often they answer formally.
LATE, USUALLY_LATE = {"roads": 0.35, "ksk1": 0.3, "water": 0.2}, 0.1
FORMAL, USUALLY_FORMAL = {"roads": 0.35, "akimat": 0.3}, 0.12
# Of duplicates, the share that somebody joined.
JOINED = 0.6
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


class _Life:
    """One appeal's values, worked out in order: later ones rest on earlier ones."""

    __slots__ = (
        "body", "due", "ended", "key", "kk", "late", "outcome", "pk", "received", "reported",
        "state", "text", "term",
    )  # fmt: skip


def write_lives(lives: Lives) -> dict[str, int]:
    """Write everything; how many rows of each kind."""
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
    counts["reports"] = _write_reports(made)
    applicants = _write_applicants(made, lives)
    counts["calls back"] = _write_calls(made, applicants)
    counts["joined"] = _write_joinings(made, appeals, keys)
    _count_numbers(made, numbers)
    return counts


def _live(lives: Lives) -> list[_Life]:
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
    draws = {name: chance.uniform(keys, name) for name in ("late", "pace", "fate", "words", "kk",
                                                          "formal", "joined")}  # fmt: skip
    made = []
    for number, (pk, row) in enumerate(
        zip(reserve_keys(Appeal, len(keys)), lives.appeals.itertuples(), strict=True)
    ):
        draw = {name: float(values[number]) for name, values in draws.items()}
        body = BODY_OF_KIND[categories[row.category].body_kind]
        life = _Life()
        life.pk, life.key, life.body = pk, draw, known[body]
        life.received = row.at.to_pydatetime().replace(tzinfo=zone)
        life.term = terms[row.category]
        life.due = first_deadline(life.received, life.term, calendars.get(body, usual))
        life.late = draw["late"] < LATE.get(body, USUALLY_LATE)
        life.kk = draw["kk"] < 0.22
        life.text = _words(row.group, draw, kazakh=life.kk)
        joined = row.twin_kind == "duplicate" and draw["joined"] < JOINED
        _end(life, draw, lives.now, joined=joined)
        made.append(life)
    return made


def _end(life: _Life, draw: dict[str, float], now: dt.datetime, *, joined: bool) -> None:
    """How far it has come by now."""
    span = life.due - life.received
    pace = 1.1 + 1.5 * draw["pace"] if life.late else 0.2 + 0.7 * draw["pace"]
    reported = life.received + span * pace
    ended = reported + dt.timedelta(hours=4 + 40 * draw["fate"])
    life.outcome, life.reported, life.ended = "", None, None
    if joined:
        life.state, life.ended = State.JOINED, life.received + dt.timedelta(minutes=5)
    elif draw["fate"] < 0.02 and life.received + span < now:
        life.state, life.ended = State.WITHDRAWN, life.received + span * 0.5
    elif ended < now:
        life.state, life.reported, life.ended = State.CLOSED, reported, ended
        life.outcome = Outcome.EXPLAINED if draw["fate"] > 0.85 else Outcome.DONE
    elif reported < now:
        life.state, life.reported = State.REPORTED_DONE, reported
    elif draw["pace"] < 0.2:
        life.state = State.ASSIGNED
    else:
        life.state = State.ACCEPTED if draw["pace"] < 0.4 else State.IN_PROGRESS


def _words(group: str, draw: dict[str, float], *, kazakh: bool) -> str:
    words, tails = COMPLAINTS[group][kazakh], TAILS_KK if kazakh else TAILS_RU
    number = int(draw["words"] * 10_000)
    return words[number % len(words)] + tails[number // len(words) % len(tails)]


def _numbers(made: list[_Life]) -> list[tuple[int, int]]:
    """Year and number in the year, in the order of receipt."""
    last: dict[int, int] = {}
    found = []
    for life in made:
        year = life.received.year
        last[year] = last.get(year, 0) + 1
        found.append((year, last[year]))
    return found


def _count_numbers(made: list[_Life], numbers: list[tuple[int, int]]) -> None:
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
    life: _Life, row: Any, number: tuple[int, int], keys: list[int], facts: _Facts
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
        life.body.pk if with_body else None, "demo", life.received, life.received,
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
    kinds = chance.pick(draw, "kind", {"consultation": 90.0, "drop": 6.0, "": 4.0})
    numbers = iter(keys)

    def rows():
        for at, is_appeal, channel, who, kind in zip(
            contacts["at"], contacts["is_appeal"], channels, people, kinds, strict=True
        ):
            start = at.to_pydatetime().replace(tzinfo=zone)
            anonymous = not is_appeal and kind == ""
            what = ContactKind.APPEAL if is_appeal else ContactKind(kind or "consultation")
            yield (
                channel,
                what.value,
                None if anonymous else lives.people[who],
                anonymous,
                "kk" if who % 4 == 0 else "ru",
                start,
                start + dt.timedelta(minutes=3),
                next(numbers) if is_appeal else None,
                "",
                "",
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


@lru_cache(maxsize=1024)
def _flags_of(template: str, outcome: Outcome) -> tuple[str, ...]:
    """Flags of a reply; which day it names makes no difference."""
    text = template.format(date="01.02.2026")
    flags = check_reply(text, outcome=outcome, photo_wanted=False, has_photo=False)
    return tuple(flag.value for flag in flags)


def _write_reports(made: list[_Life]) -> int:
    def rows():
        for life in made:
            if life.reported is None:
                continue
            formal = life.key["formal"] < FORMAL.get(life.body.source_id, USUALLY_FORMAL)
            words = REPLIES["formal" if formal else "good"]
            day = f"{timezone.localdate(life.reported):%d.%m.%Y}"
            template = words[int(life.key["words"] * 1000) % len(words)]
            text = template.format(date=day)
            outcome = life.outcome or Outcome.DONE
            flags = _flags_of(template, outcome)
            closed = life.state == State.CLOSED
            yield (
                life.pk,
                life.body.pk,
                life.reported,
                outcome.value,
                text,
                "",
                "",
                "{" + ",".join(flags) + "}",
                life.ended - dt.timedelta(hours=2) if closed else None,
                "phone" if closed else "",
                "",
                "",
            )

    return insert_rows(
        Report,
        ("appeal_id", "body_id", "made_at", "outcome", "text", "cost_class", "legal_ground",
         "flags", "verified_at", "verified_how", "flags_note", "sent_back_reason"),
        rows(),
    )  # fmt: skip


def _write_applicants(made: list[_Life], lives: Lives) -> list[int]:
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


def _write_calls(made: list[_Life], applicants: list[int]) -> int:
    return insert_rows(
        CallBack,
        ("appeal_id", "applicant_id", "called_at", "result", "satisfaction", "thanks", "note"),
        (
            (
                life.pk, applicant, life.ended - dt.timedelta(hours=1), CallResult.TOLD.value,
                2 if life.late else 4 + int(life.key["pace"] * 2), False, "",
            )
            for life, applicant in zip(made, applicants, strict=True)
            if life.state == State.CLOSED
        ),
    )  # fmt: skip


def _write_joinings(made: list[_Life], appeals: pd.DataFrame, keys: list[int]) -> int:
    return insert_rows(
        Joining, ("appeal_id", "into_id", "reason", "joined_at", "undone_reason"),
        (
            (life.pk, keys[twin], "", life.ended, "")
            for life, twin in zip(made, appeals["twin"], strict=True)
            if life.state == State.JOINED
        ),
    )  # fmt: skip
