"""What the city's layers offer the place card: the resolver and their sections, in order."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import is_city_staff
from citymap.places.registry import (
    FoundKind,
    PlaceResolver,
    PlaceSection,
    register_found_kind,
    register_resolver,
    register_section,
)
from layers.card import addresses, resolve, sections, snowplow
from layers.choices import (
    BuildingUse,
    LandUseKind,
    PlaceKind,
    StreetKind,
    TerritoryKind,
    WaterKind,
)

register_resolver(
    PlaceResolver(
        name="layers",
        by_point=resolve.by_point,
        by_building=resolve.by_building,
        by_address=resolve.by_address,
        nearest_addresses=addresses.nearest_addresses,
    )
)
# Places 10 to 20 are for what is going on and what is planned.
register_section(PlaceSection(name="yard", title=_("Yard"), items=sections.yard, order=30))
register_section(
    PlaceSection(
        name="organizations",
        title=_("Who is responsible"),
        items=sections.organizations,
        empty=_("No responsible organisation is recorded"),
        order=40,
    )
)
register_section(
    PlaceSection(
        name="networks",
        title=_("Networks within 30 m"),
        items=sections.networks,
        empty=_("No networks recorded within 30 m"),
        order=50,
    )
)
register_section(
    PlaceSection(name="manholes", title=_("Manholes near"), items=sections.manholes, order=60)
)
register_section(
    PlaceSection(
        name="grounds", title=_("Playgrounds and sports grounds"), items=sections.grounds, order=70
    )
)
register_section(
    PlaceSection(name="stops", title=_("Public transport"), items=sections.stops, order=80)
)
register_section(
    PlaceSection(
        name="snowplow",
        title=_("Last snowplow pass"),
        items=snowplow.last_pass,
        empty=_("No pass recorded on this street"),
        order=90,
    )
)
register_section(
    PlaceSection(
        name="cameras",
        title=_("Cameras"),
        items=sections.cameras,
        may_see=is_city_staff,
        order=100,
    )
)
register_section(
    PlaceSection(name="facts", title=_("Building"), items=sections.building_facts, order=110)
)

# What found things are, and the type words that people use for them.
STREET_WORDS = frozenset({"street", "avenue", "highway"})
AREA_WORDS = {
    StreetKind.STREET: STREET_WORDS,
    StreetKind.GARDEN_SOCIETY: frozenset({"garden"}),
    StreetKind.MICRODISTRICT: frozenset({"microdistrict"}),
    TerritoryKind.CITY: frozenset({"city"}),
    TerritoryKind.SUBURB: frozenset({"microdistrict"}),
    PlaceKind.NEIGHBOURHOOD: frozenset({"microdistrict"}),
    PlaceKind.VILLAGE: frozenset({"village"}),
}
for kind, choices in (
    ("street", StreetKind),
    ("territory", TerritoryKind),
    ("place", PlaceKind),
    ("building", BuildingUse),
    ("land_use", LandUseKind),
    ("water", WaterKind),
):
    for choice in choices:
        words = frozenset({"water"}) if kind == "water" else AREA_WORDS.get(choice.value)
        register_found_kind(
            FoundKind(name=f"{kind}:{choice.value}", title=choice.label, types=words or frozenset())
        )
register_found_kind(FoundKind(name="bus_stop", title=_("Bus stop"), types=frozenset({"stop"})))
