"""The queue of calls back: who is told next, what was said, what came of each attempt."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from appeals import services
from appeals.callbacks import Line, lines_of, owed_calls, results_for
from appeals.choices import CallResult
from appeals.console.answers import REFUSALS, desk_page, status_of
from appeals.console.forms import MOMENT_FORMATS
from appeals.models import Appeal, Applicant
from appeals.models.steps import MAX_REASON
from appeals.permissions import READ
from citymap.accounts.access import requires, visible
from citymap.personal.choices import Field, PersonState
from citymap.personal.services import masked_values, reveal

PER_PAGE = 25
CALL = "appeals.call_back"
MARKS = [("", "—"), *((mark, str(mark)) for mark in range(5, 0, -1))]


class AttemptForm(forms.Form):
    """One attempt to tell one applicant."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    applicant = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    result = forms.ChoiceField(
        label=gettext_lazy("What came of it"), choices=CallResult.choices,
        widget=forms.RadioSelect,
    )  # fmt: skip
    satisfaction = forms.TypedChoiceField(
        label=gettext_lazy("Satisfaction"), choices=MARKS, coerce=int, empty_value=None,
        required=False,
    )  # fmt: skip
    thanks = forms.BooleanField(label=gettext_lazy("Thanks"), required=False)
    next_try_at = forms.DateTimeField(
        label=gettext_lazy("Next try"), input_formats=MOMENT_FORMATS, required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    note = forms.CharField(label=gettext_lazy("Note"), max_length=MAX_REASON, required=False)


@require_safe
@requires(CALL)
def queue(request: HttpRequest) -> HttpResponse:
    """Appeals whose applicants are to be told, those due now first."""
    rows = owed_calls(visible(Appeal.objects.real(), request.user, READ))
    incident = request.GET.get("incident", "")
    if incident.isdecimal():
        rows = rows.filter(incident=int(incident[:9]))
    page = Paginator(rows.select_related("category", "executor", "incident"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {"page": page, "lines": lines_of(page.object_list), "incident": incident}
    return desk_page(request, "appeals/desk/calls.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(CALL)
def call(request: HttpRequest, number: str) -> HttpResponse:
    """One appeal's sheet: what to say, to whom, and the attempts; records one attempt."""
    line = _line(request, number)
    if request.method != "POST":
        return _sheet(request, line)
    form = AttemptForm(request.POST)
    if not form.is_valid():
        return _sheet(request, line, failed=form, status=400)
    values = dict(form.cleaned_data)
    rows = Applicant.objects.to_be_told(line.appeal.pk)
    applicant = get_object_or_404(rows, pk=values.pop("applicant"))
    try:
        services.call_back(appeal=line.appeal, user=request.user, applicant=applicant, **values)
    except REFUSALS as error:
        form.add_error(None, str(error))
        fresh = _line(request, number)
        return _sheet(request, fresh, failed=form, status=status_of(error))
    messages.success(request, _("The attempt is recorded."))
    return redirect("desk:call", number)


@require_POST
@never_cache
@requires(CALL)
def numbers(request: HttpRequest, number: str) -> HttpResponse:
    """Names and telephones of those who are still to be told; each look is recorded."""
    line = _line(request, number)
    values = {
        one.applicant.pk: reveal(
            person=one.applicant.person, fields=(Field.NAME, Field.PHONES), user=request.user,
            why=_("call back about %(number)s") % {"number": line.appeal.number},
        )
        for one in line.people
        if not one.told and one.applicant.person.state == PersonState.ACTIVE
    }  # fmt: skip
    return _sheet(request, line, values=values)


def _line(request: HttpRequest, number: str) -> Line:
    rows = owed_calls(visible(Appeal.objects.real(), request.user, READ))
    found = get_object_or_404(
        rows.select_related("category", "executor", "incident"), number=number
    )
    return lines_of([found])[0]


def _sheet(
    request: HttpRequest,
    line: Line,
    *,
    failed: AttemptForm | None = None,
    values: dict[int, dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    people = []
    for one in line.people:
        mine = failed is not None and failed.data.get("applicant") == str(one.applicant.pk)
        form = (
            failed
            if mine
            else AttemptForm(
                initial={"version": line.appeal.version, "applicant": one.applicant.pk},
                auto_id=f"try-{one.applicant.pk}-%s",
            )
        )
        form.fields["result"].choices = results_for(line)
        kept = one.applicant.person.state == PersonState.ACTIVE
        people.append({
            "owed": one,
            "form": form,
            "masked": masked_values(one.applicant.person) if kept else None,
            "values": (values or {}).get(one.applicant.pk),
        })  # fmt: skip
    context = {"line": line, "appeal": line.appeal, "people": people, "failed": failed}
    return desk_page(request, "appeals/desk/call.html", context, status=status)
