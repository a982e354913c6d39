"""The office's own exports of a filtered list: GeoJSON, CSV and a workbook."""

import datetime as dt
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from citymap.accounts.models import Organization
from earthworks import feeds
from earthworks.feeds import Entry

EXPORTS = {
    "geojson": "application/geo+json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _title(body: Organization | None) -> str | None:
    return body.title if body else None


# Heading, width in signs, what a row has there.
COLUMNS: tuple[tuple[Any, int, Callable[[Entry], Any]], ...] = (
    (gettext_lazy("Number"), 13, lambda one: one.order.number),
    (gettext_lazy("State"), 20, lambda one: one.order.get_state_display()),
    (gettext_lazy("Kind"), 18, lambda one: one.order.get_kind_display()),
    (gettext_lazy("Network"), 18, lambda one: one.order.get_network_kind_display()),
    (gettext_lazy("Address"), 34, lambda one: one.order.address),
    (gettext_lazy("Holder"), 30, lambda one: _title(one.order.holder)),
    (gettext_lazy("Contractor"), 30, lambda one: _title(one.order.contractor)),
    (gettext_lazy("From"), 12, lambda one: one.order.begins_on),
    (gettext_lazy("Until"), 12, lambda one: one.order.until_on),
    (gettext_lazy("Due on"), 12, lambda one: one.order.due_on),
    (gettext_lazy("Days overdue"), 10, lambda one: one.answer.overdue_days),
    (gettext_lazy("Damaged surface, m²"), 12, lambda one: sum(one.order.areas_m2.values())),
    (gettext_lazy("Guaranteed until"), 12, lambda one: one.order.guarantee_until),
    (gettext_lazy("Answer"), 90, lambda one: one.answer.sentence),
)  # fmt: skip


def workbook(items: Iterable[Entry]) -> bytes:
    """An XLSX workbook with dates as dates and numbers as numbers; no cell is a formula."""
    book = Workbook(write_only=True)
    page = book.create_sheet(_("Orders"))
    page.freeze_panes = "B2"
    for number, (_heading, width, _value) in enumerate(COLUMNS, 1):
        page.column_dimensions[get_column_letter(number)].width = width
    page.append([_bold(page, str(heading)) for heading, _width, _value in COLUMNS])
    for item in items:
        page.append([_cell(page, value(item)) for _heading, _width, value in COLUMNS])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _bold(page: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(page, text)
    cell.font = Font(bold=True)
    return cell


def _cell(page: Any, value: Any) -> WriteOnlyCell:
    if isinstance(value, dt.date | int | float) or value is None:
        return WriteOnlyCell(page, value)
    cell = WriteOnlyCell(page)
    # Said to be text: what begins with `=` is not computed.
    cell.value = "".join(sign for sign in str(value) if sign >= " ")
    cell.data_type = "s"
    return cell


def written(form: str, items: list[Entry]) -> bytes:
    """Orders in one of EXPORTS."""
    if form == "xlsx":
        return workbook(items)
    return (feeds.geojson if form == "geojson" else feeds.spreadsheet)(items).encode()
