"""The map's style: one MapLibre style document per theme, language and reader.

The base map's ground lies lowest, then areas and lines of the city's layers, volumes of
buildings, points, the base map's labels, and the labels of the city's layers. A style names
only sources that its reader may see.

`metadata["citymap:layers"]` is the layer tree, in the order of the legend:

    {"name", "title", "group", "source", "sourceLayer", "visible", "minZoom", "maxZoom",
     "gridBelowZoom", "queryable", "dated": {"from", "to"} or null,
     "styleLayers": [id, ...], "legend": [{"label", "color", "shape"}, ...]}
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import get_language

from citymap.accounts.access import AnyUser
from citymap.geo import city_bbox
from citymap.tiles.fonts import font_faces
from citymap.tiles.palette import THEMES, Theme, resolve
from citymap.tiles.registry import MapLayer, MapSource, layers_of, sources

StyleLayer = dict[str, Any]
AREAS_AND_LINES = ("fill", "line", "heatmap")


class UnknownStyleError(LookupError):
    """There is no style of that name."""


def visible_sources(user: AnyUser) -> list[MapSource]:
    """The sources that a reader may see, in drawing order."""
    return [source for source in sources if source.may_see(user)]


def build_style(
    name: str,
    *,
    user: AnyUser,
    source_json: Callable[[MapSource], dict[str, Any]],
    sprite: str,
) -> dict[str, Any]:
    """The style document; raises UnknownStyleError.

    source_json: a source as the style's `sources` member shows it.
    sprite: absolute URL of the signs, without ending.
    """
    if name not in THEMES:
        raise UnknownStyleError(name)
    shown = visible_sources(user)
    words = {"label": localized_label()}
    parts = [
        *(layer for source in shown for layer in backdrop_layers(source, "ground")),
        *guest_layers(shown, is_area_or_line),
        *(layer for source in shown for layer in backdrop_layers(source, "volumes")),
        *guest_layers(shown, is_point),
        *(layer for source in shown for layer in backdrop_layers(source, "labels")),
        *guest_layers(shown, worded),
    ]
    return {
        "version": 8,
        "name": f"Citymap {name}",
        "metadata": {
            "citymap:theme": name,
            "citymap:layers": layer_tree(shown, name),
        },
        "center": list(city_bbox().center),
        "zoom": 11,
        "light": {"anchor": "viewport", "intensity": 0.25},
        "sprite": sprite,
        "font-faces": font_faces(),
        "sources": {source.name: source_json(source) for source in shown},
        "layers": [resolve(layer, name, words) for layer in parts],
    }


def localized_label() -> list:
    """An expression: the feature's name in the reader's language, else as it is written."""
    language = (get_language() or "").split("-")[0]
    return ["coalesce", ["get", f"name_{language}"], ["get", "name"]]


def backdrop_layers(source: MapSource, part: str) -> list[StyleLayer]:
    """One part of a base map's style layers, each tied to its source; switched ones hidden."""
    if source.backdrop is None:
        return []
    hidden = {id for _, _, ids, visible in source.backdrop.switches if not visible for id in ids}
    return [
        _placed(dict(layer), source.name, visible=layer["id"] not in hidden)
        for layer in getattr(source.backdrop, part)
    ]


def guest_layers(
    shown: Sequence[MapSource], wanted: Callable[[StyleLayer], bool]
) -> Iterable[StyleLayer]:
    """The style layers of all registered layers that `wanted` picks, in drawing order."""
    for source in shown:
        for layer in layers_of(source.name):
            yield from (part for part in style_layers(layer) if wanted(part))


def style_layers(layer: MapLayer) -> list[StyleLayer]:
    """A registered layer's style layers, ids and sources filled in, grid counts included."""
    first_zoom = max(layer.min_zoom, layer.grid_below_zoom)
    parts = [
        {
            "id": f"{layer.source}-{layer.name}-{number}",
            "source-layer": layer.name,
            "minzoom": first_zoom,
            **paint,
        }
        for number, paint in enumerate(layer.paint)
    ]
    if layer.min_zoom < layer.grid_below_zoom:
        parts.append(grid_circles(layer))
    return [_placed(part, layer.source, visible=layer.visible) for part in parts]


def grid_circles(layer: MapLayer) -> StyleLayer:
    """Counts per grid cell as circles whose area grows with the count."""
    return {
        "id": f"{layer.source}-{layer.name}-grid",
        "source-layer": layer.name,
        "type": "circle",
        "minzoom": layer.min_zoom,
        "maxzoom": layer.grid_below_zoom,
        "paint": {
            "circle-color": layer.legend[0].color if layer.legend else "{base.label_quiet}",
            "circle-opacity": 0.55,
            "circle-radius": ["min", 14, ["*", 1.6, ["sqrt", ["get", "count"]]]],
        },
    }


def is_area_or_line(layer: StyleLayer) -> bool:
    return layer["type"] in AREAS_AND_LINES


def is_point(layer: StyleLayer) -> bool:
    return not (is_area_or_line(layer) or worded(layer))


def worded(layer: StyleLayer) -> bool:
    """Whether a style layer draws text."""
    return "text-field" in layer.get("layout", {})


def _placed(layer: StyleLayer, source: str, *, visible: bool) -> StyleLayer:
    if layer["type"] != "background":
        layer["source"] = source
    if not visible:
        layer["layout"] = {**layer.get("layout", {}), "visibility": "none"}
    return layer


def layer_tree(shown: Sequence[MapSource], theme: Theme) -> list[dict[str, Any]]:
    """What the legend lists and switches, localised."""
    tree = [_tree_entry(layer, theme) for source in shown for layer in layers_of(source.name)]
    for source in shown:
        if source.backdrop is None:
            continue
        known = {
            layer["id"]: layer
            for layer in (
                *source.backdrop.ground,
                *source.backdrop.volumes,
                *source.backdrop.labels,
            )
        }
        tree += [
            {
                "name": name,
                "title": str(title),
                "group": "",
                "source": source.name,
                "sourceLayer": known[ids[0]]["source-layer"],
                "visible": visible,
                "minZoom": known[ids[0]].get("minzoom", source.min_zoom),
                "maxZoom": 24,
                "gridBelowZoom": 0,
                "queryable": False,
                "dated": None,
                "styleLayers": list(ids),
                "legend": [],
            }
            for name, title, ids, visible in source.backdrop.switches
        ]
    return tree


def _tree_entry(layer: MapLayer, theme: Theme) -> dict[str, Any]:
    return {
        "name": layer.name,
        "title": str(layer.title),
        "group": str(layer.group),
        "source": layer.source,
        "sourceLayer": layer.name,
        "visible": layer.visible,
        "minZoom": layer.min_zoom,
        "maxZoom": min(layer.max_zoom + 1, 24),
        "gridBelowZoom": layer.grid_below_zoom,
        "queryable": True,
        "dated": dict(zip(("from", "to"), layer.dated, strict=True)) if layer.dated else None,
        "styleLayers": [part["id"] for part in style_layers(layer)],
        "legend": [
            {
                "label": str(item.label),
                "color": resolve(item.color, theme, {}),
                "shape": item.shape,
            }
            for item in layer.legend
        ],
    }


def source_member(tilejson: Mapping[str, Any]) -> dict[str, Any]:
    """A style's `sources` member: the TileJSON itself, so that no second request is needed."""
    wanted = ("tiles", "minzoom", "maxzoom", "bounds", "attribution")
    return {"type": "vector", **{key: tilejson[key] for key in wanted if tilejson.get(key)}}
