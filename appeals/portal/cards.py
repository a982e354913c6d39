"""Public cards: what was reported, what came of it; and the moderators' pages."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from appeals import services
from appeals.choices import PhotoKind, PromiseState, State
from appeals.errors import AppealError
from appeals.models import Appeal, Category, Photo, Promise, PublicCard, Report
from appeals.permissions import MODERATE
from appeals.portal.forms import CardForm
from appeals.portal.places import shown_place
from appeals.portal.scrub import scrubbed
from citymap.accounts.access import public, requires
from citymap.shell.mapconfig import map_config

PAGE_SIZE = 24
TRAY_SIZE = 50
BEFORE = (PhotoKind.PROBLEM, PhotoKind.BEFORE)
SHOWS = {
    "": gettext_lazy("All"),
    "done": gettext_lazy("Done"),
    "open": gettext_lazy("Without a result yet"),
    "broken": gettext_lazy("Promise broken"),
    "kept": gettext_lazy("Promise kept"),
}


def shown_cards() -> QuerySet:
    """Cards that everybody may read, newest first, with all that a card says."""
    standing = Report.objects.filter(sent_back_at__isnull=True, verified_at__isnull=False)
    promises = Promise.objects.exclude(state=PromiseState.CANCELLED)
    return (
        PublicCard.objects.filter(shown=True, appeal__practice=False)
        .exclude(appeal__state__in=[State.JOINED, State.WITHDRAWN])
        .select_related("appeal__category__parent", "appeal__executor", "appeal__building")
        .prefetch_related(
            Prefetch("appeal__reports", queryset=standing, to_attr="verified_reports"),
            Prefetch("appeal__promises", queryset=promises, to_attr="dated_promises"),
        )
        .order_by("-decided_at", "-pk")
    )


def entry_of(card: PublicCard, photos: dict[int, Photo]) -> dict[str, Any]:
    """What a page says of a card."""
    appeal, now = card.appeal, timezone.now()
    report = next(iter(appeal.verified_reports), None)
    chosen = [photos[key] for key in card.photo_ids if key in photos]
    waited = (appeal.ended_at or now) - appeal.received_at
    return {
        "card": card,
        "appeal": appeal,
        "place": shown_place(appeal),
        "report": report,
        "reply": scrubbed(card.reply) if report else "",
        "summary": scrubbed(card.summary),
        "promises": appeal.dated_promises,
        "before": [one for one in chosen if one.kind in BEFORE],
        "after": [one for one in chosen if one.kind not in BEFORE],
        "days": waited.days,
        "overdue_days": max(1, (now - appeal.due_at).days) if appeal.is_overdue(now) else 0,
    }


def entries_of(cards: list[PublicCard]) -> list[dict[str, Any]]:
    keys = [key for card in cards for key in card.photo_ids]
    photos = Photo.objects.in_bulk(keys)
    return [entry_of(card, photos) for card in cards]


@public
@require_safe
def cards(request: HttpRequest) -> HttpResponse:
    """All public cards, filtered by group of categories and by what came of them."""
    group = request.GET.get("group", "").replace("\x00", "")[:40]
    show = request.GET.get("show", "")
    found = shown_cards()
    groups = Category.objects.groups().order_by("position")
    if group:
        found = found.filter(appeal__category__parent__code=group)
    if show == "done":
        found = found.filter(appeal__outcome="done")
    elif show == "open":
        found = found.filter(appeal__outcome="")
    elif show in ("broken", "kept"):
        found = found.filter(
            pk__in=PublicCard.objects.filter(appeal__promises__state=show).values("pk")
        )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page", 1))
    context = {
        "page": page,
        "entries": entries_of(list(page)),
        "groups": groups,
        "group": group,
        "show": show,
        "shows": SHOWS.items(),
    }
    return render(request, "appeals/cards.html", context)


@public
@require_safe
def card(request: HttpRequest, number: str) -> HttpResponse:
    """One public card."""
    found = shown_cards().filter(appeal__in=Appeal.objects.numbered(number)).first()
    if found is None:
        raise Http404
    entry = entries_of([found])[0]
    config = map_config(request, title=str(found.appeal.category.name))
    config["position"] = [entry["place"].lon, entry["place"].lat]
    context = {"entry": entry, "map_config": config}
    return render(request, "appeals/card.html", context)


@public
@require_safe
def photo(request: HttpRequest, number: str, photo: int, size: str) -> FileResponse:
    """A photo that a moderator has chosen, of a card that is shown."""
    cards = PublicCard.objects.filter(appeal__in=Appeal.objects.numbered(number))
    found = get_object_or_404(cards, shown=True)
    if photo not in found.photo_ids:
        raise Http404
    return picture(get_object_or_404(Photo, pk=photo, appeal=found.appeal_id), size)


def picture(found: Photo, size: str) -> FileResponse:
    """The file itself; named by its key."""
    if size not in ("small", "full"):
        raise Http404
    file = found.thumbnail if size == "small" else found.image
    try:
        answer = FileResponse(file.open("rb"), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise Http404 from error
    answer.headers["Cache-Control"] = "private, max-age=300"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


# --- moderation -----------------------------------------------------------------------------
def undecided() -> QuerySet:
    """Verified and open appeals that no moderator has looked at, those with a result first."""
    return (
        Appeal.objects.real()
        .filter(public_card__isnull=True)
        .exclude(state__in=[State.JOINED, State.WITHDRAWN])
        .select_related("category", "executor")
        .order_by("-registered_at", "-pk")
    )


@require_safe
@requires(MODERATE)
def tray(request: HttpRequest) -> HttpResponse:
    """What waits for a moderator, newest first; and what is shown."""
    number = request.GET.get("q", "").strip()[:20]
    rows = undecided()
    if number:
        rows = Appeal.objects.real().numbered(number).select_related("category", "executor")
    context = {
        "appeals": list(rows[:TRAY_SIZE]),
        "cards": list(
            PublicCard.objects.select_related("appeal__category", "decided_by")[:TRAY_SIZE]
        ),
        "number": number,
    }
    return render(request, "appeals/moderation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(MODERATE)
def moderate(request: HttpRequest, number: str) -> HttpResponse:
    """Write the words of a card, choose its photos, show it or keep it back."""
    appeal = get_object_or_404(
        Appeal.objects.real().numbered(number).select_related("category", "executor")
    )
    photos = list(appeal.photos.all())
    known = PublicCard.objects.filter(appeal=appeal).first()
    report = appeal.reports.filter(sent_back_at__isnull=True, verified_at__isnull=False).first()
    status = 200
    if request.method == "POST":
        form = CardForm(request.POST, photos=photos)
        if form.is_valid():
            values = form.cleaned_data
            try:
                if request.POST.get("decision") == "hide":
                    services.hide_card(appeal=appeal, user=request.user)
                else:
                    services.show_card(appeal=appeal, user=request.user, **values)
                return redirect("portal:moderation")
            except AppealError as error:
                form.add_error(None, str(error))
        status = 400
    else:
        form = CardForm(
            photos=photos,
            initial={
                "version": appeal.version,
                "summary": known.summary if known and known.shown else scrubbed(appeal.text)[:500],
                "reply": known.reply
                if known and known.shown
                else scrubbed(report.text)[:1000]
                if report
                else "",
                "photo_ids": known.photo_ids if known else [],
            },
        )
    context = {
        "appeal": appeal, "form": form, "photos": photos, "known": known, "report": report,
        "place": shown_place(appeal), "title": _("Public card"),
    }  # fmt: skip
    return render(request, "appeals/moderate.html", context, status=status)


@require_safe
@requires(MODERATE)
def moderated_photo(request: HttpRequest, number: str, photo: int) -> FileResponse:
    """A photo as a moderator looks at it, before everybody does."""
    rows = Photo.objects.filter(appeal__in=Appeal.objects.numbered(number))
    return picture(get_object_or_404(rows, pk=photo), "full")
