"""Programmes: drafts, the two choices side by side, changes by hand, publishing, revisions."""

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citymap.accounts.access import may, requires
from layers.models import Yard
from planning.choices import ChosenBy
from planning.console.common import say_errors
from planning.console.forms import ChoiceForm, ProgrammeForm, PutForm, RevisionForm, YardForm
from planning.models import Programme, ProgrammeVersion
from planning.portal.programmes import csv_answer, geojson_answer, pdf_answer
from planning.programme.problem import Choice
from planning.programmelists import explained
from planning.queue.scoring import POINT
from planning.services.candidates import outlook_of
from planning.services.errors import NotPossibleNowError, PlanningRefusedError
from planning.services.programmes import (
    SOLVER_SECONDS,
    fault_words,
    fill_draft,
    propose,
    publish_version,
    put_yard,
    revise_programme,
    spending,
    start_programme,
    take_out_yard,
)

REFUSALS = (PlanningRefusedError, NotPossibleNowError)


@requires("planning.read")
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """All programmes with their versions; a form for a new one."""
    may_plan = may(request.user, "planning.plan")
    form = ProgrammeForm(request.POST if request.method == "POST" and may_plan else None)
    if form.is_bound:
        if form.is_valid():
            try:
                made = start_programme(**form.cleaned_data, user=request.user)
            except REFUSALS as error:
                messages.error(request, str(error))
            else:
                return redirect("plan:version", made.pk)
        else:
            say_errors(request, form)
    programmes = Programme.objects.prefetch_related("versions")
    context = {"form": form, "programmes": programmes, "may_plan": may_plan}
    return render(request, "planning/console/programmes.html", context)


@requires("planning.read")
@require_safe
def version(request: HttpRequest, version: int) -> HttpResponse:
    """One version: its yards by year, money, what differs from the version before."""
    return _version_page(request, _version(version))


def _version_page(
    request: HttpRequest,
    found: ProgrammeVersion,
    *,
    put_form: PutForm | None = None,
    revision_form: RevisionForm | None = None,
) -> HttpResponse:
    """The page; with a form that was refused, as it was typed, and what is wrong with it."""
    if refused := put_form or revision_form:
        say_errors(request, refused)
    rows = found.rows.select_related("yard").defer("yard__geom", "yard__geom_3857")
    earlier = found.programme.versions.filter(number__lt=found.number).order_by("-number")
    before = earlier.first() if found.number > 1 else None
    changes = explained(before, found) if before else []
    context = {
        "version": found,
        "rows": rows,
        "spending": spending(found).items(),
        "before": before,
        "changes": changes,
        "draft": found.published_at is None,
        "may_plan": may(request.user, "planning.plan"),
        "put_form": put_form or PutForm(initial={"year": found.programme.first_year}),
        "revision_form": revision_form
        or RevisionForm(initial={"budgets": " ".join(map(str, found.budgets))}),
        "solver_seconds": round(SOLVER_SECONDS),
        "gap_percent": None if found.gap is None else 100 * found.gap,
    }
    return render(request, "planning/console/version.html", context)


@requires("planning.read")
@require_safe
def ahead(request: HttpRequest, version: int) -> HttpResponse:
    """The outlook: what is left after a version, year by year."""
    found = _version(version)
    try:
        left = outlook_of(found)
    except PlanningRefusedError as error:
        messages.error(request, str(error))
        return redirect("plan:version", version)
    last = found.programme.first_year + len(found.budgets) - 1
    context = {
        "version": found,
        "outlook": left,
        "budget": found.budgets[-1],
        "years": [(last + one.number, one.yards, one.cost) for one in left.years],
        "may_plan": may(request.user, "planning.plan"),
    }
    return render(request, "planning/console/outlook.html", context)


@requires("planning.read")
@require_safe
def choices(request: HttpRequest, version: int) -> HttpResponse:
    """The best choice and the greedy one side by side: worth, money, who is only in one."""
    found = _version(version)
    try:
        both = propose(version=found)
    except PlanningRefusedError as error:
        messages.error(request, str(error))
        return redirect("plan:version", version)
    first = found.programme.first_year
    exact, greedy = _yards_by_year(both.exact, first), _yards_by_year(both.greedy, first)
    differing = sorted(yard for yard in {*exact, *greedy} if exact.get(yard) != greedy.get(yard))
    labels = Yard.objects.only("label", "label_kk").in_bulk(differing)
    context = {
        "version": found,
        "columns": [
            _column(_("Best choice"), both.exact, found),
            _column(_("Greedy choice"), both.greedy, found),
        ],
        "gap_percent": 100 * both.gap,
        "differing": [
            {"yard": labels[yard], "exact": exact.get(yard), "greedy": greedy.get(yard)}
            for yard in differing
        ],
        "may_plan": may(request.user, "planning.plan"),
    }
    return render(request, "planning/console/choices.html", context)


def _yards_by_year(choice: Choice, first: int) -> dict[int, int]:
    return {yard: first + year for one, year in choice.chosen() for yard in one.yards}


def _column(title: str, choice: Choice, version: ProgrammeVersion) -> dict:
    first = version.programme.first_year
    return {
        "title": title,
        "points": float(choice.worth) / POINT,
        "yards": sum(len(one.yards) for one, _year in choice.chosen()),
        "cost": sum(choice.spent),
        "years": [
            (first + number, spent, budget)
            for number, (spent, budget) in enumerate(
                zip(choice.spent, version.budgets, strict=True)
            )
        ],
        "faults": fault_words(choice.faults(), version),
    }


@requires("planning.plan")
@require_POST
def choose(request: HttpRequest, version: int) -> HttpResponse:
    """Take the yards of the best or of the greedy choice into the draft."""

    def run(data: dict) -> str:
        found = _version(version)
        choices = fill_draft(version=found, method=ChosenBy(data["method"]), user=request.user)
        return _("Best choice: %(exact)s points, greedy one: %(greedy)s points.") % {
            "exact": number_format(float(choices.exact.worth) / POINT, 2),
            "greedy": number_format(float(choices.greedy.worth) / POINT, 2),
        }

    return _done(request, version, ChoiceForm(request.POST), run)


@requires("planning.plan")
@require_POST
def put(request: HttpRequest, version: int) -> HttpResponse:
    """Take a yard into the draft by hand."""
    found, form = _version(version), PutForm(request.POST)
    if form.is_valid():
        try:
            put_yard(version=found, user=request.user, **form.cleaned_data)
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The yard is in the programme."))
            return redirect("plan:version", version)
    return _version_page(request, found, put_form=form)


@requires("planning.plan")
@require_POST
def take_out(request: HttpRequest, version: int) -> HttpResponse:
    """Take a yard out of the draft."""

    def run(data: dict) -> str:
        take_out_yard(version=_version(version), user=request.user, **data)
        return _("The yard is out of the programme.")

    return _done(request, version, YardForm(request.POST), run)


@requires("planning.plan")
@require_POST
def publish(request: HttpRequest, version: int) -> HttpResponse:
    """Freeze the draft and show it to all."""

    def run(data: dict) -> str:
        publish_version(version=_version(version), user=request.user)
        return _("The version is published; it cannot be changed any more.")

    return _done(request, version, Form(request.POST), run)


@requires("planning.plan")
@require_POST
def revise(request: HttpRequest, version: int) -> HttpResponse:
    """A new draft that begins as the version in force."""
    found, form = _version(version), RevisionForm(request.POST)
    if form.is_valid():
        try:
            made = revise_programme(
                programme=found.programme, user=request.user, **form.cleaned_data
            )
        except REFUSALS as error:
            form.add_error(None, str(error))
        else:
            return redirect("plan:version", made.pk)
    return _version_page(request, found, revision_form=form)


@requires("planning.read")
@require_safe
def as_csv(request: HttpRequest, version: int) -> HttpResponseBase:
    """The yards of a version as CSV."""
    return csv_answer(_version(version))


@requires("planning.read")
@require_safe
def as_pdf(request: HttpRequest, version: int) -> HttpResponseBase:
    """The list of a version as PDF, by district."""
    return pdf_answer(_version(version))


@requires("planning.read")
@require_safe
def as_geojson(request: HttpRequest, version: int) -> HttpResponseBase:
    """The yards of a version with their grounds."""
    return geojson_answer(_version(version))


def _version(version: int) -> ProgrammeVersion:
    return get_object_or_404(ProgrammeVersion.objects.select_related("programme"), pk=version)


def _done(
    request: HttpRequest, version: int, form: Form, run: Callable[[dict], str]
) -> HttpResponse:
    """Do what a form asks, say what came of it, and come back to the version."""
    if not form.is_valid():
        say_errors(request, form)
        return redirect("plan:version", version)
    try:
        messages.success(request, run(form.cleaned_data))
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("plan:version", version)
