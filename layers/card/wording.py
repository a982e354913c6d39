"""Words of the card: dates of known precision, facts with units, names of bodies."""

import datetime as dt
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from citymap.accounts.models import Organization


def fact(label: str, value: Any, *, inferred: bool = False) -> dict[str, Any]:
    """One `label: value` line of an item."""
    line = {"label": str(label), "value": str(value)}
    if inferred:
        line["inferred"] = True
    return line


def square_metres(area_m2: float) -> str:
    """`13 657 m²`, rounded and grouped as the active language does."""
    return _("%(area)s m²") % {"area": number_format(round(area_m2), force_grouping=True)}


def day(date: dt.date) -> str:
    """`15 May 2026` in the active language."""
    # Translators: Django date format of a whole date.
    return date_format(date, _("j E Y"))


def dated(iso_date: str | None, precision: str) -> str:
    """A date as far as it is known: `20 May 2019`, `May 2019` or `2019`; '' when it is not."""
    if not iso_date:
        return ""
    date = dt.date.fromisoformat(iso_date)
    if precision == "year":
        return str(date.year)
    if precision == "month":
        # Translators: Django date format of month and year.
        return date_format(date, _("F Y"))
    return day(date)


def organization_name(organization: Organization) -> str:
    """The body's name in the active language."""
    return getattr(organization, f"name_{get_language()}", "") or organization.name
