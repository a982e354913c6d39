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
    CharField,
    Count,
    F,
    Field,
    Model,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.constants import LOOKUP_SEP
from django.db.models.functions import Coalesce, Collate, NullIf
from django.urls import reverse
from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from citymap.accounts.access import AnyUser
from citymap.geo import WGS84_SRID, city_point
from citymap.places.card import resolver
from citymap.tiles.registry import MapLayer, layers, sources
from citymap.wording import written

PAGE_SIZE = 50
MAP_ZOOM = 17
MAX_SEARCH_LENGTH = 200
DEFAULT_COLLATION = "ru-x-icu"
COLLATIONS = {"kk": "kk-x-icu"}
MAX_INTEGER = 2**31 - 1
# What an object is called, best first.
NAME_FIELDS = ("name", "label", "name_ru", "name_kk", "name_en")


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
            owner, value = value, getattr(value, step, None)
        # What is known of a date stands beside it: installed_on, installed_on_precision.
        precision = getattr(owner, f"{self.field.name}_precision", "")
        return shown_value(value, self.field, precision=precision)


DATE_FORMATS = {"year": "Y", "month": "YEAR_MONTH_FORMAT"}


def shown_value(value: Any, field: Field, *, precision: str = "") -> str:
    """A database value in words: choices by label, dates and numbers in the local form.

    precision: what is known of a date: `year`, `month` or all of it.
    """
    if value is None or value == "":
        return ""
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime | dt.date):
        return formats.date_format(value, DATE_FORMATS.get(precision, "DATE_FORMAT"))
    if isinstance(value, float):
        return formats.number_format(round(value, 1), force_grouping=True)
    return written(str(value))


def visible_layers(user: AnyUser) -> list[MapLayer]:
    """The layers that `user` may see, in the order of the legend."""
    shown = {source.name for source in sources if source.may_see(user)}
    return [layer.seen_by(user) for layer in layers if layer.source in shown]


def columns_of(layer: MapLayer) -> list[Column]:
    """The layer's attributes and `columns` that are fields of its model, but for keys.

    Names have no column: they are what a row is called. A column that no object fills is
    left out.
    """
    rows = layer.queryset()
    found = {}
    for lookup in (*layer.fields.values(), *layer.columns):
        field = field_at(rows.model, lookup)
        if field is None or field.primary_key or field.is_relation or lookup in NAME_FIELDS:
            continue
        found[lookup] = Column(lookup=lookup, title=title_of(rows.model, lookup), field=field)
    if not found:
        return []
    filled = rows.aggregate(
        **{
            f"column_{number}": Count("pk", filter=known(column))
            for number, column in enumerate(found.values())
        }
    )
    return [column for number, column in enumerate(found.values()) if filled[f"column_{number}"]]


# Generated columns have no words of their own.
GENERATED_TITLES = {"area_m2": gettext_lazy("area, m²"), "length_m": gettext_lazy("length, m")}


def title_of(model: type[Model], lookup: str) -> str:
    """A column's heading: the field's own name, for `owner__name` that of `owner`.

    A relation that another table holds has no name of its own: there the last field's counts.
    """
    if lookup in GENERATED_TITLES:
        return capfirst(str(GENERATED_TITLES[lookup]))
    field = field_at(model, lookup.split(LOOKUP_SEP)[0])
    if not field.concrete:
        field = field_at(model, lookup)
    return capfirst(str(field.verbose_name))


def known(column: Column) -> Q:
    """The condition that a column says something: neither null nor an empty text."""
    condition = Q(**{f"{column.lookup}__isnull": False})
    if isinstance(column.field, CharField | TextField):
        condition &= ~Q(**{column.lookup: ""})
    return condition


def name_fields(model: type[Model]) -> list[str]:
    """Fields of `model` that hold its name, the reader's language first."""
    names = [f"name_{get_language()}", *NAME_FIELDS]
    return [name for name in dict.fromkeys(names) if field_at(model, name) is not None]


def name_of(instance: Model) -> str:
    """What an object is called, in the reader's language; without a name its kind and number."""
    for name in name_fields(type(instance)):
        if value := getattr(instance, name):
            return value
    number = getattr(instance, "number", "") or instance.pk
    return f"{capfirst(str(instance._meta.verbose_name))} {number}"


def field_at(model: type[Model], lookup: str) -> Field | None:
    """The field that a lookup path ends at, None for what is no field of a table."""
    *path, last = lookup.split(LOOKUP_SEP)
    try:
        for step in path:
            model = model._meta.get_field(step).related_model
        field = model._meta.pk if last == "pk" else model._meta.get_field(last)
    except FieldDoesNotExist:
        return None
    return getattr(field, "output_field", field)


def matching(rows: QuerySet, columns: list[Column], text: str) -> QuerySet:
    """Rows whose name, a text or the label of a choice holds `text`, or a number equals it."""
    text = text.strip()[:MAX_SEARCH_LENGTH]
    if not text:
        return rows
    condition = Q(pk__in=[])
    for name in name_fields(rows.model):
        condition |= Q(**{f"{name}__icontains": text})
    for column in columns:
        condition |= matches(column, text)
    return rows.filter(condition)


def matches(column: Column, text: str) -> Q:
    """The condition that a column shows `text`."""
    if column.field.choices:
        wanted = text.casefold()
        labels = column.field.flatchoices
        values = [value for value, label in labels if wanted in str(label).casefold()]
        return Q(**{f"{column.lookup}__in": values})
    if isinstance(column.field, CharField | TextField):
        return Q(**{f"{column.lookup}__icontains": text})
    if column.is_number and text.isdecimal() and int(text) <= MAX_INTEGER:
        return Q(**{column.lookup: int(text)})
    return Q(pk__in=[])


def ordered(rows: QuerySet, columns: list[Column], sort: str) -> QuerySet:
    """Rows by a column or by `name` (`-` in front: backwards), then by key.

    Texts sort as the reader's alphabet does; what is not known comes last. Unknown columns
    are ignored.
    """
    wanted = sort.removeprefix("-")
    field = next((column.field for column in columns if column.lookup == wanted), None)
    keys: list = [F(wanted)]
    if wanted == "name" and name_fields(rows.model):
        names = name_fields(rows.model)
        field = field_at(rows.model, names[0])
        keys = [NullIf(F(name), Value("")) for name in names]
    if field is None:
        return rows.order_by("pk")
    key = Coalesce(*keys) if len(keys) > 1 else keys[0]
    if isinstance(field, CharField | TextField):
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
    addresses = resolver().nearest_addresses(
        [city_point(row.list_point.x, row.list_point.y) for row in objects]
    )
    return (
        columns,
        page,
        [
            Row(
                title=name_of(row),
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
