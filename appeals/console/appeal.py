"""One appeal as staff see it: facts, place, story, people by need, and what can be done now."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from appeals import services
from appeals.choices import CallResult, PhotoKind, ReplyFlag
from appeals.codes import code_of
from appeals.console.answers import REFUSALS, desk_page, status_of
from appeals.console.forms import DispatcherForm
from appeals.console.operations import ACTS, Act, StepForm, acts_for
from appeals.errors import ConflictError
from appeals.guards import untold
from appeals.models import Appeal, Applicant
from appeals.permissions import READ, REGISTER
from appeals.routing import told_reason
from appeals.story import changes_after, story_of
from appeals.wording import term_words
from citymap.accounts.access import AnyUser, may, requires, visible
from citymap.geo import lon_lat
from citymap.history.tracking import tracking_of
from citymap.personal.choices import Field, PersonState
from citymap.personal.permissions import REVEAL
from citymap.personal.services import masked_values, reveal
from citymap.shell.mapconfig import map_config

# What a conflict page compares: what the author saw, and what is now.
COMPARED = ("state", "executor", "due_at", "paused_at", "outcome", "joined_into", "hops")
# Prefix of the form about a dispatcher.
DISPATCHER = "dispatcher"
SHOWN_OF_PEOPLE = (Field.NAME, Field.PHONES, Field.ADDRESS)


def found_for(user: AnyUser, number: str) -> Appeal:
    """The appeal of that number, if the reader may see it; else 404."""
    rows = visible(Appeal.objects.all(), user, READ)
    return get_object_or_404(
        rows.select_related(
            "category__parent", "executor", "building", "yard", "registered_by", "incident",
            "joined_into", "recurrence_of",
        ).prefetch_related("photos"),
        number=number,
    )  # fmt: skip


@require_safe
@never_cache
@requires(READ)
def appeal(request: HttpRequest, number: str) -> HttpResponse:
    """The page of one appeal."""
    return _page(request, found_for(request.user, number))


def _page(
    request: HttpRequest,
    found: Appeal,
    *,
    failed: tuple[str, Form] | None = None,
    values: dict[int, dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    lon, lat = lon_lat(found.geom.point_on_surface)
    bound = dict([failed]) if failed else {}
    acts = [
        (act, bound.get(act.name) or act.form(appeal=found, prefix=act.name))
        for act in acts_for(found, request.user)
    ]
    report = found.reports.filter(sent_back_at__isnull=True).select_related("body").first()
    now, registers = timezone.now(), may(request.user, REGISTER)
    context = {
        "appeal": found,
        "why_body": told_reason(found),
        "late": found.is_overdue(now),
        "acts": acts,
        "failed": failed[0] if failed else "",
        "story": story_of(found),
        "report": report,
        "flags": [ReplyFlag(flag).label for flag in report.flags] if report else [],
        "helpers": found.helpers.select_related("body"),
        "joined": found.joined.select_related("category"),
        "recurrences": found.recurrences.all()[:10],
        "promises": found.promises.all(),
        "objects": [one.target for one in found.objects_meant.all()],
        "applicants": _applicants(found, request.user, values or {}),
        "may_reveal": may(request.user, REVEAL),
        "may_upload": registers,
        "code": code_of(found) if registers else "",
        "dispatcher_form": (bound.get(DISPATCHER) or DispatcherForm(prefix=DISPATCHER))
        if registers and found.ended_at is None else None,
        "may_call": may(request.user, "appeals.call_back", found) and found.state == "verified",
        "call_results": CallResult.choices,
        "term": term_words(found.term_amount, found.term_unit) if found.term_amount else "",
        "lon": lon,
        "lat": lat,
        "map_config": map_config(request, title=found.number) | {"position": [lon, lat]},
    }  # fmt: skip
    return desk_page(request, "appeals/desk/appeal.html", context, status=status)


def _applicants(
    found: Appeal, user: AnyUser, values: dict[int, dict[str, Any]]
) -> list[dict[str, Any]]:
    """Everybody who is told the result, masked, or as just revealed."""
    rows = list(
        Applicant.objects.to_be_told(found.pk).select_related("person", "appeal").order_by("pk")
    )
    left = {one.pk for one in untold(found)} if found.state == "verified" else set()
    return [
        {
            "applicant": one,
            "masked": masked_values(one.person)
            if one.person.state == PersonState.ACTIVE else None,
            "values": values.get(one.pk),
            "untold": one.pk in left,
            "by_joining": one.appeal_id != found.pk,
        }
        for one in rows
    ]  # fmt: skip


@require_POST
@never_cache
@requires(READ)
def act(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Do one operation; what forbids it is said on the page, another's change on its own."""
    found = found_for(request.user, number)
    chosen = ACTS.get(name)
    if chosen is None:
        raise Http404
    form = chosen.form(request.POST, appeal=found, prefix=name)
    if not form.is_valid():
        return _page(request, found, failed=(name, form), status=400)
    try:
        chosen.run(found, request.user, dict(form.cleaned_data))
    except ConflictError:
        return _conflict(request, found, chosen, form)
    except REFUSALS as error:
        form.add_error(None, str(error))
        return _page(
            request, found_for(request.user, number), failed=(name, form), status=status_of(error)
        )
    messages.success(request, _("Done: %(what)s.") % {"what": chosen.title})
    return redirect("desk:appeal", number)


def _conflict(request: HttpRequest, seen: Appeal, act: Act, form: StepForm) -> HttpResponse:
    """Both versions side by side: what the author saw, and what stands now."""
    current = found_for(request.user, seen.number)
    event_model = tracking_of(Appeal).event_model
    version = form.cleaned_data["version"]
    before = (
        event_model.objects.of_object(current).filter(version=version).order_by("-pgh_id").first()
    )
    rows = []
    for name in COMPARED:
        field = Appeal._meta.get_field(name)
        old = _shown(before, field) if before is not None else None
        new = _shown(current, field)
        rows.append({"title": field.verbose_name, "old": old, "new": new, "other": old != new})
    later = changes_after(current, before.pgh_id) if before is not None else []
    given = [
        (bound.label, bound.value()) for bound in form.visible_fields() if bound.value()
    ]  # fmt: skip
    context = {
        "appeal": current, "act": act, "rows": rows, "version": version, "later": later,
        "given": given, "form": act.form(appeal=current, prefix=act.name),
        "again": act in acts_for(current, request.user), "data": form.data, "posted": form,
    }  # fmt: skip
    return desk_page(request, "appeals/desk/conflict.html", context, status=409)


def _shown(row: Any, field: Any) -> Any:
    """A value of a row or of its event as a person reads it."""
    value = getattr(row, field.attname)
    if field.is_relation:
        return field.related_model._base_manager.filter(pk=value).first() if value else None
    if field.choices:
        return dict(field.flatchoices).get(value, value)
    return value


@require_POST
@sensitive_post_parameters()
@never_cache
@requires(REVEAL)
def people(request: HttpRequest, number: str) -> HttpResponse:
    """Names, numbers and addresses of the applicants, once; each look is recorded."""
    found = found_for(request.user, number)
    wanted = request.POST.get("applicant", "")
    rows = Applicant.objects.to_be_told(found.pk).select_related("person")
    if wanted.isdecimal():
        rows = rows.filter(pk=int(wanted))
    values = {
        one.pk: reveal(
            person=one.person, fields=SHOWN_OF_PEOPLE, user=request.user,
            why=_("appeal %(number)s") % {"number": found.number},
        )
        for one in rows.order_by("pk")[:50]
        if one.person.state == PersonState.ACTIVE
    }  # fmt: skip
    return _page(request, found, values=values)


@require_POST
@requires(REGISTER)
def add_photos(request: HttpRequest, number: str) -> HttpResponse:
    """Pictures of the problem, sent later."""
    found = found_for(request.user, number)
    try:
        pictures = services.cleaned(request.FILES.getlist("photos"))
        kept = services.add_photos(
            appeal=found, photos=pictures, kind=PhotoKind.PROBLEM, user=request.user
        )
    except REFUSALS as error:
        messages.error(request, str(error))
    else:
        if kept:
            messages.success(request, _("The photos are kept."))
        else:
            messages.warning(request, _("There is no new photo among them."))
    return redirect("desk:appeal", number)


@require_POST
@requires(REGISTER)
def dispatcher(request: HttpRequest, number: str) -> HttpResponse:
    """A dispatcher was reached by telephone: who, when, the number in their log."""
    found = found_for(request.user, number)
    form = DispatcherForm(request.POST, prefix=DISPATCHER)
    if not form.is_valid():
        return _page(request, found, failed=(DISPATCHER, form), status=400)
    try:
        services.dispatched(appeal=found, user=request.user, **form.cleaned_data)
    except REFUSALS as error:
        form.add_error(None, str(error))
        return _page(request, found, failed=(DISPATCHER, form), status=status_of(error))
    messages.success(request, _("The call is recorded."))
    return redirect("desk:appeal", number)


@require_POST
@requires(REGISTER)
def route_again(request: HttpRequest, number: str) -> HttpResponse:
    """Ask the routing rules again, for what lies in the tray."""
    found = found_for(request.user, number)
    try:
        after = services.route(appeal=found, user=request.user)
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("desk:appeal", number)
    if after.executor_id:
        words = _("Assigned to: %(body)s") % {"body": after.executor.title}
        messages.success(request, words)
    else:
        messages.warning(request, _("No routing rule finds a body here."))
    return redirect("desk:appeal", number)
