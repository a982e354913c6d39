"""Report a problem: one form, duplicates shown while it is filled in, then number and code.

`?yard=<id>` and `?order=<number>` say what it is about (docs/appeals.md), `?lon=&lat=` where.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import Point
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from appeals import services
from appeals.codes import code_of
from appeals.duplicates import NEAR_M, Candidate, candidates
from appeals.errors import AppealError, InvalidError
from appeals.models import Appeal, Category
from appeals.portal.forms import MOST_PHOTOS, ReportForm
from appeals.portal.throttle import (
    LOOKUPS,
    REPORTS,
    REPORTS_OF_PHONE,
    address_of,
    count,
    spent,
    too_often,
)
from appeals.where import Where, place_of
from appeals.workflow import OPEN
from citymap.accounts.access import public
from citymap.geo import CoordinateError, city_point, lon_lat
from citymap.personal.errors import PersonalDataError
from citymap.shell.mapconfig import map_config
from earthworks.models import Order
from layers.models import Yard

SESSION_KEY = "reported"
ORDER_CATEGORY = "DIG-UNRESTORED"
# `reason` of a link that says that the works of a yard are not done.
NOT_DONE = "not_done"
MOST_REMEMBERED = 20


@dataclass(frozen=True, kw_only=True)
class About:
    """What the link that led here is about."""

    yard: Yard | None = None
    order: Order | None = None

    @property
    def point(self) -> Point | None:
        one = self.yard or self.order
        return one.geom.point_on_surface if one else None

    @property
    def label(self) -> str:
        if self.yard:
            return self.yard.localized_label or _("Yard %(id)s") % {"id": self.yard.pk}
        return _("Earthworks, order %(number)s") % {"number": self.order.number}


def about_of(values: Any) -> About:
    """The yard or the public order that is named; Http404 for one that is not there."""
    yard, order = str(values.get("yard") or ""), str(values.get("order") or "")
    if yard:
        if not (yard.isascii() and yard.isdecimal() and len(yard) < 12):
            raise Http404
        found = Yard.objects.current().filter(pk=int(yard)).first()
        if found is None:
            raise Http404
        return About(yard=found)
    if order:
        found = Order.objects.public().numbered(order[:20]).first()
        if found is None:
            raise Http404
        return About(order=found)
    return About()


@public
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The form, and what was sent with it."""
    if request.method == "POST":
        return _sent(request)
    about = about_of(request.GET)
    initial: dict[str, Any] = {"key": ReportForm.fresh_key()}
    if about.yard:
        initial["yard"] = about.yard.pk
        if request.GET.get("reason") == NOT_DONE:
            initial["text"] = _("The works in this yard are called done, but they are not: ")
    if about.order:
        initial["order"] = about.order.number
        initial["category"] = Category.objects.filter(code=ORDER_CATEGORY).first()
    at = about.point
    if at is None:
        at = _point(request.GET.get("lon"), request.GET.get("lat"))
    if at is not None:
        initial["lon"], initial["lat"] = (round(value, 6) for value in lon_lat(at))
    return _page(request, ReportForm(initial=initial), about)


def _sent(request: HttpRequest) -> HttpResponse:
    form = ReportForm(request.POST, request.FILES)
    about = about_of(request.POST)
    if spent(REPORTS, address_of(request)):
        return too_often(request, REPORTS)
    if not form.is_valid():
        return _page(request, form, about, status=400)
    values = form.cleaned_data
    if known := Appeal.objects.filter(form_key=values["key"]).first():
        return _acknowledged(request, known)
    try:
        where = _where(values, about)
    except InvalidError as error:
        form.add_error(None, str(error))
        return _page(request, form, about, status=400)
    alike = _alike(values["category"], where, values["text"])
    chosen = next((one.appeal for one in alike if one.appeal.number == values["join"]), None)
    if alike and chosen is None and values["join"] != "new":
        return _page(request, form, about, alike=alike, status=409)
    if values["phone"] and spent(REPORTS_OF_PHONE, values["phone"]):
        return too_often(request, REPORTS_OF_PHONE)
    count(REPORTS, address_of(request))
    try:
        appeal = services.report_problem(
            category=values["category"], text=values["text"], where=where,
            language=(get_language() or "ru")[:2],
            reporter=services.Reporter(
                name=values["name"], phone=values["phone"], email=values["email"]
            ),
            photos=services.cleaned(values["photos"]), join_into=chosen, order=about.order,
            key=values["key"],
        )  # fmt: skip
    except (AppealError, PersonalDataError) as error:
        form.add_error(_field(form, error), str(error))
        return _page(request, form, about, status=400)
    except IntegrityError:
        # Pressed twice: the other one was quicker.
        appeal = Appeal.objects.get(form_key=values["key"])
    if values["phone"]:
        count(REPORTS_OF_PHONE, values["phone"])
    return _acknowledged(request, appeal)


def _acknowledged(request: HttpRequest, appeal: Appeal) -> HttpResponse:
    """To number and code; a form sent again leads to the same."""
    known = [*request.session.get(SESSION_KEY, []), appeal.number]
    request.session[SESSION_KEY] = known[-MOST_REMEMBERED:]
    return redirect("portal:reported", number=appeal.number)


def _field(form: ReportForm, error: Exception) -> str | None:
    name = {"photo": "photos", "phones": "phone", "emails": "email"}.get(
        found := getattr(error, "field", None), found
    )
    return name if name in form.fields else None


def _page(
    request: HttpRequest, form: ReportForm, about: About, *, alike=(), status: int = 200
) -> HttpResponse:
    config = map_config(request, title=_("Report a problem"))
    config["urls"]["duplicates"] = reverse("portal:duplicates")
    danger = Category.objects.leaves().offered().filter(danger=True)
    config["danger"] = list(danger.values_list("pk", flat=True))
    config["most_photos"] = MOST_PHOTOS
    context = {
        "form": form,
        "about": about if about.point is not None else None,
        "alike": [shown_candidate(one) for one in alike],
        "map_config": config,
    }
    return render(request, "appeals/report.html", context, status=status)


def _point(lon: Any, lat: Any) -> Point | None:
    try:
        return city_point(float(lon), float(lat))
    except (TypeError, ValueError, CoordinateError):
        return None


def _where(values: dict[str, Any], about: About) -> Where:
    """The place: where the pin stands, else the yard or the order that the link named."""
    pin = None
    if values.get("lon") is not None and values.get("lat") is not None:
        pin = _point(values["lon"], values["lat"])
        if pin is None:
            raise InvalidError("place", _("The place lies outside the city."))
    if pin is None and about.yard is None and about.order is None:
        raise InvalidError("place", _("Say where: choose an address or a point on the map."))
    geom = pin or about.point
    # A pin that was moved out of the yard is about something else.
    yard = about.yard if about.yard is not None and about.yard.geom.intersects(geom) else None
    return place_of(geom=geom, objects=[yard] if yard else (), label=_label_at(geom))


def _label_at(geom: Point) -> str:
    """The address there, in the city's words."""
    building = place_of(geom=geom).building
    address = building.addresses.filter(valid_to=None).order_by("pk").first() if building else None
    return str(address) if address else ""


def _alike(category: Category, where: Where, text: str) -> list[Candidate]:
    """Open appeals that may be the same: only those can be joined."""
    found = candidates(category=category, where=where, text=text)
    return [one for one in found if one.appeal.state in OPEN]


def shown_candidate(one: Candidate) -> dict[str, Any]:
    """What may be told of somebody else's appeal: category, day, state, about how far."""
    metres = int(min(one.distance_m, NEAR_M * 10) // 10 * 10)
    return {
        "number": one.appeal.number,
        "title": one.appeal.category.name,
        "state": str(one.appeal.get_state_display()),
        "day": one.appeal.received_at,
        "near": ngettext("about %(m)d m away", "about %(m)d m away", metres) % {"m": metres}
        if metres
        else _("at this place"),
    }


@public
@require_POST
def duplicates(request: HttpRequest) -> HttpResponse:
    """A piece of the form: what was reported there already. Nothing when there is nothing."""
    if spent(LOOKUPS, address_of(request)):
        return JsonResponse({"title": _("Too many tries")}, status=429)
    count(LOOKUPS, address_of(request))
    chosen = str(request.POST.get("category", ""))
    category = None
    if chosen.isascii() and chosen.isdecimal() and len(chosen) < 12:
        category = Category.objects.leaves().offered().filter(pk=int(chosen)).first()
    at = _point(request.POST.get("lon"), request.POST.get("lat"))
    found = []
    if category is not None and at is not None:
        try:
            text = request.POST.get("text", "")[:2000]
            found = _alike(category, place_of(geom=at), text)
        except InvalidError:
            found = []
    context = {"alike": [shown_candidate(one) for one in found], "preset": True}
    return render(request, "appeals/parts/duplicates.html", context)


@public
@require_safe
def reported(request: HttpRequest, number: str) -> HttpResponse:
    """Number and code, for whoever has just reported in this browser."""
    if number not in request.session.get(SESSION_KEY, []):
        return redirect("portal:track-number", number=number)
    appeal = Appeal.objects.real().filter(number=number).select_related("category").first()
    if appeal is None:
        raise Http404
    context = {
        "appeal": appeal, "code": code_of(appeal), "main": appeal.joined_into,
        "named": appeal.applicants.exists(),
    }  # fmt: skip
    return render(request, "appeals/reported.html", context)
