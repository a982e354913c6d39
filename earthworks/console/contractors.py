"""How contractors work: all beside each other, and one with its orders."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from citymap.accounts.access import requires, visible
from citymap.accounts.models import Organization
from earthworks.facts import answer_of
from earthworks.models import GuaranteeCase, Order
from earthworks.record import record_of, records

_SHOWN = 60


@require_safe
@requires("works.read")
def contractors(request: HttpRequest) -> HttpResponse:
    """All bodies that dig, the worst first: a table to compare them by."""
    now = timezone.now()
    found = records(visible(Order.objects.all(), request.user, "works.read"), now)
    for body in Organization.objects.filter(pk__in=found):
        found[body.pk].body = body
    rows = sorted(
        found.values(),
        key=lambda row: (-row.overdue_now, 100 if row.on_time_share is None else row.on_time_share),
    )
    return render(request, "earthworks/contractors.html", {"rows": rows})


@require_safe
@requires("works.read")
def contractor(request: HttpRequest, body: int) -> HttpResponse:
    """One contractor: its record, what it owes now, failures of its restorations."""
    orders = visible(Order.objects.all(), request.user, "works.read")
    own = orders.filter(Q(contractor=body) | Q(contractor__isnull=True, holder=body))
    found = get_object_or_404(
        Organization.objects.filter(
            Q(pk__in=own.values("contractor")) | Q(pk__in=own.values("holder"))
        ),
        pk=body,
    )
    now = timezone.now()
    today = timezone.localdate(now)
    owing = own.owing().explained().order_by("due_at", "pk")[:_SHOWN]
    cases = visible(GuaranteeCase.objects.all(), request.user, "works.read")
    context = {
        "body": found,
        "record": record_of(found, now),
        "owing": [(order, answer_of(order, today)) for order in owing],
        "cases": cases.filter(
            Q(order__contractor=found) | Q(order__contractor__isnull=True, order__holder=found)
        ).select_related("order")[:_SHOWN],
        "today": today,
    }
    return render(request, "earthworks/contractor.html", context)
