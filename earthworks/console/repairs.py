"""Repairs of city services: the list, one repair with its course, yearly plans, outages."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citymap.accounts.access import AnyUser, may, requires, visible
from citymap.accounts.models import Organization
from citymap.geo import lon_lat
from citymap.shell.mapconfig import map_config
from earthworks.choices import PhotoStage, RepairKind, RepairState
from earthworks.console.answering import TROUBLES, answered
from earthworks.console.bodyfield import search_bodies
from earthworks.console.papers import OutageForm, PhotoForm, announced
from earthworks.models import RepairPlan, RepairWork
from earthworks.services import repairs as services
from earthworks.services.photos import add_photo
from earthworks.shapes import parsed
from earthworks.workflow import REPAIR_TRANSITIONS, may_follow

PER_PAGE = 50


def _date(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


class RepairFilter(forms.Form):
    """What the list of repairs can be narrowed down to. What is not understood filters nothing."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False,
        choices=[("", gettext_lazy("All")), *RepairState.choices],
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False,
        choices=[("", gettext_lazy("All")), *RepairKind.choices],
    )  # fmt: skip
    year = forms.IntegerField(
        label=gettext_lazy("Year"), required=False, min_value=2000, max_value=2100
    )
    overdue = forms.BooleanField(label=gettext_lazy("Overdue only"), required=False)

    def apply(self, rows, today: dt.date):
        self.is_valid()
        chosen = self.cleaned_data
        if state := chosen.get("state"):
            rows = rows.filter(state=state)
        if kind := chosen.get("kind"):
            rows = rows.filter(kind=kind)
        if year := chosen.get("year"):
            rows = rows.during(dt.date(year, 1, 1), dt.date(year, 12, 31))
        if chosen.get("overdue"):
            rows = rows.overdue(today)
        return rows


class RepairForm(forms.Form):
    """A repair to be planned, in the yearly plan of its body when that is asked for."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=300)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=RepairKind.choices)
    organization = forms.ModelChoiceField(
        label=gettext_lazy("Responsible"), queryset=Organization.objects.none()
    )
    contractor = forms.ModelChoiceField(
        label=gettext_lazy("Contractor"), queryset=Organization.objects.none(), required=False
    )
    outline = forms.CharField(
        label=gettext_lazy("Line or outline, GeoJSON"), max_length=200_000,
        widget=forms.Textarea({"rows": 2, "spellcheck": "false"}),
        help_text=gettext_lazy("Click the place on the map, or paste GeoJSON or WKT."),
    )  # fmt: skip
    address = forms.CharField(label=gettext_lazy("Address"), max_length=300, required=False)
    begins_on = _date(gettext_lazy("From"))
    ends_on = _date(gettext_lazy("Until"))
    planned = forms.BooleanField(
        label=gettext_lazy("Into the yearly plan of the organisation"), required=False, initial=True
    )

    def __init__(self, *args: Any, user: AnyUser, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = visible(Organization.objects.all(), user, "works.repair")
        search_bodies(self, "organization", named=(RepairWork, "organization"), among=own)
        search_bodies(self, "contractor", named=(RepairWork, "contractor"))

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("outline"):
            try:
                values["geom"] = parsed(values["outline"])
            except TROUBLES as error:
                self.add_error("outline", str(error))
        return values


class DayForm(forms.Form):
    on = _date(gettext_lazy("Day"))


class MoveForm(forms.Form):
    begins_on = _date(gettext_lazy("From"))
    ends_on = _date(gettext_lazy("Until"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=2000, widget=forms.Textarea({"rows": 2})
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=2000, widget=forms.Textarea({"rows": 2})
    )


class BudgetForm(forms.Form):
    source = forms.CharField(label=gettext_lazy("Budget source"), max_length=200)
    amount_kzt = forms.DecimalField(
        label=gettext_lazy("Sum, tenge"), min_value=0, max_digits=15, decimal_places=2
    )
    contract_number = forms.CharField(
        label=gettext_lazy("Contract number"), max_length=100, required=False
    )


ACTIONS = {
    "start": (gettext_lazy("The work has begun"), RepairState.RUNNING, DayForm,
              services.start_repair),
    "finish": (gettext_lazy("The work is done"), RepairState.DONE, DayForm,
               services.finish_repair),
    "move": (gettext_lazy("Move to other dates"), RepairState.MOVED, MoveForm,
             services.move_repair),
    "cancel": (gettext_lazy("Cancel the work"), RepairState.CANCELLED, ReasonForm,
               services.cancel_repair),
}  # fmt: skip


@require_safe
@requires("works.read")
def repairs(request: HttpRequest) -> HttpResponse:
    """The repairs that the reader may see, filtered and paged; the yearly plans beside them."""
    chosen, today = RepairFilter(request.GET), timezone.localdate()
    rows = chosen.apply(visible(RepairWork.objects.all(), request.user, "works.read"), today)
    page = Paginator(
        rows.select_related("organization", "contractor", "plan").order_by("-begins_on", "-pk"),
        PER_PAGE,
    ).get_page(request.GET.get("page"))
    plans = visible(RepairPlan.objects.all(), request.user, "works.read")
    context = {
        "form": chosen,
        "page": page,
        "today": today,
        "plans": plans.select_related("organization")[:12],
        "may_plan": may(request.user, "works.repair"),
    }
    return render(request, "earthworks/repairs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("works.repair")
def new_repair(request: HttpRequest) -> HttpResponse:
    """Plan a repair."""
    posted = request.method == "POST"
    form = RepairForm(request.POST if posted else None, user=request.user)
    if posted and form.is_valid():
        try:
            repair = _planned(form.cleaned_data, request)
        except TROUBLES as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("The repair is planned."))
            return redirect("works:repair", repair.pk)
    title = _("New repair")
    config = map_config(request, title=title)
    context = {"form": form, "map_config": config, "title": title}
    status = 400 if posted else 200
    return render(request, "earthworks/new_repair.html", context, status=status)


@transaction.atomic
def _planned(values: dict[str, Any], request: HttpRequest) -> RepairWork:
    plan = None
    if values["planned"]:
        kind = RepairKind(values["kind"])
        plan = services.plan_of(
            organization=values["organization"], year=values["begins_on"].year, kind=kind,
            title=str(kind.label), user=request.user,
        )  # fmt: skip
    return services.plan_repair(
        geom=values["geom"], begins_on=values["begins_on"], ends_on=values["ends_on"],
        values={
            "kind": values["kind"], "title": values["title"], "plan": plan,
            "organization": values["organization"], "contractor": values["contractor"],
            "address": values["address"],
        },
        user=request.user,
    )  # fmt: skip


@require_safe
@requires("works.read")
def repair(request: HttpRequest, repair: int) -> HttpResponse:
    """One repair with its money, its photos and what it cuts off."""
    rows = visible(RepairWork.objects.all(), request.user, "works.read")
    found = get_object_or_404(rows.select_related("organization", "contractor", "plan"), pk=repair)
    editable = may(request.user, "works.repair", found)
    lon, lat = lon_lat(found.geom.point_on_surface)
    photos = list(found.photos.all())
    context = {
        "repair": found,
        "budget": found.budget.all(),
        "outages": found.outages.prefetch_related("buildings__addresses__street"),
        "before": [one for one in photos if one.stage == PhotoStage.BEFORE],
        "after": [one for one in photos if one.stage == PhotoStage.AFTER],
        "other_photos": [
            one for one in photos if one.stage not in (PhotoStage.BEFORE, PhotoStage.AFTER)
        ],
        "actions": _actions(found) if editable else [],
        "budget_form": BudgetForm(prefix="budget") if editable else None,
        "outage_form": OutageForm(prefix="outage") if editable else None,
        "photo_form": PhotoForm(prefix="photo") if editable else None,
        "today": timezone.localdate(),
        "map_config": map_config(request, title=found.title) | {"position": [lon, lat]},
        "lon": lon,
        "lat": lat,
    }
    return render(request, "earthworks/repair.html", context)


def _actions(repair: RepairWork) -> list[tuple[str, Any, forms.Form]]:
    return [
        (name, title, form(prefix=name))
        for name, (title, state, form, _run) in ACTIONS.items()
        if may_follow(REPAIR_TRANSITIONS, repair.state, state)
        or repair.state == state == RepairState.MOVED
    ]


def _editable(request: HttpRequest, repair: int) -> RepairWork:
    rows = visible(RepairWork.objects.all(), request.user, "works.repair")
    return get_object_or_404(rows, pk=repair)


@require_POST
@requires("works.repair")
def act(request: HttpRequest, repair: int, action: str) -> HttpResponse:
    """A step of a repair."""
    if action not in ACTIONS:
        raise Http404
    found = _editable(request, repair)
    title, _state, form_class, run = ACTIONS[action]
    form = form_class(request.POST, prefix=action)
    return answered(
        request, form, done=_("Done: %(what)s.") % {"what": title},
        to=redirect("works:repair", repair),
        run=lambda: run(repair=found, user=request.user, **form.cleaned_data),
    )  # fmt: skip


@require_POST
@requires("works.repair")
def add_budget(request: HttpRequest, repair: int) -> HttpResponse:
    """A line of public money."""
    found = _editable(request, repair)
    form = BudgetForm(request.POST, prefix="budget")
    return answered(
        request, form, done=_("The sum is recorded."), to=redirect("works:repair", repair),
        run=lambda: services.add_budget(repair=found, user=request.user, **form.cleaned_data),
    )  # fmt: skip


@require_POST
@requires("works.repair")
def add_outage(request: HttpRequest, repair: int) -> HttpResponse:
    """Say what the repair cuts off."""
    found = _editable(request, repair)
    form = OutageForm(request.POST, prefix="outage")
    return answered(
        request, form, done=_("The outage is announced."), to=redirect("works:repair", repair),
        run=lambda: announced(found, form.cleaned_data, request),
    )  # fmt: skip


@require_POST
@requires("works.repair")
def add_repair_photo(request: HttpRequest, repair: int) -> HttpResponse:
    """A photo before or after."""
    found = _editable(request, repair)
    form = PhotoForm(request.POST, request.FILES, prefix="photo")
    return answered(
        request, form, done=_("The photo is kept."), to=redirect("works:repair", repair),
        run=lambda: add_photo(
            repair=found, stage=PhotoStage(form.cleaned_data["stage"]),
            content=form.cleaned_data["photo"].read(), user=request.user,
        ),
    )  # fmt: skip


@require_safe
@requires("works.read")
def plan(request: HttpRequest, plan: int) -> HttpResponse:
    """A yearly plan: its works by month, their money, how far it has come."""
    rows = visible(RepairPlan.objects.all(), request.user, "works.read")
    found = get_object_or_404(rows.select_related("organization"), pk=plan)
    works = list(found.works.prefetch_related("budget").order_by("begins_on", "pk"))
    total = sum(line.amount_kzt for work in works for line in work.budget.all())
    done = sum(1 for work in works if work.state == RepairState.DONE)
    context = {
        "plan": found, "works": works, "total": total, "done": done,
        "may_publish": may(request.user, "works.repair", found) and found.published_at is None,
    }  # fmt: skip
    return render(request, "earthworks/plan.html", context)


@require_POST
@requires("works.repair")
def publish(request: HttpRequest, plan: int) -> HttpResponse:
    """Publish a plan."""
    rows = visible(RepairPlan.objects.all(), request.user, "works.repair")
    found = get_object_or_404(rows, pk=plan)
    return answered(
        request, forms.Form({}), done=_("The plan is published."), to=redirect("works:plan", plan),
        run=lambda: services.publish_plan(plan=found, user=request.user),
    )  # fmt: skip
