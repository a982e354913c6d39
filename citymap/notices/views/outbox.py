"""The outbox: what is owed, what could not be delivered, and what to do about it."""

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from citymap.accounts.access import requires
from citymap.notices import services
from citymap.notices.channels.base import channels
from citymap.notices.channels.mail import is_outbox_folder
from citymap.notices.choices import DEAD_LETTERS, State
from citymap.notices.forms import UNDELIVERED, WAITING, FilterForm, ReaddressForm, WhyForm
from citymap.notices.mail import letter_path
from citymap.notices.models import ChannelState, Notice
from citymap.notices.permissions import MANAGE
from citymap.notices.recipients import Recipient
from citymap.notices.rendering import Words, shown
from citymap.notices.rules import NoticeError

PER_PAGE = 50
MOST_AT_ONCE = 1000


@require_safe
@never_cache
@requires(MANAGE)
def index(request: HttpRequest) -> HttpResponse:
    """The list, filtered; the newest first."""
    form = FilterForm(request.GET)
    page = Paginator(form.found().with_recipients(), PER_PAGE).get_page(request.GET.get("page"))
    counts = Notice.objects.values_list("state").annotate(Count("pk")).order_by()
    by_state = dict(counts)
    context = {
        "form": form,
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "chosen": request.GET.get("state", ""),
        "tabs": [
            ("", _("All"), sum(by_state.values())),
            (WAITING, _("Waiting"), by_state.get(State.QUEUED, 0) + by_state.get(State.SENDING, 0)),
            (UNDELIVERED, _("Undelivered"), Notice.objects.dead_letters().count()),
        ],
        "channels": _channels_in_trouble(),
        "undelivered": UNDELIVERED,
        "now": timezone.now(),
    }
    return render(request, "notices/list.html", context)


def _channels_in_trouble() -> list[dict[str, Any]]:
    """Channels that cannot be used, or that wait for their server."""
    states = {state.name: state for state in ChannelState.objects.all()}
    waiting = set(Notice.objects.open().values_list("channel", flat=True).distinct().order_by())
    found = []
    for channel in channels:
        state = states.get(channel.name)
        problem = channel.problem()
        if problem and channel.name in waiting:
            found.append({"title": channel.title, "problem": problem})
        elif state and state.open_until and state.failures_in_a_row:
            found.append({"title": channel.title, "state": state})
    return found


@require_safe
@never_cache
@requires(MANAGE)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One notice: to whom, why, its words as of now, and everything that was tried."""
    notice = get_object_or_404(Notice.objects.with_recipients(), pk=pk)
    return _detail(request, notice)


def _detail(
    request: HttpRequest,
    notice: Notice,
    *,
    why: WhyForm | None = None,
    readdress_form: ReaddressForm | None = None,
    status: int = 200,
) -> HttpResponse:
    can_change = notice.state in (State.QUEUED, *DEAD_LETTERS)
    context = {
        "notice": notice,
        "words": _words(notice),
        "log": notice.log.select_related("actor"),
        "files": notice.notice_files.select_related("attachment").defer("attachment__content"),
        "can_retry": notice.state in DEAD_LETTERS and not hasattr(notice, "replaced_by"),
        "can_change": can_change and not hasattr(notice, "replaced_by"),
        "why_form": why or WhyForm(prefix="cancel"),
        "readdress_form": readdress_form or ReaddressForm(prefix="readdress"),
        "letter": is_outbox_folder() and letter_path(notice.message_id).is_file(),
    }
    return render(request, "notices/detail.html", context, status=status)


def _words(notice: Notice) -> Words | None:
    """The words as they would be now; none where they may tell of a person."""
    kind = notice.kind_entry
    return None if kind is None or kind.personal else shown(notice)


@require_POST
@requires(MANAGE)
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try one dead letter again."""
    notice = get_object_or_404(Notice, pk=pk)
    try:
        services.retry(notice=notice, user=request.user)
    except NoticeError:
        messages.warning(request, _("This notice cannot be tried again: its state has changed."))
    else:
        messages.success(request, _("The notice will be tried again now."))
    return redirect("notices:detail", pk=pk)


@require_POST
@requires(MANAGE)
def retry_all(request: HttpRequest) -> HttpResponse:
    """Try every dead letter of the list's filter again."""
    form = FilterForm(request.POST)
    tried = 0
    for notice in form.found().dead_letters().order_by("pk")[:MOST_AT_ONCE]:
        try:
            services.retry(notice=notice, user=request.user)
            tried += 1
        except NoticeError:
            continue
    messages.success(
        request,
        ngettext("%(count)s notice will be tried again.", "%(count)s notices will be tried again.",
                 tried) % {"count": tried},
    )  # fmt: skip
    return redirect("notices:index")


@require_POST
@requires(MANAGE)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody gets this notice any more."""
    notice = get_object_or_404(Notice.objects.with_recipients(), pk=pk)
    form = WhyForm(request.POST, prefix="cancel")
    if not form.is_valid():
        return _detail(request, notice, why=form, status=400)
    try:
        services.cancel(notice=notice, user=request.user, why=form.cleaned_data["why"])
    except NoticeError:
        messages.warning(request, _("This notice cannot be cancelled: its state has changed."))
    else:
        messages.success(request, _("The notice is cancelled."))
    return redirect("notices:detail", pk=pk)


@require_POST
@requires(MANAGE)
def readdress(request: HttpRequest, pk: int) -> HttpResponse:
    """Send this notice somewhere else instead."""
    notice = get_object_or_404(Notice.objects.with_recipients(), pk=pk)
    form = ReaddressForm(request.POST, prefix="readdress")
    if not form.is_valid():
        return _detail(request, notice, readdress_form=form, status=400)
    wanted = form.cleaned_data
    try:
        channels.get(wanted["channel"]).checked_address(wanted["address"])
    except NoticeError:
        form.add_error("address", _("This is no address of this channel."))
        return _detail(request, notice, readdress_form=form, status=400)
    recipient = Recipient.address(wanted["channel"], wanted["address"])
    try:
        new = services.readdress(
            notice=notice, recipient=recipient, user=request.user, why=wanted["why"]
        )
    except NoticeError:
        messages.warning(
            request, _("The notice cannot go there: it is out already, or the address has it.")
        )
        return redirect("notices:detail", pk=pk)
    messages.success(request, _("A new notice to this address takes the place of the old one."))
    return redirect("notices:detail", pk=new.pk)


@require_safe
@requires(MANAGE)
def letter(request: HttpRequest, pk: int) -> FileResponse:
    """The letter as a file, where letters are files (the demo)."""
    notice = get_object_or_404(Notice, pk=pk)
    path: Path = letter_path(notice.message_id)
    if not is_outbox_folder() or not path.is_file():
        raise Http404
    return FileResponse(
        path.open("rb"), content_type="message/rfc822", as_attachment=True, filename=path.name
    )
