"""When an order falls due, what it then owes, and when claims follow. Pure.

Days are local days of the city; a day's end is the first instant of the next one, so a deadline
on the 30th is missed at 00:00 of the 31st. What is ignored here: whether a calendar has been
corrected since; a deadline, once set, is written down with its version and not computed again.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from citymap.worktime import WorkCalendar, next_working_day
from earthworks.choices import (
    Addressee,
    ClaimState,
    DamagedSurface,
    DeadlineBasis,
    Duty,
    OrderKind,
    OrderState,
)
from earthworks.policies import ClaimRule, ClosedSeason, Season, Terms, in_force, seasons_touching
from earthworks.workflow import DISPATCHED, LIVE_CLAIM, OPEN_GROUND

_DAY = dt.timedelta(days=1)
# Longest period of one permit with its extensions: past this a date is a slip of the keyboard.
MAX_YEARS = 5


class DeadlineError(ValueError):
    """Dates that no order can have; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """All dated rules that deadlines need, and the calendar of working days."""

    seasons: Sequence[Season]
    terms: Sequence[Terms]
    calendar: WorkCalendar

    @property
    def zone(self) -> ZoneInfo:
        return self.calendar.time_zone

    def terms_on(self, day: dt.date) -> Terms:
        found = in_force(self.terms, day)
        if found is None:
            raise DeadlineError(f"no terms of orders are in force on {day:%Y-%m-%d}")
        return found


@dataclass(frozen=True, kw_only=True)
class Permit:
    """What a deadline depends on.

    damages: whether any surface is dug up; without that the winter is no obstacle.
    interim_done: temporary restoration is accepted.
    extended: how often `ends_on` was moved.
    """

    begins_on: dt.date
    ends_on: dt.date
    damages: bool = True
    interim_done: bool = False
    extended: int = 0


@dataclass(frozen=True, kw_only=True)
class Due:
    """What is owed by which local day, and on what ground.

    final_on: the day by which the ground is whole again; later than `on` in winter.
    """

    duty: Duty
    on: dt.date
    basis: DeadlineBasis
    final_on: dt.date

    def __post_init__(self) -> None:
        if self.final_on < self.on:
            raise DeadlineError("permanent restoration cannot be due before temporary")


def due_at(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The instant (UTC) from which a duty of `day` is overdue: the first of the next local day."""
    return dt.datetime.combine(day + _DAY, dt.time.min, tzinfo=zone).astimezone(dt.UTC)


def local_day(moment: dt.datetime, zone: ZoneInfo) -> dt.date:
    """The local day of an instant."""
    return moment.astimezone(zone).date()


def overdue_days(day: dt.date, now: dt.datetime, zone: ZoneInfo) -> int:
    """Local days begun since the duty of `day` was missed; 0 while it is not."""
    return max(0, (local_day(now, zone) - day).days)


def working_end(day: dt.date, calendar: WorkCalendar) -> dt.date:
    """`day`, or the next working day when it is a day off."""
    return day if calendar.is_working_day(day) else next_working_day(day, calendar)


def check_period(begins_on: dt.date, ends_on: dt.date) -> None:
    """Raise DeadlineError for a period that no order can have."""
    if ends_on < begins_on:
        raise DeadlineError("the order ends before it begins")
    if ends_on - begins_on > dt.timedelta(days=366 * MAX_YEARS):
        raise DeadlineError(f"an order runs {MAX_YEARS} years at most")


def papers_due(dug_at: dt.datetime, rules: Rules) -> Due:
    """When the papers of an emergency dig fall due: the day of the dig is not counted."""
    day = local_day(dug_at, rules.zone)
    last = day + dt.timedelta(days=rules.terms_on(day).emergency_days)
    on = working_end(last, rules.calendar)
    return Due(duty=Duty.PAPERS, on=on, basis=DeadlineBasis.EMERGENCY, final_on=on)


def restoration_due(permit: Permit, rules: Rules) -> Due:
    """What an issued order owes, and when.

    An order that is open in the closed season restores temporarily by its own last day, and for
    good by the day of the seasonal rule after the last winter that it touches.
    """
    check_period(permit.begins_on, permit.ends_on)
    ends_on = permit.ends_on
    if rules.terms_on(permit.begins_on).permit_moves:
        ends_on = working_end(ends_on, rules.calendar)
    basis = DeadlineBasis.EXTENSION if permit.extended else DeadlineBasis.PERMIT
    winter = last_winter(permit.begins_on, ends_on, rules) if permit.damages else None
    if winter is None or winter.permanent_by <= ends_on:
        return Due(duty=Duty.PERMANENT, on=ends_on, basis=basis, final_on=ends_on)
    final_on = winter.permanent_by
    if permit.interim_done:
        return Due(duty=Duty.PERMANENT, on=final_on, basis=DeadlineBasis.SEASON, final_on=final_on)
    return Due(duty=Duty.INTERIM, on=ends_on, basis=basis, final_on=final_on)


def last_winter(begins_on: dt.date, ends_on: dt.date, rules: Rules) -> ClosedSeason | None:
    """The last closed season that the period touches."""
    touched = seasons_touching(rules.seasons, begins_on, ends_on)
    return touched[-1] if touched else None


def blocking_winter(
    kind: OrderKind, begins_on: dt.date, ends_on: dt.date, rules: Rules, *, damages: bool = True
) -> ClosedSeason | None:
    """The closed season that forbids a planned dig; None when nothing does.

    Emergencies are dug in any season, and so is what damages no surface (drilling).
    """
    if kind != OrderKind.PLANNED or not damages:
        return None
    touched = seasons_touching(rules.seasons, begins_on, ends_on)
    return next((season for season in touched if season.planned_blocked), None)


def surfaces_damaged(areas: dict[DamagedSurface, float]) -> bool:
    """Whether any surface has to be restored."""
    return any(area > 0 for area in areas.values())


def runs(kind: OrderKind, state: OrderState) -> bool:
    """Whether an order in this state owes something by a deadline.

    Not after permanent restoration was accepted: closing is then the office's act. An emergency
    dig owes its papers before it is issued.
    """
    if kind == OrderKind.EMERGENCY and state == OrderState.DRAFT:
        return True
    return state in OPEN_GROUND


def guarantee_until(restored_on: dt.date, rules: Rules) -> dt.date:
    """The last day of the guarantee on a restoration accepted on `restored_on`."""
    years = rules.terms_on(restored_on).guarantee_years
    try:
        end = restored_on.replace(year=restored_on.year + years)
    except ValueError:  # 29 February
        end = dt.date(restored_on.year + years, 3, 1)
    return end - _DAY


def claim_moments(
    missed_at: dt.datetime, rules: Sequence[ClaimRule], zone: ZoneInfo
) -> dict[Addressee, dt.datetime]:
    """When each claim falls due after a deadline was missed; empty without a rule in force."""
    rule = in_force(rules, local_day(missed_at, zone))
    if rule is None:
        return {}
    return {Addressee.HOLDER: missed_at, Addressee.POLICE: missed_at + rule.police_after}


def claim_after_extension(state: ClaimState, *, dispatched: bool) -> ClaimState:
    """What becomes of a claim when its deadline is extended.

    dispatched: whether its letter has left, or may have. Before that the claim is cancelled;
    after, it is withdrawn, and its addressee is told. What has ended stays as it ended.
    """
    if state not in LIVE_CLAIM:
        return state
    return ClaimState.WITHDRAWN if dispatched or state in DISPATCHED else ClaimState.CANCELLED
