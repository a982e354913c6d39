"""The policy of the queue, scenarios beside it, and holds."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citymap.accounts.access import may, requires
from layers.models import Yard
from planning.console.common import say_errors
from planning.console.forms import (
    NewPolicyForm,
    PolicyForm,
    ScenarioForm,
    SideBySideForm,
    YardForm,
)
from planning.models import QueuePolicy, QueueSnapshot, Scenario, YardHold
from planning.queue.scoring import PolicyError, Queue, reasons
from planning.reading import CRITERION_NAMES
from planning.services.errors import NotPossibleNowError, PlanningRefusedError
from planning.services.queue import (
    FIRST_POLICY,
    compare,
    compute_queue,
    hold_yard,
    policy_in_force,
    release_yard,
    save_scenario,
    scenario_queue,
    set_policy,
    take_snapshot,
)

SHOWN_MOVES = 100
FIRST = 20


@requires("planning.read")
@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """Versions of the policy and scenarios; forms for those who may."""
    return _policy_page(request)


def _policy_page(
    request: HttpRequest,
    *,
    policy_form: NewPolicyForm | None = None,
    scenario_form: ScenarioForm | None = None,
) -> HttpResponse:
    """The page; with a form that was refused, as it was typed, and what is wrong with it."""
    versions = list(QueuePolicy.objects.select_related("made_by"))
    usual = PolicyForm.values_of(versions[0].policy if versions else FIRST_POLICY)
    context = {
        "versions": versions,
        "scenarios": Scenario.objects.select_related("made_by"),
        "policy_form": policy_form or NewPolicyForm(initial=usual, prefix="policy"),
        "scenario_form": scenario_form or ScenarioForm(initial=usual, prefix="scenario"),
        "may_set": may(request.user, "planning.policy"),
        "may_plan": may(request.user, "planning.plan"),
        "snapshot": QueueSnapshot.objects.first(),
    }
    if refused := policy_form or scenario_form:
        say_errors(request, refused)
    return render(request, "planning/console/policy.html", context)


@requires("planning.policy")
@require_POST
def set_new_policy(request: HttpRequest) -> HttpResponse:
    """Put a policy in force and compute the queue anew."""
    form = NewPolicyForm(request.POST, prefix="policy")
    if not form.is_valid():
        return _policy_page(request, policy_form=form)
    try:
        made = set_policy(
            policy=form.cleaned_data["policy"],
            reason=form.cleaned_data["reason"],
            user=request.user,
        )
    except (PlanningRefusedError, PolicyError) as error:
        form.add_error(None, str(error))
        return _policy_page(request, policy_form=form)
    take_snapshot(as_of=timezone.localdate())
    messages.success(request, _("Version %(number)s is in force.") % {"number": made.number})
    return redirect("plan:policy")


@requires("planning.plan")
@require_POST
def add_scenario(request: HttpRequest) -> HttpResponse:
    """Keep a scenario and show what it would change."""
    form = ScenarioForm(request.POST, prefix="scenario")
    if not form.is_valid():
        return _policy_page(request, scenario_form=form)
    try:
        made = save_scenario(
            name=form.cleaned_data["name"],
            policy=form.cleaned_data["policy"],
            as_of=form.cleaned_data["as_of"],
            since=form.cleaned_data["since"],
            excluded=form.cleaned_data["excluded"],
            user=request.user,
        )
    except (PlanningRefusedError, PolicyError) as error:
        form.add_error(None, str(error))
        return _policy_page(request, scenario_form=form)
    return redirect("plan:scenario", made.pk)


@requires("planning.read")
@require_safe
def scenario(request: HttpRequest, scenario: int) -> HttpResponse:
    """A scenario beside the queue in force: who moves, from which place to which."""
    found = get_object_or_404(Scenario, pk=scenario)
    comparison = compare(scenario=found, as_of=timezone.localdate())
    moved = comparison.moved[:SHOWN_MOVES]
    labels = Yard.objects.only("label", "label_kk").in_bulk([yard for yard, _, _ in moved])
    context = {
        "scenario": found,
        "moved": [
            {
                "yard": labels[yard],
                "before": before,
                "after": after,
                "up": before > after,
                "by": abs(before - after),
                "why": why_of(comparison.before, comparison.after, yard),
            }
            for yard, before, after in moved
        ],
        "count": len(comparison.moved),
        "yards": len(comparison.after.yards),
    }
    return render(request, "planning/console/scenario.html", context)


def why_of(before: Queue, after: Queue, yard: int) -> list[tuple[str, float]]:
    """Criteria by which a yard's points differ, the greatest first; empty: others moved past."""
    found = reasons(before, after, yard)
    return sorted(
        ((str(CRITERION_NAMES[name]), points) for name, points in found.items() if points),
        key=lambda one: -abs(one[1]),
    )


@requires("planning.read")
@require_safe
def compare_scenarios(request: HttpRequest) -> HttpResponse:
    """Scenarios side by side with the queue in force: the first places of each, who is in which."""
    form = SideBySideForm(request.GET or None)
    today = timezone.localdate()
    columns = [(_("In force"), compute_queue(policy=policy_in_force().policy, as_of=today))]
    if form.is_bound and form.is_valid():
        columns += [
            (one.name, scenario_queue(scenario=one, as_of=today))
            for one in form.cleaned_data["scenario"]
        ]
    top = (form.cleaned_data.get("top") if form.is_bound and form.is_valid() else None) or FIRST
    places = [
        dict(zip(queue.yards.ids.tolist(), queue.position.tolist(), strict=True))
        for _title, queue in columns
    ]
    shown = sorted(
        {yard for one in places for yard, place in one.items() if place <= top},
        key=lambda yard: (places[0].get(yard, len(places[0]) + 1), yard),
    )
    labels = Yard.objects.only("label", "label_kk").in_bulk(shown)
    context = {
        "form": form,
        "top": top,
        "titles": [title for title, _queue in columns],
        "rows": [
            {
                "yard": labels[yard],
                "places": [(one.get(yard), one.get(yard, top + 1) <= top) for one in places],
            }
            for yard in shown
        ],
        "always": sum(all(one.get(yard, top + 1) <= top for one in places) for yard in shown),
    }
    return render(request, "planning/console/compare.html", context)


@requires("planning.plan")
@require_http_methods(["GET", "HEAD", "POST"])
def holds(request: HttpRequest) -> HttpResponse:
    """Yards on hold; a form for another one."""
    form = YardForm(request.POST or None, initial={"yard": request.GET.get("yard", "")[:20]})
    if request.method == "POST":
        if form.is_valid():
            try:
                hold_yard(
                    yard=form.cleaned_data["yard"],
                    reason=form.cleaned_data["reason"],
                    user=request.user,
                )
            except (PlanningRefusedError, NotPossibleNowError) as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("The yard is on hold."))
                return redirect("plan:holds")
        say_errors(request, form)
    context = {
        "form": form,
        "may_plan": True,
        "holds": YardHold.objects.active().select_related("yard", "held_by").defer(
            "yard__geom", "yard__geom_3857"
        ),
    }  # fmt: skip
    return render(request, "planning/console/holds.html", context)


@requires("planning.plan")
@require_POST
def release(request: HttpRequest, yard: int) -> HttpResponse:
    """End the hold of a yard, with a reason."""
    found = get_object_or_404(Yard, pk=yard)
    try:
        release_yard(yard=found, reason=request.POST.get("reason", ""), user=request.user)
    except (PlanningRefusedError, NotPossibleNowError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The yard is no longer on hold."))
    return redirect("plan:holds")
