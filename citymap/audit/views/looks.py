"""Looks at personal data: by whom, at whom, why."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citymap.accounts.access import requires
from citymap.audit.exports import MOST_LINES, csv_response, moment
from citymap.audit.forms import LooksForm
from citymap.audit.looks import LookPlace, all_looks, looks_page
from citymap.audit.permissions import VIEW
from citymap.audit.views.common import narrowed, oldest_first, sort_of
from citymap.phrases import retold


@never_cache
@require_safe
@requires(VIEW)
def looks(request: HttpRequest) -> HttpResponse:
    """What was done with personal data; people are shown by opaque number only."""
    form = LooksForm(request.GET)
    page = None
    if form.is_valid():
        page = looks_page(
            form.found(),
            after=LookPlace.parse(request.GET.get("after", "")),
            oldest_first=oldest_first(request),
        )
    context = {
        "form": form,
        "page": page,
        "sort": sort_of(request),
        "narrowed": narrowed(request),
        "most_lines": MOST_LINES,
    }
    return render(request, "audit/looks.html", context, status=400 if form.errors else 200)


@never_cache
@require_safe
@requires(VIEW)
def looks_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The same as CSV, at most MOST_LINES looks."""
    form = LooksForm(request.GET)
    if not form.is_valid():
        return HttpResponse(form.errors.as_text(), status=400, content_type="text/plain")
    header = (
        _("When"), _("Who"), _("What was done"), _("Fields"), _("Person"), _("Why"), _("Request"),
    )  # fmt: skip
    rows = (
        (
            moment(row.at), row.user or _("the system"), row.get_kind_display(),
            ", ".join(row.field_labels), row.person.number, retold(row.why), row.request_id,
        )
        for row in all_looks(form.found(), oldest_first=oldest_first(request), most=MOST_LINES)
    )  # fmt: skip
    return csv_response("looks", header, rows)
