"""The statistics page, the cases behind each number, and exports of them."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib.gis.db.models.functions import Transform
from django.core.paginator import Paginator
from django.db.models import FloatField, Func, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from appeals.choices import Channel, ContactKind, Outcome, State
from appeals.models import Appeal, Category, Contact
from appeals.permissions import READ, STATISTICS
from appeals.statistics.counting import DIMENSIONS, MEASURES, SHORT, appeals, totals
from appeals.statistics.filters import Chosen, chosen, territories
from appeals.statistics.spreadsheets import csv_lines, xlsx_pieces
from appeals.workflow import RUNNING
from citymap.accounts.access import requires, visible
from citymap.accounts.models import Organization
from citymap.geo import WGS84_SRID, lon_lat

PAGE_SIZE = 50
BATCH = 2000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@requires(STATISTICS)
def statistics(request: HttpRequest) -> HttpResponse:
    """All numbers of a period; `?split=` says by what the table is split."""
    now = timezone.now()
    asked = chosen(request.GET, timezone.localdate(now))
    split = DIMENSIONS.get(request.GET.get("split", ""), DIMENSIONS["category"])
    numbers = totals(asked, now)
    context = {
        **filter_form(asked),
        "numbers": numbers,
        "head": _head(numbers, asked),
        "first_contact": numbers["first_contact_share"],
        "dimensions": DIMENSIONS.values(),
        "split": split,
        "measures": SHORT,
        "rows": [_row(asked, split, *row) for row in split.rows(asked, now)],
        "exports": [(kind.upper(), f"?{asked.query(format=kind)}") for kind in ("csv", "xlsx")],
    }
    return render(request, "appeals/statistics.html", context)


def filter_form(asked: Chosen) -> dict[str, Any]:
    """What the form of filters needs."""
    groups = Category.objects.groups().prefetch_related("leaves").order_by("position")
    used = Appeal.objects.order_by().values("executor").distinct()
    return {
        "asked": asked,
        "groups": groups,
        "bodies": Organization.objects.filter(pk__in=used).order_by("name", "pk"),
        "territories": territories(),
        "channels": Channel.choices,
    }


def _head(numbers: dict[str, Any], asked: Chosen) -> list[dict[str, Any]]:
    """The large numbers, each with the address of its cases."""
    found = [
        {"title": _("Contacts"), "value": numbers["contacts"],
         "url": f"contacts/?{asked.query()}"},
        {"title": _("Answered at once"), "value": numbers[ContactKind.CONSULTATION],
         "url": f"contacts/?{asked.query(kind=ContactKind.CONSULTATION.value)}"},
    ]  # fmt: skip
    return found + [
        {"title": measure.title, "value": numbers[measure.name], "name": measure.name,
         "url": f"cases/?{asked.query(measure=measure.name)}"}
        for measure in MEASURES.values()
    ]  # fmt: skip


def _row(asked: Chosen, split: Any, key: Any, label: str, numbers: dict[str, int]) -> dict:
    """One line of the table: a label and cells with the addresses of their cases."""
    if split.name == "month":
        last = (key.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
        last -= dt.timedelta(days=1)
        more = {"from": max(key, asked.since), "to": min(last, asked.until)}
    else:
        more = {split.parameter: key if key is not None else "none"}
    return {
        "label": label or _("Nobody yet"),
        "cells": [
            {
                "value": numbers[measure.name],
                "url": f"cases/?{asked.query(measure=measure.name, **more)}",
                "bad": measure.name in ("overdue", "late") and numbers[measure.name] > 0,
            }
            for measure in SHORT
        ],
    }


def asked_cases(request: HttpRequest) -> tuple[Chosen, Any, QuerySet]:
    """The filters, the measure and the appeals behind a number."""
    now = timezone.now()
    asked = chosen(request.GET, timezone.localdate(now))
    measure = MEASURES.get(request.GET.get("measure", "received"))
    if measure is None:
        raise Http404
    rows = appeals(asked).filter(measure.where(now))
    if request.GET.get("body") == "none":
        rows = rows.filter(executor__isnull=True)
    rows = visible(rows, request.user, READ).select_related("category__parent", "executor")
    return asked, measure, rows.order_by("-registered_at", "-pk")


@require_safe
@requires(STATISTICS)
def cases(request: HttpRequest) -> HttpResponse:
    """The appeals behind a number, 50 to a page, or all of them as `?format=csv` or `xlsx`."""
    asked, measure, rows = asked_cases(request)
    form = request.GET.get("format", "")
    if form in ("csv", "xlsx"):
        return _exported(rows, form)
    now = timezone.now()
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page", 1))
    entries = []
    for appeal in page:
        lon, lat = lon_lat(appeal.geom.point_on_surface)
        entries.append(
            {"appeal": appeal, "late": appeal.is_overdue(now),
             "map": f"#at=18/{lat:.5f}/{lon:.5f}"}
        )  # fmt: skip
    context = {
        **filter_form(asked), "measure": measure, "page": page, "entries": entries,
        "on_map": asked.query(measure=measure.name),
        "exports": [
            (kind.upper(), f"?{asked.query(measure=measure.name, format=kind)}")
            for kind in ("csv", "xlsx")
        ],
    }  # fmt: skip
    return render(request, "appeals/cases.html", context)


@require_safe
@requires(STATISTICS)
def contacts(request: HttpRequest) -> HttpResponse:
    """The contacts behind a number: when, how, what became of them; nobody's data."""
    asked = chosen(request.GET, timezone.localdate())
    rows = Contact.objects.real().filter(asked.contacts())
    kind = request.GET.get("kind", "")
    if kind in ContactKind.values:
        rows = rows.filter(kind=kind)
    rows = rows.select_related("appeal", "article__article").order_by("-started_at", "-pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page", 1))
    context = {**filter_form(asked), "page": page, "kind": kind, "kinds": ContactKind.choices}
    return render(request, "appeals/contacts.html", context)


def _exported(rows: QuerySet, form: str) -> StreamingHttpResponse:
    """All cases, streamed; places are houses and streets, people are in no column."""
    language = translation.get_language()
    with translation.override(language):
        header = [str(title) for title in (
            _("Number"), _("Group"), _("Category"), _("State"), _("Outcome"), _("Channel"),
            _("Place"), _("Executor"), _("Received"), _("First deadline"), _("Deadline now"),
            _("Reported"), _("Ended"), _("Overdue"), _("Returns"), _("Longitude"), _("Latitude"),
        )]  # fmt: skip
    lines = _lines(rows, language)
    if form == "csv":
        answer = StreamingHttpResponse(
            csv_lines(header, lines), content_type="text/csv; charset=utf-8"
        )
    else:
        answer = StreamingHttpResponse(xlsx_pieces("appeals", header, lines), content_type=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="appeals.{form}"'
    return answer


class _Degrees(Func):
    """One coordinate of a point, degrees."""

    output_field = FloatField()


def _lines(rows: QuerySet, language: str) -> Iterator[list[Any]]:
    """Rows as values: no models, no geometry in Python, names looked up once."""
    now, words = timezone.now(), _Words(language)
    place = Transform("geom_3857", WGS84_SRID)
    found = rows.annotate(
        lon=_Degrees(place, function="ST_X"), lat=_Degrees(place, function="ST_Y")
    ).values_list(
        "number", "category", "state", "outcome", "channel", "place", "executor", "received_at",
        "first_due_at", "due_at", "reported_at", "ended_at", "paused_at", "hops", "lon", "lat",
    )  # fmt: skip
    for (
        number, category, state, outcome, channel, place_label, executor, *moments, paused_at,
        hops, lon, lat,
    ) in found.iterator(chunk_size=BATCH):  # fmt: skip
        due_at = moments[2]
        late = state in RUNNING and paused_at is None and due_at is not None and now > due_at
        yield [
            number, *words.category[category], words.state[state], words.outcome.get(outcome, ""),
            words.channel[channel], place_label, words.body.get(executor, ""),
            *(timezone.localtime(moment) if moment else None for moment in moments),
            words.late if late else "", hops, round(lon, 6), round(lat, 6),
        ]  # fmt: skip


class _Words:
    """Labels in the reader's language, looked up once: the stream outlives the request."""

    def __init__(self, language: str) -> None:
        with translation.override(language):
            self.state = {one.value: str(one.label) for one in State}
            self.outcome = {one.value: str(one.label) for one in Outcome}
            self.channel = {one.value: str(one.label) for one in Channel}
            self.late = _("yes")
            leaves = Category.objects.select_related("parent")
            self.category = {
                one.pk: (one.parent.name if one.parent else "", one.name) for one in leaves
            }
            used = Appeal.objects.order_by().values("executor").distinct()
            bodies = Organization.objects.filter(pk__in=used)
            self.body = {one.pk: str(one.title) for one in bodies}
