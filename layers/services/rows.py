"""Rows of a batch on their way into COPY: checked against the model's fields, written as text.

A row that breaks a rule of its field is left out with a reason a person can act on; it never
reaches the database as an error.
"""

import datetime as dt
import json
import math
import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

NULL = r"\N"
_SPECIAL = re.compile(r"[\\\t\n\r\x00]")
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\x00": ""})


# --- checks -------------------------------------------------------------------------------
def problems(field: models.Field, values: Sequence[Any]) -> dict[int, str]:
    """Row number -> why the value cannot be stored in `field`."""
    check = _value_check(field) or (lambda value: "")
    found = {
        value: ("" if field.null else "missing") if value is None else check(value)
        for value in _distinct(values)
    }
    bad = {value: f"{field.name}: {why}" for value, why in found.items() if why}
    if not bad:
        return {}
    return {row: bad[value] for row, value in enumerate(values) if value in bad}


def _distinct(values: Sequence[Any]) -> Collection[Any]:
    """Each value once: a column of 400,000 rows has few. Of lists and dicts, whether some are
    missing is all there is to check."""
    try:
        return set(values)
    except TypeError:
        return {None} if any(value is None for value in values) else ()


def _value_check(field: models.Field) -> Callable[[Any], str] | None:
    """A function value -> reason ('' when fine), or None when any value of the type does."""
    if field.choices and not isinstance(field, ArrayField):
        allowed = {key for key, _label in field.flatchoices}
        if field.blank:
            allowed.add("")
        return lambda value: "" if value in allowed else f"{value!r} is not a known kind"
    if isinstance(field, models.CharField):
        longest = field.max_length
        return lambda value: "" if len(value) <= longest else f"longer than {longest} characters"
    if isinstance(field, models.FloatField):
        return lambda value: "" if math.isfinite(value) else "not a finite number"
    if isinstance(field, models.IntegerField):
        low, high = connection.ops.integer_field_range(field.get_internal_type())
        return lambda value: "" if low <= value <= high else f"{value} is outside {low}..{high}"
    return None


# --- COPY text ----------------------------------------------------------------------------
def copy_texts(field: models.Field | None, values: Sequence[Any]) -> list[str]:
    """`values` in PostgreSQL's COPY text format; `field` None: plain text."""
    write = _writer(field)
    distinct = _distinct(values)
    if distinct and len(distinct) < len(values) / 4:
        known = dict(zip(distinct, _written(write, list(distinct)), strict=True))
        return [known[value] for value in values]
    return _written(write, values)


def _written(write: Callable[[Any], str], values: Sequence[Any]) -> list[str]:
    texts = [None if value is None else write(value) for value in values]
    if _SPECIAL.search("".join(text for text in texts if text)):
        return [NULL if text is None else text.translate(_ESCAPES) for text in texts]
    return [NULL if text is None else text for text in texts]


def _writer(field: models.Field | None) -> Callable[[Any], str]:
    if field is None:
        return str
    if isinstance(field, models.BooleanField):
        return lambda value: "t" if value else "f"
    if isinstance(field, (models.DateField, models.DateTimeField)):
        return dt.date.isoformat if not isinstance(field, models.DateTimeField) else _instant
    if isinstance(field, models.JSONField):
        return lambda value: json.dumps(value, ensure_ascii=False)
    if isinstance(field, ArrayField):
        return array_literal
    return str


def _instant(value: dt.datetime) -> str:
    if value.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be stored: {value}")
    return value.isoformat()


def array_literal(values: Sequence[Any]) -> str:
    """A PostgreSQL array literal of texts or numbers."""
    quoted = ('"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return "{" + ",".join(quoted) + "}"
