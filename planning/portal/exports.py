"""The queue as open data: CSV and GeoJSON (EPSG:4326), made in batches."""

import csv
import json
from collections.abc import Iterator

from django.contrib.gis.db.models.functions import AsGeoJSON, Transform
from django.http import HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.views.decorators.http import require_safe

from citymap.accounts.access import public
from citymap.geo import WGS84_SRID
from layers.models import Yard
from planning.models import QueueRow
from planning.portal.kept import kept
from planning.reading import Entry, in_batches

COLUMNS = (
    "position", "yard", "label", "apartments", "complaints", "area_m2", "score",
    "points_apartments", "points_complaints", "points_area_m2", "held_reason", "state", "year",
    "programme_year", "programme_cost_tenge",
)  # fmt: skip
# Spreadsheets take these first letters for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_DECIMALS = 6


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


@public
@require_safe
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """`/yards.csv`: UTF-8 with a mark, so that spreadsheets read Cyrillic."""
    language = translation.get_language()
    lines = kept(request, lambda: tuple(_csv_lines(language)))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="yards.csv"'
    return response


def _csv_lines(language: str) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for batch in in_batches(_keys()):
        with translation.override(language):
            lines = [writer.writerow([safe_cell(value) for value in _values(one)]) for one in batch]
        yield "".join(lines)


def _values(entry: Entry) -> list:
    return list(_properties(entry).values())


def _properties(entry: Entry) -> dict:
    """What a line or feature says, in the order of COLUMNS."""
    said = entry.as_json()
    points = {f"points_{part['criterion']}": part["points"] for part in said.pop("parts")}
    planned = entry.planned
    return {
        name: {
            **said,
            **points,
            "state": entry.state.value,
            "year": entry.year,
            "programme_year": planned.year if planned else None,
            "programme_cost_tenge": planned.cost if planned else None,
        }[name]
        for name in COLUMNS
    }


def safe_cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


@public
@require_safe
def as_geojson(request: HttpRequest) -> HttpResponseBase:
    """`/yards.geojson`: every yard of the queue with its ground."""
    language = translation.get_language()
    lines = kept(request, lambda: tuple(_features(language)))
    response = StreamingHttpResponse(lines, content_type="application/geo+json")
    response["Content-Disposition"] = 'attachment; filename="yards.geojson"'
    return response


def _features(language: str) -> Iterator[str]:
    yield '{"type": "FeatureCollection", "name": "yards", "features": ['
    separator = "\n"
    for batch in in_batches(_keys()):
        shapes = _shapes([entry.row.yard_id for entry in batch])
        with translation.override(language):
            texts = [_feature(entry, shapes[entry.row.yard_id]) for entry in batch]
        yield separator + ",\n".join(texts)
        separator = ",\n"
    yield "\n]}\n"


def _feature(entry: Entry, shape: str) -> str:
    properties = json.dumps(_properties(entry), ensure_ascii=False)
    return (
        f'{{"type": "Feature", "id": {entry.row.yard_id}, "geometry": {shape},'
        f' "properties": {properties}}}'
    )


def _shapes(yards: list[int]) -> dict[int, str]:
    rows = Yard.objects.filter(pk__in=yards).annotate(
        shape=AsGeoJSON(Transform("geom", WGS84_SRID), precision=_DECIMALS)
    )
    return dict(rows.values_list("pk", "shape"))


def _keys() -> list[int]:
    return list(QueueRow.objects.in_force().values_list("pk", flat=True))


@public
@require_safe
def yard_as_geojson(request: HttpRequest, yard: int) -> JsonResponse:
    """One yard's ground."""
    found = get_object_or_404(Yard, pk=yard)
    feature = {
        "type": "Feature",
        "id": found.pk,
        "geometry": json.loads(_shapes([found.pk])[found.pk]),
        "properties": {
            "yard": found.pk,
            "label": found.localized_label,
            "apartments": found.apartments,
            "area_m2": round(found.area_m2),
        },
    }
    return JsonResponse(
        feature,
        content_type="application/geo+json",
        json_dumps_params={"ensure_ascii": False},
    )
