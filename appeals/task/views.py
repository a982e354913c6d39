"""The holder of a link accepts, takes photos, reports: one appeal, nothing else.

The address of the letter is exchanged for a cookie, so that it stands neither in the history nor
in the addresses of the pages.
"""

import functools
import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from appeals import services
from appeals.choices import Outcome, PhotoKind, State
from appeals.errors import AppealError, ConflictError, InvalidError
from appeals.inbox.views import DeadlineWords, photos_by_kind, picture
from appeals.linkkeys import key_of, public_id_of
from appeals.models import Photo, WorkLink
from appeals.services.links import TooManyUsesError
from appeals.services.replies import reply_flags
from appeals.task.forms import AcceptForm, DoneForm, GiveBackForm, TaskPhotosForm
from citymap.accounts.access import public

FORMS = {"accept": AcceptForm, "photos": TaskPhotosForm, "done": DoneForm, "return": GiveBackForm}
WORKING = (State.ACCEPTED, State.IN_PROGRESS, State.REJECTED)
View = Callable[..., HttpResponse]


@never_cache
@public
@require_safe
def enter(request: HttpRequest, key: str) -> HttpResponse:
    """From the letter to the page; the key becomes a cookie of that page."""
    public_id = public_id_of(key)
    link = WorkLink.objects.filter(public_id=public_id).first() if public_id else None
    if link is None:
        raise Http404
    page_url = reverse("task:page", args=[link.pk])
    response = redirect(page_url)
    response.set_cookie(
        _cookie(link.pk), key, path=page_url, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        max_age=max(0, int((link.expires_at - timezone.now()).total_seconds())),
    )  # fmt: skip
    return response


def _cookie(link: int) -> str:
    return f"task_{link}"


def with_link(view: View) -> View:
    """Find the link whose cookie the browser has; a link that ended says so."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, link: int, **values: Any) -> HttpResponse:
        found = (
            WorkLink.objects.select_related("appeal__category__parent", "appeal__executor", "body")
            .filter(pk=link)
            .first()
        )
        key = request.COOKIES.get(_cookie(link), "")
        if found is None or not constant_time_compare(key, key_of(found.public_id)):
            return _ended(request, _("Open the link in the letter again."), status=403)
        if found.spent_at is not None:
            return _ended(request, _("Thank you, this appeal is reported."), status=200)
        if not found.is_open(timezone.now()) or found.appeal.executor_id != found.body_id:
            return _ended(request, _("This link does not lead anywhere any more."), status=410)
        return view(request, found, **values)

    return wrapper


def _ended(request: HttpRequest, text: str, *, status: int) -> HttpResponse:
    return render(request, "appeals/task/ended.html", {"text": text}, status=status)


@never_cache
@public
@require_safe
@with_link
def page(request: HttpRequest, link: WorkLink) -> HttpResponse:
    """The appeal and what can be done; looking is noted."""
    try:
        services.open_link(link=link)
    except TooManyUsesError as error:
        return _ended(request, str(error), status=429)
    return shown(request, link)


def shown(
    request: HttpRequest,
    link: WorkLink,
    *,
    wrong: dict[str, forms.Form] | None = None,
    flags: list | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page; forms with mistakes keep what was written."""
    appeal, wrong, now = link.appeal, wrong or {}, timezone.now()
    context = {
        "link": link,
        "appeal": appeal,
        "deadline": DeadlineWords(now)(appeal),
        "late": appeal.is_overdue(now),
        "photos": photos_by_kind(appeal),
        "returnable": appeal.state in (State.ASSIGNED, State.ACCEPTED),
        "working": appeal.state in WORKING,
        "flags": flags,
        "error": error,
        "sent_back": appeal.reports.filter(sent_back_at__isnull=False).last()
        if appeal.state == State.REJECTED
        else None,
        "forms": {
            name: wrong.get(name) or form(prefix=name, initial={"version": appeal.version})
            for name, form in FORMS.items()
        },
    }
    return render(request, "appeals/task/page.html", context, status=status)


@never_cache
@public
@require_POST
@with_link
def act(request: HttpRequest, link: WorkLink, step: str) -> HttpResponse:
    """Accept, add photos, report, give back; what stands in the way is said on the page."""
    chosen = FORMS.get(step)
    if chosen is None:
        raise Http404
    form = chosen(request.POST, request.FILES, prefix=step)
    if not form.is_valid():
        return shown(request, link, wrong={step: form}, status=400)
    if step == "done" and (flags := _unseen(link, form)):
        return shown(request, link, wrong={step: form}, flags=flags)
    try:
        _run(step, link, form.cleaned_data)
    except TooManyUsesError as error:
        return _ended(request, str(error), status=429)
    except ConflictError:
        link.appeal.refresh_from_db()
        text = _("Somebody changed this appeal meanwhile. This is how it is now.")
        return shown(request, link, error=text, status=409)
    except InvalidError as error:
        form.add_error("photos" if step == "photos" else None, str(error))
        return shown(request, link, wrong={step: form}, status=400)
    except AppealError as error:
        link.appeal.refresh_from_db()
        return shown(request, link, error=str(error), status=409)
    if step in ("done", "return"):
        return redirect("task:page", link.pk)
    messages.success(request, _("Saved."))
    return redirect("task:page", link.pk)


def _unseen(link: WorkLink, form: DoneForm) -> list:
    """Flags that the author has not been shown yet."""
    flags = reply_flags(appeal=link.appeal, outcome=Outcome.DONE, text=form.cleaned_data["text"])
    if set(flags) <= set(form.cleaned_data["seen"].split()):
        return []
    form.data = form.data.copy()
    form.data[form.add_prefix("seen")] = " ".join(flags)
    return flags


def _run(step: str, link: WorkLink, values: dict[str, Any]) -> None:
    given = {"appeal": link.appeal, "user": None, "link": link}
    if step == "photos":
        photos = services.cleaned(values["photos"])
        services.add_link_photos(link=link, photos=photos, kind=PhotoKind(values["kind"]))
    elif step == "accept":
        services.accept(**given, version=values["version"])
    elif step == "return":
        services.return_(**given, version=values["version"], reason=values["reason"])
    else:
        _report(given, values)


@transaction.atomic
def _report(given: dict[str, Any], values: dict[str, Any]) -> None:
    """Begun and reported in one: nobody presses two buttons in a cellar."""
    version = values["version"]
    if given["appeal"].state != State.IN_PROGRESS:
        version = services.start(**given, version=version).version
    services.report(**given, version=version, outcome=Outcome.DONE, text=values["text"])


@never_cache
@public
@require_safe
@with_link
def photo(request: HttpRequest, link: WorkLink, key: uuid.UUID) -> HttpResponse:
    """A small picture of this appeal."""
    found = get_object_or_404(Photo, file_key=key, appeal=link.appeal)
    return picture(found, small=True)
