"""Exports and feeds: `/works/feed.<format>`, for everybody, also of works near a point."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citymap.accounts.access import public, requires, visible
from citymap.geo import CoordinateError
from citymap.places.card import OutsideCityError, point_in_city
from citymap.problems import BadParameterError, problem_for
from citymap.shell.context import city_name
from earthworks import feeds
from earthworks.console.filters import OrderFilter
from earthworks.feeds import Entry
from earthworks.models import Order
from earthworks.sheets import EXPORTS, written

AT_MOST = 2000
EXPORTED = 20_000
DEFAULT_M, LONGEST_M = 300.0, 5000.0
TYPES = {
    "geojson": "application/geo+json",
    "csv": "text/csv; charset=utf-8",
    "wzdx": "application/geo+json",
    "ics": "text/calendar; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
}


@require_safe
@public
def feed(request: HttpRequest, form: str) -> HttpResponse:
    """Orders that are live now, in the format asked for; `?lon=&lat=&m=` narrows to a place."""
    if form not in TYPES:
        raise Http404
    try:
        rows = _rows(request)
    except BadParameterError as error:
        return problem_for(error)
    now = timezone.now()
    items = feeds.entries(
        rows.explained().order_by("-pk")[:AT_MOST],
        timezone.localdate(now),
        lambda order: request.build_absolute_uri(reverse("works:public", args=[order.number])),
    )
    writers: dict[str, Callable[[list[Entry]], str]] = {
        "geojson": feeds.geojson,
        "csv": feeds.spreadsheet,
        "wzdx": lambda found: feeds.wzdx(found, publisher=city_name(), now=now),
        "ics": lambda found: feeds.calendar(
            found, name=_title(), host=request.get_host().partition(":")[0], now=now
        ),
        "atom": lambda found: feeds.atom(found, title=_title(), url=request.build_absolute_uri()),
    }
    name = f"works.{'geojson' if form == 'wzdx' else form}"
    return HttpResponse(
        writers[form](items),
        content_type=TYPES[form],
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


@require_safe
@requires("works.read")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The orders of the office's list, filtered as it is, in one of its formats."""
    if form not in EXPORTS:
        raise Http404
    now = timezone.now()
    rows = OrderFilter(request.GET).apply(
        visible(Order.objects.all(), request.user, "works.read"), now
    )
    items = feeds.entries(
        rows.explained().order_by("-pk")[:EXPORTED],
        timezone.localdate(now),
        lambda order: request.build_absolute_uri(reverse("works:order", args=[order.pk])),
    )
    name = content_disposition_header(True, f"works-{timezone.localdate(now)}.{form}")
    return HttpResponse(
        written(form, items), content_type=EXPORTS[form], headers={"Content-Disposition": name}
    )


def _title() -> str:
    return f"{_('Earthworks')} · {city_name()}"


def _rows(request: HttpRequest):
    """Live public orders, near a point when one is named. Raises BadParameterError."""
    rows = Order.objects.public().live()
    if "lon" not in request.GET and "lat" not in request.GET:
        return rows
    numbers = {}
    for name, default in (("lon", ""), ("lat", ""), ("m", str(DEFAULT_M))):
        try:
            numbers[name] = float(request.GET.get(name, default))
        except ValueError as error:
            raise BadParameterError(name, _("This is no number.")) from error
    if not 0 < numbers["m"] <= LONGEST_M:
        raise BadParameterError("m", _("At most %(most)d m.") % {"most": LONGEST_M})
    try:
        point = point_in_city(numbers["lon"], numbers["lat"])
    except (CoordinateError, OutsideCityError) as error:
        raise BadParameterError("lon", str(error)) from error
    return rows.near(point, numbers["m"])
