"""What planners enter of yards: surveys, and the stages of works."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citymap.accounts.access import requires
from planning.console.common import say_errors
from planning.console.forms import StageForm, SurveyForm
from planning.models import YardStage, YardSurvey
from planning.services.errors import NotPossibleNowError, PlanningRefusedError
from planning.services.queue import record_survey
from planning.services.stages import record_stage

SHOWN = 50


@requires("planning.plan")
@require_http_methods(["GET", "HEAD", "POST"])
def surveys(request: HttpRequest) -> HttpResponse:
    """The last surveys; a form for another one."""
    form = SurveyForm(request.POST or None, initial={"surveyed_on": timezone.localdate()})
    if form.is_bound:
        if form.is_valid():
            try:
                record_survey(
                    yard=form.cleaned_data["yard"],
                    surveyed_on=form.cleaned_data["surveyed_on"],
                    findings=form.findings(),
                    user=request.user,
                )
            except PlanningRefusedError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("The survey is written down."))
                return redirect("plan:surveys")
        else:
            say_errors(request, form)
    rows = YardSurvey.objects.select_related("yard", "made_by").order_by("-id")
    context = {
        "form": form,
        "may_plan": True,
        "surveys": rows.defer("yard__geom", "yard__geom_3857")[:SHOWN],
    }
    return render(request, "planning/console/surveys.html", context)


@requires("planning.plan")
@require_http_methods(["GET", "HEAD", "POST"])
def stages(request: HttpRequest) -> HttpResponse:
    """The last stages; a form for another one."""
    form = StageForm(request.POST or None, initial={"reached_on": timezone.localdate()})
    if form.is_bound:
        if form.is_valid():
            data = dict(form.cleaned_data)
            try:
                record_stage(contractor=data.pop("contractor_bin"), user=request.user, **data)
            except (PlanningRefusedError, NotPossibleNowError) as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("The stage is written down."))
                return redirect("plan:stages")
        else:
            say_errors(request, form)
    rows = YardStage.objects.select_related("yard", "programme", "contractor").order_by("-id")
    context = {
        "form": form,
        "may_plan": True,
        "stages": rows.defer("yard__geom", "yard__geom_3857")[:SHOWN],
    }
    return render(request, "planning/console/stages.html", context)
