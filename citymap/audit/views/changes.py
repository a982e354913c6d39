"""Search of the history, one change opened."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citymap.accounts.access import requires
from citymap.audit.changes import Place, all_rows, kind_name, page_of
from citymap.audit.exports import MOST_LINES, csv_response, moment
from citymap.audit.forms import ChangesForm
from citymap.audit.permissions import VIEW
from citymap.audit.views.common import narrowed, oldest_first, sort_of
from citymap.history.models import ChainRecord, Leaf
from citymap.history.timeline import recent_entries
from citymap.history.tracking import tracking_of
from citymap.phrases import retold


@never_cache
@require_safe
@requires(VIEW)
def changes(request: HttpRequest) -> HttpResponse:
    """Changes of all tracked objects, by kind, object, person, period and origin."""
    form = ChangesForm(request.GET)
    page = None
    if form.is_valid():
        wanted = form.wanted(oldest_first=oldest_first(request))
        page = page_of(wanted, after=Place.parse(request.GET.get("after", "")))
    context = {
        "form": form,
        "page": page,
        "sort": sort_of(request),
        "narrowed": narrowed(request),
        "most_lines": MOST_LINES,
    }
    return render(request, "audit/changes.html", context, status=400 if form.errors else 200)


@never_cache
@require_safe
@requires(VIEW)
def changes_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The same as CSV, at most MOST_LINES changes."""
    form = ChangesForm(request.GET)
    if not form.is_valid():
        return HttpResponse(form.errors.as_text(), status=400, content_type="text/plain")
    wanted = form.wanted(oldest_first=oldest_first(request))
    header = (_("When"), _("Who"), _("Command"), _("Change"), _("What"), _("Number"), _("Reason"))
    rows = (
        (moment(row.when), row.who, row.command, row.action, row.kind, row.key, retold(row.reason))
        for row in all_rows(wanted, most=MOST_LINES)
    )
    return csv_response("changes", header, rows)


@never_cache
@require_safe
@requires(VIEW)
def change(request: HttpRequest, model: str, event: int) -> HttpResponse:
    """One change: every field before and after, by whom, why, and its place in the chain."""
    tracking = tracking_of(model)
    if tracking is None:
        raise Http404
    row = get_object_or_404(tracking.event_model.objects.all(), pgh_id=event)
    (entry,) = recent_entries(tracking, [row])
    record = leaf = None
    if tracking.chain:
        record = ChainRecord.objects.filter(
            model=tracking.label, key=str(row.pgh_obj_id), event=row.pgh_id
        ).first()
        leaf = Leaf.objects.filter(record=record.pk).first() if record else None
    context = {
        "entry": entry,
        "said": row.pgh_context or {},
        "kind": kind_name(tracking),
        "model": tracking.label,
        "key": row.pgh_obj_id,
        "chain": tracking.chain,
        "record": record,
        "record_hash": bytes(record.hash).hex() if record else "",
        "leaf": leaf,
    }
    return render(request, "audit/change.html", context)
