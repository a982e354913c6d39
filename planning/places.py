"""What is planned for the yard, and its place in the queue, on the place card."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citymap.places.registry import Place, PlaceContext, PlaceSection, register_section
from layers.models import Yard
from planning.choices import YardState
from planning.yardstates import yards_with_state


def yard_plan(place: Place, context: PlaceContext) -> list[dict[str, Any]]:
    """State, year and place of the yard, with the page that says why; one query."""
    if place.yard is None:
        return []
    found = yards_with_state(Yard.objects.filter(pk=place.yard["id"])).values(
        "pk", "state", "year", "place"
    )
    return [_item(one) for one in found]


def _item(found: dict[str, Any]) -> dict[str, Any]:
    state = str(YardState(found["state"]).label)
    facts = []
    if found["place"]:
        facts.append({"label": _("Place in the queue"), "value": str(found["place"])})
    return {
        "kind": "yard_plan",
        "id": found["pk"],
        "title": f"{state}, {found['year']}" if found["year"] else state,
        "subtitle": _("Why, what is planned, report a flaw"),
        "url": reverse("yards:yard", args=[found["pk"]]),
        "facts": facts,
    }


register_section(
    PlaceSection(
        name="yard_plan", title=gettext_lazy("Improvement of the yard"), items=yard_plan, order=20
    )
)
