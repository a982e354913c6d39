"""Problems and the flood plan: proposals, work lists, one problem and what was done about it."""

import datetime as dt

from django.contrib import messages
from django.contrib.gis.db.models.functions import PointOnSurface, Transform
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citymap.accounts.access import may, requires
from citymap.geo import WGS84_SRID
from citymap.shell.mapconfig import map_config
from planning.choices import ProblemKind, ProblemState, Theme
from planning.console.common import say_errors
from planning.console.problemforms import (
    DoneForm,
    EndForm,
    MeasureForm,
    ProblemForm,
    ProposalForm,
)
from planning.models import Cluster, Event, Measure, Problem
from planning.services import problems as services
from planning.services.effects import effect_of_problem, effects_of_problems, events_by_spring
from planning.services.errors import PlanningRefusedError

SHOWN = 30
SHOWN_SPRINGS = 5
PROPOSAL_PAGE = "planning/console/problem_proposal.html"


@requires("planning.read")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Systemic problems: open and ended ones, and what is proposed."""
    return _list(request, ProblemKind.PROBLEM, "planning/console/problems.html")


@requires("planning.read")
@require_safe
def floods(request: HttpRequest) -> HttpResponse:
    """The flood plan: zones of past springs, and the work list before the next one."""
    return _list(request, ProblemKind.FLOOD_ZONE, "planning/console/floods.html")


def _list(request: HttpRequest, kind: ProblemKind, template: str) -> HttpResponse:
    today = timezone.localdate()
    work = (
        Measure.objects.undone()
        .filter(problem__kind=kind)
        .select_related("problem", "body")
        .order_by("due_on", "id")
    )
    context = {
        "problems": _zones(today) if kind == ProblemKind.FLOOD_ZONE else _counted(kind, today),
        "proposals": services.with_places(services.proposals(kind=kind)[:SHOWN]),
        "work": work,
        "today": today,
        "flood_due": services.flood_due(today),
        "may_open": may(request.user, "planning.problems"),
        "may_plan": may(request.user, "planning.plan"),
    }
    return render(request, template, context)


def _counted(kind: ProblemKind, today: dt.date) -> list[Problem]:
    """Problems of a kind, each with what is `overdue` of its measures."""
    late = set(Measure.objects.overdue(today).values_list("problem_id", flat=True))
    found = list(services.counted_problems(kind))
    for one in found:
        one.overdue = one.pk in late
    return found


def _zones(today: dt.date) -> list[Problem]:
    """Flood zones, each with its `springs` and the `effect` of what was done, where it is known."""
    found = _counted(ProblemKind.FLOOD_ZONE, today)
    effects, springs = effects_of_problems(found, today=today), events_by_spring(found)
    for one in found:
        one.effect = effects.get(one.pk)
        one.springs = list(springs[one.pk].items())[:SHOWN_SPRINGS]
    return found


@requires("planning.problems")
@require_safe
def proposal(request: HttpRequest, cluster: int) -> HttpResponse:
    """A proposed cluster: what it is, and the form that opens it."""
    found = get_object_or_404(Cluster, pk=cluster)
    (proposed,) = services.with_places([services.Proposal(found, 0)])
    title = (
        f"{proposed.theme_title}: {proposed.place}"
        if proposed.place
        else _("%(theme)s: cluster %(number)s")
        % {"theme": proposed.theme_title, "number": found.number}
    )
    form = ProposalForm(initial={"cluster": found.pk, "title": title})
    return render(request, PROPOSAL_PAGE, _proposal(request, found, form))


def _proposal(request: HttpRequest, cluster: Cluster, form: ProposalForm) -> dict:
    return {
        "cluster": cluster,
        "theme": Theme(cluster.theme).label,
        "form": form,
        "map_config": _map(request, Cluster.objects.filter(pk=cluster.pk)),
        "may_plan": may(request.user, "planning.plan"),
    }


@requires("planning.problems")
@require_POST
def open_one(request: HttpRequest) -> HttpResponse:
    """Open a problem for a proposed cluster."""
    form = ProposalForm(request.POST)
    if not form.is_valid():
        say_errors(request, form)
        cluster = form.cleaned_data.get("cluster")
        if cluster is None:
            return redirect("plan:problems")
        return render(
            request,
            PROPOSAL_PAGE,
            _proposal(request, cluster, form),
            status=400,
        )
    cluster = form.cleaned_data["cluster"]
    flood = cluster.theme == Theme.FLOODING
    try:
        problem = services.open_problem(
            kind=ProblemKind.FLOOD_ZONE if flood else ProblemKind.PROBLEM,
            title=form.cleaned_data["title"], cause=form.cleaned_data["cause"],
            theme=Theme(cluster.theme), geom=cluster.geom, lead=form.cleaned_data["lead"],
            co_bodies=form.cleaned_data["co_bodies"], cluster=cluster.number,
            today=timezone.localdate(), user=request.user,
        )  # fmt: skip
    except PlanningRefusedError as error:
        messages.error(request, str(error))
        return redirect("plan:floods" if flood else "plan:problems")
    messages.success(request, _("Opened."))
    return redirect("plan:problem", problem.pk)


@requires("planning.read")
@require_safe
def problem(request: HttpRequest, problem: int) -> HttpResponse:
    """One problem: events, bodies, measures, money, effect."""
    found = get_object_or_404(Problem.objects.select_related("lead", "opened_by"), pk=problem)
    today = timezone.localdate()
    measures = list(found.measures.select_related("body"))
    events = Event.objects.happened().about(found.theme).filter(geom__intersects=found.geom)
    flood = found.kind == ProblemKind.FLOOD_ZONE
    bodies = list(found.co_bodies.order_by("name"))
    context = {
        "problem": found,
        "theme": Theme(found.theme).label,
        "flood": flood,
        "co_bodies": bodies,
        "measures": measures,
        "money": sum(measure.cost or 0 for measure in measures),
        "events": events.count(),
        "springs": events_by_spring([found])[found.pk].items() if flood else [],
        "effect": effect_of_problem(found, today=today),
        "open": found.state == ProblemState.OPEN,
        "today": today,
        "may_open": may(request.user, "planning.problems"),
        "may_plan": may(request.user, "planning.plan"),
        "form": ProblemForm(
            initial={
                "title": found.title, "cause": found.cause, "lead": found.lead,
                "co_bodies": "; ".join(body.name for body in bodies),
            }
        ),
        "measure_form": MeasureForm(
            initial={"due_on": services.flood_due(today)} if flood else None, prefix="measure"
        ),
        "done_form": DoneForm(initial={"done_on": today}, auto_id=False),
        "end_form": EndForm(prefix="end"),
        "map_config": _map(request, Problem.objects.filter(pk=found.pk)),
    }  # fmt: skip
    return render(request, "planning/console/problem.html", context)


def _map(request: HttpRequest, rows) -> dict:
    """The place on the map: all of it, and of clusters no other one."""
    row = rows.annotate(
        spot=Transform(PointOnSurface("geom"), WGS84_SRID), shape=Transform("geom", WGS84_SRID)
    )[0]
    found = map_config(request, title=_("Problem")) | {
        "position": [row.spot.x, row.spot.y],
        "bounds": row.shape.extent,
    }
    if rows.model is Problem:
        return found | {"shown": ["problem"]}
    only = ["all", ["==", ["get", "theme"], row.theme], ["==", ["get", "number"], row.number]]
    return found | {"shown": ["cluster"], "filters": {"cluster": only}}


def _act(request: HttpRequest, pk: int, form, act) -> HttpResponse:
    """Do something with a problem, say how it went, and go back to its page."""
    found = get_object_or_404(Problem, pk=pk)
    if not form.is_valid():
        say_errors(request, form)
    else:
        try:
            act(found, form.cleaned_data)
        except PlanningRefusedError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Saved."))
    return redirect("plan:problem", pk)


@requires("planning.problems")
@require_POST
def describe(request: HttpRequest, problem: int) -> HttpResponse:
    """Title, cause and bodies."""
    return _act(
        request, problem, ProblemForm(request.POST),
        lambda found, data: services.describe_problem(problem=found, user=request.user, **data),
    )  # fmt: skip


@requires("planning.problems")
@require_POST
def add_measure(request: HttpRequest, problem: int) -> HttpResponse:
    """One measure more."""
    return _act(
        request, problem, MeasureForm(request.POST, prefix="measure"),
        lambda found, data: services.add_measure(problem=found, user=request.user, **data),
    )  # fmt: skip


@requires("planning.problems")
@require_POST
def finish_measure(request: HttpRequest, measure: int) -> HttpResponse:
    """A measure was done."""
    found = get_object_or_404(Measure.objects.select_related("problem"), pk=measure)
    return _act(
        request, found.problem_id, DoneForm(request.POST),
        lambda _problem, data: services.finish_measure(
            measure=found, today=timezone.localdate(), user=request.user, **data
        ),
    )  # fmt: skip


@requires("planning.problems")
@require_POST
def end(request: HttpRequest, problem: int) -> HttpResponse:
    """Solved or dropped."""
    return _act(
        request, problem, EndForm(request.POST, prefix="end"),
        lambda found, data: services.end_problem(
            problem=found, today=timezone.localdate(), user=request.user, **data
        ),
    )  # fmt: skip
