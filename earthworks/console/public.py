"""What everybody may know of an order: state, dates, body, reason. No names of people."""

import datetime as dt
from operator import itemgetter

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from citymap.accounts.access import public
from citymap.geo import lon_lat
from citymap.shell.mapconfig import map_config
from earthworks.choices import OrderState
from earthworks.facts import answer_of, public_body
from earthworks.models import Order

# The way of an order as a reader follows it.
WAY = (
    OrderState.APPLIED,
    OrderState.ISSUED,
    OrderState.IN_PROGRESS,
    OrderState.WORKS_DONE,
    OrderState.RESTORED_INTERIM,
    OrderState.RESTORED,
    OrderState.CLOSED,
)
_MOMENTS = {
    OrderState.APPLIED: "applied_at",
    OrderState.ISSUED: "issued_at",
    OrderState.IN_PROGRESS: "started_at",
    OrderState.WORKS_DONE: "works_done_at",
    OrderState.RESTORED_INTERIM: "restored_interim_at",
    OrderState.RESTORED: "restored_at",
    OrderState.CLOSED: "closed_at",
}


def steps(order: Order) -> list[tuple[str, dt.datetime]]:
    """The states that the order has come through, with their moments, earliest first."""
    found = [(state.label, getattr(order, _MOMENTS[state])) for state in WAY]
    reached = [(label, moment) for label, moment in found if moment is not None]
    # An emergency is dug before its papers.
    return sorted(reached, key=itemgetter(1))


@require_safe
@public
def order(request: HttpRequest, number: str) -> HttpResponse:
    """The public page of an order, by its number."""
    found = Order.objects.public().numbered(number).explained().first()
    if found is None:
        raise Http404
    lon, lat = lon_lat(found.geom.point_on_surface)
    context = {
        "order": found,
        "answer": answer_of(found, timezone.localdate()),
        "who": public_body(found),
        "steps": steps(found),
        "outages": found.outages.prefetch_related("buildings__addresses__street"),
        "map_config": map_config(request, title=found.number) | {"position": [lon, lat]},
        "lon": lon,
        "lat": lat,
    }
    return render(request, "earthworks/public_order.html", context)
