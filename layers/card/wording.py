"""Words of the card: dates of known precision, facts with units, names of bodies."""

import datetime as dt
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from citymap.accounts.models import Organization

# Words that sources write in English; others are shown as they are written.
_WRITTEN = {
    "steel": gettext_lazy("steel"),
    "insulated_steel": gettext_lazy("pre-insulated steel"),
    "cast_iron": gettext_lazy("cast iron"),
    "iron": gettext_lazy("iron"),
    "plastic": gettext_lazy("plastic"),
    "polyethylene": gettext_lazy("polyethylene"),
    "pe": gettext_lazy("polyethylene"),
    "pvc": gettext_lazy("PVC"),
    "concrete": gettext_lazy("concrete"),
    "reinforced_concrete": gettext_lazy("reinforced concrete"),
    "asbestos_cement": gettext_lazy("asbestos cement"),
    "ceramic": gettext_lazy("ceramic"),
    "brick": gettext_lazy("brick"),
    "copper": gettext_lazy("copper"),
    "aluminium": gettext_lazy("aluminium"),
    "fibre": gettext_lazy("optical fibre"),
    "fiber": gettext_lazy("optical fibre"),
    "fibre_optic": gettext_lazy("optical fibre"),
    "sip": gettext_lazy("self-supporting insulated wire"),
    "fixed": gettext_lazy("fixed"),
    "dome": gettext_lazy("dome"),
    "panning": gettext_lazy("panning"),
}


def written(value: str) -> str:
    """A material or kind as the source writes it, in the active language where it is known."""
    return str(_WRITTEN.get(value.strip().lower().replace(" ", "_"), value))


def fact(label: str, value: Any, *, inferred: bool = False) -> dict[str, Any]:
    """One `label: value` line of an item."""
    line = {"label": str(label), "value": str(value)}
    if inferred:
        line["inferred"] = True
    return line


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
