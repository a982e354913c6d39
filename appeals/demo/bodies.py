"""Who answers in the demo: routing rules that name the demo's bodies."""

import datetime as dt

from appeals.choices import Responsibility
from appeals.models import Category, RoutingRule
from citymap.accounts.demo import DEMO_SOURCE
from citymap.accounts.models import Organization

# Kind of body in the tree of categories -> the demo's organisation.
BODY_OF_KIND = {
    "heat_utility": "heat", "water_utility": "water", "power_utility": "power",
    "gas_utility": "gas", "house_manager": "ksk1", "lift_company": "build2",
    "housing_inspectorate": "housing_inspection", "utility_billing": "housing",
    "roads_office": "roads", "police": "police", "social_office": "akimat",
    "works_contractor": "build5", "road_contractor": "road_service", "network_owner": "water",
    "order_holder": "build3", "lighting_contractor": "lighting", "snow_contractor": "road_service",
    "emergency_service": "akimat", "waste_operator": "waste", "sanitary_office": "akimat",
    "ecology_office": "akimat", "greening_contractor": "parks", "vet_service": "parks",
    "transport_office": "roads", "bus_carrier": "bus1", "health_office": "akimat",
    "education_office": "education", "housing_office": "housing",
    "architecture_office": "architecture", "business_office": "akimat",
    "akimat_control": "akimat",
}  # fmt: skip
# Whom the layers know better than the tree does.
BY_LAYER = {
    "house_manager": (Responsibility.HOUSE_MANAGER, "управляет домом", "үйді басқарады"),
    "network_owner": (Responsibility.MANHOLE_OWNER, "владелец колодца", "құдық иесі"),
}
IN_FORCE_FROM = dt.date(2020, 1, 1)


def bodies() -> dict[str, Organization]:
    """The demo's organisations that answer appeals, by their id in the fixture."""
    wanted = set(BODY_OF_KIND.values())
    found = Organization.objects.filter(source=DEMO_SOURCE, source_id__in=wanted)
    return {body.source_id: body for body in found}


def make_rules() -> int:
    """Routing rules for every leaf, where there are none at all; how many were made."""
    if RoutingRule.objects.exists():
        return 0
    known, rules = bodies(), []
    leaves = list(Category.objects.leaves().select_related("parent"))
    for number, leaf in enumerate(leaves, start=1):
        if leaf.body_kind in BY_LAYER:
            who, ru, kk = BY_LAYER[leaf.body_kind]
            rules.append(
                RoutingRule(position=number * 10, category=leaf, responsibility=who,
                            reason_ru=ru, reason_kk=kk, valid_from=IN_FORCE_FROM)
            )  # fmt: skip
        rules.append(
            RoutingRule(
                position=number * 10 + 5, category=leaf, body=known[BODY_OF_KIND[leaf.body_kind]],
                reason_ru=f"отвечает за «{leaf.parent.name_ru}»",
                reason_kk=f"«{leaf.parent.name_kk}» үшін жауапты", valid_from=IN_FORCE_FROM,
            )
        )  # fmt: skip
    return len(RoutingRule.objects.bulk_create(rules))
