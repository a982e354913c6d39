"""What can be done with an appeal, from the one table of operations, as forms of its page.

Bodies accept, return, begin and report in their own inbox; inspectors check on the spot.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appeals import services
from appeals.choices import Evidence, PauseReason, ReopenReason
from appeals.console.forms import MOMENT_FORMATS
from appeals.errors import InvalidError
from appeals.models import Appeal
from appeals.models.steps import MAX_REASON
from appeals.permissions import READ
from appeals.workflow import operations_in
from citymap.accounts.access import AnyUser, may, visible
from citymap.accounts.models import Organization

MOST_OFFERED = 12
_REASONS_OF_BODIES = [pair for pair in PauseReason.choices if pair[0] != PauseReason.MEDIATION]


class StepForm(forms.Form):
    """What every step sends: the version of the appeal that its author has seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, appeal: Appeal, **kwargs: Any) -> None:
        super().__init__(*args, initial={"version": appeal.version}, **kwargs)
        self.appeal = appeal

    @property
    def shown(self) -> list:
        return self.visible_fields()


class ReasonForm(StepForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=MAX_REASON, widget=forms.Textarea({"rows": 2})
    )


class BodyForm(StepForm):
    """A body, chosen from those that are likely or found by name."""

    body = forms.ModelChoiceField(
        label=gettext_lazy("Organisation"), queryset=Organization.objects.none(),
        error_messages={"required": gettext_lazy("Choose an organisation.")},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["body"]
        field.queryset = Organization.objects.active_on(timezone.localdate())
        field.widget.choices = [("", _("Type a name above, or choose")), *self._likely()]
        field.widget.attrs |= {"data-bodies": ""}

    def _likely(self) -> list[tuple[int, str]]:
        """Bodies that answered such appeals lately, and whoever is chosen in a form sent back."""
        recent = (
            Appeal.objects.real().filter(category=self.appeal.category, executor__isnull=False)
            .order_by("-registered_at").values_list("executor", flat=True)[:300]
        )  # fmt: skip
        keys = list(dict.fromkeys(recent))[:MOST_OFFERED]
        if self.is_bound and (chosen := self.data.get(self.add_prefix("body"), "")).isdecimal():
            keys.append(int(chosen))
        found = Organization.objects.active_on(timezone.localdate()).in_bulk(keys)
        return [(key, found[key].title) for key in keys if key in found]


class HelperForm(BodyForm):
    task = forms.CharField(label=gettext_lazy("Task"), max_length=MAX_REASON, required=False)


class ExtendForm(ReasonForm):
    until = forms.DateTimeField(
        label=gettext_lazy("New deadline"), input_formats=MOMENT_FORMATS,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    field_order = ["until", "reason"]


class PauseForm(ReasonForm):
    kind = forms.ChoiceField(label=gettext_lazy("Why"), choices=_REASONS_OF_BODIES)
    field_order = ["kind", "reason"]


class ReopenForm(ReasonForm):
    why = forms.ChoiceField(label=gettext_lazy("Ground"), choices=ReopenReason.choices)
    field_order = ["why", "reason"]


class VerifyForm(StepForm):
    how = forms.ChoiceField(label=gettext_lazy("How"), choices=Evidence.choices)
    flags_note = forms.CharField(
        label=gettext_lazy("Why it is accepted in spite of the flags"), max_length=MAX_REASON,
        required=False,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["how"].initial = self.appeal.category.evidence


class JoinForm(StepForm):
    into = forms.CharField(label=gettext_lazy("Number of the other appeal"), max_length=20)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=MAX_REASON, required=False)


Run = Callable[[Appeal, AnyUser, dict[str, Any]], Any]


@dataclass(frozen=True, kw_only=True)
class Act:
    """One operation as a form: its title on the button, and the service that does it."""

    name: str
    title: Any
    form: type[StepForm]
    run: Run
    danger: bool = False


def _by(service: Callable[..., Any]) -> Run:
    """Run a service that takes the form's own fields."""
    return lambda appeal, user, values: service(appeal=appeal, user=user, **values)


def _join(appeal: Appeal, user: AnyUser, values: dict[str, Any]) -> Any:
    rows = visible(Appeal.objects.all(), user, READ)
    into = rows.filter(number=values.pop("into").strip()).first()
    if into is None:
        raise InvalidError("into", _("There is no appeal with this number."))
    return services.join(appeal=appeal, into=into, user=user, **values)


ACTS = {
    act.name: act
    for act in (
        Act(name="assign", title=gettext_lazy("Assign by hand"), form=BodyForm,
            run=_by(services.assign)),
        Act(name="close", title=gettext_lazy("Close"), form=StepForm, run=_by(services.close)),
        Act(name="verify", title=gettext_lazy("Accept the result"), form=VerifyForm,
            run=_by(services.verify)),
        Act(name="reject", title=gettext_lazy("Send the reply back"), form=ReasonForm,
            run=_by(services.reject), danger=True),
        Act(name="resume", title=gettext_lazy("Let the clock run"), form=StepForm,
            run=_by(services.resume)),
        Act(name="pause", title=gettext_lazy("Stop the clock"), form=PauseForm,
            run=_by(services.pause)),
        Act(name="extend", title=gettext_lazy("Extend the deadline"), form=ExtendForm,
            run=_by(services.extend)),
        Act(name="add_co_executor", title=gettext_lazy("Bring in a co-executor"), form=HelperForm,
            run=_by(services.add_co_executor)),
        Act(name="join", title=gettext_lazy("Join to another appeal"), form=JoinForm, run=_join),
        Act(name="split", title=gettext_lazy("Split off again"), form=ReasonForm,
            run=_by(services.split)),
        Act(name="reopen", title=gettext_lazy("Reopen"), form=ReopenForm,
            run=_by(services.reopen)),
        Act(name="to_mediation", title=gettext_lazy("Send to mediation"), form=ReasonForm,
            run=_by(services.to_mediation)),
        Act(name="from_mediation", title=gettext_lazy("Bring back from mediation"),
            form=ReasonForm, run=_by(services.from_mediation)),
        Act(name="withdraw", title=gettext_lazy("Withdraw"), form=ReasonForm,
            run=_by(services.withdraw), danger=True),
    )
}  # fmt: skip


def acts_for(appeal: Appeal, user: AnyUser) -> list[Act]:
    """The acts that `user` may try with the appeal as it stands; guards still say no."""
    possible = {operation.name for operation in operations_in(appeal.state)}
    if appeal.paused_at is None:
        possible.discard("resume")
    else:
        possible -= {"pause", "extend", "to_mediation"}
    return [
        act for act in ACTS.values()
        if act.name in possible and may(user, f"appeals.{act.name}", appeal)
    ]  # fmt: skip
