"""An appeal is written: what is known of its place and way is shown, then it is saved."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from appeals import services
from appeals.choices import PhotoKind, Regime
from appeals.codes import code_of
from appeals.console.answers import for_scripts, form_refused
from appeals.console.forms import AppealForm, CheckForm
from appeals.danger import script_for
from appeals.duplicates import MOST_SHOWN, NEAR_M, candidates
from appeals.errors import InvalidError
from appeals.models import Appeal, Category, Contact, Incident
from appeals.permissions import READ, REGISTER
from appeals.policies import Dated, NoPolicyError, calendar_of, term_for
from appeals.routing import Route, find_route
from appeals.sla import Term, first_deadline
from appeals.where import KINDS, Where
from appeals.wording import term_words
from citymap.accounts.access import AnyUser, requires, visible
from citymap.accounts.models import User
from citymap.personal.choices import Field, PersonState
from citymap.personal.models import Person
from citymap.personal.services import save_person
from layers.models import Manhole, StreetLamp

# Lamps and manholes this near are offered as what an appeal is about.
OBJECT_REACH_M = 40.0


@dataclass(frozen=True, kw_only=True)
class Way:
    """Where an appeal would go and by when, and why."""

    route: Route | None
    due: dt.datetime | None = None
    term: Term | None = None
    policy: Dated | None = None

    @property
    def term_words(self) -> str:
        """The term in the reader's language."""
        return term_words(self.term.amount, self.term.unit) if self.term else ""


@require_POST
@for_scripts
@requires(REGISTER)
def check(request: HttpRequest) -> HttpResponse:
    """What is to be known before saving: outages, duplicates, the body, the deadline."""
    form = CheckForm(request.POST)
    if not form.is_valid():
        return form_refused(form)
    values, problem, where = form.cleaned_data, "", None
    try:
        where = form.where()
    except InvalidError as error:
        problem = str(error)
    now = timezone.now()
    category: Category | None = values["category"]
    context = {
        "problem": problem,
        "objects": objects_near(where) if where else [],
        "chosen": values["object"].split(",") if values["object"] else [],
        "where": where,
        "category": category,
        "script": script_for(category.code) if category and category.danger else None,
        "incidents": outages(where) if where else [],
        "twins": twins(where, category, values["text"], request.user, now) if where else [],
        "way": way_of(category, where, values["regime"] or Regime.SERVICE_REQUEST, now)
        if category and where else None,
    }  # fmt: skip
    return render(request, "appeals/desk/parts/check.html", context)


def objects_near(where: Where) -> list[tuple[str, str]]:
    """What an appeal at a place may be about, besides the point itself: name and words."""
    found = []
    if where.building is not None:
        found.append((f"building:{where.building.pk}", _("the house")))
    if where.yard is not None:
        found.append((f"yard:{where.yard.pk}", _("the yard")))
    if where.street is not None:
        found.append((f"street:{where.street.pk}", where.street.name))
    day = timezone.localdate()
    for model in (StreetLamp, Manhole):
        rows = model.objects.active_on(day).nearest(where.geom, OBJECT_REACH_M)
        for one in rows[:2]:
            words = _("%(what)s, %(metres)d m") % {
                "what": model._meta.verbose_name, "metres": round(one.distance.m)
            }  # fmt: skip
            found.append((f"{KINDS[model]}:{one.pk}", words))
    # What was chosen on the place card is shown as well: it can be taken back here.
    offered = {name for name, _words in found}
    chosen = [(f"{KINDS[type(one)]}:{one.pk}", str(one)) for one in where.objects]
    return found + [(name, words) for name, words in chosen if name not in offered]


def outages(where: Where) -> list[tuple[Incident, str]]:
    """Incidents that concern the place, each with its script in the reader's language."""
    building = where.building.pk if where.building else None
    rows = Incident.objects.lasting().at_place(where.geom, building).select_related("category")
    kazakh = (translation.get_language() or "").startswith("kk")
    return [(one, one.script_kk if kazakh else one.script_ru) for one in rows[:3]]


def twins(
    where: Where, category: Category | None, text: str, user: AnyUser, now: dt.datetime
) -> list[dict[str, Any]]:
    """Appeals that may be the same, likeliest first; without a category what is open near."""
    if category is not None:
        found = [
            (one.appeal, one.distance_m, round(one.score * 100))
            for one in candidates(category=category, where=where, text=text, now=now)
        ]
    else:
        near = Appeal.objects.real().open().near(where.geom, NEAR_M)
        rows = near.select_related("category", "executor").order_by("distance", "-pk")
        found = [(appeal, appeal.distance.m, None) for appeal in rows[:MOST_SHOWN]]
    keys = [appeal.pk for appeal, _metres, _score in found]
    mine = set(visible(Appeal.objects.filter(pk__in=keys), user, READ).values_list("pk", flat=True))
    photos: dict[int, Any] = {}
    for appeal in Appeal.objects.filter(pk__in=keys).prefetch_related("photos"):
        photos[appeal.pk] = next(iter(appeal.photos.all()), None)
    return [
        {"appeal": appeal, "metres": metres, "score": score, "photo": photos.get(appeal.pk),
         "open": appeal.ended_at is None}
        for appeal, metres, score in found
        if appeal.pk in mine
    ]  # fmt: skip


def way_of(category: Category, where: Where, regime: str, now: dt.datetime) -> Way:
    """The body that the rules find, and the deadline on its calendar."""
    day = timezone.localdate(now)
    route = find_route(category=category, where=where, day=day)
    body = route.body if route else None
    try:
        applied = term_for(category, Regime(regime), body, day)
    except NoPolicyError:
        return Way(route=route)
    due = first_deadline(now, applied.term, calendar_of(body), bound=applied.bound)
    return Way(route=route, due=due, term=applied.term, policy=applied.policy)


@require_POST
@for_scripts
@requires(REGISTER)
def create(request: HttpRequest) -> HttpResponse:
    """Save an appeal with its applicant and photos, all or nothing; sent twice it is one."""
    form = AppealForm(request.POST)
    if not form.is_valid():
        return form_refused(form)
    where = form.where()
    if where is None:
        raise InvalidError("place", _("Say where: choose an address or a point on the map."))
    # Pictures are made safe before anything is locked or written.
    pictures = services.cleaned(request.FILES.getlist("photos"))
    appeal = _save(request.user, form.cleaned_data, where, pictures)
    context = {"appeal": appeal, "code": code_of(appeal)}
    return render(request, "appeals/desk/parts/registered.html", context)


@transaction.atomic
def _save(user: User, values: dict[str, Any], where: Where, pictures: list) -> Appeal:
    known = Appeal.objects.filter(form_key=values["key"])
    if known.exists():
        return known.get()
    contact = None
    if values["contact"] is not None:
        rows = Contact.objects.select_related("caller").filter(operator=user)
        contact = get_object_or_404(rows, pk=values["contact"])
    applicant = _applicant(user, values, contact)
    passed = contact if contact is not None and contact.transferred_to else None
    if contact is not None and contact.kind:
        contact = None  # passed on to an emergency service already: the appeal stands by itself
    appeal = services.register(
        user=user, category=values["category"], text=values["text"], where=where,
        language=values["language"], channel=values["channel"],
        applicants=[applicant] if applicant else [], contact=contact,
        regime=values["regime"], urgency=values["urgency"] or None,
        received_at=values["received_at"] or (contact.started_at if contact else None),
        join_into=_joined(user, values["join_into"]), incident=_incident(values["incident"]),
        key=values["key"],
    )  # fmt: skip
    _pass_on(appeal, user, values, passed)
    if pictures:
        services.add_photos(appeal=appeal, photos=pictures, kind=PhotoKind.PROBLEM, user=user)
    return appeal


def _pass_on(appeal: Appeal, user: User, values: dict[str, Any], passed: Contact | None) -> None:
    """Who was reached by telephone before it was saved: here, or by the transfer of the call."""
    if passed is not None:
        services.dispatched(
            appeal=appeal, user=user, dispatcher=passed.dispatcher, log_number=passed.log_number,
            called_at=passed.ended_at, note=passed.get_transferred_to_display(),
        )  # fmt: skip
    if values["dispatcher"].strip():
        services.dispatched(
            appeal=appeal, user=user, dispatcher=values["dispatcher"],
            log_number=values["log_number"],
        )  # fmt: skip


def _joined(user: User, number: str) -> Appeal | None:
    if not number:
        return None
    found = visible(Appeal.objects.filter(number=number), user, READ).first()
    if found is None:
        raise InvalidError("join_into", _("There is no appeal with this number."))
    return found


def _incident(pk: int | None) -> Incident | None:
    if pk is None:
        return None
    found = Incident.objects.lasting().filter(pk=pk).first()
    if found is None:
        raise InvalidError("incident", _("This outage is over already."))
    return found


def _applicant(user: User, values: dict[str, Any], contact: Contact | None) -> Person | None:
    """The caller with what was told of them; None for the anonymous."""
    told = {
        field: values[field].strip()
        for field in (Field.NAME, Field.ADDRESS)
        if values[field].strip()
    }
    person = contact.caller if contact else None
    if person is not None and person.state != PersonState.ACTIVE:
        person = None
    phones = [values["phone"]] if values["phone"].strip() else None
    if person is None and not told and phones is None:
        return None
    given: dict[str, Any] = {str(field): value for field, value in told.items()}
    if person is None:
        if phones is not None:
            given["phones"] = phones
        person = save_person(language=values["language"], user=user, **given)
        if contact is not None and not contact.kind:
            services.name_caller(contact=contact, person=person, user=user)
        return person
    return save_person(person=person, user=user, **given) if given else person
