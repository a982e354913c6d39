"""Bodies act: each step is one service; what forbids it is said on the appeal's page."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from appeals import services
from appeals.choices import Outcome, PhotoKind, ReplyFlag
from appeals.conflicts import versions_of
from appeals.errors import AppealError, ConflictError, InvalidError, NotPermittedError
from appeals.inbox.appeal import (
    STEPS,
    InboxStep,
    Shown,
    empty_form,
    is_main,
    may_add_photos,
    shown,
    steps_for,
    theirs,
)
from appeals.inbox.forms import HelperForm, PhotosForm, ReportForm, StepForm
from appeals.models import Appeal
from appeals.models.appeals import MAX_TEXT
from appeals.permissions import INBOX
from appeals.services.replies import reply_flags
from citymap.accounts.access import AnyUser, requires


@require_POST
@requires(INBOX)
def act(request: HttpRequest, appeal: int, step: str) -> HttpResponse:
    """Take a step. A version that is not the current one any more is answered with both."""
    chosen = STEPS.get(step)
    if chosen is None:
        raise Http404
    found = theirs(request.user, appeal)
    form = empty_form(chosen, found, request.POST)
    if not form.is_valid():
        return shown(request, found, Shown(step=step, form=form), status=400)
    if chosen.form is ReportForm and (flags := unseen_flags(found, form)):
        return shown(request, found, Shown(step=step, form=form, flags=flags))
    try:
        _run(chosen, found, request.user, form)
    except ConflictError as error:
        return conflict(request, error.current, form, chosen)
    except InvalidError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return shown(request, found, Shown(step=step, form=form), status=400)
    except AppealError as error:
        return refused(request, appeal, chosen, form, error)
    messages.success(request, _("Done: %(what)s.") % {"what": chosen.title})
    return redirect("inbox:appeal", appeal)


def refused(
    request: HttpRequest, key: int, step: InboxStep, form: StepForm, error: AppealError
) -> HttpResponse:
    """The page as it is now, with what stood in the way."""
    now = theirs(request.user, key)
    status = 403 if isinstance(error, NotPermittedError) else 409
    if step in steps_for(request.user, now):
        form.add_error(None, str(error))
        return shown(request, now, Shown(step=step.name, form=form), status=status)
    return shown(request, now, Shown(error=str(error)), status=status)


def unseen_flags(appeal: Appeal, form: ReportForm) -> list[ReplyFlag]:
    """Flags that the author has not been shown yet; asked only while the reply may be sent."""
    values = form.cleaned_data
    flags = reply_flags(appeal=appeal, outcome=values["outcome"], text=values["text"])
    shown_before = set(values["seen"].split())
    if set(flags) <= shown_before:
        return []
    form.data = form.data.copy()
    form.data[form.add_prefix("seen")] = " ".join(flags)
    return flags


def conflict(
    request: HttpRequest, current: Appeal, form: StepForm, step: InboxStep
) -> HttpResponse:
    """Both versions, and what was written, so that nothing is typed twice."""
    written = [
        (form.fields[name].label, value)
        for name, value in form.cleaned_data.items()
        if value and form.fields[name].label and not form.fields[name].widget.is_hidden
    ]
    context = {
        "appeal": current,
        "versions": versions_of(current, form.cleaned_data["version"]),
        "step": step,
        "written": written,
    }
    return render(request, "appeals/inbox/conflict.html", context, status=409)


def _run(step: InboxStep, appeal: Appeal, user: AnyUser, form: StepForm) -> Any:
    values = form.cleaned_data
    given = {"appeal": appeal, "user": user, "version": values["version"]}
    match step.name:
        case "return":
            return services.return_(**given, reason=values["reason"])
        case "ask":
            return services.ask(**given, question=values["question"])
        case "extend":
            return services.extend(**given, until=form.until(), reason=values["reason"])
        case "help":
            assert isinstance(form, HelperForm)
            return services.add_co_executor(**given, body=values["body"], task=values["task"])
        case "report":
            names = ("outcome", "text", "planned_on", "plan", "cost_class", "legal_ground")
            return services.report(**given, **{name: values[name] for name in names})
    return getattr(services, step.name)(**given)


@require_POST
@requires(INBOX)
def reply_check(request: HttpRequest, appeal: int) -> HttpResponse:
    """Flags of a reply as it is being written: JSON."""
    found = theirs(request.user, appeal)
    outcome, text = request.POST.get("outcome", ""), request.POST.get("text", "")
    if outcome not in Outcome.values or len(text) > MAX_TEXT or not is_main(request.user, found):
        return JsonResponse({"flags": []}, status=400)
    flags = reply_flags(appeal=found, outcome=outcome, text=text) if text.strip() else []
    return JsonResponse({"flags": [str(flag.label) for flag in flags]})


@require_POST
@requires(INBOX)
def add_photos(request: HttpRequest, appeal: int) -> HttpResponse:
    """Photos before and after, kept until the report takes them."""
    found = theirs(request.user, appeal)
    if not may_add_photos(request.user, found):
        return shown(
            request, found, Shown(error=_("Photos are added while the work goes on.")), status=403
        )
    form = PhotosForm(request.POST, request.FILES, prefix="photos")
    if form.is_valid():
        try:
            photos = services.cleaned(form.cleaned_data["photos"])
            kept = services.add_photos(
                appeal=found, photos=photos, kind=PhotoKind(form.cleaned_data["kind"]),
                user=request.user,
            )  # fmt: skip
        except InvalidError as error:
            form.add_error("photos", str(error))
        else:
            said = _("Photos added.") if kept else _("These photos are there already.")
            messages.success(request, said)
            return redirect("inbox:appeal", appeal)
    return shown(request, found, Shown(photos=form), status=400)
