"""The works office: the list of orders with saved filters, many at once, calendar and map."""

import calendar as months
import datetime as dt
import re
from collections import defaultdict
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from citymap.accounts.access import may, requires, visible
from citymap.shell.mapconfig import map_config
from earthworks.console.answering import TROUBLES
from earthworks.console.approvals import asked_of
from earthworks.console.exports import TYPES
from earthworks.console.filters import OrderFilter
from earthworks.facts import answer_of
from earthworks.models import Order, SavedFilter
from earthworks.models.extras import MAX_FILTERS
from earthworks.services import orders as order_services
from earthworks.services import works
from earthworks.sheets import EXPORTS

PER_PAGE = 50
AT_ONCE = 200
# What a question to the list may hold; the page's number is no part of it.
ASKED = tuple(OrderFilter.base_fields)
BULK = {
    "apply": (gettext_lazy("Take the applications"), order_services.apply),
    "close": (gettext_lazy("Close the orders"), works.close),
}


def question(source: QueryDict) -> str:
    """The filters of a request as a query string, without what is empty or unknown."""
    asked = QueryDict(mutable=True)
    for name in ASKED:
        if value := source.get(name):
            asked[name] = value[:200]
    return asked.urlencode()


@require_safe
@requires("works.read")
def orders(request: HttpRequest) -> HttpResponse:
    """The orders that the reader may see, filtered and paged."""
    chosen = OrderFilter(request.GET)
    now = timezone.now()
    rows = chosen.apply(visible(Order.objects.all(), request.user, "works.read"), now)
    page = Paginator(rows.explained().order_by("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate(now)
    asked = question(request.GET)
    context = {
        "form": chosen,
        "page": page,
        "rows": [(order, answer_of(order, today)) for order in page.object_list],
        "may_edit": may(request.user, "works.edit"),
        "feeds": list(TYPES),
        "exports": list(EXPORTS),
        "question": asked,
        "saved": list(SavedFilter.objects.filter(user=request.user)),
        "bulk": [(name, title) for name, (title, _run) in BULK.items()],
        "approvals": asked_of(request.user),
    }
    return render(request, "earthworks/orders.html", context)


class SaveForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    query = forms.CharField(max_length=1000, required=False, widget=forms.HiddenInput)


@require_POST
@requires("works.read")
def save_filter(request: HttpRequest) -> HttpResponse:
    """Keep a question under a name; the same name again keeps the newer question."""
    form = SaveForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A filter has a name of at most 80 signs."))
        return redirect("works:orders")
    asked = question(QueryDict(form.cleaned_data["query"]))
    own = SavedFilter.objects.filter(user=request.user)
    name = form.cleaned_data["name"]
    if not own.filter(name=name).exists() and own.count() >= MAX_FILTERS:
        messages.error(request, _("At most %(most)d filters are kept.") % {"most": MAX_FILTERS})
    else:
        SavedFilter.objects.update_or_create(
            user=request.user, name=name, defaults={"query": asked}
        )
        messages.success(request, _("The filter is saved."))
    return redirect(f"{reverse('works:orders')}?{asked}")


@require_POST
@requires("works.read")
def forget_filter(request: HttpRequest, filter_: int) -> HttpResponse:
    """Remove one of the reader's own filters."""
    get_object_or_404(SavedFilter, pk=filter_, user=request.user).delete()
    messages.success(request, _("The filter is removed."))
    return redirect("works:orders")


@require_POST
@requires("works.edit")
def bulk(request: HttpRequest) -> HttpResponse:
    """One step for many orders, each by itself: those that cannot take it stay, with the reason."""
    name = request.POST.get("action", "")
    if name not in BULK:
        raise Http404
    _title, run = BULK[name]
    keys = [int(one) for one in request.POST.getlist("order") if one.isascii() and one.isdecimal()]
    rows = visible(Order.objects.all(), request.user, "works.edit")
    chosen = list(rows.filter(pk__in=[key for key in keys if key < 2**63][:AT_ONCE]).order_by("pk"))
    if not chosen:
        messages.error(request, _("Choose orders in the list first."))
    done = 0
    for order in chosen:
        try:
            run(order=order, user=request.user)
        except TROUBLES as error:
            messages.error(request, f"{order}: {error}")
        else:
            done += 1
    if done:
        text = ngettext("Done for %(count)d order.", "Done for %(count)d orders.", done)
        messages.success(request, text % {"count": done})
    return redirect(f"{reverse('works:orders')}?{question(request.POST)}")


# --- calendar -------------------------------------------------------------------------------
def _month(text: str, today: dt.date) -> dt.date:
    """The first day of `2026-06`; of this month for what is no month."""
    found = parse_date(f"{text}-01") if re.fullmatch("20[0-9]{2}-(0[1-9]|1[0-2])", text) else None
    return found or today.replace(day=1)


@require_safe
@requires("works.read")
def calendar(request: HttpRequest) -> HttpResponse:
    """A month: what begins, what falls due, what is overdue on each day."""
    now = timezone.now()
    today = timezone.localdate(now)
    first = _month(request.GET.get("month", ""), today)
    weeks = months.Calendar().monthdatescalendar(first.year, first.month)
    start, end = weeks[0][0], weeks[-1][-1]
    rows = visible(Order.objects.all(), request.user, "works.read")
    events: dict[dt.date, list[dict[str, Any]]] = defaultdict(list)
    for order in rows.filter(begins_on__range=(start, end)).live().order_by("pk")[:1000]:
        events[order.begins_on].append({"order": order, "kind": "begins"})
    for order in rows.owing().filter(due_on__range=(start, end)).order_by("pk")[:1000]:
        kind = "overdue" if order.due_at <= now else "due"
        events[order.due_on].append({"order": order, "kind": kind})
    context = {
        "first": first,
        "weeks": [
            [
                {
                    "day": day, "inside": day.month == first.month, "today": day == today,
                    "events": sorted(events[day], key=lambda one: one["kind"] == "begins"),
                }
                for day in week
            ]
            for week in weeks
        ],
        "weekdays": weeks[0],
        "before": (first - dt.timedelta(days=1)).strftime("%Y-%m"),
        "after": (first + dt.timedelta(days=32)).strftime("%Y-%m"),
    }  # fmt: skip
    return render(request, "earthworks/calendar.html", context)


@require_safe
@requires("works.read")
def office_map(request: HttpRequest) -> HttpResponse:
    """The filtered orders on a map beside their list: a row flies there, a shape marks its row."""
    chosen = OrderFilter(request.GET)
    now = timezone.now()
    rows = chosen.apply(visible(Order.objects.all(), request.user, "works.read"), now)
    today = timezone.localdate(now)
    shown = list(rows.explained().order_by("-pk")[:AT_ONCE])
    asked = question(request.GET)
    title = _("Works on the map")
    config = map_config(request, title=title)
    config["urls"] |= {"shapes": f"{reverse('works:export', args=['geojson'])}?{asked}"}
    context = {
        "form": chosen,
        "rows": [(order, answer_of(order, today)) for order in shown],
        "question": asked,
        "map_config": config,
        "title": title,
        "more": rows.count() - len(shown) if len(shown) == AT_ONCE else 0,
    }
    return render(request, "earthworks/office_map.html", context)
