"""The page of one order: all that is known of it, and what can be done with it now."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from citymap.accounts.access import may, requires, visible
from citymap.geo import lon_lat
from citymap.shell.mapconfig import map_config
from earthworks import ordersheet
from earthworks.choices import GuaranteeState, OrderState, PhotoStage
from earthworks.conflict_registry import conflicts_of
from earthworks.console.actions import actions_for
from earthworks.console.approvals import AskForm, lines_of
from earthworks.console.inspecting import INSPECTED
from earthworks.console.papers import forms_of_papers
from earthworks.facts import answer_of
from earthworks.models import Order
from earthworks.services.orders import dig_of
from earthworks.workflow import CORRECTABLE, LIVE

_PAIRED = (PhotoStage.BEFORE, PhotoStage.AFTER)


@require_safe
@requires("works.read")
def order(request: HttpRequest, order: int) -> HttpResponse:
    """All that is known of an order, and what can be done with it now."""
    rows = visible(Order.objects.all(), request.user, "works.read")
    found = get_object_or_404(
        rows.explained().select_related("holder", "contractor", "subcontractor", "official"),
        pk=order,
    )
    lon, lat = lon_lat(found.geom.point_on_surface)
    may_edit = may(request.user, "works.edit")
    may_inspect = may(request.user, "works.inspect", found)
    today = timezone.localdate()
    guaranteed = found.guarantee_until is not None and found.guarantee_until >= today
    photos = list(found.photos.all())
    drafted = found.state == OrderState.DRAFT
    context = {
        "order": found,
        "answer": answer_of(found, today),
        "areas": [(surface.label, area) for surface, area in found.areas_m2.items() if area],
        "approvals": lines_of(found, request.user),
        "ask_form": AskForm(prefix="ask")
        if may_edit and found.state == OrderState.APPROVING
        else None,
        "deadlines": found.deadlines.all(),
        "extensions": found.extensions.select_related("allowed_by"),
        "acceptances": found.acceptances.select_related("inspector", "photo"),
        "claims": found.claims.select_related("organization", "deadline"),
        "cases": found.guarantee_cases.all(),
        "outages": found.outages.prefetch_related("buildings__addresses__street"),
        "documents": found.documents.all(),
        "conflicts": conflicts_of(dig_of(found)) if drafted or found.state in LIVE else [],
        "actions": actions_for(found, request.user),
        "may_edit": may_edit,
        "may_correct": may_edit and found.state in CORRECTABLE,
        "may_inspect": found.state in INSPECTED and may_inspect,
        "may_report": guaranteed and may_inspect,
        "may_end": may_inspect,
        "open_state": GuaranteeState.OPEN,
        # What was and what became of it lie side by side, the rest follows.
        "photos": sorted(photos, key=lambda one: one.stage not in _PAIRED),
        "requirements": [
            label for name, label in found._meta.get_field("requirements").base_field.choices
            if name in found.requirements
        ],
        "map_config": map_config(request, title=str(found)) | {"position": [lon, lat]},
        "today": today,
        "lon": lon,
        "lat": lat,
        **(forms_of_papers() if may_edit or may_inspect else {}),
    }  # fmt: skip
    return render(request, "earthworks/order.html", context)


@require_safe
@requires("works.read")
def order_sheet(request: HttpRequest, order: int) -> HttpResponse:
    """The order as it is printed: Kazakh and Russian, map extract, QR code."""
    rows = visible(Order.objects.all(), request.user, "works.read")
    found = get_object_or_404(rows.explained().select_related("subcontractor"), pk=order)
    base = settings.CITYMAP_URL or request.build_absolute_uri("/").rstrip("/")
    name = found.number or f"draft-{found.pk}"
    return HttpResponse(
        ordersheet.sheet(found, today=timezone.localdate(), base=base),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="order-{name}.pdf"'},
    )
