"""Reports: those that are there, a quarter as of now, one as a page and as PDF."""

import datetime as dt

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from citymap.accounts.access import may, requires
from planning.choices import ReportKind
from planning.console.common import say_errors
from planning.hotspots.seasons import month_start
from planning.models import PeriodReport
from planning.reportpdf import as_pdf
from planning.reports import Readable
from planning.services.reports import make_report

SHOWN = 60


class QuarterForm(forms.Form):
    """Which quarter."""

    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=2000, max_value=2100)
    quarter = forms.TypedChoiceField(
        label=gettext_lazy("Quarter of the year"),
        choices=[(number, str(number)) for number in range(1, 5)],
        coerce=int,
    )

    def clean(self) -> dict:
        cleaned = super().clean()
        if not self.errors:
            first = cleaned["year"] * 12 + 3 * (cleaned["quarter"] - 1)
            cleaned["since"], cleaned["until"] = month_start(first), month_start(first + 3)
            if cleaned["since"] > timezone.localdate():
                raise forms.ValidationError(_("This quarter has not begun."))
        return cleaned


@requires("planning.read")
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The reports; who may makes one of a quarter as of now."""
    today = timezone.localdate()
    form = QuarterForm(initial={"year": today.year, "quarter": (today.month - 1) // 3 + 1})
    may_make = may(request.user, "planning.report")
    if request.method == "POST":
        return _make(request) if may_make else HttpResponse(status=403)
    context = {
        "reports": PeriodReport.objects.defer("figures").select_related("made_by")[:SHOWN],
        "form": form,
        "may_make": may_make,
        "may_plan": may(request.user, "planning.plan"),
    }
    return render(request, "planning/console/reports.html", context)


def _make(request: HttpRequest) -> HttpResponse:
    form = QuarterForm(request.POST)
    if not form.is_valid():
        say_errors(request, form)
        return redirect("plan:reports")
    made = make_report(
        kind=ReportKind.QUARTER, since=form.cleaned_data["since"],
        until=form.cleaned_data["until"], as_of=timezone.now(), user=request.user,
    )  # fmt: skip
    return redirect("plan:report", made.pk)


@requires("planning.read")
@require_safe
def report(request: HttpRequest, report: int) -> HttpResponse:
    """A report as a page."""
    found = get_object_or_404(PeriodReport.objects.select_related("made_by"), pk=report)
    context = {
        "report": found,
        "readable": Readable(found),
        "may_plan": may(request.user, "planning.plan"),
    }
    return render(request, "planning/console/report.html", context)


@requires("planning.read")
@require_safe
def pdf(request: HttpRequest, report: int) -> HttpResponse:
    """A report as PDF."""
    found = get_object_or_404(PeriodReport, pk=report)
    last = found.until - dt.timedelta(1)
    return HttpResponse(
        as_pdf(Readable(found)),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{found.kind}-{found.since}-{last}.pdf"'
        },
    )
