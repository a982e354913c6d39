"""Reading what the editor sends: JSON bodies and GeoJSON, with a reason for every refusal."""

import json
from typing import Any

import numpy as np
import shapely
from django.http import HttpRequest
from django.utils.translation import gettext as _

from citymap.geo import WGS84_SRID, city_srid, transformer
from citymap.problems import BadParameterError

MAX_POINTS = 5_000
MAX_YARDS = 200
MAX_ID = 2**63 - 1


def read_body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a request; numbers are finite."""
    try:
        body = json.loads(request.body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadParameterError("body", _("The body must be a JSON object.")) from error
    if not isinstance(body, dict):
        raise BadParameterError("body", _("The body must be a JSON object."))
    return body


def read_id(body: dict[str, Any], name: str) -> int:
    """A positive whole number."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= MAX_ID:
        raise BadParameterError(name, _("%(name)s must be a whole number.") % {"name": name})
    return value


def read_ids(body: dict[str, Any], name: str) -> list[int]:
    """A list of positive whole numbers."""
    values = body.get(name)
    if not isinstance(values, list) or not 0 < len(values) <= MAX_YARDS:
        raise BadParameterError(name, _("%(name)s must be a list of numbers.") % {"name": name})
    return [read_id({name: value}, name) for value in values]


def read_text(body: dict[str, Any], name: str) -> str:
    """A text; missing is empty. NUL cannot be stored."""
    value = body.get(name, "")
    if not isinstance(value, str) or "\0" in value:
        raise BadParameterError(name, _("%(name)s must be a text.") % {"name": name})
    return value


def read_versions(body: dict[str, Any]) -> dict[int, str]:
    """`{yard: version}` as the editor loaded them; keys are texts in JSON."""
    value = body.get("versions", {})
    if not isinstance(value, dict) or not all(
        key.isascii() and key.isdigit() and isinstance(item, str) for key, item in value.items()
    ):
        raise BadParameterError("versions", _("versions must be an object of texts by yard."))
    return {int(key): item for key, item in value.items()}


def read_geometry(body: dict[str, Any], name: str, kind: str) -> shapely.Geometry:
    """A GeoJSON geometry of one type (EPSG:4326, lon lat), in the city CRS."""
    refused = BadParameterError(
        name, _("%(name)s must be a GeoJSON %(kind)s.") % {"name": name, "kind": kind}
    )
    value = body.get(name)
    if not isinstance(value, dict) or value.get("type") != kind:
        raise refused
    try:
        # RuntimeWarning: GEOS meets a number that is not finite.
        with np.errstate(invalid="raise"):
            shape = shapely.from_geojson(json.dumps(value))
    except (shapely.errors.GEOSException, FloatingPointError, ValueError) as error:
        raise refused from error
    points = shapely.get_coordinates(shape)
    if shape is None or not 0 < len(points) <= MAX_POINTS or not np.isfinite(points).all():
        raise refused
    if not (np.abs(points) <= (180, 90)).all():
        raise BadParameterError(name, _("lon must be in -180..180 and lat in -90..90"))
    moved = shapely.transform(
        shape, transformer(WGS84_SRID, city_srid()).transform, interleaved=False
    )
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise refused
    return moved


def as_geojson(shape: shapely.Geometry) -> dict[str, Any]:
    """A geometry in the city CRS as GeoJSON (EPSG:4326, 7 decimals)."""
    moved = shapely.transform(
        shape,
        lambda x, y: np.round(np.stack(transformer(city_srid(), WGS84_SRID).transform(x, y)), 7),
        interleaved=False,
    )
    return json.loads(shapely.to_geojson(moved))


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is not a number")
