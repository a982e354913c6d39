"""Pages of the works office: orders, one order, claims, one repair."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from citymap.accounts.access import may, requires, visible
from citymap.geo import lon_lat
from earthworks.conflict_registry import conflicts_of
from earthworks.console.actions import actions_for
from earthworks.console.exports import TYPES
from earthworks.console.filters import OrderFilter
from earthworks.console.inspecting import INSPECTED
from earthworks.facts import answer_of
from earthworks.models import Claim, Order, RepairWork
from earthworks.services.orders import dig_of
from earthworks.workflow import LIVE

PER_PAGE = 50


@require_safe
@requires("works.read")
def orders(request: HttpRequest) -> HttpResponse:
    """The orders that the reader may see, filtered and paged."""
    chosen = OrderFilter(request.GET)
    now = timezone.now()
    rows = chosen.apply(visible(Order.objects.all(), request.user, "works.read"), now)
    page = Paginator(rows.explained().order_by("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate(now)
    context = {
        "form": chosen,
        "page": page,
        "rows": [(order, answer_of(order, today)) for order in page.object_list],
        "may_edit": may(request.user, "works.edit"),
        "feeds": list(TYPES),
    }
    return render(request, "earthworks/orders.html", context)


@require_safe
@requires("works.read")
def order(request: HttpRequest, order: int) -> HttpResponse:
    """All that is known of an order, and what can be done with it now."""
    rows = visible(Order.objects.all(), request.user, "works.read")
    found = get_object_or_404(
        rows.explained().select_related("subcontractor", "official"), pk=order
    )
    lon, lat = lon_lat(found.geom.point_on_surface)
    context = {
        "order": found,
        "answer": answer_of(found, timezone.localdate()),
        "areas": [(surface.label, area) for surface, area in found.areas_m2.items() if area],
        "approvals": found.approvals.select_related("organization"),
        "deadlines": found.deadlines.all(),
        "extensions": found.extensions.select_related("allowed_by"),
        "acceptances": found.acceptances.select_related("inspector"),
        "claims": found.claims.select_related("organization", "deadline"),
        "conflicts": conflicts_of(dig_of(found)) if found.state in LIVE else [],
        "actions": actions_for(found, request.user),
        "may_inspect": found.state in INSPECTED and may(request.user, "works.inspect", found),
        "photos": found.photos.all(),
        "lon": lon,
        "lat": lat,
    }
    return render(request, "earthworks/order.html", context)


@require_safe
@requires("works.read")
def repair(request: HttpRequest, repair: int) -> HttpResponse:
    """One repair with its money and what it cuts off."""
    rows = visible(RepairWork.objects.all(), request.user, "works.read")
    found = get_object_or_404(rows.select_related("organization", "contractor", "plan"), pk=repair)
    lon, lat = lon_lat(found.geom.point_on_surface)
    context = {
        "repair": found,
        "budget": found.budget.all(),
        "outages": found.outages.prefetch_related("buildings"),
        "lon": lon,
        "lat": lat,
    }
    return render(request, "earthworks/repair.html", context)


@require_safe
@requires("works.read")
def claims(request: HttpRequest) -> HttpResponse:
    """Claims and notices to the police, newest first."""
    rows = visible(Claim.objects.all(), request.user, "works.read")
    page = Paginator(
        rows.select_related("order", "organization", "deadline").order_by("-pk"), PER_PAGE
    ).get_page(request.GET.get("page"))
    return render(request, "earthworks/claims.html", {"page": page})


@require_safe
@requires("works.read")
def claim_letter(request: HttpRequest, claim: int) -> HttpResponse:
    """The letter of a claim as it went out."""
    rows = visible(Claim.objects.filter(document__isnull=False), request.user, "works.read")
    found = get_object_or_404(rows.select_related("document"), pk=claim)
    return HttpResponse(
        bytes(found.document.content),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{found.addressee}-{found.number}.pdf"'},
    )
