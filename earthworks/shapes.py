"""Outlines of digs: from a line with a width or a polygon, checked. Pure but for the city's box."""

import json
import math
import re

from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import (
    GEOSException,
    GEOSGeometry,
    LineString,
    MultiPolygon,
    Point,
    Polygon,
)
from django.utils.translation import gettext as _

from citymap.geo import city_bbox, city_srid, lon_lat, to_wgs84
from earthworks.errors import BadDigError
from earthworks.models.orders import MAX_AREA_M2, MAX_VERTICES

MIN_WIDTH_M, MAX_WIDTH_M = 0.1, 50.0
MIN_AREA_M2 = 0.01
# Directional drilling opens the ground so far at both ends.
PIT_M = 2.0
# Quarter circles of a trench's ends are not worth more points.
_CORNER_SEGMENTS = 2
# `Self-intersection[510002.5 6080002.5]`
_PLACE = re.compile(r"\[(?P<x>-?\d+(?:\.\d+)?) (?P<y>-?\d+(?:\.\d+)?)\]")


def trench(line: GEOSGeometry, width_m: float) -> MultiPolygon:
    """A trench of `width_m` along `line` (city CRS), flat at its ends. Raises BadDigError."""
    if not math.isfinite(width_m) or not MIN_WIDTH_M <= width_m <= MAX_WIDTH_M:
        raise BadDigError(
            _("A trench is %(least)s to %(most)s m wide.")
            % {"least": MIN_WIDTH_M, "most": MAX_WIDTH_M}
        )
    if not isinstance(line, LineString) or line.empty or line.length == 0:
        raise BadDigError(_("A trench needs a line of some length."))
    _check_numbers(line)
    if not line.simple:
        raise BadDigError(_("The line of the trench crosses itself."))
    body = line.buffer_with_style(
        width_m / 2, quadsegs=_CORNER_SEGMENTS, end_cap_style=2, join_style=2
    )
    return checked(body)


def pits(outline: MultiPolygon, line: LineString) -> MultiPolygon:
    """What drilling opens of a trench along `line`: a pit of PIT_M at each of its ends."""
    first, last = (Point(line.coords[at], srid=line.srid) for at in (0, -1))
    opened = outline.intersection(first.buffer(PIT_M).union(last.buffer(PIT_M)))
    return opened if isinstance(opened, MultiPolygon) else MultiPolygon(opened, srid=opened.srid)


def checked(geom: GEOSGeometry) -> MultiPolygon:
    """`geom` (city CRS) as the outline of a dig; BadDigError says what is wrong with it."""
    if isinstance(geom, Polygon):
        geom = MultiPolygon(geom, srid=geom.srid)
    if not isinstance(geom, MultiPolygon) or geom.empty:
        raise BadDigError(_("A dig is drawn as a line with a width, or as an area."))
    if geom.srid != city_srid():
        raise BadDigError(_("The outline is not in the city's coordinates."))
    _check_numbers(geom)
    if not geom.valid:
        raise BadDigError(
            _("The outline crosses or touches itself: %(why)s") % {"why": _where_invalid(geom)}
        )
    if not MIN_AREA_M2 <= geom.area <= MAX_AREA_M2:
        raise BadDigError(
            _("The outline covers %(area)d m², at most %(most)d are possible.")
            % {"area": geom.area, "most": MAX_AREA_M2}
        )
    check_inside_city(geom)
    return geom


def _where_invalid(geom: GEOSGeometry) -> str:
    """Where an outline is invalid, as latitude and longitude: GEOS's own words are English."""
    found = _PLACE.search(geom.valid_reason)
    if found is None:
        return "—"
    lon, lat = lon_lat(Point(float(found["x"]), float(found["y"]), srid=geom.srid))
    return f"{lat:.5f}, {lon:.5f}"


def check_inside_city(geom: GEOSGeometry) -> None:
    """Raise BadDigError when any of `geom` lies outside the box of the city's data."""
    west, south, east, north = to_wgs84(geom).extent
    box = city_bbox()
    if not (box.contains(west, south) and box.contains(east, north)):
        raise BadDigError(_("The outline lies outside the city."))


def _check_numbers(geom: GEOSGeometry) -> None:
    if geom.num_coords > MAX_VERTICES:
        raise BadDigError(
            _("The outline has %(points)d points, at most %(most)d are possible.")
            % {"points": geom.num_coords, "most": MAX_VERTICES}
        )
    if not all(math.isfinite(number) for number in geom.extent):
        raise BadDigError(_("The outline has a coordinate that is no number."))


def parsed(text: str) -> GEOSGeometry:
    """A geometry from GeoJSON (lon, lat) or WKT in the city's CRS. Raises BadDigError."""
    if len(text) > 200_000:
        raise BadDigError(_("The outline is too long a text."))
    try:
        if text.lstrip().startswith("{"):
            geom = GEOSGeometry(_geometry(text))
            geom.srid = 4326
            return geom.transform(city_srid(), clone=True)
        geom = GEOSGeometry(text)
        geom.srid = geom.srid or city_srid()
        return geom
    except (
        GEOSException, GDALException, ValueError, TypeError, KeyError, IndexError, RecursionError,
    ) as error:  # fmt: skip
        raise BadDigError(_("This is no outline: neither GeoJSON nor WKT.")) from error


def _geometry(text: str) -> str:
    """The geometry of a GeoJSON text, also of a feature or of the only one of a collection."""
    found = json.loads(text)
    if found.get("type") == "FeatureCollection":
        (found,) = found["features"]
    return json.dumps(found["geometry"] if found.get("type") == "Feature" else found)
