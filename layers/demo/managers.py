"""House managers of the demo city: ОСИ and НСУ, cooperatives (КСК) before them.

Since 2025-09-17 only ОСИ and НСУ manage; КСК and managing companies work for them by contract.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from django.db import transaction

from citymap.accounts.choices import OrganizationKind
from citymap.accounts.demo import DEMO_SOURCE
from citymap.accounts.demo.bodies import demo_phone
from citymap.accounts.models import Organization
from layers.choices import BuildingUse, ManagerForm
from layers.demo import chance
from layers.models import Address, Building, BuildingManager

LAST_DAY_OF_COOPERATIVES = dt.date(2025, 9, 17)
FIRST_ASSOCIATION = dt.date(2020, 3, 1)
COOPERATIVES = ("ksk1", "ksk2", "ksk3")
CONTRACTORS = ("ksk1", "ksk2", "ksk3", "uk1", "uk2")
FORMS = {"osi": 0.71, "nsu": 0.22, "nobody": 0.07}


@dataclass(frozen=True)
class Term:
    """One manager of one house for a time. `body` is an organisation's id in the demo."""

    house: str
    body: str
    form: ManagerForm
    contractor: str
    since: dt.date
    until: dt.date | None


def plan_terms(houses: list[tuple[str, str]], seed: int) -> tuple[list[Term], dict[str, str]]:
    """Who manages which house when, and the names of the houses' own associations.

    houses: (source_id, address) of apartment houses. Pure; each house by its own key.
    """
    terms: list[Term] = []
    names: dict[str, str] = {}
    for house, address in houses:
        key = np.array([chance.word(seed, "manager", house)])
        form = str(chance.pick(key, "form", FORMS)[0])
        days = int(
            chance.uniform(key, "since")[0] * (LAST_DAY_OF_COOPERATIVES - FIRST_ASSOCIATION).days
        )
        since = FIRST_ASSOCIATION + dt.timedelta(days=days)
        cooperative = COOPERATIVES[int(chance.uniform(key, "ksk")[0] * len(COOPERATIVES))]
        if form == "nobody" or chance.uniform(key, "before")[0] < 0.6:
            until = LAST_DAY_OF_COOPERATIVES if form == "nobody" else since
            began = dt.date(2004 + int(chance.uniform(key, "ksk since")[0] * 12), 1, 1)
            terms.append(Term(house, cooperative, ManagerForm.KSK, "", began, until))
        if form == "nobody":
            continue
        body = f"{form}:{house}"
        names[body] = address
        hired = chance.uniform(key, "hired")[0] < 0.4
        contractor = CONTRACTORS[int(chance.uniform(key, "whom")[0] * len(CONTRACTORS))]
        terms.append(Term(house, body, ManagerForm(form), contractor if hired else "", since, None))
    return terms, names


def appoint_managers(*, seed: int) -> dict[str, int]:
    """Store what `plan_terms` says; terms that are there already are left alone."""
    houses = _apartment_houses()
    terms, names = plan_terms([(source_id, address) for _, source_id, address in houses], seed)
    keys = {source_id: pk for pk, source_id, _ in houses}
    with transaction.atomic():
        made = _make_bodies(names, seed)
        bodies = dict(
            Organization.objects.filter(source=DEMO_SOURCE).values_list("source_id", "pk")
        )
        known = set(
            BuildingManager.objects.filter(building__in=keys.values()).values_list(
                "building_id", "valid_from"
            )
        )
        new = [
            BuildingManager(
                building_id=keys[term.house],
                organization_id=bodies[term.body],
                form=term.form,
                contractor_id=bodies[term.contractor] if term.contractor else None,
                valid_from=term.since,
                valid_to=term.until,
            )
            for term in terms
            if (keys[term.house], term.since) not in known
        ]
        BuildingManager.objects.bulk_create(new, batch_size=1000)
    return {"houses": len(houses), "associations": made, "terms": len(new)}


def _apartment_houses() -> list[tuple[int, str, str]]:
    """(pk, source_id, address) of current apartment houses that have an address."""
    first = {
        address.building_id: str(address)
        for address in Address.objects.current()
        .filter(building__use=BuildingUse.APARTMENTS, building__source="osm")
        .select_related("street")
        .order_by("-source_id")
    }
    rows = Building.objects.current().filter(pk__in=first).order_by("source_id")
    return [(pk, source_id, first[pk]) for pk, source_id in rows.values_list("pk", "source_id")]


def _make_bodies(names: dict[str, str], seed: int) -> int:
    """An association for each house that has one of its own."""
    there = set(
        Organization.objects.filter(source=DEMO_SOURCE, source_id__in=list(names)).values_list(
            "source_id", flat=True
        )
    )
    words = {"osi": ("ОСИ", "МИБ", "OSI"), "nsu": ("НСУ", "ТББ", "NSU")}
    new = []
    for body, address in names.items():
        if body in there:
            continue
        ru, kk, en = words[body.split(":")[0]]
        new.append(
            Organization(
                kind=OrganizationKind.HOUSE_MANAGER,
                name=f"{ru} «{address}»",
                name_ru=f"{ru} «{address}»",
                name_kk=f"«{address}» {kk}",
                name_en=f"{en} “{address}”",
                short_name=f"{ru} {address}"[:100],
                phone=demo_phone(seed, body),
                source=DEMO_SOURCE,
                source_id=body,
            )
        )
    Organization.objects.bulk_create(new, batch_size=1000)
    return len(new)
