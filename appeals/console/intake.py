"""A contact from its beginning to what became of it, as the panel's scripts ask for it."""

import datetime as dt

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from appeals import services
from appeals.console.answers import for_scripts, form_refused
from appeals.console.callers import caller_of, card_of, case_of
from appeals.console.forms import (
    BeginForm,
    ConsultForm,
    FollowUpForm,
    PersonForm,
    TransferForm,
)
from appeals.errors import InvalidError
from appeals.models import Appeal, Contact, KnowledgeArticle
from appeals.models.appeals import NUMBER_PREFIX
from appeals.permissions import READ, REGISTER
from citymap.accounts.access import requires, visible
from citymap.personal.models import Person
from citymap.personal.services import masked_values

# A call that rang longer ago has found another way, or nobody.
WAITS = dt.timedelta(minutes=30)
MOST_WAITING = 10
DESK_CALL = "desk:"
MOST_DIGITS = 6


@require_POST
@for_scripts
@requires(REGISTER)
def begin(request: HttpRequest) -> HttpResponse:
    """A contact begins; sent twice it is one. The answer is the caller's card, the look recorded.

    Without a number the contact is anonymous.
    """
    form = BeginForm(request.POST)
    if not form.is_valid():
        return form_refused(form)
    values = form.cleaned_data
    call_id = f"{DESK_CALL}{values['key']}"
    contact = Contact.objects.filter(call_id=call_id, operator=request.user).first()
    if contact is None:
        with transaction.atomic():
            caller = caller_of(values["phone"], user=request.user, language=values["language"])
            contact = services.register_contact(
                user=request.user, channel=values["channel"], language=values["language"],
                caller=caller, anonymous=caller is None, call_id=call_id,
            )  # fmt: skip
    return _card(request, contact, look=True)


@require_safe
@for_scripts
@requires(REGISTER)
def contact(request: HttpRequest, contact: int) -> HttpResponse:
    """The card of a contact of one's own that lasts, personal data masked."""
    return _card(request, _own(request, contact), look=False)


@require_POST
@for_scripts
@requires(REGISTER)
def look(request: HttpRequest, contact: int) -> HttpResponse:
    """The same with name, number and address; the look is recorded."""
    return _card(request, _own(request, contact), look=True)


@require_POST
@for_scripts
@requires(REGISTER)
def caller(request: HttpRequest, contact: int) -> HttpResponse:
    """It is another one of those who have this number."""
    form = PersonForm(request.POST)
    if not form.is_valid():
        return form_refused(form)
    person = get_object_or_404(Person.objects.kept(), number=form.cleaned_data["person"])
    found = services.name_caller(contact=_own(request, contact), person=person, user=request.user)
    return _card(request, found, look=True)


@require_safe
@for_scripts
@requires(REGISTER)
def waiting(request: HttpRequest) -> HttpResponse:
    """Calls that ring now, for every free operator."""
    rows = Contact.objects.real().waiting(timezone.now() - WAITS).select_related("caller")
    calls = [(one, masked_values(one.caller) if one.caller else {}) for one in rows[:MOST_WAITING]]
    return render(request, "appeals/desk/parts/waiting.html", {"calls": calls})


@require_POST
@for_scripts
@requires(REGISTER)
def take(request: HttpRequest, contact: int) -> HttpResponse:
    """Answer a call that rings; another operator may have been quicker."""
    row = get_object_or_404(Contact.objects.real().lasting(), pk=contact)
    found = services.take_call(contact=row, user=request.user)
    return _card(request, found, look=True)


@require_POST
@for_scripts
@requires(REGISTER)
def consult(request: HttpRequest, contact: int) -> HttpResponse:
    """Answered at once, with the article used."""
    form = ConsultForm(request.POST)
    if not form.is_valid():
        return form_refused(form)
    article = None
    if form.cleaned_data["article"] is not None:
        article = get_object_or_404(
            KnowledgeArticle.objects.offered(), pk=form.cleaned_data["article"]
        )
    ended = services.consult(
        contact=_own(request, contact), user=request.user, article=article,
        note=form.cleaned_data["note"],
    )  # fmt: skip
    return _ended(ended, _("Consultation recorded"))


@require_POST
@for_scripts
@requires(REGISTER)
def follow_up(request: HttpRequest, contact: int) -> HttpResponse:
    """ "Where is my request?" was answered."""
    form = FollowUpForm(request.POST)
    if not form.is_valid():
        return form_refused(form)
    appeal = _numbered(request, form.cleaned_data["number"])
    if appeal is None:
        raise InvalidError("number", _("There is no appeal with this number."))
    ended = services.follow_up(
        contact=_own(request, contact), user=request.user, appeal=appeal,
        note=form.cleaned_data["note"],
    )  # fmt: skip
    return _ended(ended, _("Question about %(number)s recorded") % {"number": appeal.number})


@require_POST
@for_scripts
@requires(REGISTER)
def transfer(request: HttpRequest, contact: int) -> HttpResponse:
    """Danger was passed on; who took it there is recorded."""
    form = TransferForm(request.POST)
    if not form.is_valid():
        return form_refused(form)
    ended = services.transfer(
        contact=_own(request, contact), user=request.user, **form.cleaned_data
    )
    return _ended(ended, _("Transfer to %(service)s recorded") % {"service": ended.transferred_to})


@require_POST
@for_scripts
@requires(REGISTER)
def drop(request: HttpRequest, contact: int) -> HttpResponse:
    """The line broke."""
    ended = services.drop(contact=_own(request, contact), user=request.user)
    return _ended(ended, _("Dropped call recorded"))


@require_safe
@for_scripts
@requires(REGISTER)
def case(request: HttpRequest, number: str) -> HttpResponse:
    """How an appeal stands, for a caller who names its number: from any telephone, or none.

    Its code is not shown: who names a number need not be the applicant.
    """
    found = _numbered(request, number)
    if found is None:
        return HttpResponse(format_html("<li>{}</li>", _("There is no appeal with this number.")))
    context = {"case": case_of(found, timezone.now())}
    return render(request, "appeals/desk/parts/case.html", context)


def _numbered(request: HttpRequest, typed: str) -> Appeal | None:
    """The appeal of a number; the last digits alone mean one of this year."""
    number = typed.strip()
    if number.isdecimal() and len(number) <= MOST_DIGITS:
        number = f"{NUMBER_PREFIX}-{timezone.localdate().year}-{int(number):0{MOST_DIGITS}d}"
    rows = visible(Appeal.objects.all(), request.user, READ)
    return rows.select_related("category", "executor").filter(number=number).first()


def _own(request: HttpRequest, contact: int) -> Contact:
    """A contact of the one who asks, or 404."""
    rows = Contact.objects.select_related("caller").filter(operator=request.user)
    return get_object_or_404(rows, pk=contact)


def _card(request: HttpRequest, contact: Contact, *, look: bool) -> HttpResponse:
    context = {"card": card_of(contact, request.user, look=look), "contact": contact}
    return render(request, "appeals/desk/parts/caller.html", context)


def _ended(contact: Contact, message: str) -> JsonResponse:
    return JsonResponse({"contact": contact.pk, "kind": contact.kind, "message": message})
