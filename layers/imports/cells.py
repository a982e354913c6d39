"""The attributes of a file's rows, converted field by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db import models
from django.db.models.fields import NOT_PROVIDED

from layers.imports.errors import ImportRefusedError
from layers.imports.matching import one_of
from layers.imports.references import resolve
from layers.imports.registry import ImportableLayer
from layers.imports.values import (
    Converter,
    ValueRefusedError,
    converter,
    is_empty,
    to_date_with_precision,
    to_text,
)


@dataclass(slots=True)
class Converted:
    """Columns of values, (n,) each, and why single rows cannot be used (index -> reason)."""

    columns: dict[str, list[Any]] = field(default_factory=dict)
    problems: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def convert(
    raw: Mapping[str, Sequence[Any]],
    *,
    layer: ImportableLayer,
    constants: Mapping[str, str],
    count: int,
    source: str,
    zone: ZoneInfo,
    cad: bool = False,
) -> Converted:
    """Values for the fields of `raw` (field -> `(count,)` cells) and for `constants`.

    Raises ImportRefusedError when a field that the layer needs has neither column, constant
    nor default, or a constant is no value of its field.
    """
    fields = layer.fields()
    for name in constants:
        one_of(name, fields, what="field")
    result = Converted()
    for name, item in fields.items():
        if name in constants:
            result.columns[name] = _constant(
                item, constants[name], layer, source=source, zone=zone, count=count
            )
        elif name in raw:
            _convert_column(
                result, item, raw[name], layer, source=source, zone=zone,
                in_name=cad and name == layer.cad_field,
            )  # fmt: skip
        elif name in layer.defaults:
            result.columns[name] = [layer.defaults[name]] * count
        elif _is_required(item) and name not in layer.completes:
            raise ImportRefusedError(
                f"the layer {layer.name} needs {name}: name its column with --map {name}=COLUMN"
                f" or one value for all rows with --set {name}=VALUE"
            )
    _add_names_as_written(result, raw, layer, fields)
    return result


def _is_required(item: models.Field) -> bool:
    return not item.null and not item.blank and item.default is NOT_PROVIDED


def empty_value(item: models.Field, layer: ImportableLayer) -> Any:
    """What an empty cell stands for."""
    if item.name in layer.defaults:
        return layer.defaults[item.name]
    if item.null:
        return None
    if item.default is not NOT_PROVIDED:
        return item.get_default()
    if item.blank and item.empty_strings_allowed:
        return ""
    raise ValueRefusedError("is empty")


def _constant(
    item: models.Field,
    text: str,
    layer: ImportableLayer,
    *,
    source: str,
    zone: ZoneInfo,
    count: int,
) -> list[Any]:
    one = Converted()
    _convert_column(one, item, [text], layer, source=source, zone=zone, in_name=False)
    if one.problems or (item.is_relation and one.columns[item.name][0] is None):
        reason = one.problems.get(0, f"{item.name}: there is no {text!r}")
        raise ImportRefusedError(f"--set {item.name}: {reason}")
    return one.columns[item.name] * count


def _convert_column(
    result: Converted,
    item: models.Field,
    cells: Sequence[Any],
    layer: ImportableLayer,
    *,
    source: str,
    zone: ZoneInfo,
    in_name: bool,
) -> None:
    if item.is_relation:
        _convert_relation(result, item, cells, layer, source=source)
        return
    precision = f"{item.name}_precision"
    if isinstance(item, models.DateField) and precision in layer.fields():
        pairs = _apply(result, item, cells, layer, to_date_with_precision)
        result.columns[item.name] = [pair[0] if isinstance(pair, tuple) else pair for pair in pairs]
        result.columns[precision] = [pair[1] if isinstance(pair, tuple) else "" for pair in pairs]
        return
    if item.name in result.columns:
        return
    convert_one = converter(
        item, zone=zone, synonyms=layer.synonyms.get(item.name), in_name=in_name
    )
    result.columns[item.name] = _apply(result, item, cells, layer, convert_one)


def _apply(
    result: Converted,
    item: models.Field,
    cells: Sequence[Any],
    layer: ImportableLayer,
    convert_one: Converter,
) -> list[Any]:
    """Converted cells; a cell that is refused leaves None and a problem of its row."""
    seen: dict[Any, tuple[Any, str]] = {}
    values = []
    for index, cell in enumerate(cells):
        key = cell if isinstance(cell, str) else repr(cell)
        if key not in seen:
            try:
                empty = is_empty(cell)
                seen[key] = (empty_value(item, layer) if empty else convert_one(cell)), ""
            except ValueRefusedError as error:
                seen[key] = None, f"{item.name} {error}"
        value, problem = seen[key]
        values.append(value)
        if problem:
            result.problems.setdefault(index, problem)
    return values


def _convert_relation(
    result: Converted,
    item: models.Field,
    cells: Sequence[Any],
    layer: ImportableLayer,
    *,
    source: str,
) -> None:
    if item.name in layer.lookups:
        found, missing = layer.lookups[item.name](cells)
    else:
        found, missing = resolve(cells, model=item.related_model, source=source)
    result.columns[item.name] = found
    if missing:
        shown = ", ".join(sorted(missing)[:10])
        result.notes.append(
            f"{item.name}: {len(missing)} not known or not unique, left empty: {shown}"
        )
    if not item.null:
        for index in np.flatnonzero([key is None for key in found]).tolist():
            result.problems.setdefault(index, f"{item.name} {to_text(cells[index])!r} is not known")


def _add_names_as_written(
    result: Converted,
    raw: Mapping[str, Sequence[Any]],
    layer: ImportableLayer,
    fields: Mapping[str, models.Field],
) -> None:
    """`owner` fills `owner_name` too: the words stay where nobody of that name is known."""
    for name, item in fields.items():
        as_written = f"{name}_name"
        if item.is_relation and name in raw and as_written in fields and as_written not in raw:
            convert_one = converter(fields[as_written], zone=ZoneInfo("UTC"))
            result.columns[as_written] = _apply(
                result, fields[as_written], raw[name], layer, convert_one
            )
