"""Appeals that may be the same: found by place, category, object, age and words. By index.

Candidates lie near (or at the same building or yard), are of the same group of categories, and
are open or ended not long ago. What runs along a street (road, lighting, mains) is also sought on
the whole street where one of the two has no house: "no light in Abay Street".

They are ranked by how near, how like in category and object, how recent and how like in words;
what ranks below `LEAST` is not shown.
"""

import datetime as dt
from dataclasses import dataclass

from django.contrib.gis.db.models.functions import Distance
from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from appeals.choices import State
from appeals.likeness import text_key
from appeals.models import Appeal, Category
from appeals.policies import procedure_term
from appeals.sla import Term
from appeals.where import ON_STREET_M, Where
from appeals.workflow import OPEN

NEAR_M = 60.0
# Looked at before ranking, and shown.
MOST_LOOKED_AT, MOST_SHOWN = 200, 5
# What each likeness is worth; together 1.
WEIGHTS = {"distance": 0.3, "category": 0.25, "object": 0.15, "age": 0.1, "text": 0.2}
SIBLING = 0.4
# Categories of what runs along streets.
ALONG_STREETS = frozenset({
    "ROAD-POTHOLE", "ROAD-GRAVEL", "ROAD-SIDEWALK", "ROAD-COLLAPSE", "LIGHT-STREET", "LIGHT-NEW",
    "WATER-BURST", "WATER-NONE", "SEWER-SPILL", "HEAT-BURST", "POWER-OUT", "SNOW-ICE", "SNOW-ROAD",
    "SNOW-SIDEWALK", "SNOW-HAUL", "FLOOD-STREET", "FLOOD-DRAIN", "FLOOD-GRATE", "DIG-UNRESTORED",
})  # fmt: skip
LEAST = 0.3


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An appeal that may be the same, with its score from 0 to 1 and what it is made of."""

    appeal: Appeal
    score: float
    parts: dict[str, float]
    distance_m: float


def candidates(
    *,
    category: Category,
    where: Where,
    text: str,
    now: dt.datetime | None = None,
    shown: int = MOST_SHOWN,
    before: Appeal | None = None,
) -> list[Candidate]:
    """The likeliest duplicates, best first. One query for the rows, one for the policy.

    before: only appeals registered before this one, for those that are there already.
    """
    now = now or timezone.now()
    oldest = start_of(procedure_term("duplicate-age", timezone.localdate(now)), now)
    found = _near(category, where, oldest)
    if before is not None:
        found = found.filter(registered_at__lt=before.registered_at)
    found = found.order_by("metres", "-pk")[:MOST_LOOKED_AT]
    key = text_key(text)
    if key:
        found = found.annotate(
            likeness=Greatest(
                TrigramSimilarity("text_key", key), TrigramWordSimilarity(key, "text_key")
            )
        )
    else:
        found = found.annotate(likeness=Value(0.0))
    ranked = [_ranked(appeal, category, where, now, oldest) for appeal in found]
    ranked = [one for one in ranked if one.score >= LEAST]
    ranked.sort(key=lambda one: (-one.score, one.distance_m, one.appeal.pk))
    return ranked[:shown]


def _near(category: Category, where: Where, oldest: dt.datetime) -> QuerySet:
    """Rows to rank, nearest first: two index scans, one by place and one by object."""
    return (
        Appeal.objects.real()
        .filter(_same_place(where, category))
        .filter(Q(category__parent=category.parent_id))
        .exclude(state__in=[State.JOINED, State.WITHDRAWN])
        .filter(Q(state__in=sorted(OPEN)) | Q(ended_at__gte=oldest))
        .annotate(metres=Distance("geom", where.geom))
        .select_related("category", "executor")
    )


def _same_place(where: Where, category: Category) -> Q:
    """Within some metres, at the same building or yard, or along the same street."""
    near = Q(geom__dwithin=(where.geom, NEAR_M))
    for name in ("building", "yard"):
        if (one := getattr(where, name)) is not None:
            near |= Q((name, one))
    if where.street is None or category.code not in ALONG_STREETS:
        return near
    near |= Q(street=where.street, building__isnull=True)
    if where.building is None and where.street.geom is not None:
        near |= Q(geom__dwithin=(where.street.geom, ON_STREET_M))
    return near


def _ranked(
    appeal: Appeal, category: Category, where: Where, now: dt.datetime, oldest: dt.datetime
) -> Candidate:
    metres = appeal.metres.m
    same = {
        name
        for name in ("building", "yard", "street")
        if (one := getattr(where, name)) is not None and getattr(appeal, f"{name}_id") == one.pk
    }
    along = category.code in ALONG_STREETS and None in (where.building, appeal.building_id)
    same_object = bool(same & {"building", "yard"}) or (along and "street" in same)
    span = (now - oldest).total_seconds()
    age = (now - appeal.registered_at).total_seconds()
    parts = {
        "distance": max(0.0, 1.0 - metres / NEAR_M),
        "category": 1.0 if appeal.category_id == category.pk else SIBLING,
        "object": float(same_object),
        "age": max(0.0, 1.0 - age / span),
        "text": float(appeal.likeness),
    }
    score = sum(WEIGHTS[name] * value for name, value in parts.items())
    return Candidate(appeal=appeal, score=score, parts=parts, distance_m=metres)


def find_recurrence(*, category: Category, where: Where, now: dt.datetime) -> Appeal | None:
    """The latest appeal of the same category at the same place that was closed not long ago.

    Only its id is read: whoever wants more of it asks for more.
    """
    oldest = start_of(procedure_term("recurrence", timezone.localdate(now)), now)
    return (
        Appeal.objects.real()
        .filter(_same_spot(where), category=category, state=State.CLOSED, ended_at__gte=oldest)
        .order_by("-ended_at", "-pk")
        .only("pk")
        .first()
    )


def _same_spot(where: Where) -> Q:
    """The same house; without one, within some metres."""
    if where.building is not None:
        return Q(building=where.building)
    return Q(geom__dwithin=(where.geom, NEAR_M))


def start_of(term: Term, now: dt.datetime) -> dt.datetime:
    """The moment a term before now; these terms are in days."""
    return now - dt.timedelta(days=term.amount)
