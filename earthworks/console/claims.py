"""Claims: the lawyer's desk, one claim with its course, what addressee, lawyer and police do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from citymap.accounts.access import AnyUser, may, requires, visible
from earthworks.choices import Addressee, ClaimState, PoliceDecision
from earthworks.console.answering import answered
from earthworks.documents import cited
from earthworks.models import Claim
from earthworks.services import claim_ends
from earthworks.services.claims import letters_of
from earthworks.workflow import DISPATCHED, LIVE_CLAIM

PER_PAGE = 50
_ANSWERABLE = frozenset({ClaimState.SENT, ClaimState.DELIVERED, ClaimState.DISPUTED})


class ClaimFilter(forms.Form):
    """What the list of claims can be narrowed down to. What is not understood filters nothing."""

    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False,
        choices=[("", gettext_lazy("All")), *ClaimState.choices],
    )  # fmt: skip
    addressee = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False,
        choices=[("", gettext_lazy("All")), *Addressee.choices],
    )  # fmt: skip
    undecided = forms.BooleanField(
        label=gettext_lazy("Without decision of the police"), required=False
    )

    def apply(self, rows):
        self.is_valid()
        chosen = self.cleaned_data
        if state := chosen.get("state"):
            rows = rows.filter(state=state)
        if addressee := chosen.get("addressee"):
            rows = rows.filter(addressee=addressee)
        if chosen.get("undecided"):
            rows = rows.to_police().filter(state__in=DISPATCHED, decision=PoliceDecision.NONE)
        return rows


class TextForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Text"), max_length=4000, widget=forms.Textarea({"rows": 3})
    )


class PoliceForm(forms.Form):
    """What the police made of a notice."""

    police_number = forms.CharField(
        label=gettext_lazy("Registration number at the police"), max_length=60, required=False
    )
    protocol_number = forms.CharField(label=gettext_lazy("Protocol"), max_length=60, required=False)
    article = forms.CharField(label=gettext_lazy("Article"), max_length=200, required=False)
    decision = forms.ChoiceField(label=gettext_lazy("Decision"), choices=PoliceDecision.choices)
    decided_on = forms.DateField(
        label=gettext_lazy("Decided on"), required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    fine_kzt = forms.DecimalField(
        label=gettext_lazy("Fine, tenge"), min_value=0, max_digits=12, decimal_places=2,
        required=False,
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        decided = values.get("decision") not in (None, PoliceDecision.NONE)
        if decided and not values.get("decided_on"):
            self.add_error("decided_on", _("Say when it was decided."))
        if values.get("decision") == PoliceDecision.FINE and values.get("fine_kzt") is None:
            self.add_error("fine_kzt", _("A fine has a sum."))
        return values


@dataclass(frozen=True, kw_only=True)
class ClaimAction:
    """A step: who may take it, in which states, for which addressee, with which form."""

    name: str
    title: Any
    permission: str
    states: frozenset[ClaimState]
    form: type[forms.Form]
    run: Callable[[Claim, AnyUser, dict[str, Any]], Any]
    addressees: frozenset[Addressee] = frozenset(Addressee)


ACTIONS = {
    one.name: one
    for one in (
        ClaimAction(
            name="answer", title=gettext_lazy("Record the answer"), permission="works.answer",
            states=_ANSWERABLE, form=TextForm,
            run=lambda claim, user, values: claim_ends.answer_claim(
                claim=claim, text=values["text"], user=user
            ),
        ),
        ClaimAction(
            name="dispute", title=gettext_lazy("Ask for a review"), permission="works.answer",
            states=frozenset({ClaimState.SENT, ClaimState.DELIVERED, ClaimState.ANSWERED}),
            form=TextForm, addressees=frozenset({Addressee.HOLDER}),
            run=lambda claim, user, values: claim_ends.dispute_claim(
                claim=claim, ground=values["text"], user=user
            ),
        ),
        ClaimAction(
            name="uphold", title=gettext_lazy("Review: the claim stands"),
            permission="works.claims", states=frozenset({ClaimState.DISPUTED}), form=TextForm,
            run=lambda claim, user, values: claim_ends.uphold_claim(
                claim=claim, reason=values["text"], user=user
            ),
        ),
        ClaimAction(
            name="withdraw", title=gettext_lazy("Withdraw the claim"), permission="works.claims",
            states=frozenset(LIVE_CLAIM), form=TextForm,
            run=lambda claim, user, values: claim_ends.withdraw_claim(
                claim=claim, reason=values["text"], user=user
            ),
        ),
        ClaimAction(
            name="police", title=gettext_lazy("What the police decided"),
            permission="works.claims", states=frozenset(DISPATCHED), form=PoliceForm,
            addressees=frozenset({Addressee.POLICE}),
            run=lambda claim, user, values: claim_ends.record_police(
                claim=claim, values=values, user=user
            ),
        ),
        ClaimAction(
            name="resolve", title=gettext_lazy("The matter is settled"),
            permission="works.claims", states=frozenset(DISPATCHED), form=TextForm,
            run=lambda claim, user, values: claim_ends.resolve_claim(
                claim=claim, reason=values["text"], user=user
            ),
        ),
    )
}  # fmt: skip


def actions_for(claim: Claim, user: AnyUser) -> list[tuple[ClaimAction, forms.Form]]:
    """The steps that `user` may take with a claim now, each with its form."""
    return [
        (action, _form(action, claim))
        for action in ACTIONS.values()
        if claim.state in action.states
        and claim.addressee in action.addressees
        and may(user, action.permission, claim)
    ]


def _form(action: ClaimAction, claim: Claim, data: Any = None) -> forms.Form:
    if action.form is PoliceForm:
        initial = {name: getattr(claim, name) for name in PoliceForm.base_fields}
        return PoliceForm(data, prefix=action.name, initial=initial)
    return action.form(data, prefix=action.name)


@require_safe
@requires("works.read")
def claims(request: HttpRequest) -> HttpResponse:
    """Claims and notices to the police, newest first; above them what waits for the lawyer."""
    rows = visible(Claim.objects.all(), request.user, "works.read")
    chosen = ClaimFilter(request.GET)
    page = Paginator(
        chosen.apply(rows)
        .select_related("order", "organization", "deadline", "document")
        .order_by("-pk"),
        PER_PAGE,
    ).get_page(request.GET.get("page"))
    counts = rows.aggregate(
        disputed=Count("pk", filter=Q(state=ClaimState.DISPUTED)),
        prepared=Count("pk", filter=Q(state=ClaimState.PREPARED)),
        at_police=Count(
            "pk",
            filter=Q(
                addressee=Addressee.POLICE, state__in=DISPATCHED, decision=PoliceDecision.NONE
            ),
        ),
        live=Count("pk", filter=Q(state__in=LIVE_CLAIM)),
    )
    context = {"page": page, "form": chosen, "counts": counts}
    return render(request, "earthworks/claims.html", context)


@require_safe
@requires("works.read")
def claim(request: HttpRequest, claim: int) -> HttpResponse:
    """One claim: its ground, its letter and what became of it, and what can be done now."""
    rows = visible(Claim.objects.all(), request.user, "works.read")
    found = get_object_or_404(
        rows.select_related("order", "organization", "deadline", "ended_by", "document"), pk=claim
    )
    context = {
        "claim": found,
        "letter": letters_of([found]).get(found.pk),
        "has_document": hasattr(found, "document"),
        "article": cited(found.article),
        "actions": actions_for(found, request.user),
        "course": _course(found),
    }
    return render(request, "earthworks/claim.html", context)


def _course(found: Claim) -> list[tuple[Any, Any]]:
    """What happened to a claim with its moments, earliest first."""
    steps = (
        (_("Fell due"), found.fell_due_at), (_("Made"), found.made_at),
        (_("Sent"), found.sent_at), (_("Delivered"), found.delivered_at),
        (_("Answered"), found.answered_at), (_("Review asked for"), found.disputed_at),
        (found.get_state_display(), found.ended_at),
    )  # fmt: skip
    return sorted(((label, moment) for label, moment in steps if moment), key=lambda step: step[1])


@require_POST
@requires("works.read")
def act(request: HttpRequest, claim: int, action: str) -> HttpResponse:
    """Take a step with a claim; who may is asked for the very claim."""
    chosen = ACTIONS.get(action)
    if chosen is None:
        raise Http404
    rows = visible(Claim.objects.all(), request.user, chosen.permission)
    found = get_object_or_404(rows.filter(addressee__in=chosen.addressees), pk=claim)
    form = _form(chosen, found, request.POST)
    return answered(
        request, form, done=_("Done: %(what)s.") % {"what": chosen.title},
        to=redirect("works:claim", claim),
        run=lambda: chosen.run(found, request.user, form.cleaned_data),
    )  # fmt: skip


@require_safe
@requires("works.read")
def claim_letter(request: HttpRequest, claim: int) -> HttpResponse:
    """The letter of a claim as it went out."""
    rows = visible(Claim.objects.filter(document__isnull=False), request.user, "works.read")
    found = get_object_or_404(rows.select_related("document"), pk=claim)
    return HttpResponse(
        bytes(found.document.content),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{found.addressee}-{found.number}.pdf"'},
    )
