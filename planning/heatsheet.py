"""The heatmap to take away: a picture with title, scale, north, date, legend and attribution;
and a GeoTIFF with the figures themselves."""

import datetime as dt
import io
import uuid

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.contrib.gis.gdal import GDALRaster
from django.contrib.gis.geos import Polygon
from django.template.defaultfilters import floatformat
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from citymap.geo import city_srid
from earthworks.fonts import font_file
from layers.choices import CARRIAGEWAY_CLASSES
from layers.models import Road, Water
from planning.heatmap import Heatmap

_MAP_PX, _MARGIN_PX, _HEAD_PX, _FOOT_PX = 1400, 40, 130, 170
_INK, _MUTED, _PAPER, _GROUND = "#1a1f24", "#5a646e", "#ffffff", "#f4f3ef"
_WATER, _ROAD, _BORDER = "#cfe0ea", "#d9d5cc", "#8a929a"
_NICE_M = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
# Without data: what GDAL's readers leave out.
NO_DATA = -9999.0
# What a reader of the file is told: machines read it, so it stays English.
UNIT = "events per square kilometre and year"
ATTRIBUTION = "© OpenStreetMap"


def geotiff(picture: Heatmap, which: str = "first") -> bytes:
    """Events per km2 and year (of `change`: their difference), 64-bit floats, the city CRS."""
    values = {"second": picture.second_density, "change": picture.change}.get(which)
    values = picture.density if values is None else values
    west, _south, _east, north = picture.box
    step = picture.lattice.step_m
    raster = GDALRaster(
        {
            "driver": "GTiff",
            "name": f"/vsimem/{uuid.uuid4().hex}.tif",
            "srid": city_srid(),
            "width": values.shape[1],
            "height": values.shape[0],
            "origin": (west, north),
            "scale": (step, -step),
            "datatype": 7,
            "bands": [
                {
                    "data": np.ascontiguousarray(values[::-1], dtype=np.float64).tobytes(),
                    "nodata_value": NO_DATA,
                }
            ],
            "papsz_options": {"COMPRESS": "DEFLATE"},
        }
    )
    raster.metadata = {"DEFAULT": {"TIFFTAG_IMAGEDESCRIPTION": UNIT, "units": UNIT}}
    # Written out by this: metadata alone stay in memory.
    raster.srid = city_srid()
    return bytes(raster.vsi_buffer)


class Sheet:
    """A page of pixels around the map."""

    def __init__(self, picture: Heatmap, *, title: str, lines: list[str], which: str) -> None:
        self.picture, self.title, self.lines, self.which = picture, title, lines, which
        west, self.south, east, self.north = picture.box
        self.west = west
        self.scale = _MAP_PX / max(east - west, self.north - self.south)
        self.width = round((east - west) * self.scale)
        self.height = round((self.north - self.south) * self.scale)
        page = (max(self.width, 900) + 2 * _MARGIN_PX, self.height + _HEAD_PX + _FOOT_PX)
        self.image = Image.new("RGB", page, _PAPER)
        self.pen = ImageDraw.Draw(self.image)

    def png(self, today: dt.date) -> bytes:
        self._map()
        self._head(today)
        self._scale_and_north()
        self._legend()
        file = io.BytesIO()
        self.image.save(file, "PNG", optimize=True)
        return file.getvalue()

    # --- the map --------------------------------------------------------------------------
    def _map(self) -> None:
        ground = Image.new("RGB", (self.width, self.height), _GROUND)
        pen = ImageDraw.Draw(ground)
        for water in self._rows(Water.objects.current()):
            for part in shapely.get_parts(water):
                if isinstance(part, shapely.Polygon):
                    pen.polygon(self._pixels(part.exterior), fill=_WATER)
        for road in self._rows(Road.objects.current().filter(road_class__in=CARRIAGEWAY_CLASSES)):
            for part in shapely.get_parts(road):
                pen.line(self._pixels(part), fill=_ROAD, width=2)
        heat = Image.fromarray(self.picture.pixels(self.which)[::-1], "RGBA")
        heat = heat.resize((self.width, self.height), Image.Resampling.BILINEAR)
        ground.paste(heat, (0, 0), heat)
        for polygon in shapely.get_parts(self.picture.area):
            pen.line(self._pixels(polygon.exterior), fill=_BORDER, width=2)
        self.image.paste(ground, (_MARGIN_PX, _HEAD_PX))

    def _rows(self, rows):
        box = Polygon.from_bbox(self.picture.box)
        box.srid = city_srid()
        wkb = rows.filter(geom__intersects=box).annotate(wkb=AsWKB("geom"))
        return [shapely.from_wkb(bytes(one)) for one in wkb.values_list("wkb", flat=True)]

    def _pixels(self, line) -> list[tuple[float, float]]:
        xy = shapely.get_coordinates(line)
        return [
            ((x - self.west) * self.scale, (self.north - y) * self.scale) for x, y in xy.tolist()
        ]

    # --- around it ------------------------------------------------------------------------
    def _text(self, at, text: str, size: int, *, bold: bool = False, fill: str = _INK, **more):
        font = ImageFont.truetype(str(font_file("B" if bold else "")), size)
        self.pen.text(at, text, font=font, fill=fill, **more)

    def _head(self, today: dt.date) -> None:
        self._text((_MARGIN_PX, 28), self.title, 30, bold=True)
        self._text((_MARGIN_PX, 74), " · ".join(self.lines), 20, fill=_MUTED)
        right = self.image.width - _MARGIN_PX
        self._text((right, 34), date_format(today, "DATE_FORMAT"), 20, anchor="ra")

    def _scale_and_north(self) -> None:
        metres = max(one for one in _NICE_M if one * self.scale <= 300 or one == _NICE_M[0])
        x, y, long = _MARGIN_PX + 16, _HEAD_PX + self.height - 24, metres * self.scale
        self.pen.rectangle((x - 10, y - 36, x + long + 10, y + 12), fill=_PAPER)
        self.pen.line([(x, y - 8), (x, y), (x + long, y), (x + long, y - 8)], fill=_INK, width=3)
        words = (
            _("%(length)s m") % {"length": metres}
            if metres < 1000
            else _("%(length)s km") % {"length": metres // 1000}
        )
        self._text((x + 4, y - 34), words, 18)
        x, y = _MARGIN_PX + self.width - 44, _HEAD_PX + 48
        self.pen.ellipse((x - 30, y - 34, x + 30, y + 34), fill=_PAPER)
        self.pen.polygon([(x, y - 24), (x + 9, y + 6), (x, y), (x - 9, y + 6)], fill=_INK)
        self._text((x, y + 8), _("N"), 16, bold=True, anchor="ma")

    def _legend(self) -> None:
        y = _HEAD_PX + self.height + 24
        unit = (
            _("Change, events per km² and year, from")
            if self.which == "change"
            else _("Events per km² and year, from")
        )
        self._text((_MARGIN_PX, y), unit, 20)
        x = _MARGIN_PX
        for colour, bound in self.picture.legend(self.which):
            self.pen.rectangle((x, y + 40, x + 36, y + 60), fill=colour, outline=_BORDER)
            text = floatformat(float(f"{bound:.3g}"), "-3g")
            self._text((x + 44, y + 36), text, 18)
            x += 150
        self._text((_MARGIN_PX, y + 92), ATTRIBUTION, 16, fill=_MUTED)
