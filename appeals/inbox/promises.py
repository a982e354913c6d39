"""Promises of bodies: what falls due, what was kept; share per body."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from appeals import services
from appeals.choices import PromiseState
from appeals.errors import AppealError, NotPermittedError
from appeals.models import Promise
from appeals.permissions import INBOX, PROMISES
from appeals.querysets import PromiseQuerySet
from citymap.accounts.access import may, requires, visible

PER_PAGE = 50
SHOWN = {
    "open": (gettext_lazy("Open"), Q(state=PromiseState.OPEN, claimed_at__isnull=True)),
    "claimed": (
        gettext_lazy("Called kept, to be decided"),
        Q(state=PromiseState.OPEN, claimed_at__isnull=False),
    ),
    "kept": (pgettext_lazy("promise", "Kept"), Q(state=PromiseState.KEPT)),
    "broken": (gettext_lazy("Broken"), Q(state=PromiseState.BROKEN)),
}


@require_safe
@requires(INBOX)
def promises(request: HttpRequest) -> HttpResponse:
    """The promises of the reader's bodies, and how many of them were kept."""
    rows = visible(Promise.objects.all(), request.user, INBOX)
    show = request.GET.get("show", "open")
    if show not in SHOWN:
        show = "open"
    counts = rows.aggregate(**{name: Count("pk", filter=which) for name, (_title, which) in
                               SHOWN.items()})  # fmt: skip
    chosen = rows.filter(SHOWN[show][1]).select_related("appeal__category", "body")
    page = Paginator(chosen.order_by("due_on", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "show": show,
        "headings": [(name, title, counts[name]) for name, (title, _q) in SHOWN.items()],
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "today": timezone.localdate(),
        "share": rows.kept_share(),
        "bodies": shares(rows),
        "decides": may(request.user, PROMISES),
    }
    return render(request, "appeals/inbox/promises.html", context)


def shares(rows: PromiseQuerySet) -> list[dict]:
    """Per body: decided promises and the share that was kept, the worst first."""
    kept, broken = Q(state=PromiseState.KEPT), Q(state=PromiseState.BROKEN)
    found = (
        rows.filter(kept | broken)
        .order_by()
        .values("body", "body__name")
        .annotate(kept=Count("pk", filter=kept), decided=Count("pk"))
    )
    listed = [row | {"share": row["kept"] / row["decided"]} for row in found]
    return sorted(listed, key=lambda row: (row["share"], row["body__name"]))


@require_POST
@requires(INBOX)
def decide(request: HttpRequest, promise: int, what: str) -> HttpResponse:
    """`claim`: the body says that it is kept. `kept`, `broken`: a coordinator decides."""
    rows = visible(Promise.objects.all(), request.user, INBOX)
    found = get_object_or_404(rows.select_related("appeal"), pk=promise)
    now = timezone.now()
    try:
        if what == "claim":
            services.claim_kept(
                promise=found, user=request.user, note=request.POST.get("note", ""), now=now
            )
            said = _("Coordinators are told: they look and decide.")
        elif what in ("kept", "broken"):
            if not may(request.user, PROMISES):
                raise NotPermittedError(_("Coordinators decide on promises."))
            services.decide_promise(promise=found, kept=what == "kept", user=request.user, now=now)
            said = _("Decided.")
        else:
            raise Http404
    except AppealError as error:
        messages.error(request, str(error))
        return redirect("inbox:promises")
    messages.success(request, said)
    return redirect("inbox:promises")
