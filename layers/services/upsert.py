"""The upsert engine: columns in, one set-based write, exact counts out.

Rows go by COPY into a temporary staging table that has the target's own column types. One
statement then inserts what is new and updates what differs; rows that are the same are not
touched at all: no new row version, no lock, no index entry, no trigger.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from shapely import Geometry

from layers.models.base import CityObject
from layers.report import ImportReport, LayerReport


class RetireRefusedError(ValueError):
    """More of a layer would be retired than one import may do without being forced."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Rows of one layer by column; all columns have the same length n.

    source_ids: (n,) text, the objects' ids in their source.
    columns: model field name -> (n,) values; None is NULL. A foreign key takes primary keys,
        or the ids in the source of the objects referred to when it is named in `references`.
    geometries: (n,) shapely geometries in the city CRS (metres); None where the model has no
        geometry or, for a nullable field, where one is missing.
    """

    source_ids: Sequence[str]
    columns: Mapping[str, Sequence[Any]]
    geometries: np.ndarray | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RetireScope:
    """Which current objects of the source count as gone when the batches do not have them.

    area: only objects whose bounding box lies inside this geometry's (city CRS); None: all of
        the source.
    keep: ids that the source still has, though they could not be imported this time.
    max_share: refuse when more than this share of the objects in scope would go ...
    max_count: ... and more than this many (small layers change by large shares).
    """

    area: Geometry | None = None
    keep: Collection[str] = field(default_factory=frozenset)
    max_share: float = 0.2
    max_count: int = 10


def upsert(
    *,
    model: type[CityObject],
    source: str,
    batches: Iterable[Batch],
    when: dt.date,
    report: ImportReport,
    layer: str,
    references: Mapping[str, str] | None = None,
    retire: RetireScope | None = None,
) -> LayerReport:
    """Make the rows of `source` in `model`'s table equal to `batches`; returns the counts.

    Runs inside `transaction.atomic()` (its own, or the caller's): all or nothing.

    - New ids are created with `valid_from = when`; columns that are not given get the field's
      default on creation and are never touched afterwards.
    - Rows that differ in a given column (IS DISTINCT FROM; geometries compared point by point)
      or had been retired are updated; `valid_from` stays, `valid_to` becomes null.
    - Rows that are the same are not written. A run with the same batches writes nothing.
    - With `retire`, current rows of the source in scope that are not in the batches get
      `valid_to = when`; raises RetireRefusedError when that would be too many.
    - An id given twice is merged: the last one counts. Polygons and lines are promoted to the
      field's multi type; invalid areas are repaired (`repaired`). Rows that break a rule of the
      table (null, length, choice, number range, type of geometry, check constraint) are
      skipped and listed by id with the reason; they do not stop the import.

    references: foreign key field -> source of the objects it refers to; the column then holds
    their `source_id` (None or an id that is not there: NULL).
    layer: name in the report. `read` grows by the number of rows given; what a caller leaves
    out before calling, it counts itself (`read += 1` and `report.skip(...)`).

    Geometries must be in the city CRS. Raises ValueError when a batch is malformed.
    """
    raise NotImplementedError
