"""Follow an appeal by number and code; dispute its result; say how it was. Nobody's data.

The code travels in a body once; what was opened is remembered in the session.
"""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from appeals import services
from appeals.choices import PromiseState, State
from appeals.codes import is_code_of
from appeals.errors import AppealError, InvalidError
from appeals.models import Appeal, Feedback
from appeals.policies import calendar_of, procedure_term
from appeals.portal.forms import CodeForm, DisputeForm, FeedbackForm
from appeals.portal.scrub import scrubbed
from appeals.portal.throttle import (
    REPORTS,
    WRONG_CODES,
    WRONG_CODES_OF_NUMBER,
    address_of,
    count,
    spent,
    too_often,
)
from appeals.sla import end_of
from citymap.accounts.access import public

SESSION_KEY = "tracked"
MOST_REMEMBERED = 20


@public
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code")
def track(request: HttpRequest, number: str = "") -> HttpResponse:
    """Ask for number and code, or show an appeal that was opened in this session."""
    if request.method == "POST":
        return _opened(request, number)
    if number in request.session.get(SESSION_KEY, []):
        appeal = _appeals().filter(number=number).first()
        if appeal is not None:
            return _shown(request, appeal)
    return _asked(request, CodeForm(initial={"number": number[:20]}))


def _appeals():
    return Appeal.objects.real().select_related("category", "executor", "joined_into")


def _asked(request: HttpRequest, form: CodeForm, status: int = 200) -> HttpResponse:
    return render(request, "appeals/track.html", {"form": form}, status=status)


def _opened(request: HttpRequest, number: str) -> HttpResponse:
    """Right: remembered. Wrong number and wrong code are answered alike, and counted."""
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _asked(request, form, status=400)
    number, code = form.cleaned_data["number"].strip(), form.cleaned_data["code"]
    for limit, of in ((WRONG_CODES, address_of(request)), (WRONG_CODES_OF_NUMBER, number)):
        if spent(limit, of):
            return too_often(request, limit)
    appeal = _appeals().filter(number=number).first()
    # The work is the same for a number that is not there.
    right = is_code_of(appeal or Appeal(number=number), code)
    if appeal is None or not right:
        count(WRONG_CODES, address_of(request))
        count(WRONG_CODES_OF_NUMBER, number)
        form.add_error(None, _("Number and code do not belong together. Check both."))
        return _asked(request, form, status=400)
    remember(request, number)
    return redirect("portal:track-number", number=number)


def remember(request: HttpRequest, number: str) -> None:
    known = [one for one in request.session.get(SESSION_KEY, []) if one != number]
    request.session[SESSION_KEY] = [*known, number][-MOST_REMEMBERED:]


def _shown(request: HttpRequest, appeal: Appeal, **forms: Any) -> HttpResponse:
    now = timezone.now()
    # A joined appeal is answered by the one that it was joined to.
    main = appeal.joined_into or appeal
    report = main.reports.filter(sent_back_at__isnull=True).first()
    told = report is not None and main.state in (State.VERIFIED, State.CLOSED)
    said = Feedback.objects.filter(appeal=main).first()
    until = dispute_until(main)
    may_dispute = until is not None and now <= until and main.pk == appeal.pk
    context = {
        "appeal": appeal,
        "main": main,
        "steps": _steps(main),
        "overdue_days": _overdue_days(main, now),
        "extensions": main.extensions.filter(by_reopening=False).order_by("number"),
        "report": report if told else None,
        "reply": scrubbed(report.text) if told else "",
        "promises": main.promises.exclude(state=PromiseState.CANCELLED),
        "dispute_until": until,
        "dispute": forms.get("dispute") or (DisputeForm() if may_dispute else None),
        "feedback": forms.get("feedback") or (FeedbackForm() if told and said is None else None),
        "said": said,
    }
    return render(request, "appeals/tracked.html", context, status=forms.get("status", 200))


def _steps(appeal: Appeal) -> list[dict[str, Any]]:
    """What has happened, with its day; and what the state is now."""
    found = [
        {"title": _("Received"), "at": appeal.received_at},
        {"title": _("Given to the executor"), "at": appeal.assigned_at},
        {"title": _("The executor has reported"), "at": appeal.reported_at},
    ]
    for report in appeal.reports.filter(sent_back_at__isnull=False):
        found.append({"title": _("A reply was not accepted"), "at": report.sent_back_at})
    standing = appeal.reports.filter(sent_back_at__isnull=True, verified_at__isnull=False).first()
    if standing is not None:
        found.append({"title": _("The result was verified"), "at": standing.verified_at})
    if appeal.ended_at is not None:
        found.append({"title": str(appeal.get_state_display()), "at": appeal.ended_at})
    return sorted((one for one in found if one["at"]), key=lambda one: one["at"])


def _overdue_days(appeal: Appeal, now: dt.datetime) -> int:
    """Whole days since the deadline, at least one when it has passed; else 0."""
    return max(1, (now - appeal.due_at).days) if appeal.is_overdue(now) else 0


def dispute_until(appeal: Appeal) -> dt.datetime | None:
    """The last moment to dispute the result; None when there is none to dispute."""
    if appeal.state != State.CLOSED or appeal.ended_at is None:
        return None
    term = procedure_term("dispute", timezone.localdate(appeal.ended_at))
    return end_of(appeal.ended_at, term, calendar_of(None))


def _own(request: HttpRequest, number: str) -> Appeal | None:
    """The appeal, when this session has opened it by its code."""
    if number not in request.session.get(SESSION_KEY, []):
        return None
    return _appeals().filter(number=number).first()


@public
@require_POST
def dispute(request: HttpRequest, number: str) -> HttpResponse:
    """The applicant says that the result is not right."""
    appeal = _own(request, number)
    if appeal is None:
        return redirect("portal:track-number", number=number)
    if spent(REPORTS, address_of(request)):
        return too_often(request, REPORTS)
    form = DisputeForm(request.POST, request.FILES)
    if not form.is_valid():
        return _shown(request, appeal, dispute=form, status=400)
    count(REPORTS, address_of(request))
    try:
        photos = services.cleaned(form.cleaned_data["photos"])
        services.dispute(appeal=appeal, reason=form.cleaned_data["reason"], photos=photos)
    except AppealError as error:
        photo = isinstance(error, InvalidError) and error.field == "photo"
        form.add_error("photos" if photo else None, str(error))
        return _shown(request, appeal, dispute=form, status=409)
    messages.success(request, _("Your objection is registered: the appeal is open again."))
    return redirect("portal:track-number", number=number)


@public
@require_POST
def feedback(request: HttpRequest, number: str) -> HttpResponse:
    """The applicant says how satisfied they are."""
    appeal = _own(request, number)
    if appeal is None:
        return redirect("portal:track-number", number=number)
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        return _shown(request, appeal, feedback=form, status=400)
    try:
        services.say_thanks(
            appeal=appeal.joined_into or appeal, satisfaction=form.cleaned_data["satisfaction"],
            thanks=form.cleaned_data["thanks"],
        )  # fmt: skip
    except AppealError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Thank you. Your word is kept."))
    return redirect("portal:track-number", number=number)
