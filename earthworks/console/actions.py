"""What can be done with an order in its present state, as forms of its page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from citymap.accounts.access import AnyUser, may, requires, visible
from citymap.accounts.choices import OrganizationKind
from citymap.accounts.models import Organization
from earthworks.choices import ApprovalKind, OrderState
from earthworks.conflict_registry import conflicts_of
from earthworks.conflicts import owners_to_ask
from earthworks.deadlines import DeadlineError
from earthworks.errors import WorksError
from earthworks.models import Order
from earthworks.services import orders, works
from earthworks.workflow import EXTENDABLE

# Who agrees to digs beside owners of networks; anybody else is asked on the order's page.
OFFICES = (OrganizationKind.STATE_BODY, OrganizationKind.POLICE, OrganizationKind.EMERGENCY)


class StepForm(forms.Form):
    """What a step asks for; knows its order."""

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = order


class NoForm(StepForm):
    """A step that needs no words."""


class ApplyForm(StepForm):
    """Who is asked: owners of the networks near by are ticked."""

    bodies = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Owners of networks to ask"), queryset=Organization.objects.none(),
        required=False, widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    offices = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Offices to ask"), queryset=Organization.objects.none(),
        required=False, widget=forms.SelectMultiple({"size": 6}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What the office ticks is checked against the bodies that own networks near by.
        owners = owners_to_ask(conflicts_of(orders.dig_of(self.order)))
        self.fields["bodies"].queryset = Organization.objects.filter(pk__in=owners)
        self.fields["bodies"].initial = sorted(owners)
        self.fields["offices"].queryset = Organization.objects.filter(kind__in=OFFICES).exclude(
            pk__in=owners
        )
        if not owners:
            del self.fields["bodies"]

    def asked(self) -> dict[Organization, ApprovalKind]:
        """Every body to be asked, and as what."""
        return {
            **dict.fromkeys(self.cleaned_data.get("bodies", ()), ApprovalKind.NETWORK),
            **dict.fromkeys(self.cleaned_data["offices"], ApprovalKind.OFFICE),
        }


class ReasonForm(StepForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=2000, widget=forms.Textarea({"rows": 2})
    )


class IssueForm(StepForm):
    conflict_reason = forms.CharField(
        label=gettext_lazy("Why over the conflicts, if there are any"), max_length=2000,
        required=False, widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip
    override_reason = forms.CharField(
        label=gettext_lazy("Why to a holder with overdue orders"), max_length=2000,
        required=False, widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip


class ExtendForm(ReasonForm):
    new_until = forms.DateField(
        label=gettext_lazy("New last day"), widget=forms.DateInput({"type": "date"})
    )


@dataclass(frozen=True, kw_only=True)
class Action:
    """One step: in which states, with which form, by which service."""

    name: str
    title: Any
    states: frozenset[OrderState]
    form: type[StepForm]
    run: Callable[[Order, AnyUser, StepForm], Any]


def _action(name: str, title: Any, states, form, run) -> Action:
    return Action(name=name, title=title, states=frozenset(states), form=form, run=run)


ACTIONS = {
    action.name: action
    for action in (
        _action(
            "apply", gettext_lazy("Take the application"), [OrderState.DRAFT], ApplyForm,
            lambda order, user, form: orders.apply(order=order, user=user, bodies=form.asked()),
        ),
        _action(
            "issue", gettext_lazy("Issue the permit"), [OrderState.APPROVING], IssueForm,
            lambda order, user, form: orders.issue(order=order, user=user, **form.cleaned_data),
        ),
        _action(
            "refuse", gettext_lazy("Refuse the permit"), [OrderState.APPROVING], ReasonForm,
            lambda order, user, form: orders.refuse(order=order, user=user, **form.cleaned_data),
        ),
        _action(
            "start", gettext_lazy("Digging has begun"), [OrderState.ISSUED], NoForm,
            lambda order, user, form: works.start(order=order, user=user),
        ),
        _action(
            "done", gettext_lazy("The works are done"), [OrderState.IN_PROGRESS], NoForm,
            lambda order, user, form: works.works_done(order=order, user=user),
        ),
        _action(
            "extend", gettext_lazy("Extend"), EXTENDABLE, ExtendForm,
            lambda order, user, form: works.extend(order=order, user=user, **form.cleaned_data),
        ),
        _action(
            "cancel", gettext_lazy("Cancel the permit"), [OrderState.ISSUED], ReasonForm,
            lambda order, user, form: works.cancel(order=order, user=user, **form.cleaned_data),
        ),
        _action(
            "close", gettext_lazy("Close the order"), [OrderState.RESTORED], NoForm,
            lambda order, user, form: works.close(order=order, user=user),
        ),
    )
}  # fmt: skip


def actions_for(order: Order, user: AnyUser) -> list[tuple[Action, forms.Form]]:
    """The steps that `user` may take with the order now, each with its empty form."""
    if not may(user, "works.edit"):
        return []
    return [
        (action, action.form(prefix=action.name, order=order))
        for action in ACTIONS.values()
        if order.state in action.states
    ]


@require_POST
@requires("works.edit")
def act(request: HttpRequest, order: int, action: str) -> HttpResponse:
    """Take a step; what forbids it is said on the order's page, and nothing is half-done."""
    chosen = ACTIONS.get(action)
    if chosen is None:
        raise Http404
    found = get_object_or_404(visible(Order.objects.all(), request.user, "works.edit"), pk=order)
    form = chosen.form(request.POST, prefix=chosen.name, order=found)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(errors))
        return redirect("works:order", order)
    try:
        chosen.run(found, request.user, form)
    except (WorksError, DeadlineError) as error:
        messages.error(request, str(error))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Done: %(what)s.") % {"what": chosen.title})
    return redirect("works:order", order)
