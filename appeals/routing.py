"""Whom an appeal goes to: ordered rules, the first that finds a body decides, and says why."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Q
from django.utils import timezone

from appeals.choices import Responsibility
from appeals.models import Appeal, Category, RoutingRule
from appeals.where import Where
from citymap.accounts.models import Organization
from citymap.phrases import retold
from layers.models import (
    Building,
    BuildingManager,
    Manhole,
    NetworkSegment,
    Playground,
    SportsGround,
    StreetLamp,
)

# How far from the place an object may be that answers for it.
REACH_M = 60.0


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a rule is asked about."""

    category: Category
    geom: GEOSGeometry
    building: Building | None
    objects: Sequence[object]
    day: dt.date


@dataclass(frozen=True, kw_only=True)
class Route:
    """The body found, by which rule, and why in words."""

    body: Organization
    rule: RoutingRule
    reason: str


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What other rules would have made of a past appeal."""

    appeal: Appeal
    before: Organization | None
    after: Organization | None


def told_reason(appeal: Appeal) -> str:
    """Why this body, in the reader's language: the reason is kept as it was read on that day."""
    kept = appeal.route
    if not kept:
        return ""
    rule = RoutingRule.objects.filter(Q(reason_ru=kept) | Q(reason_kk=kept)).first()
    return rule.reason if rule else retold(kept)


def rules_on(day: dt.date) -> list[RoutingRule]:
    """The rules in force on a local date, in order."""
    rules = RoutingRule.objects.in_force_on(day).in_order()
    return list(rules.select_related("category", "territory", "body"))


def find_route(
    *, category: Category, where: Where, day: dt.date, rules: Iterable[RoutingRule] | None = None
) -> Route | None:
    """The body that an appeal goes to; None: no rule finds one, a coordinator decides."""
    asked = Asked(
        category=category, geom=where.geom, building=where.building, objects=where.objects, day=day
    )
    if rules is None:
        in_force = RoutingRule.objects.in_force_on(day).concerning(category, where.geom)
        return _first(asked, in_force.select_related("body").in_order())
    return _first(asked, (rule for rule in rules if _concerns(rule, asked)))


def _first(asked: Asked, rules: Iterable[RoutingRule]) -> Route | None:
    for rule in rules:
        body = _body(rule, asked)
        if body is not None and _works(body, asked.day):
            return Route(body=body, rule=rule, reason=rule.reason)
    return None


def _concerns(rule: RoutingRule, asked: Asked) -> bool:
    category = asked.category
    if rule.category_id not in (None, category.pk, category.parent_id):
        return False
    return rule.territory is None or rule.territory.geom.intersects(asked.geom)


def _works(body: Organization, day: dt.date) -> bool:
    started = body.valid_from is None or body.valid_from <= day
    return started and (body.valid_to is None or body.valid_to > day)


def _body(rule: RoutingRule, asked: Asked) -> Organization | None:
    """The body that a rule means at the place; None when nobody is known there."""
    who = rule.responsibility
    if who == Responsibility.FIXED:
        return rule.body
    if who == Responsibility.HOUSE_MANAGER:
        return _manager(asked)
    if who == Responsibility.SEGMENT_OWNER:
        kinds = {"kind": rule.network} if rule.network else {}
        return _owner(asked, (NetworkSegment,), kinds)
    if who == Responsibility.MANHOLE_OWNER:
        kinds = {"network_kind": rule.network} if rule.network else {}
        return _owner(asked, (Manhole,), kinds)
    if who == Responsibility.LAMP_OWNER:
        return _owner(asked, (StreetLamp,), {})
    return _owner(asked, (Playground, SportsGround), {})


def _manager(asked: Asked) -> Organization | None:
    if asked.building is None:
        return None
    managed = BuildingManager.objects.filter(
        building=asked.building, valid_from__lte=asked.day
    ).exclude(valid_to__lte=asked.day)
    row = managed.select_related("organization").order_by("-valid_from").first()
    return row.organization if row else None


def _owner(asked: Asked, models: Sequence[type], kinds: dict[str, str]) -> Organization | None:
    """The owner of the object chosen, or of the nearest one with an owner."""
    for chosen in asked.objects:
        fits = all(getattr(chosen, name) == value for name, value in kinds.items())
        if isinstance(chosen, tuple(models)) and fits and chosen.owner_id:
            return chosen.owner
    nearest = []
    for model in models:
        found = model.objects.active_on(asked.day).filter(owner__isnull=False, **kinds)
        one = found.select_related("owner").nearest(asked.geom, REACH_M).first()
        if one is not None:
            nearest.append(one)
    return min(nearest, key=lambda one: one.distance.m).owner if nearest else None


def dry_run(*, rules: Sequence[RoutingRule], appeals: Iterable[Appeal]) -> Iterator[Difference]:
    """Which past appeals `rules` would send elsewhere than they went; changes nothing."""
    for appeal in appeals:
        day = timezone.localdate(appeal.registered_at)
        objects = [row.target for row in appeal.objects_meant.all()]
        asked = Asked(
            category=appeal.category, geom=appeal.geom, building=appeal.building, objects=objects,
            day=day,
        )  # fmt: skip
        meant = (rule for rule in rules if _in_force(rule, day) and _concerns(rule, asked))
        found = _first(asked, meant)
        after = found.body if found else None
        if (after.pk if after else None) != appeal.executor_id:
            yield Difference(appeal=appeal, before=appeal.executor, after=after)


def _in_force(rule: RoutingRule, day: dt.date) -> bool:
    return rule.valid_from <= day and (rule.valid_to is None or rule.valid_to > day)
