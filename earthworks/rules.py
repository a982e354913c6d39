"""The dated rules as the database has them now."""

from django.utils import timezone

from citymap.accounts.models import Organization
from citymap.calendars.models import WorkSchedule
from citymap.calendars.services import work_calendars
from citymap.worktime import WorkCalendar
from earthworks.deadlines import DeadlineError, Rules, local_day
from earthworks.models import ApprovalTerm, ClaimPolicy, OrderTerm, SeasonRule
from earthworks.policies import in_force

OFFICE_SCHEDULE = "five-day"


def office_calendar() -> WorkCalendar:
    """The calendar of city offices, by which working days of orders are counted."""
    key = WorkSchedule.objects.values_list("pk", flat=True).get(code=OFFICE_SCHEDULE)
    return work_calendars()[key]


def calendar_of(organization: Organization) -> WorkCalendar:
    """A body's own calendar, or that of city offices."""
    if organization.schedule_id is None:
        return office_calendar()
    return work_calendars()[organization.schedule_id]


def current_rules() -> Rules:
    """Seasons, terms and the calendar: four small queries."""
    return Rules(
        seasons=[row.as_rule() for row in SeasonRule.objects.all()],
        terms=[row.as_rule() for row in OrderTerm.objects.all()],
        calendar=office_calendar(),
    )


def claim_policy(moment) -> ClaimPolicy | None:
    """The rule for claims about a deadline missed at `moment`."""
    zone = timezone.get_default_timezone()
    return in_force(list(ClaimPolicy.objects.select_related("police")), local_day(moment, zone))


def approval_days(kind: str, day) -> int:
    """Working days to answer a line of the approval list asked on `day`."""
    row = in_force(list(ApprovalTerm.objects.filter(kind=kind)), day)
    if row is None:
        raise DeadlineError(f"no term of approval is in force on {day:%Y-%m-%d}")
    return row.working_days
