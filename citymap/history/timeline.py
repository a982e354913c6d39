"""What was done to an object, field by field, in the reader's language.

Reads the event rows and never the chain. Values are shown as a person reads them: choices by
label, objects referred to by name, dates and numbers in the language's own format, a shape by
how far it moved and how its size changed.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.geos import GEOSGeometry
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citymap.history.events import Event
from citymap.history.tracking import DIGEST_SUFFIX, Tracking, tracking_of

DEFAULT_LIMIT = 50
MAX_VALUE_CHARS = 200
NOTHING = "—"
ACTIONS = {
    "insert": gettext_lazy("created"),
    "update": gettext_lazy("changed"),
    "delete": gettext_lazy("deleted"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field: its name and its value before and after, as text; `note` stands for both."""

    field: str
    before: str = ""
    after: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change of one object."""

    id: int
    object: str
    key: str
    when: dt.datetime
    action: str
    label: str
    who: str
    how: str
    reason: str
    irregular: bool
    changes: tuple[Change, ...]


class NotTrackedError(TypeError):
    """The model has no history."""


def timeline_of(instance: models.Model, *, limit: int = DEFAULT_LIMIT) -> list[Entry]:
    """The newest `limit` changes of an object, newest first. Raises NotTrackedError."""
    tracking = tracking_of(type(instance))
    if tracking is None:
        raise NotTrackedError(type(instance).__name__)
    newest = tracking.event_model.objects.of_key(instance.pk).newest_first()
    # One more than is shown: the oldest one shown is compared with it.
    rows = list(newest[: limit + 1])[::-1]
    if tracking.inserts:
        pairs = zip([None, *rows], rows, strict=False)
    else:
        # Rows of imported layers hold the state before: the live object follows the last one.
        live = tracking.model._base_manager.filter(pk=instance.pk).first()
        pairs = zip(rows, [*rows, live][1:], strict=True)
    return entries(tracking, list(zip(rows, pairs, strict=True)))[::-1][:limit]


def recent_entries(tracking: Tracking, events: Iterable[Event]) -> list[Entry]:
    """Events of one model, of any objects, each with what it changed (one query for all)."""
    events = list(events)
    return entries(tracking, [(event, _pair_of(tracking, event)) for event in events])


def _pair_of(tracking: Tracking, event: Event) -> tuple[models.Model | None, models.Model | None]:
    others = tracking.event_model.objects.of_key(event.pgh_obj_id)
    if tracking.inserts:
        return others.filter(pgh_id__lt=event.pgh_id).order_by("-pgh_id").first(), event
    after = others.filter(pgh_id__gt=event.pgh_id).order_by("pgh_id").first()
    return event, after or tracking.model._base_manager.filter(pk=event.pgh_obj_id).first()


def entries(
    tracking: Tracking,
    changes: Sequence[tuple[Event, tuple[models.Model | None, models.Model | None]]],
) -> list[Entry]:
    """Entries for events, each with the states before and after it."""
    names = _Names(tracking, changes)
    return [_entry(tracking, event, pair, names) for event, pair in changes]


def _entry(
    tracking: Tracking,
    event: Event,
    pair: tuple[models.Model | None, models.Model | None],
    names: "_Names",
) -> Entry:
    context = event.pgh_context or {}
    who, how = names.author(context)
    return Entry(
        id=event.pgh_id,
        object=str(tracking.model._meta.verbose_name),
        key=str(event.pgh_obj_id),
        when=event.pgh_created_at,
        action=event.pgh_label,
        label=str(ACTIONS.get(event.pgh_label, event.pgh_label)),
        who=who,
        how=how,
        reason=context.get("reason", ""),
        irregular=not context.keys() & {"user", "request", "command"},
        changes=tuple(_changes(tracking, event, pair, names)),
    )


def _changes(
    tracking: Tracking,
    event: Event,
    pair: tuple[models.Model | None, models.Model | None],
    names: "_Names",
) -> Iterable[Change]:
    before, after = pair
    if event.pgh_label == "delete":
        yield from _removed(tracking, event, names)
        return
    for name in tracking.fields:
        field = tracking.model._meta.get_field(name)
        if field.primary_key:
            continue
        old = getattr(before, field.attname, None)
        new = getattr(after, field.attname, None)
        if old == new or (before is None and new in (None, "", [], {})):
            continue
        title = _title(field)
        if isinstance(field, GeometryField):
            yield Change(field=title, note=shape_change(old, new))
        elif before is None:
            yield Change(field=title, after=names.value(field, new))
        else:
            yield Change(field=title, before=names.value(field, old), after=names.value(field, new))
    for name in tracking.salted:
        column = f"{tracking.model._meta.get_field(name).attname}{DIGEST_SUFFIX}"
        if getattr(event, column, None):
            note = _("changed; history keeps its digest only")
            yield Change(field=_title(tracking.model._meta.get_field(name)), note=note)


def _removed(tracking: Tracking, event: Event, names: "_Names") -> Iterable[Change]:
    """What a deleted object was at the end: its row is nowhere else any more."""
    for name in tracking.fields:
        field = tracking.model._meta.get_field(name)
        value = getattr(event, field.attname, None)
        if field.primary_key or value in (None, "", [], {}):
            continue
        if isinstance(field, GeometryField):
            yield Change(field=_title(field), note=shape_change(value, None))
        else:
            yield Change(field=_title(field), before=names.value(field, value))


def _title(field: models.Field) -> str:
    name = str(field.verbose_name)
    return name[:1].upper() + name[1:]


def shape_change(before: GEOSGeometry | None, after: GEOSGeometry | None) -> str:
    """In words: how far a shape (metric CRS) moved and how its size changed."""
    if before is None:
        return _("shape drawn") if after is None else _("shape drawn: %s") % _size(after)
    if after is None:
        return _("shape removed")
    said = [_("shape changed")]
    moved = round(before.centroid.distance(after.centroid))
    if moved:
        said.append(_("moved by %(metres)s m") % {"metres": number_format(moved)})
    old, new = _size(before), _size(after)
    if old != new:
        said.append(_("%(before)s → %(after)s") % {"before": old, "after": new})
    return ", ".join(said)


def _size(shape: GEOSGeometry) -> str:
    if shape.dims == 2:
        return _("area %s m²") % number_format(round(shape.area), force_grouping=True)
    if shape.dims == 1:
        return _("length %s m") % number_format(round(shape.length), force_grouping=True)
    return _("point")


class _Names:
    """Names of people and objects that some events refer to: one query per table."""

    def __init__(
        self,
        tracking: Tracking,
        changes: Sequence[tuple[Event, tuple[models.Model | None, models.Model | None]]],
    ) -> None:
        wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
        users = {(event.pgh_context or {}).get("user") for event, _pair in changes} - {None}
        for name in tracking.fields:
            field = tracking.model._meta.get_field(name)
            if field.is_relation:
                for _event, pair in changes:
                    wanted[field.related_model] |= {
                        getattr(state, field.attname) for state in pair if state is not None
                    } - {None}
        self._objects = {
            model: model._base_manager.in_bulk(sorted(keys)) for model, keys in wanted.items()
        }
        self._users = get_user_model()._base_manager.in_bulk(sorted(users)) if users else {}

    def author(self, context: dict[str, Any]) -> tuple[str, str]:
        """Who made a change, and by what way."""
        user = self._users.get(context.get("user"))
        full_name = user.get_full_name() if user else ""
        who = full_name or context.get("username", "")
        if command := context.get("command"):
            return who or _("the system"), _("command %s") % command
        if who:
            return who, ""
        if "request" in context or "url" in context:
            return _("a visitor"), ""
        how = _("database role %s") % context["role"] if "role" in context else ""
        return _("nobody named"), how

    def value(self, field: models.Field, value: Any) -> str:
        """A value of `field` as a person reads it."""
        if field.is_relation and value is not None:
            found = self._objects.get(field.related_model, {}).get(value)
            return str(found) if found is not None else f"#{value}"
        return shown(field, value)


def shown(field: models.Field, value: Any) -> str:
    """A plain value as text in the active language."""
    if value is None or value == "":
        return NOTHING
    if isinstance(field, ArrayField):
        return ", ".join(shown(field.base_field, item) for item in value) or NOTHING
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, dt.date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, int | float):
        return number_format(value, force_grouping=False)
    return Truncator(str(value)).chars(MAX_VALUE_CHARS)
