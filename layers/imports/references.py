"""Names in cells -> rows that they refer to: organisations and other city objects."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

from citymap.accounts.models import Organization
from layers.imports.matching import normalised
from layers.imports.values import is_empty, to_text
from layers.models.base import CityObject

NAME_FIELDS = ("name", "name_ru", "name_kk", "name_en", "short_name", "number")


def resolve(
    cells: Sequence[Any], *, model: type[models.Model], source: str
) -> tuple[list[int | None], set[str]]:
    """Primary keys `(n,)` for cells that name rows of `model`, and the names that no row has.

    Organisations go by any of their names. City objects go by their id in `source`, else by
    name among the current ones; a name that several share is not known.
    """
    texts = [None if is_empty(cell) else to_text(cell) for cell in cells]
    wanted = {text for text in texts if text}
    known = _known(wanted, model=model, source=source)
    found = [known.get(normalised(text)) if text else None for text in texts]
    missing = {text for text in wanted if known.get(normalised(text)) is None}
    return found, missing


def _known(
    wanted: Iterable[str], *, model: type[models.Model], source: str
) -> dict[str, int | None]:
    """Normalised name or id -> primary key, None where it is ambiguous."""
    if not wanted:
        return {}
    have = {field.name for field in model._meta.concrete_fields}
    names = [name for name in NAME_FIELDS if name in have]
    rows = model.objects.all() if model is Organization else model.objects.current()
    known: dict[str, int | None] = {}
    for key, *found in rows.order_by("pk").values_list("pk", *names):
        for form in {normalised(name) for name in found if name}:
            known[form] = None if form in known else key
    if issubclass(model, CityObject):
        by_id = model.objects.filter(source=source, source_id__in=list(wanted))
        known.update((normalised(text), key) for text, key in by_id.values_list("source_id", "pk"))
    return known
