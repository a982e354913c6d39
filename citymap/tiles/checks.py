"""System checks: what a layer must have to be drawn quickly and to be right after an edit."""

from django.contrib.gis.db.models import GeometryField
from django.contrib.postgres.indexes import GistIndex
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import FieldDoesNotExist
from django.db import ProgrammingError, connections, transaction

from citymap.geo import WEB_MERCATOR_SRID
from citymap.tiles import triggers
from citymap.tiles.registry import MapLayer, layers, sources


@register(Tags.models)
def layers_can_be_drawn(app_configs, **kwargs) -> list[CheckMessage]:
    """Every layer has a known source and an indexed geometry column in web Mercator."""
    found: list[CheckMessage] = []
    for layer in layers:
        if layer.source not in sources:
            found.append(
                Error(f"Layer {layer.name}: no source is called {layer.source}.", id="tiles.E001")
            )
        elif layer.permission and sources.get(layer.source).public:
            found.append(
                Error(
                    f"Layer {layer.name}: rows by permission in the public source {layer.source}.",
                    hint="Cached tiles know no permissions: put it into a source for staff.",
                    id="tiles.E003",
                )
            )
        if not _has_mercator_index(layer):
            found.append(
                Error(
                    f"Layer {layer.name}: {layer.geometry} is no indexed column in EPSG:3857.",
                    hint="Derive the model from layers.models.base.MappedObject, or add"
                    " citymap.geo.mercator_copy() and a GistIndex on it.",
                    id="tiles.E002",
                )
            )
    return found


def _has_mercator_index(layer: MapLayer) -> bool:
    model = layer.queryset().model
    try:
        field = model._meta.get_field(layer.geometry)
    except FieldDoesNotExist:
        return False
    field = getattr(field, "output_field", field)
    return (
        isinstance(field, GeometryField)
        and field.srid == WEB_MERCATOR_SRID
        and any(
            isinstance(index, GistIndex) and index.fields[:1] == [layer.geometry]
            for index in model._meta.indexes
        )
    )


@register(Tags.database)
def edits_mark_tiles(app_configs, databases=None, **kwargs) -> list[CheckMessage]:
    """Every table that is drawn has its triggers (a warning: migrate itself puts them right)."""
    if "default" not in (databases or ()):
        return []
    try:
        with transaction.atomic(), connections["default"].cursor() as cursor:
            tables = sorted({table for table, _ in triggers.missing(cursor)})
    except ProgrammingError:
        return []  # not migrated yet
    if not tables:
        return []
    return [
        Warning(
            f"Edits of {', '.join(tables)} do not mark tiles as stale.",
            hint="Run manage.py migrate as the owner role.",
            id="tiles.W001",
        )
    ]
