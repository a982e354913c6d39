"""A map extract drawn into a PDF: streets, houses, networks and the dig, with scale and north.

Everything comes from the city's own layers, by their spatial indexes, clipped to the frame.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import shapely
from django.contrib.gis.geos import GEOSGeometry, Polygon
from django.utils.translation import gettext as _
from fpdf import FPDF

from citymap.geo import city_srid
from earthworks.surfaces import surface_of
from layers.choices import NetworkKind
from layers.models import Address, Building, NetworkSegment, Road, Water

# Half the width of the ground shown, m: at least, and as a multiple of the dig's own.
LEAST_M, TIMES = 60.0, 1.4
SMALL_PT, LABEL_PT = 6, 7
PAPER, HOUSE, HOUSE_RIM = (247, 246, 243), (222, 218, 211), (178, 172, 163)
ROAD, ROAD_RIM, WATER, TEXT, DIG = (255, 255, 255), (203, 199, 192), (196, 219, 232), 70, 200
DIG_FILL, DIG_RIM = (240, 150, 180), (190, 24, 93)
# The field's convention.
NETWORKS = {
    NetworkKind.HEAT: (196, 48, 43), NetworkKind.WATER: (33, 102, 172),
    NetworkKind.SEWER: (121, 85, 61), NetworkKind.STORM_DRAIN: (92, 122, 128),
    NetworkKind.GAS: (176, 137, 0), NetworkKind.POWER: (123, 63, 152),
    NetworkKind.TELECOM: (46, 125, 50),
}  # fmt: skip
BARS_M = (5, 10, 20, 50, 100, 200, 500)


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A rectangle of the page, mm, and the ground in it, city CRS."""

    x: float
    y: float
    width: float
    height: float
    west: float
    north: float
    metres: float

    @property
    def mm_per_m(self) -> float:
        return self.width / self.metres

    @property
    def box(self) -> tuple[float, float, float, float]:
        south = self.north - self.metres * self.height / self.width
        return self.west, south, self.west + self.metres, self.north

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A place on the page, mm."""
        return (
            self.x + (x - self.west) * self.mm_per_m,
            self.y + (self.north - y) * self.mm_per_m,
        )


def frame_for(geom: GEOSGeometry, *, x: float, y: float, width: float, height: float) -> Frame:
    """The frame that shows a dig with what is around it."""
    west, south, east, north = geom.extent
    half = max(LEAST_M, TIMES * max(east - west, (north - south) * width / height) / 2)
    return Frame(
        x=x, y=y, width=width, height=height, metres=2 * half, west=(west + east) / 2 - half,
        north=(south + north) / 2 + half * height / width,
    )  # fmt: skip


def draw(page: FPDF, geom: GEOSGeometry, frame: Frame, font: str) -> None:
    """Draw the extract around `geom` into `frame` of the current page."""
    ground = Polygon.from_bbox(frame.box)
    ground.srid = city_srid()
    clip = shapely.box(*frame.box)
    page.set_fill_color(*PAPER)
    page.rect(frame.x, frame.y, frame.width, frame.height, style="F")
    # A wide line that ends at the frame would reach beyond it.
    with page.rect_clip(frame.x, frame.y, frame.width, frame.height):
        water = Water.objects.current().touching(ground).values_list("geom", flat=True)
        _areas(page, frame, clip, water, WATER, WATER)
        _roads(page, frame, clip, ground)
        houses = Building.objects.current().touching(ground).values_list("geom", flat=True)
        _areas(page, frame, clip, houses, HOUSE, HOUSE_RIM)
        _networks(page, frame, clip, ground)
        _areas(page, frame, clip, [geom], DIG_FILL, DIG_RIM, rim_mm=0.5)
        _labels(page, frame, ground, font)
    _margin(page, frame, font)


def _parts(geom: GEOSGeometry, clip: shapely.Geometry) -> Iterator[shapely.Geometry]:
    cut = shapely.intersection(shapely.from_wkb(bytes(geom.wkb)), clip)
    yield from (part for part in shapely.get_parts(cut) if not shapely.is_empty(part))


def _areas(
    page: FPDF, frame: Frame, clip: shapely.Geometry, shapes: Iterable[GEOSGeometry],
    fill: tuple[int, int, int], rim: tuple[int, int, int], rim_mm: float = 0.15,
) -> None:  # fmt: skip
    page.set_fill_color(*fill)
    page.set_draw_color(*rim)
    page.set_line_width(rim_mm)
    for geom in shapes:
        for part in _parts(geom, clip):
            if part.geom_type == "Polygon":
                page.polygon([frame.at(x, y) for x, y in part.exterior.coords], style="DF")


def _lines(page: FPDF, frame: Frame, clip: shapely.Geometry, geom: GEOSGeometry) -> None:
    for part in _parts(geom, clip):
        if part.geom_type == "LineString":
            page.polyline([frame.at(x, y) for x, y in part.coords])


def _roads(page: FPDF, frame: Frame, clip: shapely.Geometry, ground: Polygon) -> None:
    rows = Road.objects.current().touching(ground).values_list("road_class", "lanes", "geom")
    roads = [(found, geom) for kind, lanes, geom in rows if (found := surface_of(kind, lanes))]
    for colour, more_mm in ((ROAD_RIM, 0.4), (ROAD, 0.0)):
        page.set_draw_color(*colour)
        for (_surface, width_m), geom in roads:
            page.set_line_width(max(0.3, width_m * frame.mm_per_m) + more_mm)
            _lines(page, frame, clip, geom)


def _networks(page: FPDF, frame: Frame, clip: shapely.Geometry, ground: Polygon) -> None:
    page.set_line_width(0.4)
    rows = NetworkSegment.objects.current().touching(ground).values_list("kind", "geom")
    for kind, geom in rows:
        page.set_draw_color(*NETWORKS.get(kind, (90, 90, 90)))
        _lines(page, frame, clip, geom)


def _labels(page: FPDF, frame: Frame, ground: Polygon, font: str) -> None:
    """Numbers of houses, and each street's name once, along its longest piece in view."""
    page.set_font(font, size=SMALL_PT)
    page.set_text_color(TEXT)
    for number, point in (
        Address.objects.current().touching(ground).values_list("house_number", "geom")[:80]
    ):
        x, y = frame.at(point.x, point.y)
        width = page.get_string_width(number)
        if frame.x + 1 < x - width / 2 and x + width / 2 < frame.x + frame.width - 1:
            page.text(x - width / 2, y + 1, number)
    longest: dict[str, shapely.Geometry] = {}
    clip = shapely.box(*frame.box)
    for name, geom in (
        Road.objects.current().touching(ground).exclude(name="").values_list("name", "geom")
    ):
        for part in _parts(geom, clip):
            if part.length > getattr(longest.get(name), "length", 0.0):
                longest[name] = part
    for name, line in longest.items():
        _along(page, frame, name, line)


def _along(page: FPDF, frame: Frame, name: str, line: shapely.Geometry) -> None:
    width = page.get_string_width(name)
    if line.geom_type != "LineString" or line.length * frame.mm_per_m < width + 4:
        return
    middle = line.interpolate(0.5, normalized=True)
    start, end = line.interpolate(0.45, normalized=True), line.interpolate(0.55, normalized=True)
    angle = math.degrees(math.atan2(end.y - start.y, end.x - start.x))
    angle -= 180 * round(angle / 180)
    x, y = frame.at(middle.x, middle.y)
    with page.rotation(angle, x, y):
        page.text(x - width / 2, y + 0.8, name)


def _margin(page: FPDF, frame: Frame, font: str) -> None:
    """Rim, bar of scale, north, where the data come from."""
    page.set_draw_color(120)
    page.set_line_width(0.2)
    page.rect(frame.x, frame.y, frame.width, frame.height)
    bar_m = max((m for m in BARS_M if m <= frame.metres / 4), default=BARS_M[0])
    left, low = frame.x + 4, frame.y + frame.height - 4
    page.set_fill_color(255)
    page.rect(left - 2, low - 6, bar_m * frame.mm_per_m + 4, 8, style="F")
    page.set_line_width(0.6)
    page.set_draw_color(40)
    page.line(left, low, left + bar_m * frame.mm_per_m, low)
    page.set_font(font, size=LABEL_PT)
    page.set_text_color(40)
    page.text(left, low - 2, _("%(metres)d m") % {"metres": bar_m})
    x, y = frame.x + frame.width - 8, frame.y + 5
    page.set_fill_color(40)
    page.polygon([(x, y), (x - 2, y + 6), (x, y + 4.5), (x + 2, y + 6)], style="F")
    page.text(x - 1.2, y + 9.5, _("N"))
    credit = "© OpenStreetMap"
    page.set_font(font, size=SMALL_PT)
    page.text(frame.x + frame.width - page.get_string_width(credit) - 2, low + 2, credit)
    page.set_text_color(0)
