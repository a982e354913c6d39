"""How the base map looks: quiet paper greys, pale water, thin roads, labels that never collide.

Tile layers and their attributes are those that `layers/basemap.py` writes. Colours are tokens
of `citymap/tiles/palette.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from citymap.tiles.fonts import BOLD, ITALIC, REGULAR
from citymap.tiles.registry import Backdrop
from layers.choices import LandUseKind, PlaceKind, RailwayKind, RoadClass, TerritoryKind, WaterKind

StyleLayer = Mapping[str, Any]
BASE_MIN_ZOOM, BASE_MAX_ZOOM = 8, 15

VECTOR_LAYERS = {
    "land_use": {"kind": "String"},
    "water": {"kind": "String"},
    "water_name": {"name": "String"},
    "waterway": {"kind": "String", "name": "String"},
    "road": {"class": "String", "bridge": "Boolean", "tunnel": "Boolean"},
    "railway": {"kind": "String"},
    "building": {"height": "Number"},
    "boundary": {"kind": "String"},
    "place": {"kind": "String", "name": "String", "name_ru": "String", "name_kk": "String"},
    "street": {"class": "String", "name": "String", "name_ru": "String", "name_kk": "String"},
    "house_number": {"number": "String"},
    "building_name": {"name": "String"},
}

MAJOR = (RoadClass.MOTORWAY, RoadClass.TRUNK, RoadClass.PRIMARY)
MIDDLE = (RoadClass.SECONDARY, RoadClass.TERTIARY)
LOCAL = (RoadClass.RESIDENTIAL, RoadClass.PEDESTRIAN)
SERVICE = (RoadClass.SERVICE,)
PATHS = (RoadClass.FOOTWAY, RoadClass.CYCLEWAY, RoadClass.STEPS, RoadClass.TRACK, RoadClass.OTHER)

# zoom, width in pixels
MAJOR_WIDTH = (10, 1.2, 12, 2.4, 14, 5.5, 16, 12, 18, 28)
MIDDLE_WIDTH = (10, 0.6, 12, 1.5, 14, 3.8, 16, 9.5, 18, 24)
LOCAL_WIDTH = (12, 0.5, 13, 1, 14, 2.2, 16, 7, 18, 18)
SERVICE_WIDTH = (14, 0.6, 16, 3, 18, 9)
WATERWAY_WIDTH = (10, 0.6, 14, 1.4, 18, 4)
PATH_WIDTH = (14, 0.5, 16, 1.1, 18, 2)


def any_of(attribute: str, values: Sequence[str]) -> list:
    """A filter: the attribute is one of `values`."""
    return ["in", ["get", attribute], ["literal", [str(value) for value in values]]]


def by_zoom(*stops: Any, base: float = 1.4) -> list:
    """An expression that grows with zoom: zoom, value, zoom, value ..."""
    return ["interpolate", ["exponential", base], ["zoom"], *stops]


def widened(stops: Sequence[float], pixels: float) -> list:
    """Line widths with a casing of `pixels` on each side."""
    return by_zoom(
        *(value + 2 * pixels if index % 2 else value for index, value in enumerate(stops))
    )


def land(id: str, kinds: Sequence[str], token: str, **more: Any) -> StyleLayer:
    return {
        "id": f"base-{id}", "type": "fill", "source-layer": "land_use",
        "filter": any_of("kind", kinds),
        "paint": {"fill-color": f"{{base.{token}}}", "fill-antialias": False}, **more,
    }  # fmt: skip


def road(id: str, classes: Sequence[str], width: list, token: str, **more: Any) -> StyleLayer:
    return {
        "id": f"base-{id}", "type": "line", "source-layer": "road",
        "filter": any_of("class", classes),
        "layout": {"line-cap": "round", "line-join": "round"},
        "paint": {"line-color": f"{{base.{token}}}", "line-width": width}, **more,
    }  # fmt: skip


def label(
    id: str, layer: str, *, size: Any, token: str, font: list = REGULAR, halo: float = 1.4,
    layout: StyleLayer | None = None, **more: Any,
) -> StyleLayer:  # fmt: skip
    return {
        "id": f"base-{id}", "type": "symbol", "source-layer": layer,
        "layout": {
            "text-field": "{label}", "text-font": font, "text-size": size, **(layout or {}),
        },
        "paint": {
            "text-color": f"{{base.{token}}}", "text-halo-color": "{base.halo}",
            "text-halo-width": halo,
        },
        **more,
    }  # fmt: skip


GROUND: list[StyleLayer] = [
    {"id": "base-ground", "type": "background", "paint": {"background-color": "{base.ground}"}},
    land("farmland", (LandUseKind.FARMLAND,), "farmland"),
    land("residential", (LandUseKind.RESIDENTIAL, LandUseKind.COMMERCIAL), "residential"),
    land("allotments", (LandUseKind.ALLOTMENTS,), "allotments"),
    land(
        "industrial",
        (LandUseKind.INDUSTRIAL, LandUseKind.GARAGES, LandUseKind.RAILWAY,
         LandUseKind.CONSTRUCTION, LandUseKind.MILITARY),
        "industrial",
    ),
    land("green", (LandUseKind.GRASS, LandUseKind.PARK, LandUseKind.CEMETERY), "green"),
    land("wood", (LandUseKind.WOOD,), "wood"),
    land(
        "institution",
        (LandUseKind.EDUCATION, LandUseKind.KINDERGARTEN, LandUseKind.HEALTH, LandUseKind.PARKING),
        "institution",
        minzoom=13,
    ),
    {
        "id": "base-water", "type": "fill", "source-layer": "water",
        "paint": {
            "fill-color": [
                "match", ["get", "kind"], WaterKind.WETLAND.value, "{base.wetland}", "{base.water}"
            ],
            "fill-antialias": True,
        },
    },
    {
        "id": "base-waterway", "type": "line", "source-layer": "waterway",
        "layout": {"line-cap": "round", "line-join": "round"},
        "paint": {"line-color": "{base.water_line}", "line-width": by_zoom(*WATERWAY_WIDTH)},
    },
    road("path", PATHS, by_zoom(*PATH_WIDTH), "path", minzoom=14.5)
    | {"paint": {
        "line-color": "{base.path}", "line-width": by_zoom(*PATH_WIDTH),
        "line-dasharray": [2, 1.5],
    }},
    road("service-casing", SERVICE, widened(SERVICE_WIDTH, 0.6), "road_casing", minzoom=15),
    road("local-casing", LOCAL, widened(LOCAL_WIDTH, 0.7), "road_casing", minzoom=13.5),
    road("middle-casing", MIDDLE, widened(MIDDLE_WIDTH, 0.8), "road_casing", minzoom=11),
    road("major-casing", MAJOR, widened(MAJOR_WIDTH, 0.9), "road_casing_major"),
    road("service", SERVICE, by_zoom(*SERVICE_WIDTH), "road_minor", minzoom=14),
    road("local", LOCAL, by_zoom(*LOCAL_WIDTH), "road", minzoom=12),
    road("middle", MIDDLE, by_zoom(*MIDDLE_WIDTH), "road"),
    road("major", MAJOR, by_zoom(*MAJOR_WIDTH), "road_major"),
    {
        "id": "base-rail", "type": "line", "source-layer": "railway",
        "filter": any_of("kind", (RailwayKind.MAIN, RailwayKind.SIDING, RailwayKind.TRAM)),
        "paint": {
            "line-color": "{base.rail}",
            "line-width": [
                "interpolate", ["exponential", 1.4], ["zoom"],
                10, ["match", ["get", "kind"], RailwayKind.MAIN.value, 0.9, 0],
                12, ["match", ["get", "kind"], RailwayKind.MAIN.value, 1.1, 0.25],
                14, ["match", ["get", "kind"], RailwayKind.MAIN.value, 1.6, 0.8],
                18, ["match", ["get", "kind"], RailwayKind.MAIN.value, 3, 2],
            ],
        },
    },
    {
        "id": "base-rail-ties", "type": "line", "source-layer": "railway", "minzoom": 14,
        "filter": any_of("kind", (RailwayKind.MAIN,)),
        "paint": {
            "line-color": "{base.rail}", "line-width": by_zoom(14, 3.5, 18, 9),
            "line-dasharray": [0.25, 2],
        },
    },
    {
        "id": "base-boundary", "type": "line", "source-layer": "boundary", "maxzoom": 15,
        "layout": {"line-join": "round"},
        "paint": {
            "line-color": "{base.boundary}", "line-dasharray": [5, 2, 1, 2],
            "line-opacity": ["match", ["get", "kind"], TerritoryKind.CITY.value, 0.7, 0.35],
            "line-width": by_zoom(10, 0.8, 16, 2),
        },
    },
]  # fmt: skip

BUILDINGS: list[StyleLayer] = [
    {
        "id": "base-building", "type": "fill", "source-layer": "building", "minzoom": 13,
        "paint": {
            "fill-color": "{base.building}",
            "fill-outline-color": "{base.building_line}",
            "fill-opacity": ["interpolate", ["linear"], ["zoom"], 13, 0.5, 14.5, 1],
        },
    },
]  # fmt: skip

VOLUMES: list[StyleLayer] = [
    {
        "id": "base-building-3d", "type": "fill-extrusion", "source-layer": "building",
        "minzoom": 15,
        "paint": {
            "fill-extrusion-color": "{base.building_side}",
            "fill-extrusion-height": [
                "interpolate", ["linear"], ["zoom"], 15, 0, 15.4, ["get", "height"]
            ],
            "fill-extrusion-vertical-gradient": True,
            "fill-extrusion-opacity": 1,
        },
    },
]  # fmt: skip

LABELS: list[StyleLayer] = [
    label(
        "house-number", "house_number", size=by_zoom(17, 10.5, 20, 15), token="label_street",
        halo=1, minzoom=17, layout={"text-field": ["get", "number"], "text-padding": 2},
    ),
    label(
        "building-name", "building_name", size=11, token="label_quiet", minzoom=16,
        layout={"text-max-width": 8, "text-padding": 8},
    ),
    label(
        "water-name", "water_name", size=by_zoom(10, 11, 16, 15), token="label_water", font=ITALIC,
        layout={"text-max-width": 7, "text-letter-spacing": 0.05},
    ),
    label(
        "waterway-name", "waterway", size=11, token="label_water", font=ITALIC, minzoom=13,
        layout={"symbol-placement": "line", "text-letter-spacing": 0.1, "symbol-spacing": 400},
    ),
    label(
        "street-local", "street", size=by_zoom(14, 10, 18, 14), token="label_street", minzoom=14.5,
        filter=["!", any_of("class", (*MAJOR, *MIDDLE))],
        layout={"symbol-placement": "line", "symbol-spacing": 350, "text-padding": 4},
    ),
    label(
        "street-main", "street", size=by_zoom(13, 10.5, 18, 16), token="label_street", minzoom=13,
        filter=any_of("class", (*MAJOR, *MIDDLE)), halo=1.6,
        layout={
            "symbol-placement": "line", "symbol-spacing": 400, "text-letter-spacing": 0.02,
            "text-padding": 6,
        },
    ),
    label(
        "place-small", "place", size=by_zoom(13, 10.5, 16, 13), token="label_quiet", minzoom=13,
        maxzoom=16.5, filter=any_of("kind", (PlaceKind.GARDEN_SOCIETY, PlaceKind.LOCALITY)),
        font=ITALIC, layout={"text-max-width": 8, "text-padding": 10},
    ),
    label(
        "place-part", "place", size=by_zoom(10.5, 10.5, 15, 15), token="label", minzoom=10.5,
        maxzoom=16.5,
        filter=any_of("kind", (PlaceKind.SUBURB, PlaceKind.NEIGHBOURHOOD, PlaceKind.VILLAGE)),
        layout={"text-max-width": 7, "text-letter-spacing": 0.04, "text-padding": 8},
    ),
    label(
        "place-city", "place", size=by_zoom(8, 14, 12, 22), token="label", font=BOLD, maxzoom=12.7,
        filter=any_of("kind", (PlaceKind.CITY,)), halo=2,
        layout={"text-max-width": 8, "text-padding": 4},
    ),
]  # fmt: skip

BACKDROP = Backdrop(
    vector_layers=VECTOR_LAYERS,
    ground=GROUND,
    buildings=BUILDINGS,
    volumes=VOLUMES,
    labels=LABELS,
    switches=[
        ("buildings_3d", _("Buildings in 3D"), ["base-building-3d"], False),
    ],
)
