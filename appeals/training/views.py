"""Practice: a call comes, the operator answers, the score and the right answer are shown."""

import random
from typing import Any

from django import forms
from django.db.models import Avg, Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from appeals.choices import ContactKind, EmergencyService
from appeals.models import Appeal, PracticeCall
from appeals.permissions import PRACTISE
from appeals.portal.forms import CategoryField
from appeals.training.scenarios import PROBLEM, SCENARIOS
from appeals.training.scoring import Answer, points, score
from appeals.workflow import COORDINATION
from citymap.accounts.access import holds, requires
from citymap.geo import CoordinateError, city_point
from citymap.shell.mapconfig import map_config

KINDS = [ContactKind.CONSULTATION, ContactKind.APPEAL, ContactKind.TRANSFER, ContactKind.DROP]
SHOWN = 30
# Of ten calls, so many are about a problem at a place.
PROBLEMS_OF_TEN = 6
TITLES = {
    "kind": gettext_lazy("What became of it"),
    "category": gettext_lazy("Category"),
    "place": gettext_lazy("Place"),
    "service": gettext_lazy("Service"),
    "speed": gettext_lazy("Speed"),
}


class AnswerForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("What becomes of the call"),
        choices=[(kind.value, kind.label) for kind in KINDS], widget=forms.RadioSelect,
    )  # fmt: skip
    category = CategoryField(
        label=gettext_lazy("Category"), required=False,
        widget=forms.Select({"class": "control"}),
    )  # fmt: skip
    service = forms.ChoiceField(
        label=gettext_lazy("Pass on to"), required=False,
        choices=[("", "–"), *EmergencyService.choices], widget=forms.Select({"class": "control"}),
    )  # fmt: skip
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)


@require_safe
@requires(PRACTISE)
def index(request: HttpRequest) -> HttpResponse:
    """One's own calls; coordinators see everybody's averages."""
    own = PracticeCall.objects.filter(operator=request.user, score__isnull=False)
    everybody = None
    if holds(request.user, *COORDINATION):
        everybody = (
            PracticeCall.objects.filter(score__isnull=False).order_by()
            .values("operator__username", "operator__first_name", "operator__last_name")
            .annotate(calls=Count("pk"), mean=Avg("score")).order_by("-mean")[:100]
        )  # fmt: skip
    context = {
        "calls": own[:SHOWN],
        "mean": own.aggregate(mean=Avg("score"))["mean"],
        "everybody": everybody,
    }
    return render(request, "appeals/training.html", context)


@require_POST
@requires(PRACTISE)
def start(request: HttpRequest) -> HttpResponse:
    """The telephone rings: an invented caller."""
    chance = random.SystemRandom()
    others = [code for code in SCENARIOS if code != PROBLEM]
    model = _some_appeal() if chance.randrange(10) < PROBLEMS_OF_TEN else None
    call = PracticeCall.objects.create(
        operator=request.user, scenario=PROBLEM if model else chance.choice(others), model=model,
        started_at=timezone.now(),
    )  # fmt: skip
    return redirect("training:call", call=call.pk)


def _some_appeal() -> Appeal | None:
    """An appeal at a house with an address, drawn without walking through all of them."""
    rows = Appeal.objects.real().exclude(place="").filter(building__isnull=False).order_by("pk")
    first, last = rows.values_list("pk", flat=True).first(), rows.values_list("pk").last()
    if first is None:
        return None
    return rows.filter(pk__gte=random.SystemRandom().randint(first, last[0])).first()


def _said(call: PracticeCall) -> str:
    """The caller's words, in the language of the interface or of the appeal."""
    if call.model is not None:
        return f"{call.model.text} ({call.model.place})"
    scenario = SCENARIOS[call.scenario]
    return scenario.kk if (get_language() or "").startswith("kk") else scenario.ru


@require_http_methods(["GET", "HEAD", "POST"])
@requires(PRACTISE)
def call(request: HttpRequest, call: int) -> HttpResponse:
    """Answer the call, or look at how it was answered."""
    rows = PracticeCall.objects.select_related("model__category__parent")
    found = get_object_or_404(rows, pk=call, operator=request.user)
    status, form = 200, AnswerForm()
    if request.method == "POST" and found.score is None:
        form = AnswerForm(request.POST)
        if form.is_valid():
            _finish(found, form.cleaned_data)
            return redirect("training:call", call=found.pk)
        status = 400
    context: dict[str, Any] = {"call": found, "said": _said(found), "form": form}
    if found.score is not None:
        context["result"] = _result(found)
    else:
        context["map_config"] = map_config(request, title=_("Practice call"))
    return render(request, "appeals/practice_call.html", context, status=status)


def _finish(found: PracticeCall, values: dict[str, Any]) -> None:
    now = timezone.now()
    scenario, model, category = SCENARIOS[found.scenario], found.model, values["category"]
    distance = None
    if model is not None and values["lon"] is not None and values["lat"] is not None:
        try:
            distance = model.geom.distance(city_point(values["lon"], values["lat"]))
        except CoordinateError:
            distance = None
    made = points(
        Answer(
            kind=values["kind"], right_kind=scenario.kind.value,
            category=category.pk if category else None,
            group=category.parent_id if category else None,
            right_category=model.category_id if model else None,
            right_group=model.category.parent_id if model else None, distance_m=distance,
            service=values["service"], right_service=scenario.service or "",
            seconds=(now - found.started_at).total_seconds(),
        )
    )  # fmt: skip
    found.ended_at, found.score = now, score(made)
    found.answers = {"points": made, "kind": values["kind"], "service": values["service"],
                     "category": category.code if category else ""}  # fmt: skip
    found.save(update_fields=["ended_at", "score", "answers"])


def _result(found: PracticeCall) -> dict[str, Any]:
    """Points by criterion, and what would have been right."""
    scenario = SCENARIOS[found.scenario]
    return {
        "points": [(TITLES[name], value) for name, value in found.answers["points"].items()],
        "kind": scenario.kind.label,
        "service": scenario.service.label if scenario.service else "",
        "seconds": int((found.ended_at - found.started_at).total_seconds()),
    }
