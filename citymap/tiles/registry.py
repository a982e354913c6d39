"""The registry of map sources and map layers.

An app adds a layer to the map by one call in its `tiles.py`:

    register_layer(MapLayer(name="playground", source="city", ...))

The layer is then drawn, listed in the legend, switched, and counted by the page for those
who cannot use a map. Nothing else has to be told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import QuerySet

from citymap.accounts.access import AnyUser, visible
from citymap.registry import Registry

# Text that may be a gettext_lazy proxy.
Text = Any


def everybody(user: AnyUser) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class MapSource:
    """A set of layers served in one tile: `/tiles/<name>/{z}/{x}/{y}.mvt`.

    A source is public as a whole or staff-only as a whole: a cached file knows no permissions.
    `may_see(user)` guards tile, TileJSON and style; only public sources are cached as files.
    cached: False for a picture that changes by the clock and not by an edit: its tiles are drawn
        at every look.
    backdrop: for tiles that are built ahead (the base map), what they hold and how it looks.
    """

    name: str
    public: bool
    may_see: Callable[[AnyUser], bool] = everybody
    min_zoom: int = 10
    max_zoom: int = 16
    attribution: Text = ""
    cached: bool = True
    backdrop: "Backdrop | None" = None
    order: int = 0


@dataclass(frozen=True, kw_only=True)
class Backdrop:
    """A source whose tiles are built ahead of time, and its part of the style.

    vector_layers: layer name -> attribute name -> "String", "Number" or "Boolean".
    ground, buildings, volumes, labels: MapLibre style layers with `id` and `source-layer`,
        without `source`; how the city's layers lie between them says `citymap/tiles/style.py`.
        Colours may be palette tokens, `"{base.water}"`.
    switches: parts that the legend can switch, as `(name, title, style layer ids, visible)`.
    """

    vector_layers: Mapping[str, Mapping[str, str]]
    ground: Sequence[Mapping[str, Any]] = ()
    buildings: Sequence[Mapping[str, Any]] = ()
    volumes: Sequence[Mapping[str, Any]] = ()
    labels: Sequence[Mapping[str, Any]] = ()
    switches: Sequence[tuple[str, Text, Sequence[str], bool]] = ()


@dataclass(frozen=True, kw_only=True)
class LegendItem:
    """One line of a layer's legend: a swatch and its words. `shape` keeps colour from being
    the only sign: fill, hatch, line, dash, circle, square, diamond."""

    label: Text
    color: str
    shape: str = "fill"


@dataclass(frozen=True, kw_only=True, eq=False)
class MapLayer:
    """One kind of city object on the map.

    queryset: what there is to draw; already without what nobody may see. It is turned into SQL
        once a day, so it may compare with today's date, but with the clock only by `Now()`.
    fields: attribute in the tile -> model lookup; `fields_by_zoom` names those that are sent
        only from a zoom on (`{16: ("name",)}`).
    once: the same for attributes that one tile of an object carries: that which holds its point
        on the surface. So a label is written once, and not in every tile that an outline touches.
    geometry: a column in EPSG:3857 with a GiST index (see citymap.geo.mercator_copy).
    grid_below_zoom: points are sent as counts per grid cell below this zoom (0: never).
    min_area_field: a stored area in m2; below zoom 14 smaller polygons are left out.
    retraces: lines that may run back upon themselves (bus routes, recorded tracks); see
        `citymap.tiles.expressions.Retraced`.
    dated: names of the attributes that say from and to which day (ISO, the first day that no
        longer counts) a feature counts; the date slider then filters the layer.
    permission: its name, where each reader sees rows of their own (own body, own territory; see
        `citymap.accounts.access`). Only in sources that are not public; tile, list and counts
        are filtered alike.
    columns: further model lookups that the plain list of the layer shows beside `fields`.
    paint: MapLibre style layers without `id`, `source` and `source-layer`, which are added;
        colours may be palette tokens, `"{network.heat}"`, resolved per theme; `"{label}"` is
        the feature's name in the reader's language. Grid counts are drawn without being told.
    """

    name: str
    source: str
    title: Text
    group: Text
    queryset: Callable[[], QuerySet]
    fields: Mapping[str, str] = field(default_factory=dict)
    fields_by_zoom: Mapping[int, Sequence[str]] = field(default_factory=dict)
    once: Mapping[str, str] = field(default_factory=dict)
    geometry: str = "geom_3857"
    min_zoom: int = 12
    max_zoom: int = 22
    grid_below_zoom: int = 0
    min_area_field: str = ""
    retraces: bool = False
    dated: tuple[str, str] | None = None
    permission: str = ""
    columns: Sequence[str] = ()
    paint: Sequence[Mapping[str, Any]] = ()
    legend: Sequence[LegendItem] = ()
    visible: bool = True
    order: int = 0

    def seen_by(self, user: AnyUser) -> "MapLayer":
        """The layer with the rows that `user` may see; itself where all see the same."""
        if not self.permission:
            return self
        return replace(self, queryset=lambda: visible(self.queryset(), user, self.permission))


sources: Registry[MapSource] = Registry("map source")
layers: Registry[MapLayer] = Registry("map layer")


def register_source(source: MapSource) -> MapSource:
    return sources.register(source)


def register_layer(layer: MapLayer) -> MapLayer:
    return layers.register(layer)


def layers_of(source: str) -> list[MapLayer]:
    """The layers drawn in one source, in drawing order."""
    return [layer for layer in layers if layer.source == source]
