"""What planners enter of yards: surveys, photos, prices, and the stages of works."""

import io
from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from citymap.accounts.access import requires
from planning.console.common import say_errors
from planning.console.forms import (
    PhotosForm,
    PriceForm,
    StageForm,
    SurveyFileForm,
    SurveyForm,
)
from planning.models import WorkPrice, YardStage, YardSurvey
from planning.services.errors import NotPossibleNowError, PlanningRefusedError
from planning.services.photos import add_yard_photos
from planning.services.prices import set_price
from planning.services.stages import record_stage
from planning.services.surveys import import_surveys, record_survey_with_photos

SHOWN = 50
SHOWN_ERRORS = 10
REFUSALS = (PlanningRefusedError, NotPossibleNowError)


@requires("planning.plan")
@require_http_methods(["GET", "HEAD", "POST"])
def surveys(request: HttpRequest) -> HttpResponse:
    """The last surveys; forms for another one, for a file of many, for photos."""
    today = timezone.localdate()
    yard = request.GET.get("yard", "")[:20]
    form = SurveyForm(
        request.POST or None, request.FILES or None, initial={"surveyed_on": today, "yard": yard}
    )

    def run(data: dict) -> str:
        record_survey_with_photos(
            yard=data["yard"],
            surveyed_on=data["surveyed_on"],
            findings=form.findings(),
            photos=data["photos"],
            user=request.user,
        )
        return _("The survey is written down.")

    if form.is_bound and _done(request, form, run):
        return redirect("plan:surveys")
    latest = YardSurvey.objects.filter(pk__in=YardSurvey.objects.last_ones().values("pk"))
    rows = YardSurvey.objects.select_related("yard", "made_by").order_by("-id")
    context = {
        "form": form,
        "file_form": SurveyFileForm(prefix="file"),
        "photos_form": PhotosForm(prefix="photos", initial={"taken_on": today, "yard": yard}),
        "may_plan": True,
        "surveys": rows.defer("yard__geom", "yard__geom_3857")[:SHOWN],
        "surveyed": latest.count(),
        "needing": latest.filter(needs_work=True).count(),
    }
    return render(request, "planning/console/surveys.html", context)


@requires("planning.plan")
@require_POST
def import_file(request: HttpRequest) -> HttpResponse:
    """A survey of many yards: every line or none, each bad line named."""
    form = SurveyFileForm(request.POST, request.FILES, prefix="file")
    if not form.is_valid():
        say_errors(request, form)
        return redirect("plan:surveys")
    dry_run = form.cleaned_data["dry_run"]
    report = import_surveys(
        lines=io.StringIO(form.cleaned_data["file"]),
        source=request.FILES["file-file"].name,
        dry_run=dry_run,
        user=request.user,
    )
    for line, error in report.errors[:SHOWN_ERRORS]:
        messages.error(request, _("Line %(line)s: %(error)s") % {"line": line, "error": error})
    if report.errors:
        messages.error(request, _("Nothing was written."))
    elif dry_run:
        messages.success(
            request, _("The file is right: %(count)d lines.") % {"count": report.written}
        )
    else:
        words = ngettext(
            "%(count)d survey is written.", "%(count)d surveys are written.", report.written
        )
        said = words % {"count": report.written}
        if report.replaced:
            said += " " + _("In the place of earlier ones of the same yard and day: %(count)d.") % {
                "count": report.replaced
            }
        messages.success(request, said)
    return redirect("plan:surveys")


@requires("planning.plan")
@require_POST
def photos(request: HttpRequest) -> HttpResponse:
    """Pictures of a yard, all or none of them."""
    form = PhotosForm(request.POST, request.FILES, prefix="photos")

    def run(data: dict) -> str:
        add_yard_photos(
            yard=data["yard"],
            files=data["photos"],
            shows=data["shows"],
            taken_on=data["taken_on"],
            note=data["note"],
            user=request.user,
        )
        return _("The photos are on the yard's page.")

    _done(request, form, run)
    return redirect("plan:surveys")


@requires("planning.plan")
@require_http_methods(["GET", "HEAD", "POST"])
def prices(request: HttpRequest) -> HttpResponse:
    """Unit prices with their sources; a form for a new one."""
    form = PriceForm(request.POST or None, initial={"valid_from": timezone.localdate()})

    def run(data: dict) -> str:
        set_price(user=request.user, **data)
        return _("The price is written down.")

    if form.is_bound and _done(request, form, run):
        return redirect("plan:prices")
    context = {"form": form, "may_plan": True, "prices": WorkPrice.objects.all()}
    return render(request, "planning/console/prices.html", context)


@requires("planning.plan")
@require_http_methods(["GET", "HEAD", "POST"])
def stages(request: HttpRequest) -> HttpResponse:
    """The last stages; a form for another one."""
    form = StageForm(
        request.POST or None,
        initial={"reached_on": timezone.localdate(), "yard": request.GET.get("yard", "")[:20]},
    )

    def run(data: dict) -> str:
        record_stage(
            contractor=data["contractor_bin"],
            user=request.user,
            **{name: value for name, value in data.items() if name != "contractor_bin"},
        )
        return _("The stage is written down.")

    if form.is_bound and _done(request, form, run):
        return redirect("plan:stages")
    rows = YardStage.objects.select_related("yard", "programme", "contractor").order_by("-id")
    context = {
        "form": form,
        "may_plan": True,
        "stages": rows.defer("yard__geom", "yard__geom_3857")[:SHOWN],
    }
    return render(request, "planning/console/stages.html", context)


def _done(request: HttpRequest, form: Form, run: Callable[[dict], str]) -> bool:
    """Do what a form asks and say what came of it; whether it was done."""
    if not form.is_valid():
        say_errors(request, form)
        return False
    try:
        words = run(form.cleaned_data)
    except REFUSALS as error:
        messages.error(request, str(error))
        return False
    messages.success(request, words)
    return True
