"""The map's style: one MapLibre style document per theme, language and reader.

The base map's ground lies lowest, then areas of the city's layers, buildings, lines, volumes of
buildings, points, the base map's labels, and the labels of the city's layers. A style names
only sources that its reader may see.

`metadata["citymap:layers"]` is the layer tree, in the order of the legend:

    {"name", "title", "group", "source", "sourceLayer", "visible", "minZoom", "maxZoom",
     "gridBelowZoom", "queryable", "dated": {"from", "to"} or null,
     "styleLayers": [id, ...], "legend": [{"label", "color", "shape"}, ...]}
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import get_language

from citymap.accounts.access import AnyUser
from citymap.geo import city_bbox
from citymap.tiles.fonts import font_faces
from citymap.tiles.palette import THEMES, Theme, resolve
from citymap.tiles.registry import MapLayer, MapSource, layers_of, sources

StyleLayer = dict[str, Any]
# From the lowest: a part of the base map, and what registered layers draw upon it.
STACK = (
    ("ground", "areas"), ("buildings", "lines"), ("volumes", "points"), ("labels", "words"),
)  # fmt: skip


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
        "layers": [resolve(layer, name, words) for layer in stacked(shown)],
    }


def localized_label() -> list:
    """An expression: the feature's name in the reader's language, else as it is written."""
    language = (get_language() or "").split("-")[0]
    return ["coalesce", ["get", f"name_{language}"], ["get", "name"]]


def stacked(shown: Sequence[MapSource]) -> Iterator[StyleLayer]:
    """All style layers from the lowest to the highest."""
    for backdrop_part, guest_part in STACK:
        for source in shown:
            yield from backdrop_layers(source, backdrop_part)
        for source in shown:
            for layer in layers_of(source.name):
                yield from (part for part in style_layers(layer) if role(layer, part) == guest_part)


def role(layer: MapLayer, part: StyleLayer) -> str:
    """What a style layer of a registered layer draws: areas, lines, points or words.

    The outline of an area goes with the area: buildings hide what runs beneath them.
    """
    if "text-field" in part.get("layout", {}):
        return "words"
    if part["type"] in ("fill", "line") and any(one["type"] == "fill" for one in layer.paint):
        return "areas"
    return "lines" if part["type"] in ("line", "heatmap") else "points"


def backdrop_layers(source: MapSource, part: str) -> list[StyleLayer]:
    """One part of a base map's style layers, each tied to its source; switched ones hidden."""
    if source.backdrop is None:
        return []
    hidden = {id for _, _, ids, visible in source.backdrop.switches if not visible for id in ids}
    return [
        _placed(dict(layer), source.name, visible=layer["id"] not in hidden)
        for layer in getattr(source.backdrop, part)
    ]


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
            layer["id"]: layer for part, _ in STACK for layer in getattr(source.backdrop, part)
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
