"""The day's way and the checks that come from it, at once or hours later."""

import uuid
from pathlib import Path

from django.contrib import messages
from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from appeals import services
from appeals.choices import CheckResult, PhotoKind
from appeals.errors import AppealError, InvalidError, NotPermittedError
from appeals.field.forms import CheckForm
from appeals.field.worklist import stops_of
from appeals.models import Appeal, OnSiteCheck, Photo
from appeals.permissions import CHECK
from citymap.accounts.access import requires, visible
from citymap.geo import CoordinateError, city_point, lon_lat

WORKER = Path(__file__).with_name("sw.js")


@never_cache
@require_safe
@requires(CHECK)
def worklist(request: HttpRequest) -> HttpResponse:
    """Today's stops, each with its form: the page is all that is needed without a connection."""
    return shown(request)


def shown(
    request: HttpRequest, *, appeal: int = 0, wrong: CheckForm | None = None, status: int = 200
) -> HttpResponse:
    """The worklist; the form of `appeal` with its mistakes."""
    now = timezone.now()
    stops = [
        {
            "stop": stop,
            "place": lon_lat(stop.appeal.geom.point_on_surface),
            "form": wrong
            if wrong is not None and stop.appeal.pk == appeal
            else CheckForm(
                auto_id=f"id_{stop.appeal.pk}_%s",
                initial={"key": uuid.uuid4(), "report": stop.report.pk},
            ),
        }
        for stop in stops_of(request.user, now=now, start=_start(request))
    ]
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    context = {
        "stops": stops,
        "chosen": appeal,
        # A form whose stop is gone meanwhile still says what was wrong with it.
        "left_over": wrong if wrong is not None and all(
            one["stop"].appeal.pk != appeal for one in stops
        ) else None,
        "by_position": _start(request) is not None,
        "done": OnSiteCheck.objects.filter(inspector=request.user, received_at__gte=today)
        .select_related("appeal")
        .order_by("-received_at", "-pk"),
    }  # fmt: skip
    return render(request, "appeals/field/worklist.html", context, status=status)


def _start(request: HttpRequest) -> Point | None:
    """Where the inspector is, when the address says it: `?at=lon,lat`."""
    try:
        lon, lat = (float(part) for part in request.GET.get("at", "").split(","))
        return city_point(lon, lat)
    except (ValueError, CoordinateError):
        return None


@require_POST
@requires(CHECK)
def check(request: HttpRequest, appeal: int) -> HttpResponse:
    """Record a check: whole or not at all, once however often it is sent.

    Scripts ask for JSON: 200 recorded, 400 and 409 never will be, anything else is tried again.
    """
    rows = visible(Appeal.objects.all(), request.user, CHECK)
    found = get_object_or_404(rows.select_related("category"), pk=appeal)
    as_json = "application/json" in request.headers.get("Accept", "")
    form = CheckForm(request.POST, request.FILES, place=found.geom, auto_id=f"id_{appeal}_%s")
    error, status = "", 400
    if form.is_valid():
        try:
            made = _record(found, form.cleaned_data, request)
        except InvalidError as wrong:
            form.add_error("photos" if wrong.field == "photo" else None, str(wrong))
        except AppealError as wrong:
            status = 403 if isinstance(wrong, NotPermittedError) else 409
            error = str(wrong)
            form.add_error(None, error)
        except IntegrityError:
            # The key belongs to a check of something else.
            form.add_error(None, _("This form was used already: reload the page."))
            status = 409
        else:
            return _recorded(request, made, as_json)
    if as_json:
        words = [str(text) for texts in form.errors.values() for text in texts]
        return JsonResponse({"error": " ".join(words)}, status=status)
    return shown(request, appeal=appeal, wrong=form, status=status)


def _recorded(request: HttpRequest, made: OnSiteCheck, as_json: bool) -> HttpResponse:
    distance = None if made.distance_m is None else round(made.distance_m)
    if as_json:
        return JsonResponse({"id": made.pk, "distance_m": distance})
    messages.success(request, _("Recorded: %(number)s.") % {"number": made.appeal})
    return redirect("field:worklist")


@transaction.atomic
def _record(appeal: Appeal, values: dict, request: HttpRequest) -> OnSiteCheck:
    """Check and photos in one; pictures are made safe before anything is locked."""
    photos = services.cleaned(values["photos"])
    made = services.check(
        appeal=appeal, user=request.user, result=CheckResult(values["result"]), key=values["key"],
        report=values["report"], note=values["note"], position=values["position"],
        accuracy_m=values["accuracy_m"], checked_at=values["checked_at"],
    )  # fmt: skip
    if photos and not Photo.objects.filter(check_row=made).exists():
        services.add_photos(
            appeal=appeal, photos=photos, kind=PhotoKind.CHECK, user=request.user, check=made
        )
    return made


@never_cache
@require_safe
@requires(CHECK)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the page for places without a connection."""
    return HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")
