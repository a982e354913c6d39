"""`/calendar/`: a year of working days, for everybody."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from citymap.accounts.access import may, public
from citymap.calendars.books import rows_behind, work_calendar
from citymap.calendars.models import WorkSchedule
from citymap.calendars.weeks import describe_week
from citymap.calendars.yearbook import Kind, year_book
from citymap.operations.permissions import KEEP_CALENDARS

# Before the years that history holds, and further ahead than anybody plans.
FIRST_YEAR, LAST_YEAR = 2010, 2050
DEFAULT_SCHEDULE = "five-day"
LEGEND = (
    (Kind.WORKED, _("working day")),
    (Kind.DAY_OFF, _("weekly day off")),
    (Kind.HOLIDAY, _("public holiday")),
    (Kind.SUBSTITUTE, _("day off for a holiday on a day off")),
    (Kind.MOVED_OFF, _("day off by decree or order")),
    (Kind.MOVED_ON, _("worked by decree or order")),
)


@public
@require_safe
def year(request: HttpRequest) -> HttpResponse:
    """The months of a year for a chosen schedule, with the reasons and their sources."""
    number = _year_of(request)
    schedules = list(WorkSchedule.objects.all())
    schedule = _chosen(schedules, request.GET.get("schedule", ""))
    book = calendar = None
    if schedule:
        calendar = work_calendar(schedule)
        book = year_book(calendar, number, rows_behind(schedule, number))
    context = {
        "year": number,
        "previous": number - 1 if number > FIRST_YEAR else None,
        "next": number + 1 if number < LAST_YEAR else None,
        "schedules": schedules,
        "schedule": schedule,
        "hours": describe_week(calendar.week) if calendar else [],
        "book": book,
        "legend": LEGEND,
        "today": timezone.localdate(),
        "may_change": may(request.user, KEEP_CALENDARS),
    }
    return render(request, "operations/calendar.html", context)


def _year_of(request: HttpRequest) -> int:
    """The year asked for, this one by default; 404 for what is none."""
    text = request.GET.get("year", "")
    if not text:
        return timezone.localdate().year
    if not (text.isascii() and text.isdecimal() and len(text) == 4):
        raise Http404(text)
    if not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise Http404(text)
    return int(text)


def _chosen(schedules: list[WorkSchedule], code: str) -> WorkSchedule | None:
    """The schedule asked for; without a code the usual one, or whichever there is."""
    by_code = {schedule.code: schedule for schedule in schedules}
    if code and code not in by_code:
        raise Http404(code)
    return by_code.get(code or DEFAULT_SCHEDULE) or next(iter(schedules), None)
