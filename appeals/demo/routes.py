"""Who answers each appeal of the demo, and why: what the demo's routing rules say, set-based."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd
from django.db import connection
from django.db.models import F

from appeals.demo.bodies import BODY_OF_KIND, BY_LAYER, bodies
from appeals.models import Category, RoutingRule
from appeals.routing import REACH_M
from citymap.accounts.models import Organization
from citymap.geo import city_srid
from layers.models import BuildingManager, Manhole

# The owner of the nearest manhole that was there on the day, as `appeals.routing` finds it.
NEAREST_OWNER = """
SELECT (
    SELECT manhole.owner_id FROM {manholes} manhole
    WHERE manhole.owner_id IS NOT NULL AND manhole.valid_from <= asked.day
        AND (manhole.valid_to IS NULL OR manhole.valid_to > asked.day)
        AND ST_DWithin(manhole.geom, asked.geom, %(reach_m)s)
    ORDER BY ST_Distance(manhole.geom, asked.geom), manhole.id LIMIT 1
)
FROM (
    SELECT ST_SetSRID(ST_MakePoint(x, y), %(srid)s) AS geom, day, number
    FROM unnest(%(x)s::float8[], %(y)s::float8[], %(days)s::date[]) WITH ORDINALITY
        AS given (x, y, day, number)
) asked ORDER BY asked.number
"""


@dataclass(frozen=True, slots=True)
class Routed:
    """The body of one appeal; `kind`: the demo organisation whose habits it has."""

    body: Organization
    kind: str
    reason: str


def routes(
    appeals: pd.DataFrame, houses: list[int], categories: dict[str, Category]
) -> list[Routed]:
    """One per row of `appeals`. houses: keys by the rows' numbers of houses."""
    known, reasons = bodies(), _reasons()
    kinds = [categories[code].body_kind for code in appeals["category"]]
    layered = _by_layer(appeals, houses, np.array(kinds, dtype=object))
    found = []
    for number, (code, kind) in enumerate(zip(appeals["category"], kinds, strict=True)):
        habits = BODY_OF_KIND[kind]
        body = layered.get(number)
        by_layer = body is not None
        found.append(
            Routed(
                body=body if by_layer else known[habits], kind=habits,
                reason=reasons.get((code, by_layer), ""),
            )
        )  # fmt: skip
    return found


def _reasons() -> dict[tuple[str, bool], str]:
    """(category, whether a layer names the body) -> the words of the rule that decides."""
    rows = RoutingRule.objects.filter(category__isnull=False).order_by("-position", "-pk")
    return {
        (code, body is None): reason
        for code, body, reason in rows.values_list("category__code", "body", "reason_ru")
    }


def _by_layer(
    appeals: pd.DataFrame, houses: list[int], kinds: np.ndarray
) -> dict[int, Organization]:
    """Rows whose body the layers know: of houses their manager, of manholes their owner."""
    days = appeals["at"].dt.date.to_numpy()
    keys: dict[int, int] = {}
    managed, owned = (np.flatnonzero(kinds == kind) for kind in BY_LAYER)
    terms = _managers()
    rows = appeals["house"].to_numpy()
    for number in managed:
        if (body := _manager_on(terms[houses[rows[number]]], days[number])) is not None:
            keys[int(number)] = body
    if len(owned):
        keys |= _owners(appeals.iloc[owned], days[owned], owned)
    known = Organization.objects.in_bulk(set(keys.values()))
    return {number: known[body] for number, body in keys.items()}


def _managers() -> dict[int, list[tuple[dt.date, dt.date | None, int]]]:
    """House -> (from, until, manager), the latest first."""
    terms: dict[int, list[tuple[dt.date, dt.date | None, int]]] = defaultdict(list)
    rows = BuildingManager.objects.order_by(F("valid_from").desc())
    for house, since, until, body in rows.values_list(
        "building", "valid_from", "valid_to", "organization"
    ):
        terms[house].append((since, until, body))
    return terms


def _manager_on(terms: list[tuple[dt.date, dt.date | None, int]], day: dt.date) -> int | None:
    return next(
        (
            body
            for since, until, body in terms
            if since <= day and (until is None or until > day)
        ),
        None,
    )  # fmt: skip


def _owners(some: pd.DataFrame, days: np.ndarray, numbers: np.ndarray) -> dict[int, int]:
    query = NEAREST_OWNER.format(manholes=connection.ops.quote_name(Manhole._meta.db_table))
    asked = {
        "x": some["x"].tolist(), "y": some["y"].tolist(), "days": days.tolist(),
        "srid": city_srid(), "reach_m": REACH_M,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(query, asked)
        owners = [owner for (owner,) in cursor.fetchall()]
    return {
        int(number): owner
        for number, owner in zip(numbers, owners, strict=True)
        if owner is not None
    }
