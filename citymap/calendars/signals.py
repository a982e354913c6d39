"""News of the calendar, for rooms that keep deadlines."""

from django.dispatch import Signal

# Sent in the transaction of a change, after the rows are written, with
#   change: citymap.calendars.services.CalendarChange (which schedules, which days);
# a receiver may return one translated line for the person who made the change ("3 running
# deadlines move") or nothing.
calendar_changed = Signal()
