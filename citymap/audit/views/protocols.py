"""Protocols: listed, opened, acknowledged; there is no way to discard one."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from citymap.accounts.access import requires
from citymap.accounts.models import User
from citymap.audit.exports import MOST_LINES, csv_response, moment
from citymap.audit.forms import CommentForm, ProtocolsForm
from citymap.audit.permissions import ACKNOWLEDGE, VIEW
from citymap.audit.services import acknowledge_protocol, acknowledging_role
from citymap.audit.views.common import narrowed, oldest_first, sort_of
from citymap.history.models import Protocol
from citymap.history.protocols import ProtocolError

PER_PAGE = 50


def _found(request: HttpRequest, form: ProtocolsForm):
    rows = Protocol.objects.with_notes().newest_first()
    if oldest_first(request):
        rows = rows.reverse()
    if not form.is_valid():
        return rows
    if kind := form.cleaned_data["kind"]:
        rows = rows.filter(kind=kind)
    if state := form.cleaned_data["state"]:
        rows = rows.waiting_for(state.removeprefix("waiting_"))
    return rows


@never_cache
@require_safe
@requires(VIEW)
def protocols(request: HttpRequest) -> HttpResponse:
    """All protocols, newest first; whom each waits for."""
    form = ProtocolsForm(request.GET)
    page = Paginator(_found(request, form), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "sort": sort_of(request),
        "narrowed": narrowed(request),
    }
    return render(request, "audit/protocols.html", context)


@never_cache
@require_safe
@requires(VIEW)
def protocols_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same as CSV."""
    header = (_("Number"), _("When"), _("Kind"), _("State"), _("What"))
    rows = (
        (one.label, moment(one.when), one.get_kind_display(), one.state.label, one.what)
        for one in _found(request, ProtocolsForm(request.GET))[:MOST_LINES].iterator(2000)
    )
    return csv_response("protocols", header, rows)


@never_cache
@require_safe
@requires(VIEW)
def protocol(request: HttpRequest, year: int, number: int) -> HttpResponse:
    """One protocol with its circumstances and what was said to it."""
    return _page(request, _get(year, number), CommentForm())


@require_POST
@requires(ACKNOWLEDGE)
def acknowledge(request: HttpRequest, year: int, number: int) -> HttpResponse:
    """The head or the auditor says what follows from it."""
    row = _get(year, number)
    form = CommentForm(request.POST)
    if form.is_valid():
        try:
            acknowledge_protocol(
                protocol=row, user=request.user, comment=form.cleaned_data["comment"]
            )
        except ProtocolError as error:
            form.add_error("comment", str(error))
        else:
            messages.success(request, _("The protocol is acknowledged."))
            return redirect("audit:protocol", year=year, number=number)
    return _page(request, row, form)


def _get(year: int, number: int) -> Protocol:
    return get_object_or_404(Protocol.objects.with_notes(), year=year, number=number)


def _page(request: HttpRequest, row: Protocol, form: CommentForm) -> HttpResponse:
    context = {
        "protocol": row,
        "user_named": User.objects.filter(pk=row.user_id).first() if row.user_id else None,
        "circumstances": sorted((row.context or {}).items()),
        "form": form,
        "role": acknowledging_role(request.user),
    }
    return render(request, "audit/protocol.html", context, status=400 if form.errors else 200)
