"""Working time: deadlines in hours and working days on a body's own calendar.

Pure functions, no database. All moments are aware datetimes, arithmetic is on instants, and
calendar days are local days in the calendar's zone. `law` knows Kazakhstan's days off,
`calendar` a body's week, `arithmetic` adds and counts, `statements` says it in words.
"""

from citymap.worktime.arithmetic import (
    NeverOpenError,
    add_hours,
    add_working_days,
    add_working_time,
    closes_at,
    closing,
    day_received,
    is_open,
    next_opening,
    next_working_day,
    working_days_between,
    working_time_between,
)
from citymap.worktime.calendar import (
    ALL_DAY,
    ROUND_THE_CLOCK,
    Hours,
    OutOfRangeError,
    WorkCalendar,
    five_day_week,
    six_day_week,
)
from citymap.worktime.statements import (
    DeadlineState,
    deadline_state,
    deadline_text,
    opening_text,
)

__all__ = [
    "DeadlineState",
    "deadline_state",
    "deadline_text",
    "opening_text",
    "ALL_DAY",
    "ROUND_THE_CLOCK",
    "Hours",
    "NeverOpenError",
    "OutOfRangeError",
    "WorkCalendar",
    "add_hours",
    "add_working_days",
    "add_working_time",
    "closes_at",
    "closing",
    "day_received",
    "five_day_week",
    "is_open",
    "next_opening",
    "next_working_day",
    "six_day_week",
    "working_days_between",
    "working_time_between",
]
