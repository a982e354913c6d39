"""The registry of layers that `import_layer` can fill.

Every model of a city object with a geometry is importable as it is, under the name of its class
(`SportsGround` -> `sports_ground`), whichever app it lives in. An app that wants more (other
names of columns, words for its choices, columns that follow from others) says so in its
`importables.py`:

    register_importable(ImportableLayer(name="bench", model=Bench, ...))
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.apps import apps
from django.contrib.gis.db import models as gis
from django.db import models
from django.utils import translation
from django.utils.module_loading import autodiscover_modules

from citymap.accounts.models import Organization
from citymap.registry import Registry
from layers.imports.errors import ImportRefusedError
from layers.imports.matching import one_of
from layers.imports.values import LABEL_LANGUAGES
from layers.models.base import CityObject

BOOKKEEPING = frozenset({"source", "source_id", "valid_from", "valid_to"})
SOURCE_ID_NAMES = ("source_id", "id", "uuid", "guid", "globalid")
# What a general geometry field takes when its layer does not say: no collections.
ANY_GEOMETRY = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")


Lookup = Callable[[Sequence[Any]], tuple[list[int | None], set[str]]]


@dataclass(slots=True)
class Rows:
    """Rows on their way in: converted columns and geometries in the city CRS, all `(n,)`.

    `raw` holds the cells as the file had them, for hooks that need more than the value.
    """

    columns: dict[str, list[Any]]
    geometries: np.ndarray | None
    raw: Mapping[str, Sequence[Any]]
    notes: list[str]

    def __len__(self) -> int:
        if self.geometries is not None:
            return len(self.geometries)
        return len(next(iter(self.columns.values()), ()))


@dataclass(frozen=True, kw_only=True)
class ImportableLayer:
    """One layer that a file can be imported into.

    geometries: types taken; empty: what the model's geometry field takes.
    names: field -> other names that its column goes by in offices' files.
    synonyms: field -> code -> other words for that choice.
    cad_field: the choice read from the name of the CAD layer of a DXF file.
    defaults: values for required fields that a file may leave out.
    exclude: fields that no file fills: they are derived.
    lookups: foreign key -> cells `(n,)` to primary keys `(n,)` and the names not known; others
        are looked up by id or name.
    complete: called with the converted rows; adds or changes columns in place.
    completes: required fields that `complete` fills when no column does.
    refusal: why no file is imported into this layer, and what to do instead.
    """

    name: str
    model: type[CityObject]
    geometries: Sequence[str] = ()
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    synonyms: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    cad_field: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    exclude: Sequence[str] = ()
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    complete: Callable[[Rows], None] | None = None
    completes: Sequence[str] = ()
    refusal: str = ""

    @property
    def geometry_field(self) -> gis.GeometryField:
        return self.model._meta.get_field("geom")

    @property
    def geometry_types(self) -> tuple[str, ...]:
        """Names of the geometry types that the layer takes."""
        if self.geometries:
            return tuple(self.geometries)
        kind = self.geometry_field.geom_type
        exact = {name.upper(): name for name in ANY_GEOMETRY}
        return (exact[kind],) if kind in exact else ANY_GEOMETRY

    def fields(self) -> dict[str, models.Field]:
        """Fields that a column can fill, by name."""
        return {
            item.name: item
            for item in self.model._meta.concrete_fields
            if item.name not in BOOKKEEPING
            and item.name not in self.exclude
            and not item.primary_key
            and not item.generated
            and not isinstance(item, gis.GeometryField | models.JSONField)
            and (not item.is_relation or _importable_relation(item))
        }

    def column_names(self) -> dict[str, tuple[str, ...]]:
        """Field -> the names that its column may go by, best first."""
        found: dict[str, tuple[str, ...]] = {"source_id": SOURCE_ID_NAMES}
        for name, item in self.fields().items():
            labels = []
            for language in LABEL_LANGUAGES:
                with translation.override(language):
                    labels.append(str(item.verbose_name))
            bare = [label.split(",")[0] for label in labels]
            found[name] = tuple(dict.fromkeys([name, *labels, *bare, *self.names.get(name, ())]))
        return found


def _importable_relation(item: models.Field) -> bool:
    target = item.related_model
    return target is Organization or (isinstance(target, type) and issubclass(target, CityObject))


_registered: Registry[ImportableLayer] = Registry("importable layer")


def register_importable(layer: ImportableLayer) -> ImportableLayer:
    return _registered.register(layer)


@dataclass(frozen=True, kw_only=True)
class OtherImport:
    """What `import_layer` reads besides city objects: rows with a course of their own.

    run: takes the `LayerImport` of the command, returns its report; raises ImportRefusedError.
    """

    name: str
    run: Callable[[Any], Any]


_others: Registry[OtherImport] = Registry("other import")


def register_import(other: OtherImport) -> OtherImport:
    return _others.register(other)


def other_import(name: str) -> OtherImport | None:
    """The import of that name which is no layer of city objects."""
    autodiscover_modules("importables")
    return next((other for other in _others if other.name == name), None)


def layer_name(model: type[models.Model]) -> str:
    """`SportsGround` -> `sports_ground`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", model.__name__).lower()


def importable_layers() -> dict[str, ImportableLayer]:
    """All importable layers by name: those registered, and every other mapped city object."""
    autodiscover_modules("importables")
    found = {layer.name: layer for layer in _registered}
    known = {layer.model for layer in found.values()}
    for model in apps.get_models():
        has_place = any(item.name == "geom" for item in model._meta.concrete_fields)
        if issubclass(model, CityObject) and has_place and model not in known:
            name = layer_name(model)
            found.setdefault(name, ImportableLayer(name=name, model=model))
    return dict(sorted(found.items()))


def importable_layer(name: str) -> ImportableLayer:
    """One layer by name; raises ImportRefusedError that lists what there is."""
    layers = importable_layers()
    one_of(name, [*layers, *(other.name for other in _others)], what="layer")
    layer = layers[name]
    if layer.refusal:
        raise ImportRefusedError(f"the layer {name} is not imported: {layer.refusal}")
    return layer
