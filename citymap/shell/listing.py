"""The map as plain lists: what each layer holds, readable from the registry alone.

A layer's columns are the attributes it draws; their headings are the model's own field names.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.db.models.functions import PointOnSurface, Transform
from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Page, Paginator
from django.db.models import (
    BooleanField,
    CharField,
    F,
    Field,
    Model,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.constants import LOOKUP_SEP
from django.db.models.functions import Collate, NullIf
from django.urls import reverse
from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from citymap.accounts.access import AnyUser
from citymap.geo import WGS84_SRID
from citymap.shell.nearby import nearest_addresses
from citymap.tiles.registry import MapLayer, layers, sources

PAGE_SIZE = 50
MAP_ZOOM = 17
MAX_SEARCH_LENGTH = 200
DEFAULT_COLLATION = "ru-x-icu"
COLLATIONS = {"kk": "kk-x-icu"}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One attribute of a layer as a table column; `lookup` is its path from the model."""

    lookup: str
    title: str
    field: Field

    @property
    def is_number(self) -> bool:
        internal = self.field.get_internal_type()
        return not self.field.choices and ("Integer" in internal or "Float" in internal)

    def text(self, instance: Model) -> str:
        """The value as people read it, an empty string when there is none."""
        value: Any = instance
        for step in self.lookup.split(LOOKUP_SEP):
            value = getattr(value, step, None)
        return shown_value(value, self.field)


def shown_value(value: Any, field: Field) -> str:
    """A database value in words: choices by label, dates and numbers in the local form."""
    if value is None or value == "":
        return ""
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime | dt.date):
        return formats.date_format(value, "DATE_FORMAT")
    if isinstance(value, float):
        return formats.number_format(round(value, 1))
    return str(value)


def visible_layers(user: AnyUser) -> list[MapLayer]:
    """The layers that `user` may see, in the order of the legend."""
    shown = {source.name for source in sources if source.may_see(user)}
    return [layer for layer in layers if layer.source in shown]


def columns_of(layer: MapLayer) -> list[Column]:
    """The layer's attributes that are fields of its model, without keys and annotations."""
    model = layer.queryset().model
    found = {}
    for lookup in layer.fields.values():
        field = field_at(model, lookup)
        if field is not None and not field.primary_key and not field.is_relation:
            found[lookup] = Column(
                lookup=lookup, title=capfirst(str(field.verbose_name)), field=field
            )
    return list(found.values())


def field_at(model: type[Model], lookup: str) -> Field | None:
    """The field that a lookup path ends at, None for what is no field of a table."""
    *path, last = lookup.split(LOOKUP_SEP)
    try:
        for step in path:
            model = model._meta.get_field(step).related_model
        return model._meta.pk if last == "pk" else model._meta.get_field(last)
    except FieldDoesNotExist:
        return None


def matching(rows: QuerySet, columns: list[Column], text: str) -> QuerySet:
    """Rows one of whose texts, or labels of choices, holds `text`, case ignored."""
    text = text.strip()[:MAX_SEARCH_LENGTH]
    if not text:
        return rows
    condition = Q(pk__in=[])
    for column in columns:
        if column.field.choices:
            values = [
                value
                for value, label in column.field.flatchoices
                if text.lower() in str(label).lower()
            ]
            condition |= Q(**{f"{column.lookup}__in": values})
        elif isinstance(column.field, CharField | TextField):
            condition |= Q(**{f"{column.lookup}__icontains": text})
        elif isinstance(column.field, BooleanField):
            continue
        elif column.is_number and text.isdigit():
            condition |= Q(**{column.lookup: int(text)}) if int(text) < 2**31 else Q()
    return rows.filter(condition)


def ordered(rows: QuerySet, columns: list[Column], sort: str) -> QuerySet:
    """Rows by a column (`-` in front: backwards), then by key; unknown columns are ignored.

    Texts sort as the reader's alphabet does; what is not known comes last.
    """
    wanted = sort.removeprefix("-")
    column = next((column for column in columns if column.lookup == wanted), None)
    if column is None:
        return rows.order_by("pk")
    key = F(wanted)
    if isinstance(column.field, CharField | TextField):
        key = Collate(NullIf(key, Value("")), COLLATIONS.get(get_language(), DEFAULT_COLLATION))
    direction = key.desc if sort.startswith("-") else key.asc
    return rows.order_by(direction(nulls_last=True), "pk")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One object: its name, values by column, the nearest address, and the link to the map."""

    title: str
    values: list[tuple[Column, str]]
    address: str
    map_url: str


def table_page(
    layer: MapLayer, *, text: str, sort: str, number: str | int
) -> tuple[list[Column], Page, list[Row]]:
    """One page of a layer's table; a page number out of range is the nearest one there is."""
    columns = columns_of(layer)
    related = sorted(
        {
            column.lookup.rpartition(LOOKUP_SEP)[0]
            for column in columns
            if LOOKUP_SEP in column.lookup
        }
    )
    rows = layer.queryset()
    if related:
        rows = rows.select_related(*related)
    rows = ordered(matching(rows, columns, text), columns, sort)
    page = Paginator(rows, PAGE_SIZE).get_page(number)
    located = page.object_list.annotate(
        list_point=Transform(PointOnSurface(layer.geometry), WGS84_SRID)
    )
    objects = list(located)
    addresses = nearest_addresses([(row.list_point.x, row.list_point.y) for row in objects])
    return (
        columns,
        page,
        [
            Row(
                title=capfirst(str(row)),
                values=[(column, column.text(row)) for column in columns],
                address=address,
                map_url=map_url(row.list_point.x, row.list_point.y, layer=layer),
            )
            for row, address in zip(objects, addresses, strict=True)
        ],
    )


def map_url(lon: float, lat: float, *, layer: MapLayer) -> str:
    """The map with the place card of a point open and the layer on (the hash of url-state.js)."""
    switched = "" if layer.visible else f"&layers={layer.name}"
    return (
        f"{reverse('shell:home')}#at={MAP_ZOOM}/{lat:.5f}/{lon:.5f}{switched}"
        f"&place=point:{lon:.6f},{lat:.6f}"
    )
