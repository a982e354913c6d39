"""TileJSON 3.0: what a source holds and where its tiles are.

https://github.com/mapbox/tilejson-spec/tree/master/3.0.0
"""

from typing import Any

from django.db.models import BooleanField, Field, FloatField, IntegerField, Model
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest

from citymap.geo import city_bbox
from citymap.tiles import base
from citymap.tiles.registry import MapLayer, MapSource, layers_of


def build_tilejson(source: MapSource, request: HttpRequest) -> dict[str, Any]:
    """The TileJSON document of a source; tile URLs are absolute, as map workers need them."""
    # The version in the URL makes the tiles of the base map immutable.
    version = f"?v={base.current_version()}" if source.backdrop else ""
    root = request.build_absolute_uri("/tiles/")
    box = city_bbox()
    return {
        "tilejson": "3.0.0",
        "name": source.name,
        "scheme": "xyz",
        "tiles": [f"{root}{source.name}/{{z}}/{{x}}/{{y}}.mvt{version}"],
        "minzoom": source.min_zoom,
        "maxzoom": source.max_zoom,
        "bounds": list(box.as_tuple()),
        "center": [*box.center, source.min_zoom],
        "attribution": str(source.attribution),
        "vector_layers": vector_layers(source),
    }


def vector_layers(source: MapSource) -> list[dict[str, Any]]:
    """The layers of a source with the names and types of their attributes."""
    if source.backdrop:
        return [
            {"id": name, "fields": dict(fields)}
            for name, fields in source.backdrop.vector_layers.items()
        ]
    return [
        {
            "id": layer.name,
            "description": str(layer.title),
            "minzoom": max(layer.min_zoom, source.min_zoom),
            "maxzoom": min(layer.max_zoom, source.max_zoom),
            "fields": _fields(layer),
        }
        for layer in layers_of(source.name)
    ]


def _fields(layer: MapLayer) -> dict[str, str]:
    rows = layer.queryset()
    types = {
        name: _type_name(_output_field(rows.model, rows.query.annotations, lookup))
        for name, lookup in (*layer.fields.items(), *layer.once.items())
    }
    return types | ({"count": "Number"} if layer.grid_below_zoom else {})


def _output_field(model: type[Model], annotations: dict, lookup: str) -> Field:
    if lookup in annotations:
        return annotations[lookup].output_field
    *path, last = lookup.split(LOOKUP_SEP)
    for step in path:
        model = model._meta.get_field(step).related_model
    field = model._meta.pk if last == "pk" else model._meta.get_field(last)
    return getattr(field, "target_field", field)


def _type_name(field: Field) -> str:
    field = getattr(field, "output_field", field)
    if isinstance(field, BooleanField):
        return "Boolean"
    return "Number" if isinstance(field, IntegerField | FloatField) else "String"
