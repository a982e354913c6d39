"""Addresses and streets in files: joined by the spelling of streets and by buildings."""

from collections.abc import Sequence
from typing import Any

import shapely
from django.contrib.gis.db.models.functions import AsWKB

from layers.imports.registry import Rows
from layers.imports.values import is_empty, to_text
from layers.models import Building, Street
from layers.names import key_of, parse

# A position drawn at the entrance may lie a little outside the outline.
NEAR_BUILDING_M = 3.0


def complete_streets(rows: Rows) -> None:
    """The key by which addresses find the street; its kind from the name where none is given."""
    names = rows.columns["name"]
    rows.columns["name_key"] = [key_of(name or "") for name in names]
    if "kind" not in rows.columns:
        rows.columns["kind"] = [parse(name or "").kind for name in names]


def complete_addresses(rows: Rows) -> None:
    """The building by position where the file does not say."""
    if "building" not in rows.columns:
        rows.columns["building"] = buildings_at(rows)


def streets_by_spelling(cells: Sequence[Any]) -> tuple[list[int | None], set[str]]:
    """Streets `(n,)` by normalised name (layers/names.py), and the names that none has."""
    known: dict[str, int] = {}
    streets = Street.objects.current().order_by("-pk")
    for key, name_key, *others in streets.values_list(
        "pk", "name_key", "name_ru", "name_kk", "old_names"
    ):
        *named, old = others
        for name in (*old, *(name for name in named if name)):
            known.setdefault(key_of(name), key)
        known[name_key] = key
    texts = ["" if is_empty(cell) else to_text(cell) for cell in cells]
    found = [known.get(key_of(text)) if text else None for text in texts]
    return found, {text for text, key in zip(texts, found, strict=True) if text and key is None}


def buildings_at(rows: Rows) -> list[int | None]:
    """The current building at each position `(n,)`, nearest first within 3 m."""
    keys, outlines = [], []
    for key, wkb in Building.objects.current().annotate(wkb=AsWKB("geom")).values_list("pk", "wkb"):
        keys.append(key)
        outlines.append(bytes(wkb))
    if not keys:
        return [None] * len(rows)
    tree = shapely.STRtree(shapely.from_wkb(outlines))
    found: list[int | None] = [None] * len(rows)
    at, which = tree.query_nearest(rows.geometries, max_distance=NEAR_BUILDING_M, all_matches=False)
    for position, building in zip(at.tolist(), which.tolist(), strict=True):
        found[position] = keys[building]
    return found
