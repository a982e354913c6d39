"""The sections of the card that the city's own layers fill."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citymap.places.registry import Place, PlaceContext
from citymap.wording import written
from layers.card.near import Near, body, near, owner
from layers.card.resolve import localized_name
from layers.card.wording import dated, day, fact, organization_name, square_metres
from layers.choices import (
    Basis,
    Condition,
    ManagerForm,
    ManholeState,
    NetworkKind,
    SportsKind,
    Surface,
)

Items = list[dict[str, Any]]


def yard(place: Place, context: PlaceContext) -> Items:
    """The yard: its size, houses, apartments and quarter."""
    if place.yard is None:
        return []
    found = place.yard
    facts = [
        fact(_("Area"), square_metres(found["area_m2"])),
        fact(_("Houses"), found["houses"]),
        fact(_("Apartments"), found["apartments"]),
    ]
    if found["quarter"]:
        facts.append(fact(_("Quarter"), found["quarter"]["label"]))
    return [{"kind": "yard", "id": found["id"], "title": found["label"], "facts": facts}]


def organizations(place: Place, context: PlaceContext) -> Items:
    """Who is responsible: the house's manager, then the owners of what lies near."""
    managers = [_manager(thing.facts) for thing in near(place, context, "house_manager")]
    return [*managers, *_owners(place, context)]


def _manager(known: dict[str, Any]) -> dict[str, Any]:
    organization, contractor = body(known["organization"]), body(known["contractor"])
    facts = [
        fact(_("Form"), ManagerForm(known["form"]).label),
        fact(_("Since"), day(dt.date.fromisoformat(known["valid_from"]))),
    ]
    if known["valid_to"]:
        facts.append(fact(_("Until"), day(dt.date.fromisoformat(known["valid_to"]))))
    if contractor:
        facts.append(fact(_("Contractor"), organization_name(contractor)))
    if organization.phone:
        facts.append(fact(_("Telephone"), organization.phone))
    return {
        "kind": "house_manager",
        "id": organization.pk,
        "title": organization_name(organization),
        "subtitle": _("House manager"),
        "facts": facts,
    }


def _owners(place: Place, context: PlaceContext) -> Items:
    """Each owner of networks and manholes near, once, with the networks that it owns here."""
    bodies = {}
    kinds: dict[tuple[int | None, str], list[str]] = {}
    for thing in near(place, context, "network", "manhole"):
        owner_id, written = thing.facts["owner_id"], thing.facts["owner_name"]
        bodies[owner_id] = owner(thing)
        if owner_id or written:
            label = str(NetworkKind(thing.facts["kind"]).label)
            kinds.setdefault((owner_id, "" if owner_id else written), []).append(label)
    items = []
    for (owner_id, written), labels in kinds.items():
        found = bodies[owner_id]
        item = {
            "kind": "owner",
            "id": owner_id,
            "title": organization_name(found) if found else written,
            "subtitle": _("Owner of networks: %(kinds)s")
            % {"kinds": ", ".join(dict.fromkeys(labels)).lower()},
        }
        if found and found.phone:
            item["facts"] = [fact(_("Telephone"), found.phone)]
        items.append(item)
    return items


def _owner_fact(thing: Near) -> Items:
    found = owner(thing)
    name = organization_name(found) if found else thing.facts.get("owner_name", "")
    return [fact(_("Owner"), name)] if name else []


def networks(place: Place, context: PlaceContext) -> Items:
    """Pipes and cables within 30 m, by kind with what is known of them."""
    return [_network(thing) for thing in near(place, context, "network")]


def _network(thing: Near) -> dict[str, Any]:
    known = thing.facts
    facts = []
    if known["material"]:
        facts.append(fact(_("Material"), written(known["material"])))
    if known["diameter_mm"]:
        facts.append(fact(_("Diameter"), _("%(mm)s mm") % {"mm": known["diameter_mm"]}))
    if known["laid_year"]:
        facts.append(fact(_("Laid in"), known["laid_year"]))
    if known["above_ground"] is not None:
        place_words = _("above ground") if known["above_ground"] else _("underground")
        facts.append(fact(_("Laid"), place_words))
    facts.extend(_owner_fact(thing))
    return thing.item(
        title=str(NetworkKind(known["kind"]).label), facts=facts, network=known["kind"]
    )


def manholes(place: Place, context: PlaceContext) -> Items:
    """Manholes near, with the state of their covers."""
    items = []
    for thing in near(place, context, "manhole"):
        known = thing.facts
        title = _("Manhole: %(network)s") % {
            "network": str(NetworkKind(known["kind"]).label).lower()
        }
        facts = [fact(_("Cover"), ManholeState(known["state"]).label)]
        if known["number"]:
            facts.append(fact(_("Number"), known["number"]))
        facts.extend(_owner_fact(thing))
        items.append(
            thing.item(title=title, facts=facts, network=known["kind"], state=known["state"])
        )
    return items


def grounds(place: Place, context: PlaceContext) -> Items:
    """Playgrounds and sports grounds near, with the day of installation and the condition."""
    return [_ground(thing) for thing in near(place, context, "playground", "sports_ground")]


def _ground(thing: Near) -> dict[str, Any]:
    known = thing.facts
    if thing.what == "playground":
        what = _("Playground")
    else:
        what = _("Sports ground")
        if known["kind"] != SportsKind.UNKNOWN:
            what = f"{what}: {str(SportsKind(known['kind']).label).lower()}"
    installed = dated(known["installed_on"], known["precision"])
    facts = [
        fact(_("Installed"), installed or _("date not known")),
        fact(_("Condition"), Condition(known["condition"]).label),
    ]
    if known["surface"] != Surface.UNKNOWN:
        facts.append(fact(_("Surface"), Surface(known["surface"]).label))
    facts.extend(_owner_fact(thing))
    return thing.item(
        title=known["name"] or what,
        subtitle=what if known["name"] else "",
        facts=facts,
        installed_on=known["installed_on"],
        installed_on_precision=known["precision"],
        condition=known["condition"],
    )


def cameras(place: Place, context: PlaceContext) -> Items:
    """Surveillance cameras near; the section is for staff."""
    items = []
    for thing in near(place, context, "camera"):
        direction = thing.facts["direction_deg"]
        facts = [fact(_("Direction"), f"{direction:.0f}°")] if direction is not None else []
        items.append(
            thing.item(title=_("Camera"), subtitle=written(thing.facts["kind"]), facts=facts)
        )
    return items


def stops(place: Place, context: PlaceContext) -> Items:
    """Stops of public transport near and the routes that serve them."""
    items = []
    for thing in near(place, context, "bus_stop"):
        routes = sorted(thing.facts["routes"], key=lambda route: _route_order(route[0]))
        numbers = list(dict.fromkeys(number for number, _headsign in routes))
        subtitle = (
            ngettext("Route %(numbers)s", "Routes %(numbers)s", len(numbers))
            % {"numbers": ", ".join(numbers)}
            if numbers
            else _("No routes recorded")
        )
        facts = [
            fact(number, _("to %(headsign)s") % {"headsign": headsign})
            for number, headsign in routes
            if headsign
        ]
        items.append(
            thing.item(
                title=localized_name(_Named(thing.facts)) or _("Bus stop"),
                subtitle=subtitle,
                facts=facts,
                routes=numbers,
            )
        )
    return items


class _Named:
    """Names from a row of JSON, readable like a model's."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.name, self.name_ru, self.name_kk = facts["name"], facts["name_ru"], facts["name_kk"]


def _route_order(number: str) -> tuple[int, str]:
    """`2` before `10`, numbers before letters."""
    digits = "".join(char for char in number if char.isascii() and char.isdigit())
    return (int(digits) if digits else 10**9, number)


def building_facts(place: Place, context: PlaceContext) -> Items:
    """What is known of the building; inferred values are marked."""
    building = place.objects.get("building")
    if building is None:
        return []
    facts = [
        fact(
            _("Use"),
            building.get_use_display(),
            inferred=building.use_basis == Basis.INFERRED,
        )
    ]
    if building.levels:
        facts.append(fact(_("Storeys"), building.levels))
    if building.apartments is not None:
        inferred = building.apartments_basis == Basis.INFERRED
        facts.append(fact(_("Apartments"), building.apartments, inferred=inferred))
    if building.year_built:
        facts.append(fact(_("Year built"), building.year_built))
    facts.append(fact(_("Footprint"), square_metres(building.area_m2)))
    address = place.objects.get("address")
    rca_code = building.rca_code or (address.rca_code if address else "")
    if rca_code:
        facts.append(fact(_("RCA code"), rca_code))
    if building.valid_to:
        facts.append(fact(_("No longer there since"), day(building.valid_to)))
    return [
        {
            "kind": "building",
            "id": building.pk,
            "title": building.name or building.get_use_display(),
            "facts": facts,
            "inferred": Basis.INFERRED in (building.use_basis, building.apartments_basis),
        }
    ]
