"""A condition survey as a table: lines to findings. Pure."""

import csv
import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from layers.choices import Condition
from planning.choices import Work

MAX_LINES = 200_000
_YES = frozenset({"1", "yes", "true", "y", "да", "иә", "ия"})
_NO = frozenset({"0", "no", "false", "n", "нет", "жоқ", "жок"})
_FLAGS = ("land_ready", "demolition", "network_renewal_due", "project_ready")
_DATES = ("%Y-%m-%d", "%d.%m.%Y")


class LineError(ValueError):
    """A cell that cannot be read; the message names column and value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyLine:
    """One yard's findings: its id, or a place (lon, lat) in or beside it."""

    yard: int | None
    place: tuple[float, float] | None
    surveyed_on: dt.date
    condition: str
    needs_work: bool
    flags: Mapping[str, bool | None]
    amounts: Mapping[str, str]
    note: str


def read_table(lines: Iterable[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Number and cells of each line; column names in lower case. Raises LineError."""
    lines = iter(lines)
    head = next(lines, "").lstrip("\ufeff")
    separator = ";" if head.count(";") > head.count(",") else ","
    names = [name.strip().lower() for name in next(csv.reader([head], delimiter=separator), [])]
    known = {"yard", "lon", "lat", "surveyed_on", "condition", "needs_work", "note"}
    known |= {*_FLAGS, *Work.values}
    if strangers := [name for name in names if name not in known]:
        raise LineError(_("unknown columns: %(columns)s") % {"columns": ", ".join(strangers)[:200]})
    for needed in ("surveyed_on", "condition", "needs_work"):
        if needed not in names:
            raise LineError(_("there is no column %(column)s") % {"column": needed})
    reader = csv.reader(lines, delimiter=separator)
    for number, cells in enumerate(reader, start=2):
        if number > MAX_LINES:
            raise LineError(_("more than %(count)s lines") % {"count": MAX_LINES})
        if any(cell.strip() for cell in cells):
            yield number, dict(zip(names, (cell.strip() for cell in cells), strict=False))


def read_line(cells: Mapping[str, str]) -> SurveyLine:
    """One line; raises LineError."""
    written = cells.get("condition", "").casefold()
    condition = _conditions().get(written)
    if condition is None:
        raise LineError(
            _("“%(value)s” is no condition: write one of %(known)s")
            % {
                "value": written[:40],
                "known": ", ".join(f"{one} ({one.label})" for one in Condition),
            }
        )
    yard, place = _where(cells)
    needs_work = _flag(cells, "needs_work")
    if needs_work is None:
        raise LineError(_("the column %(column)s is empty") % {"column": "needs_work"})
    return SurveyLine(
        yard=yard,
        place=place,
        surveyed_on=_date(cells.get("surveyed_on", "")),
        condition=condition,
        needs_work=needs_work,
        flags={name: _flag(cells, name) for name in _FLAGS},
        amounts={work: _amount(cells, work) for work in Work.values if cells.get(work)},
        note=cells.get("note", ""),
    )


@cache
def _conditions() -> dict[str, str]:
    """Values by what a table may say: themselves, and their names in every language."""
    found = {value: value for value in Condition.values}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {str(one.label).casefold(): one.value for one in Condition}
    return found


def _where(cells: Mapping[str, str]) -> tuple[int | None, tuple[float, float] | None]:
    if written := cells.get("yard"):
        if not (written.isascii() and written.isdecimal() and len(written) < 19):
            raise LineError(_("“%(value)s” is no number of a yard") % {"value": written[:40]})
        return int(written), None
    try:
        lon, lat = (float(cells.get(name, "").replace(",", ".")) for name in ("lon", "lat"))
    except ValueError as error:
        raise LineError(_("neither yard nor lon and lat")) from error
    if not (math.isfinite(lon) and abs(lon) <= 180 and math.isfinite(lat) and abs(lat) <= 90):
        raise LineError(_("lon and lat are no place on earth"))
    return None, (lon, lat)


def _date(written: str) -> dt.date:
    for form in _DATES:
        try:
            return dt.datetime.strptime(written, form).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
    raise LineError(
        _("“%(value)s” is no date: write 2026-05-31 or 31.05.2026") % {"value": written[:40]}
    )


def _flag(cells: Mapping[str, str], name: str) -> bool | None:
    written = cells.get(name, "").lower()
    if not written:
        return None
    if written not in _YES | _NO:
        raise LineError(
            _("%(column)s: “%(value)s” is neither yes nor no")
            % {"column": name, "value": written[:40]}
        )
    return written in _YES


def _amount(cells: Mapping[str, str], work: str) -> str:
    written = cells[work].replace(" ", "").replace("\u00a0", "").replace(",", ".")
    try:
        amount = Decimal(written)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 < amount < 10_000_000:
        raise LineError(
            _("%(column)s: “%(value)s” is no amount of work")
            % {"column": work, "value": cells[work][:40]}
        )
    return written
