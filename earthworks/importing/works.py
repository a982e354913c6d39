"""`import_layer works FILE`: repairs of a plan from a workbook, GeoJSON or any other map file.

A row is a repair. Known again by its id, else by title, place and body: dates that differ move
the repair, for a reason; what the file does not say is left as it is. All or nothing.
"""

import hashlib
import re
import time
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
from django.contrib.gis.geos import GEOSGeometry
from django.core.exceptions import ValidationError

from citymap.accounts.models import Organization
from citymap.geo import city_point, city_srid
from citymap.history.context import acting
from citymap.places.search import search
from earthworks.choices import RepairKind, RepairState
from earthworks.deadlines import DeadlineError
from earthworks.errors import WorksError
from earthworks.importing.dates import office_date
from earthworks.importing.workbook import read_sheet
from earthworks.models import BudgetLine, RepairWork
from earthworks.services import repairs as services
from earthworks.workflow import REPAIR_TRANSITIONS, may_follow
from layers.imports.errors import ImportRefusedError
from layers.imports.layer import LayerImport
from layers.imports.matching import match_columns, normalised
from layers.imports.placing import place, source_crs
from layers.imports.references import resolve
from layers.imports.registry import ANY_GEOMETRY
from layers.imports.values import ValueRefusedError, choice_words, is_empty, to_choice, to_text
from layers.imports.vector import ReadOptions, read_source
from layers.imports.writing import all_or_nothing
from layers.report import ImportReport

NAME = "works"
WORKBOOKS = {".xlsx", ".xlsm"}
# Field -> the names that its column goes by.
NAMES: dict[str, tuple[str, ...]] = {
    "source_id": ("source_id", "id", "№ п/п", "№", "номер", "код", "реттік нөмірі"),
    "title": (
        "title", "наименование", "название", "наименование работ", "вид работ", "работы",
        "жұмыс атауы", "атауы",
    ),
    "kind": ("kind", "вид", "сеть", "отрасль", "категория", "түрі"),
    "organization": (
        "organization", "организация", "заказчик", "ответственный", "владелец", "тапсырыс беруші",
        "ұйым",
    ),
    "contractor": ("contractor", "подрядчик", "исполнитель", "мердігер"),
    "address": ("address", "адрес", "место", "объект", "участок", "мекенжайы", "орны"),
    "begins_on": (
        "begins_on", "начало", "дата начала", "начало работ", "с", "from", "басталуы",
    ),
    "ends_on": (
        "ends_on", "окончание", "дата окончания", "окончание работ", "по", "until", "срок",
        "аяқталуы",
    ),
    "state": ("state", "состояние", "статус", "күйі"),
    "reason": ("reason", "причина", "примечание", "себебі"),
    "amount_kzt": (
        "amount_kzt", "сумма", "стоимость", "сумма, тенге", "стоимость, тенге", "сомасы",
    ),
    "budget_source": ("budget_source", "источник", "источник финансирования", "бюджет"),
    "contract_number": ("contract_number", "договор", "номер договора", "шарт"),
}  # fmt: skip
KIND_WORDS = {
    "road": ("дорога", "дороги", "ремонт дороги", "дорожные работы", "тротуар", "жол"),
    "heat": ("тепло", "теплосети", "теплотрасса", "отопление", "жылу"),
    "water": ("вода", "водопровод", "водоснабжение", "су"),
    "sewer": ("канализация", "водоотведение", "кәріз"),
    "power": ("электро", "электросети", "электроснабжение", "электр"),
    "gas": ("газ", "газопровод", "газоснабжение"),
    "yard": ("двор", "благоустройство", "благоустройство двора", "аула"),
    "lighting": ("освещение", "жарықтандыру"),
    "other": ("прочее", "другое", "өзге"),
}
STATE_WORDS = {
    "planned": ("план", "запланировано", "планируется"),
    "running": ("в работе", "ведутся", "начато"),
    "done": ("выполнено", "завершено", "готово"),
    "moved": ("перенесено",),
    "cancelled": ("отменено", "исключено"),
}
_REFUSALS = (ValueRefusedError, WorksError, DeadlineError)


@dataclass(kw_only=True)
class Row:
    """A row of the file: its number there, cells by field, its place where the file has one."""

    number: int
    cells: dict[str, Any]
    geom: GEOSGeometry | None = None


def import_works(request: LayerImport) -> ImportReport:
    """Import a plan of repairs; the report reconciles. Raises ImportRefusedError."""
    started = time.perf_counter()
    report = ImportReport()
    rows = _read(request)
    for name in ("title", "organization", "begins_on", "ends_on"):
        if name not in request.constants and not any(name in row.cells for row in rows):
            raise ImportRefusedError(f"the file has no column for {name}: name it with --map")
    bodies = _bodies(rows, request)
    reason = f"import {request.path.name}"
    with all_or_nothing(dry_run=request.dry_run, report=report), acting(reason=reason):
        for row in rows:
            report.layer(NAME).read += 1
            _import_row(row, request, bodies, report, reason)
    report.seconds = time.perf_counter() - started
    report.check()
    return report


# --- reading ------------------------------------------------------------------------------
def _read(request: LayerImport) -> list[Row]:
    if request.path.suffix.lower() in WORKBOOKS:
        known = {normalised(name) for names in NAMES.values() for name in names}
        known |= {normalised(column) for column in request.mapping.values()}
        lines = read_sheet(request.path, known, sheet=request.layer_name, max_mb=request.max_mb)
        if not lines:
            raise ImportRefusedError(f"{request.path.name} has no rows")
        columns = match_columns(
            [name for name in lines[0][1] if name], NAMES, chosen=_chosen(request)
        )
        return [
            Row(number=number, cells=_cells({f: cells[c] for f, c in columns.items()}, request))
            for number, cells in lines
        ]
    options = ReadOptions(
        encoding=request.encoding, layer_name=request.layer_name, max_mb=request.max_mb
    )
    table = read_source(request.path, options)
    columns = match_columns(
        list(table.columns), NAMES, chosen=_chosen(request), taken=table.position_columns
    )
    rows = [
        Row(
            number=int(number),
            cells=_cells({name: table.columns[c][i] for name, c in columns.items()}, request),
        )
        for i, number in enumerate(table.rows)
    ]
    if table.geometries is not None:
        placed = place(
            table, crs=source_crs(table, request.crs), srid=city_srid(), box=request.box,
            types=ANY_GEOMETRY, layer=NAME,
        )  # fmt: skip
        for index, geometry in zip(placed.index, placed.geometries, strict=True):
            rows[index].geom = GEOSGeometry(memoryview(geometry.wkb), srid=city_srid())
    return rows


def _chosen(request: LayerImport) -> dict[str, str]:
    chosen = dict(request.mapping)
    if request.id_column:
        chosen["source_id"] = request.id_column
    return chosen


def _cells(cells: dict[str, Any], request: LayerImport) -> dict[str, Any]:
    """What a row says; values given for all rows fill what it leaves empty."""
    said = {name: value for name, value in cells.items() if not _nothing(value)}
    return {**request.constants, **said}


def _nothing(value: Any) -> bool:
    return is_empty(value) or (isinstance(value, float) and np.isnan(value))


def _bodies(rows: list[Row], request: LayerImport) -> dict[str, int]:
    """Primary keys of the bodies that rows name: by BIN, or by any of their names."""
    texts = sorted(
        {
            to_text(row.cells[name])
            for row in rows
            for name in ("organization", "contractor")
            if name in row.cells
        }
    )
    found, _missing = resolve(texts, model=Organization, source=request.source)
    known = {text: key for text, key in zip(texts, found, strict=True) if key is not None}
    by_bin = Organization.objects.filter(bin__in=texts).exclude(bin="")
    return known | dict(by_bin.values_list("bin", "pk"))


# --- one row --------------------------------------------------------------------------------
def _import_row(
    row: Row, request: LayerImport, bodies: dict[str, int], report: ImportReport, reason: str
) -> None:
    name = to_text(row.cells.get("source_id", "")) or f"row {row.number}"
    try:
        outcome = _stored(_values(row, bodies), row, request, reason)
    except _REFUSALS as error:
        report.skip(id=name, layer=NAME, reason=str(error))
    except ValidationError as error:
        report.skip(id=name, layer=NAME, reason=" ".join(error.messages))
    else:
        counts = report.layer(NAME)
        setattr(counts, outcome, getattr(counts, outcome) + 1)


def _values(row: Row, bodies: dict[str, int]) -> dict[str, Any]:
    """The row in our terms; ValueRefusedError says what is wrong with it."""
    cells = row.cells
    title = to_text(cells.get("title", ""), max_length=300)
    if not title:
        raise ValueRefusedError("the title is missing")
    field = RepairWork._meta.get_field("kind")
    kind = RepairKind.OTHER
    if "kind" in cells:
        words = choice_words(field, KIND_WORDS)
        kind = to_choice(cells["kind"], words=words, shown=to_text(cells["kind"]))
    begins_on = office_date(cells.get("begins_on"), last=False)
    ends_on = office_date(cells.get("ends_on"), last=True)
    state = RepairState.PLANNED
    if "state" in cells:
        words = choice_words(RepairWork._meta.get_field("state"), STATE_WORDS)
        state = to_choice(cells["state"], words=words, shown=to_text(cells["state"]))
    return {
        "title": title, "kind": kind, "begins_on": begins_on, "ends_on": ends_on, "state": state,
        "organization": _body("organization", cells, bodies, required=True),
        "contractor": _body("contractor", cells, bodies, required=False),
        "address": to_text(cells.get("address", ""), max_length=300),
        "reason": to_text(cells.get("reason", ""), max_length=2000),
        "amount_kzt": _amount(cells.get("amount_kzt")),
        "budget_source": to_text(cells.get("budget_source", ""), max_length=200),
        "contract_number": to_text(cells.get("contract_number", ""), max_length=100),
    }  # fmt: skip


def _body(
    name: str, cells: dict[str, Any], bodies: dict[str, int], *, required: bool
) -> Organization | None:
    if name not in cells:
        if required:
            raise ValueRefusedError(f"the {name} is missing")
        return None
    text = to_text(cells[name])
    if text not in bodies:
        raise ValueRefusedError(f"nobody is called {text!r} in the directory of organisations")
    return Organization.objects.get(pk=bodies[text])


def _amount(value: Any) -> Decimal | None:
    if value is None:
        return None
    text = re.sub(r"[^\d,.-]", "", str(value)).replace(",", ".")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueRefusedError(f"{value!r} is not a sum") from None
    if not 0 <= amount < Decimal(10) ** 13:
        raise ValueRefusedError(f"{value!r} is not a sum")
    return round(amount, 2)


def _place(row: Row, address: str) -> GEOSGeometry:
    """Where the row lies: its own geometry, else the address as the city knows it."""
    if row.geom is not None:
        return row.geom
    if not address:
        raise ValueRefusedError("the row has neither a geometry nor an address")
    found = search(question=address, limit=1)
    if not found:
        raise ValueRefusedError(f"the address {address!r} is not known")
    return city_point(found[0]["lon"], found[0]["lat"])


def _identity(row: Row, values: dict[str, Any]) -> str:
    """The id of the file, else one made of what a repair is and where."""
    if given := to_text(row.cells.get("source_id", "")):
        return f"{values['organization'].pk}:{given}"[:120]
    parts = (values["title"], values["address"], values["organization"].pk)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:40]


def _stored(values: dict[str, Any], row: Row, request: LayerImport, reason: str) -> str:
    """Create, move or leave a repair; which of these it was, as a column of the report."""
    key = _identity(row, values)
    known = RepairWork.objects.filter(source=request.source, source_id=key).first()
    if known is None:
        repair = _created(values, row, request, key)
        _brought_to(repair, values, reason)
        return "created"
    before = (known.begins_on, known.ends_on, known.state)
    if (known.begins_on, known.ends_on) != (values["begins_on"], values["ends_on"]):
        if known.state in (RepairState.DONE, RepairState.CANCELLED):
            raise ValueRefusedError("the repair has ended: its dates are not changed")
        known = services.move_repair(
            repair=known, begins_on=values["begins_on"], ends_on=values["ends_on"],
            reason=values["reason"] or reason, user=None,
        )  # fmt: skip
    known = _brought_to(known, values, reason)
    changed = before != (known.begins_on, known.ends_on, known.state)
    return "updated" if changed else "unchanged"


def _created(values: dict[str, Any], row: Row, request: LayerImport, key: str) -> RepairWork:
    plan = services.plan_of(
        organization=values["organization"], year=values["begins_on"].year, kind=values["kind"],
        title=str(RepairKind(values["kind"]).label), user=None,
    )  # fmt: skip
    repair = services.plan_repair(
        geom=_place(row, values["address"]), begins_on=values["begins_on"],
        ends_on=values["ends_on"], source=request.source, source_id=key, user=None,
        values={
            name: values[name]
            for name in ("kind", "title", "organization", "contractor", "address")
        } | {"plan": plan},
    )  # fmt: skip
    if values["amount_kzt"] is not None:
        BudgetLine.objects.create(
            work=repair, source=values["budget_source"] or "—", amount_kzt=values["amount_kzt"],
            contract_number=values["contract_number"],
        )  # fmt: skip
    return repair


def _brought_to(repair: RepairWork, values: dict[str, Any], reason: str) -> RepairWork:
    """Take a repair to the state that the file says, when a step leads there."""
    state, said = values["state"], values["reason"] or reason
    if state in (repair.state, RepairState.PLANNED, RepairState.MOVED):
        return repair
    if state == RepairState.CANCELLED and may_follow(REPAIR_TRANSITIONS, repair.state, state):
        return services.cancel_repair(repair=repair, reason=said, user=None)
    if state in (RepairState.RUNNING, RepairState.DONE) and repair.state != RepairState.RUNNING:
        repair = services.start_repair(repair=repair, on=values["begins_on"], user=None)
    if state == RepairState.DONE:
        repair = services.finish_repair(repair=repair, on=values["ends_on"], user=None)
    return repair
