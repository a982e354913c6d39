"""Programmes: drafts, the two choices side by side, changes by hand, publishing, revisions."""

import csv
from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citymap.accounts.access import may, requires
from planning.choices import ChosenBy
from planning.console.common import say_errors
from planning.console.forms import ChoiceForm, ProgrammeForm, PutForm, RevisionForm, YardForm
from planning.models import Programme, ProgrammeVersion
from planning.portal.exports import safe_cell
from planning.services.errors import NotPossibleNowError, PlanningRefusedError
from planning.services.programmes import (
    differences,
    fill_draft,
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
    found = _version(version)
    rows = found.rows.select_related("yard").defer("yard__geom", "yard__geom_3857")
    before = found.programme.versions.filter(number__lt=found.number).order_by("-number").first()
    changes = differences(before=before, after=found) if before else []
    context = {
        "version": found,
        "rows": rows,
        "spending": spending(found).items(),
        "before": before,
        "changes": changes,
        "draft": found.published_at is None,
        "may_plan": may(request.user, "planning.plan"),
        "put_form": PutForm(initial={"year": found.programme.first_year}),
        "revision_form": RevisionForm(initial={"budgets": " ".join(map(str, found.budgets))}),
        "gap_percent": None if found.gap is None else 100 * found.gap,
    }
    return render(request, "planning/console/version.html", context)


@requires("planning.plan")
@require_POST
def choose(request: HttpRequest, version: int) -> HttpResponse:
    """Take the yards of the best or of the greedy choice into the draft."""

    def run(data: dict) -> str:
        found = _version(version)
        choices = fill_draft(version=found, method=ChosenBy(data["method"]), user=request.user)
        return _("Best choice: %(exact).2f points, greedy one: %(greedy).2f points.") % {
            "exact": float(choices.exact.worth) / 10_000,
            "greedy": float(choices.greedy.worth) / 10_000,
        }

    return _done(request, version, ChoiceForm(request.POST), run)


@requires("planning.plan")
@require_POST
def put(request: HttpRequest, version: int) -> HttpResponse:
    """Take a yard into the draft by hand."""

    def run(data: dict) -> str:
        put_yard(version=_version(version), user=request.user, **data)
        return _("The yard is in the programme.")

    return _done(request, version, PutForm(request.POST), run)


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
            messages.error(request, str(error))
        else:
            return redirect("plan:version", made.pk)
    else:
        say_errors(request, form)
    return redirect("plan:version", version)


@requires("planning.read")
@require_safe
def as_csv(request: HttpRequest, version: int) -> HttpResponse:
    """The yards of a version as CSV."""
    found = _version(version)
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="programme-{found.pk}.csv"'
    writer = csv.writer(response)
    writer.writerow(("year", "position", "yard", "label", "cost_tenge", "chosen_by", "reason"))
    for row in found.rows.select_related("yard"):
        label = row.yard.localized_label
        cells = (row.year, row.position, row.yard_id, label, row.cost, row.chosen_by, row.reason)
        writer.writerow([safe_cell(cell) for cell in cells])
    return response


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
