"""The import of an OpenStreetMap file: all or nothing, and the same file again writes nothing."""

import datetime as dt
import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from citymap.geo import BBox
from citymap.tiles import base
from layers import models
from layers.basemap import build_basemap
from layers.models.base import CityObject
from layers.osm_import.collect import collect
from layers.osm_import.derive import Table
from layers.osm_import.naming import name_streets, settlements, street_batch, street_lines
from layers.osm_import.prepare import Prepared, leave_out, prepare
from layers.osm_import.territories import depths, parents
from layers.report import ImportReport
from layers.search import refresh_search
from layers.services import Batch, RetireScope, upsert
from layers.services.retire import present_ids, retire_missing
from layers.services.streets import known_streets, retire_unnamed_streets, roads_elsewhere
from layers.yards.services import derive_yards

SOURCE = "osm"
# One import at a time, over the whole installation: key of the advisory lock.
_LOCK = 1_109_002
# For the joins of whole layers, until the end of the transaction.
_WORK_MEM = "128MB"
_BATCH_ROWS = 50_000
# Layers without references to others; all are written by the same few lines.
_SIMPLE: dict[str, type[CityObject]] = {
    "building": models.Building,
    "water": models.Water,
    "land_use": models.LandUse,
    "railway": models.Railway,
    "playground": models.Playground,
    "sports_ground": models.SportsGround,
    "manhole": models.Manhole,
    "network_segment": models.NetworkSegment,
    "camera": models.Camera,
    "street_lamp": models.StreetLamp,
    "waste_site": models.WasteSite,
    "bus_stop": models.BusStop,
    "place": models.PlaceName,
}
# The order of the layers in a report.
LAYERS = (
    "building", "address", "street", "yard", "playground", "sports_ground", "manhole",
    "network_segment", "camera", "street_lamp", "waste_site", "bus_stop", "territory", "road",
    "water", "land_use", "railway", "place",
)  # fmt: skip
# Reading, shaping, every layer, the search index, the base map.
_STEPS = len(LAYERS) + 4


class ImportBusyError(RuntimeError):
    """Another import is running on this database."""


class _DryRunError(Exception):
    """Undoes the transaction of a dry run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OsmImport:
    """What to import and how.

    bbox: only objects that touch it. force: retire even more than a fifth of a layer.
    """

    path: Path
    bbox: BBox | None = None
    dry_run: bool = False
    force: bool = False
    yards: bool = True
    basemap: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How an import tells how far it is: `step(name, number, of)`, `read(objects)`."""

    step: Callable[[str, int, int], Any] = lambda name, number, of: None
    read: Callable[[int], Any] = lambda objects: None
    say: Callable[[str], Any] = lambda text: None


def import_osm(job: OsmImport, *, progress: Progress | None = None) -> ImportReport:
    """Import a file; returns the report, which reconciles.

    Raises ImportRefusedError (unreadable file), ImportBusyError, RetireRefusedError; nothing is
    changed then. A process killed at any moment leaves the database as it was.
    """
    progress = progress or Progress()
    started = time.monotonic()
    report = ImportReport()
    for layer in LAYERS:
        report.layer(layer)
    with _only_import(), _no_garbage_collection():
        progress.step("reading", 0, _STEPS)
        collected = collect(job.path, report=report, progress=progress.read)
        progress.step("shaping", 1, _STEPS)
        prepared = prepare(collected, bbox=job.bbox, report=report)
        try:
            with transaction.atomic():
                _Writer(job, prepared, report, progress).write()
                if any(counts.wrote for counts in report.layers.values()):
                    base.order()
                if job.dry_run:
                    raise _DryRunError
        except _DryRunError:
            report.notes.append("dry run: nothing was written")
        else:
            if job.basemap and any(counts.wrote for counts in report.layers.values()):
                progress.step("base map", _STEPS - 1, _STEPS)
                build_basemap(say=progress.say)
    report.seconds = time.monotonic() - started
    report.check()
    return report


@contextmanager
def _only_import() -> Iterator[None]:
    """Hold the import lock; it goes with the session when the process is killed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise ImportBusyError(
                "Another import is running on this database; wait until it has ended."
            )
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """An import makes millions of objects that live to its end: looking for garbage among them
    took a tenth of its time and found none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Writer:
    """Writes prepared tables inside the caller's transaction."""

    def __init__(
        self, job: OsmImport, prepared: Prepared, report: ImportReport, progress: Progress
    ) -> None:
        self.job = job
        self.tables = prepared.tables
        self.area = prepared.area
        self.report = report
        self.progress = progress
        self.when: dt.date = timezone.localdate()
        self.done = 1

    def write(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('work_mem', %s, true)", [_WORK_MEM])
        self._territories()
        streets = self._streets()
        for layer, model in _SIMPLE.items():
            self._layer(layer, model)
        self._layer("address", models.Address, {"street": SOURCE, "building": SOURCE})
        self._layer("road", models.Road, {"street": SOURCE})
        self.report.layer("street").retired += retire_unnamed_streets(
            source=SOURCE, present=streets, when=self.when, scope=self._scope("street")
        )
        if self.job.yards:
            self._step("yard")
            derive_yards(when=self.when, say=self.report.notes.append, report=self.report)
        if any(counts.wrote for counts in self.report.layers.values()):
            self._step("search")
            refresh_search()

    def _step(self, name: str) -> None:
        self.done += 1
        self.progress.step(name, self.done, _STEPS)

    def _scope(self, layer: str) -> RetireScope:
        """What the file lacks is gone where the file is complete; what it has and we could not
        take stays as it was."""
        unread = {item.id for item in self.report.skipped if item.layer == layer}
        share = 1.0 if self.job.force else 0.2
        return RetireScope(area=self.area, keep=unread, max_share=share)

    def _layer(
        self, layer: str, model: type[CityObject], references: dict[str, str] | None = None
    ) -> None:
        self._step(layer)
        table = self.tables[layer]
        upsert(
            model=model, source=SOURCE, batches=_batches(table), when=self.when, report=self.report,
            layer=layer, references=references,
            retire=self._scope(layer) if self.area is not None else None,
        )  # fmt: skip

    def _territories(self) -> None:
        """Level by level, so that each finds its parent."""
        self._step("territory")
        table = self.tables["territory"]
        parent = parents(table.geometries)
        above = [None if row < 0 else table.ids[row] for row in parent]
        table.columns["parent"] = above
        table.columns.pop("official", None)
        level = depths(parent)
        for depth in range(max(level, default=-1) + 1):
            upsert(
                model=models.Territory, source=SOURCE, when=self.when, report=self.report,
                batches=_batches(table.take(level == depth)), layer="territory",
                references={"parent": SOURCE},
            )  # fmt: skip
        if self.area is not None:
            with connection.cursor() as cursor:
                self.report.layer("territory").retired += retire_missing(
                    cursor=cursor, model=models.Territory, source=SOURCE,
                    present=present_ids(table.ids), kept=(), existing=len(table),
                    when=self.when, scope=self._scope("territory"),
                )  # fmt: skip

    def _streets(self) -> list[str]:
        """Write the streets, tell roads and addresses theirs; returns the streets' ids."""
        self._step("street")
        roads, addresses = self.tables["road"], self.tables["address"]
        outlines, ids = settlements(self.tables["territory"], SOURCE)
        named = name_streets(
            roads, addresses, outlines=outlines, ids=ids, known=known_streets(SOURCE)
        )
        roads.columns.pop("old_names", None)
        if len(roads):
            roads.columns["street"] = named.of_roads
        if len(addresses):
            addresses.columns["street"] = named.of_addresses
        rows = named.streets.rows
        for text in named.streets.nameless:
            leave_out(self.report, "street", text, "the name has no letters or digits")
        for spelling in named.streets.merged:
            self.report.layer("street").read += 1
            self.report.merge(
                id=spelling.text, layer="street", reason=f"{spelling.reason}: {spelling.street}"
            )
        lines = street_lines(rows, *self._lines(roads, named.of_roads))
        upsert(
            model=models.Street, source=SOURCE, batches=[street_batch(rows, lines)] if rows else [],
            when=self.when, report=self.report, layer="street", references={"territory": SOURCE},
        )  # fmt: skip
        resolved = sum(street is not None for street in named.of_addresses)
        self.report.notes.append(
            f"{resolved} of {len(addresses)} addresses belong to one of {len(rows)} streets"
        )
        return [row.source_id for row in rows]

    def _lines(self, roads: Table, borne: list[str | None]) -> tuple[list, np.ndarray]:
        """Streets and lines of the file's roads and of those it does not speak of."""
        if self.area is None:
            return borne, roads.geometries
        elsewhere, lines = roads_elsewhere(
            source=SOURCE, area=self.area, present=roads.ids, keep=self._scope("road").keep
        )
        return [*borne, *elsewhere], np.concatenate([roads.geometries, lines])


def _batches(table: Table) -> Iterator[Batch]:
    """A table in batches: the text of one is in memory at a time."""
    for start in range(0, len(table), _BATCH_ROWS):
        part = slice(start, start + _BATCH_ROWS)
        yield Batch(
            source_ids=table.ids[part],
            columns={name: values[part] for name, values in table.columns.items()},
            geometries=table.geometries[part],
        )
