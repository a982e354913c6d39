"""One appeal as its body sees it, with what can be done now."""

from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from appeals.choices import Outcome, State
from appeals.inbox.forms import (
    AskForm,
    ExtendForm,
    HelperForm,
    PhotosForm,
    ReportForm,
    ReturnForm,
    StepForm,
)
from appeals.inbox.views import DeadlineWords, photos_by_kind
from appeals.models import Appeal, CoExecutor
from appeals.permissions import INBOX, LINKS
from appeals.plans import planned_at
from appeals.routing import told_reason
from appeals.services.links import addresses_of
from appeals.story import Event, story_of
from appeals.workflow import COORDINATION, OPERATIONS, PAUSABLE, WITH_BODY
from citymap.accounts.access import AnyUser, holds, may, requires, visible
from citymap.geo import lon_lat
from citymap.shell.mapconfig import map_config


@dataclass(frozen=True, kw_only=True)
class InboxStep:
    """One step of a body: the operation of the workflow behind it, and its form."""

    name: str
    title: Any
    operation: str
    form: type[StepForm]
    # Whether the clock must stand (True), must run (False), or either (None).
    paused: bool | None = None
    primary: bool = False


STEPS = {
    step.name: step
    for step in (
        InboxStep(name="accept", title=_("Accept"), operation="accept", form=StepForm,
                  primary=True),
        InboxStep(name="start", title=_("Begin work"), operation="start", form=StepForm,
                  paused=False, primary=True),
        InboxStep(name="resume", title=_("Let the clock run again"), operation="resume",
                  form=StepForm, paused=True, primary=True),
        InboxStep(name="report", title=_("Report the result"), operation="report",
                  form=ReportForm, paused=False, primary=True),
        InboxStep(name="ask", title=_("Ask the applicant"), operation="pause", form=AskForm,
                  paused=False),
        InboxStep(name="extend", title=_("Ask for more time"), operation="extend",
                  form=ExtendForm, paused=False),
        InboxStep(name="help", title=_("Bring in a co-executor"), operation="add_co_executor",
                  form=HelperForm),
        InboxStep(name="return", title=_("Return: not ours"), operation="return",
                  form=ReturnForm),
    )
}  # fmt: skip


@dataclass
class Shown:
    """What a page shows besides the appeal itself: forms that were sent and are not right."""

    step: str = ""
    form: forms.Form | None = None
    photos: PhotosForm | None = None
    flags: list[Any] = field(default_factory=list)
    error: str = ""


def theirs(user: AnyUser, key: int) -> Appeal:
    """The appeal, among those that this user works on; 404 otherwise."""
    rows = visible(Appeal.objects.all(), user, INBOX)
    return get_object_or_404(
        rows.select_related("category__parent", "executor", "joined_into", "incident"), pk=key
    )


def is_main(user: AnyUser, appeal: Appeal) -> bool:
    """Whether the user's body answers for the appeal."""
    return appeal.executor_id is not None and appeal.executor_id in user.reach.bodies


def steps_for(user: AnyUser, appeal: Appeal) -> list[InboxStep]:
    """What the user may do with the appeal as it stands."""
    found = []
    for step in STEPS.values():
        operation = OPERATIONS[step.operation]
        by_centre = operation.roles & COORDINATION and holds(user, *COORDINATION)
        if (
            appeal.state in operation.sources
            and holds(user, *operation.roles)
            and (by_centre or is_main(user, appeal))
            and step.paused in (None, appeal.paused_at is not None)
        ):
            found.append(step)
    return found


def may_add_photos(user: AnyUser, appeal: Appeal) -> bool:
    """Photos of the work come from whoever will report it."""
    operation = OPERATIONS["report"]
    return appeal.state in PAUSABLE and holds(user, *operation.roles) and is_main(user, appeal)


def empty_form(step: InboxStep, appeal: Appeal, data: Any = None) -> StepForm:
    """The form of a step, filled in by `data` or empty."""
    values: dict[str, Any] = {"prefix": step.name, "initial": {"version": appeal.version}}
    if step.form is ReportForm:
        values["planned"] = planned_at(appeal)
        values["initial"]["outcome"] = Outcome.DONE
    return step.form(data, **values)


def story_for_bodies(appeal: Appeal) -> list[Event]:
    """The story without words that people said to operators, and without those at the top."""
    return [
        replace(one, text="") if one.kind in ("start", "call", "contact") else one
        for one in story_of(appeal)
    ]


@require_safe
@requires(INBOX)
def page(request: HttpRequest, appeal: int) -> HttpResponse:
    """All that a body needs to know, nobody's personal data among it."""
    return shown(request, theirs(request.user, appeal), Shown())


def shown(request: HttpRequest, appeal: Appeal, what: Shown, *, status: int = 200) -> HttpResponse:
    """The page of an appeal; forms with mistakes keep what was written."""
    user, now = request.user, timezone.now()
    lon, lat = lon_lat(appeal.geom.point_on_surface)
    steps = [
        (step, what.form if step.name == what.step and what.form else empty_form(step, appeal))
        for step in steps_for(user, appeal)
    ]
    sends_links = (
        appeal.state in WITH_BODY
        and appeal.state not in (State.REPORTED_DONE, State.VERIFIED)
        and may(user, LINKS)
        and (is_main(user, appeal) or holds(user, *COORDINATION))
    )
    context = {
        "appeal": appeal,
        "why_body": told_reason(appeal),
        "deadline": DeadlineWords(now)(appeal),
        "late": appeal.is_overdue(now),
        "steps": steps,
        "chosen": what.step,
        "flags": what.flags,
        "error": what.error,
        "photos": photos_by_kind(appeal),
        "photos_form": what.photos
        or (PhotosForm(prefix="photos") if may_add_photos(user, appeal) else None),
        "reports": appeal.reports.select_related("body").prefetch_related("photos"),
        "helpers": CoExecutor.objects.filter(appeal=appeal).select_related("body"),
        "pauses": appeal.pauses.all(),
        "extensions": appeal.extensions.all(),
        "remarks": appeal.remarks.all(),
        "story": story_for_bodies(appeal),
        "checks": appeal.checks.all(),
        "promises": appeal.promises.select_related("body"),
        "people": appeal.applicants.count() + sum(
            one.applicants.count() for one in appeal.joined.all()
        ),
        "addresses": addresses_of(appeal.executor) if sends_links and appeal.executor else [],
        "sends_links": sends_links,
        "links": [
            {"link": link, "open": link.is_open(now), "uses": list(link.uses.all())}
            for link in appeal.work_links.select_related("made_by").prefetch_related("uses")
        ],
        "lon": lon,
        "lat": lat,
        "map_config": map_config(request, title=appeal.number) | {"position": [lon, lat]},
    }  # fmt: skip
    return render(request, "appeals/inbox/appeal.html", context, status=status)
