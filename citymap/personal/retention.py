"""How long somebody is needed: dated rules, and what the rooms that hold people say.

A room whose rows point at `personal.Person` registers a keeper in its `jobs.py`:

    register_keeper(Keeper(name="appeals", title=_("Appeals"), needed_until=appeals_need))

`needed_until(person_ids)` answers, for those of them that the room still needs, until which
day (the last one on which the person must be there); `FOREVER` while a matter is open. Terms
come from `RetentionRule`: `keep_until("appeals.closed", closed_on)`.
"""

import calendar
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise

from citymap.personal.models import RetentionRule
from citymap.registry import Registry

FOREVER = dt.date.max
# Months after the last change of the person's record, when no room needs the person.
IDLE = "idle"


class NoRetentionRuleError(LookupError):
    """No rule of that code is in force: nothing may be erased by guesswork."""


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """A room that needs people for a time."""

    name: str
    title: str | Promise
    needed_until: Callable[[Sequence[int]], Mapping[int, dt.date]]
    order: int = 0


@dataclass(frozen=True, kw_only=True)
class Need:
    """Until when a room needs one person."""

    keeper: str
    title: str | Promise
    until: dt.date


keepers: Registry[Keeper] = Registry("keeper of people")


def register_keeper(keeper: Keeper) -> Keeper:
    return keepers.register(keeper)


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day `months` later, or the last day of a shorter month; FOREVER past year 9999."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > dt.MAXYEAR:
        return FOREVER
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


def keep_months(code: str, *, on: dt.date) -> int:
    """Months by the rule in force; raises NoRetentionRuleError when there is none."""
    rule = RetentionRule.objects.in_force(code, on).first()
    if rule is None:
        raise NoRetentionRuleError(f"no retention rule {code!r} is in force on {on}")
    return rule.keep_months


def keep_until(code: str, day: dt.date) -> dt.date:
    """The last day on which what happened on `day` is kept, by the rule in force today."""
    return months_after(day, keep_months(code, on=timezone.localdate()))


def needs(person_ids: Sequence[int], *, today: dt.date) -> dict[int, list[Need]]:
    """Who of these people is still needed today, by which room and until when."""
    found: dict[int, list[Need]] = {}
    for keeper in keepers:
        for person_id, until in keeper.needed_until(person_ids).items():
            if until >= today:
                need = Need(keeper=keeper.name, title=keeper.title, until=until)
                found.setdefault(person_id, []).append(need)
    return found
