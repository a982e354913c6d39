"""Lengths of time in words, in the active language."""

import datetime as dt

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400


def length_text(length: dt.timedelta) -> str:
    """`12 ms`, `5 s`, `10 min`, `6 h`, `3 days`: in the largest unit that is not misleading."""
    seconds = length.total_seconds()
    if seconds >= MINUTE_S:
        seconds = round(seconds)
    if 0 < seconds < 1:
        return _("%(count)s ms") % {"count": max(1, round(seconds * 1000))}
    if seconds < 2 * MINUTE_S and seconds != MINUTE_S:
        digits = 0 if seconds >= 10 or seconds == round(seconds) else 1
        return _("%(count)s s") % {"count": formats.number_format(round(seconds, digits), digits)}
    if seconds < 2 * HOUR_S and seconds != HOUR_S:
        return _("%(count)s min") % {"count": round(seconds / MINUTE_S)}
    if seconds < 2 * DAY_S and seconds != DAY_S:
        return _("%(count)s h") % {"count": round(seconds / HOUR_S)}
    days = round(seconds / DAY_S)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
