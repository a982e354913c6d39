"""Published programmes for everybody: page, PDF, CSV, GeoJSON; older versions stay readable."""

import csv
from collections.abc import Callable, Iterator

from django.db.models import Count, Sum
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.http import require_safe

from citymap.accounts.access import public
from planning.models import ProgrammeVersion
from planning.portal.exports import safe_cell
from planning.portal.kept import kept
from planning.programmelists import COLUMNS, by_district, explained, geojson_lines, lines_of
from planning.programmepdf import programme_pdf
from planning.services.programmes import spending


@public
@require_safe
def programmes(request: HttpRequest) -> HttpResponse:
    """The programmes in force."""
    in_force = ProgrammeVersion.objects.in_force().values("pk")
    versions = (
        ProgrammeVersion.objects.filter(pk__in=in_force)
        .select_related("programme")
        .annotate(yards=Count("rows"), cost=Sum("rows__cost", default=0))
        .order_by("-programme__first_year", "-programme")
    )
    return render(request, "planning/portal/programmes.html", {"versions": versions})


@public
@require_safe
def programme(request: HttpRequest, programme: int) -> HttpResponse:
    """One version (`?version=`, else the one in force): its yards by district, money, changes."""
    title, body = kept(request, lambda: _page_of(request, programme))
    return render(request, "planning/portal/programme.html", {"title": title, "body": body})


def _page_of(request: HttpRequest, programme: int) -> tuple[str, str]:
    """Title and body of a programme's page."""
    version = _published(request, programme)
    published = version.programme.versions.published().order_by("-number")
    before = published.filter(number__lt=version.number).first()
    context = {
        "version": version,
        "versions": list(published),
        "groups": by_district(lines_of(version)),
        "spending": spending(version).items(),
        "before": before,
        "changes": explained(before, version) if before else [],
    }
    body = render_to_string("planning/portal/programme_body.html", context, request)
    return version.programme.name, body


def _published(request: HttpRequest, programme: int) -> ProgrammeVersion:
    rows = ProgrammeVersion.objects.published().filter(programme=programme)
    wanted = request.GET.get("version", "")
    if wanted:
        if not (wanted.isascii() and wanted.isdecimal()):
            raise Http404
        rows = rows.filter(number=int(wanted[:9]))
    version = rows.select_related("programme").order_by("-number").first()
    if version is None:
        raise Http404
    return version


@public
@require_safe
def as_pdf(request: HttpRequest, programme: int) -> HttpResponseBase:
    """The list as PDF."""
    return pdf_answer(_published(request, programme))


@public
@require_safe
def as_csv(request: HttpRequest, programme: int) -> HttpResponseBase:
    """The list as a table."""
    return _kept_answer(request, lambda: csv_answer(_published(request, programme)))


@public
@require_safe
def as_geojson(request: HttpRequest, programme: int) -> HttpResponseBase:
    """The yards with their grounds."""
    return _kept_answer(request, lambda: geojson_answer(_published(request, programme)))


def _kept_answer(request: HttpRequest, answer: Callable[[], HttpResponseBase]) -> HttpResponse:
    """A text with its kind and name, as it is kept for visitors."""

    def said() -> tuple[str, ...]:
        response = answer()
        headers = (response["Content-Type"], response["Content-Disposition"])
        return b"".join(response).decode(), *headers

    content, kind, name = kept(request, said)
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = name
    return response


def pdf_answer(version: ProgrammeVersion) -> HttpResponseBase:
    """The list of a version by district."""
    content = programme_pdf(version, at=version.published_at or version.made_at)
    return _named(version, "pdf", HttpResponse(content, content_type="application/pdf"))


def csv_answer(version: ProgrammeVersion) -> HttpResponseBase:
    """The yards of a version; UTF-8 with a mark, no cell a formula."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    for line in lines_of(version):
        writer.writerow([safe_cell(value) for value in line.values()])
    return _named(version, "csv", response)


def geojson_answer(version: ProgrammeVersion) -> HttpResponseBase:
    """The grounds of a version's yards with year, cost and stage."""
    language = translation.get_language()

    def pieces() -> Iterator[str]:
        with translation.override(language):
            yield "".join(geojson_lines(version))

    response = StreamingHttpResponse(pieces(), content_type="application/geo+json")
    return _named(version, "geojson", response)


def _named(version: ProgrammeVersion, ending: str, response: HttpResponseBase) -> HttpResponseBase:
    name = f"programme-{version.programme_id}-{version.number}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
