"""City layers as GeoDataFrames, and maps of them that open without a network.

For notebooks and scripts of analysts: geometries are in the city CRS (metres), so that lengths
and areas are plain metres; `offline_map` draws them in degrees.
"""

import base64
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from branca.element import CssLink, JavascriptLink, MacroElement
from django.conf import settings
from django.contrib.gis.db.models.functions import AsWKB
from django.contrib.staticfiles import finders
from django.db.models import QuerySet
from folium.plugins import HeatMap
from jinja2 import Template

from citymap.geo import WGS84_SRID, city_bbox, city_srid
from citymap.tiles.palette import COLORS
from citymap.vendor import vendor_prefix, versions
from layers.choices import RoadClass
from layers.models import Road, Water

ATTRIBUTION = "© OpenStreetMap contributors"
PAPER = COLORS["base.ground"][0]
FRAME_PX = 10
BACKDROP_CLASSES = (
    RoadClass.MOTORWAY, RoadClass.TRUNK, RoadClass.PRIMARY, RoadClass.SECONDARY, RoadClass.TERTIARY,
)  # fmt: skip
# Light to dark in one hue: more is darker.
HEAT_COLORS = {0.2: "#fde0c5", 0.5: "#f59e72", 0.8: "#d7544a", 1.0: "#8e1c3b"}
# Degrees with 6 decimals are 0.1 m: what a picture needs, in half the bytes.
PICTURE_GRID_DEG = 1e-6


def read_layer(queryset: QuerySet, *fields: str, geometry: str = "geom") -> gpd.GeoDataFrame:
    """The rows of a queryset, `fields` (lookups such as `owner__name` too) and geometry.

    In the city CRS, metres; the index is the primary key, named `id`. One query; rows come in
    the queryset's order.
    """
    rows = queryset.annotate(wkb_=AsWKB(geometry)).values_list("pk", "wkb_", *fields)
    keys, shapes, *columns = _columns(rows, 2 + len(fields))
    geometries = shapely.from_wkb([None if wkb is None else bytes(wkb) for wkb in shapes])
    frame = pd.DataFrame(dict(zip(fields, columns, strict=True)), index=pd.Index(keys, name="id"))
    return gpd.GeoDataFrame(frame, geometry=np.asarray(geometries, dtype=object), crs=city_srid())


def read_table(queryset: QuerySet, *fields: str) -> pd.DataFrame:
    """The rows of a queryset without geometry; the index is the primary key, named `id`."""
    keys, *columns = _columns(queryset.values_list("pk", *fields), 1 + len(fields))
    return pd.DataFrame(dict(zip(fields, columns, strict=True)), index=pd.Index(keys, name="id"))


def _columns(rows: QuerySet, count: int) -> list[tuple]:
    return list(zip(*rows.iterator(chunk_size=5000), strict=True)) or [()] * count


def labels(codes: pd.Series, choices: Any) -> pd.Series:
    """Codes of a TextChoices class as its labels, in the active language."""
    return codes.map({code: str(label) for code, label in choices.choices}).fillna("")


def decade(years: pd.Series) -> pd.Series:
    """1987 -> 1980; missing stays missing."""
    return (years.astype("Int64") // 10) * 10


# --- maps ---------------------------------------------------------------------------------
class _Finish(MacroElement):
    """A scale in metres, whose data it is, the colour of paper, no advertisement."""

    _template = Template(
        "{% macro header(this, kwargs) %}<style>"
        f"#{{{{ this._parent.get_name() }}}}{{background:{PAPER};font-family:sans-serif}}"
        "</style>{% endmacro %}"
        "{% macro script(this, kwargs) %}"
        "L.control.scale({imperial: false}).addTo({{ this._parent.get_name() }});"
        "{{ this._parent.get_name() }}.attributionControl.setPrefix(false)"
        f".addAttribution({ATTRIBUTION!r});"
        "{% endmacro %}"
    )


def offline_map(*, height: int = 560, zoom: int = 12) -> folium.Map:
    """A folium map of the city on plain paper, whole in itself: nothing is fetched.

    Leaflet and jQuery (folium's pop-ups use it) are written into the page; there are no tiles,
    no marker icons and no fonts from elsewhere. Draw with GeoJson and heat maps, not with
    thousands of markers.
    """
    lon, lat = city_bbox().center
    drawn = folium.Map(
        location=(lat, lon), zoom_start=zoom, tiles=None, height=height, prefer_canvas=True,
    )  # fmt: skip
    drawn.default_js = [(name, _script(name)) for name in ("leaflet", "jquery")]
    drawn.default_css = [("leaflet_css", _style("leaflet"))]
    drawn.add_child(_Finish())
    # The frame around it in a notebook is as high as the map.
    drawn.add_to(folium.Figure(height=height + FRAME_PX))
    return drawn


def add_backdrop(drawn: folium.Map) -> None:
    """Water and the larger streets, pale, so that one knows where one is."""
    water = read_layer(Water.objects.current())
    roads = read_layer(Road.objects.current().filter(road_class__in=BACKDROP_CLASSES))
    for name, frame, token in (
        ("water", water, "base.water"),
        ("streets", roads, "base.road_casing_major"),
    ):
        if len(frame):
            add_shapes(drawn, frame, name=name, color=color_of(token), switch=False)


def color_of(token: str) -> str:
    """The map's own colour for a meaning (`network.heat`): one colour means one thing."""
    return COLORS[token][0]


def add_shapes(
    drawn: folium.Map,
    frame: gpd.GeoDataFrame,
    *,
    name: str,
    color: str | Mapping[str, str],
    by: str | None = None,
    tooltip: Mapping[str, str] | None = None,
    show: bool = True,
    switch: bool = True,
) -> folium.GeoJson:
    """Draw a layer's shapes as one GeoJson; simplified to half a metre.

    color: one colour, or value of column `by` -> colour. tooltip: column -> words before it.
    show: whether it is drawn at first; switch: whether the control lists it.
    """
    shown = frame[
        [*(tooltip or ()), *([by] if by and by not in (tooltip or ()) else []), "geometry"]
    ]
    shown = shown.set_geometry(shown.geometry.simplify(0.5)).to_crs(WGS84_SRID)
    shown = shown.set_geometry(shapely.set_precision(shown.geometry.to_numpy(), PICTURE_GRID_DEG))
    for column in shown.columns.drop("geometry"):
        shown[column] = shown[column].astype(object).where(shown[column].notna(), "—")

    def style(feature: dict) -> dict:
        chosen = color if isinstance(color, str) else color.get(feature["properties"][by], "#888")
        return {"color": chosen, "weight": 1.5, "fillColor": chosen, "fillOpacity": 0.45}

    layer = folium.GeoJson(
        shown[~shown.geometry.is_empty],
        name=name,
        style_function=style,
        marker=folium.CircleMarker(radius=4, weight=1, fill=True),
        tooltip=folium.GeoJsonTooltip(list(tooltip), aliases=list(tooltip.values()))
        if tooltip
        else None,
        show=show,
        control=switch,
        embed=True,
    )
    return layer.add_to(drawn)


def add_heat(
    drawn: folium.Map, frame: gpd.GeoDataFrame, *, name: str, show: bool = True
) -> HeatMap:
    """Draw the density of a layer's objects."""
    points = frame.geometry.centroid.to_crs(WGS84_SRID)
    heat = HeatMap(
        np.column_stack([points.y, points.x]).round(6).tolist(), name=name, radius=14, blur=18,
        min_opacity=0.3, gradient=HEAT_COLORS, show=show,
    )  # fmt: skip
    heat.default_js = [("leaflet-heat.js", _data_url(_heat_script(), "text/javascript"))]
    return heat.add_to(drawn)


def add_switch(drawn: folium.Map) -> folium.LayerControl:
    """The control that shows and hides the layers; add it last."""
    return folium.LayerControl(collapsed=False).add_to(drawn)


def linked_files(drawn: folium.Map) -> list[str]:
    """Addresses that the map's page would load; all are `data:` for a map that works offline."""
    drawn.get_root().render()
    head = drawn.get_root().header._children.values()
    return [item.url for item in head if isinstance(item, JavascriptLink | CssLink)]


_FILES = {
    "jquery": ("jquery", "jquery.min.js"),
    "leaflet": ("leaflet", "leaflet.js"),
}


@lru_cache
def _script(name: str) -> str:
    """A library's script as a `data:` address."""
    return _data_url(_library_file(*_FILES[name]), "text/javascript")


@lru_cache
def _style(library: str) -> str:
    """A library's style sheet as a `data:` address, its pictures within."""

    def inlined(match: re.Match) -> str:
        name = match[1].strip("'\"")
        found = _library_path(library, name)
        return f"url({_data_url(found.read_bytes(), 'image/png')})" if found else "url(data:,)"

    text = _library_file(library, f"{library}.css").decode("utf-8")
    return _data_url(re.sub(r"url\(([^)#]+)\)", inlined, text).encode(), "text/css")


def _heat_script() -> bytes:
    """folium brings its heat map's script along."""
    return (Path(folium.__file__).parent / "templates" / "leaflet_heat.min.js").read_bytes()


def _library_path(library: str, name: str) -> Path | None:
    prefix = vendor_prefix(library, versions(settings.BASE_DIR)[library])
    found = finders.find(f"{prefix}/{name}")
    return Path(found) if found else None


def _library_file(library: str, name: str) -> bytes:
    found = _library_path(library, name)
    if found is None:
        raise FileNotFoundError(f"{library} is not installed: run make run or npm ci")
    return found.read_bytes()


def _data_url(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
