"""Reading: one pass over an OSM file gathers, per layer, ids, columns and outlines as WKB.

Objects that are candidates of a layer and cannot become one of its rows are listed with a
reason. Positions are still degrees here; `shapes` turns them into metres.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import osmium
import osmium.filter
import osmium.geom
import shapely
from osmium.osm import Way

from citymap.geo import BBox, CoordinateError
from layers.imports.errors import ImportRefusedError
from layers.osm import MAPPINGS, Tags, mappings_for
from layers.osm import Mapping as LayerMapping
from layers.osm.buildings import is_institution
from layers.osm_import.relations import (
    Line,
    Relation,
    assemble,
    drawn_across,
    few_missing,
    read_relations,
)
from layers.report import ImportReport

SUFFIXES = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2", ".osm.xml")
# How often reading says how far it is, in objects.
_TELL_EVERY = 20_000
POINT, LINE, RING, AREA = range(4)
FORM_NAMES = ("point", "line", "ring", "area")
_FORMS = {
    "area": (RING, AREA),
    "line": (LINE, RING),
    "point": (POINT, RING, AREA),
    "ground": (POINT, RING, AREA),
}
_NO_SHAPE = {
    "area": "mapped as {}, an outline is needed",
    "line": "mapped as {}, a line is needed",
    "point": "mapped as {}, a position or an outline is needed",
    "ground": "mapped as {}, a position or an outline is needed",
}
INCOMPLETE = "incomplete: some of its nodes are not in the file"
# Rows that an object makes: of which layer, and with which columns.
Found = list[tuple[LayerMapping, Mapping[str, Any]]]
_SHAPE_NAMES = {POINT: "a point", LINE: "an open line", AREA: "an area", RING: "a closed line"}


@dataclass(slots=True)
class Rows:
    """Rows of one layer: (n,) each. `forms`: what the WKB of `outlines` is."""

    ids: list[str] = field(default_factory=list)
    rows: list[Mapping[str, Any]] = field(default_factory=list)
    outlines: list[bytes] = field(default_factory=list)
    forms: list[int] = field(default_factory=list)

    def add(self, source_id: str, row: Mapping[str, Any], outline: bytes, form: int) -> None:
        self.ids.append(source_id)
        self.rows.append(row)
        self.outlines.append(outline)
        self.forms.append(form)

    def columns(self) -> dict[str, list[Any]]:
        """Column -> (n,) values; no columns when there are no rows."""
        names = self.rows[0] if self.rows else ()
        return {name: [row[name] for row in self.rows] for name in names}


@dataclass(slots=True)
class Collected:
    """What a file holds.

    institutions: points (WKB) that exclude flats from the house they lie in.
    box: where the file claims to be complete, degrees.
    """

    layers: dict[str, Rows]
    institutions: list[bytes]
    box: BBox | None


def check_file(path: Path) -> None:
    """Raises ImportRefusedError, with a sentence, for what cannot be an OSM file."""
    if not path.exists():
        raise ImportRefusedError(f"There is no file {path}.")
    if not path.is_file():
        raise ImportRefusedError(f"{path} is not a file.")
    if not path.name.lower().endswith(SUFFIXES):
        raise ImportRefusedError(
            f"{path.name}: the name must end in .osm.pbf, .osm, .osm.gz or .osm.bz2."
        )
    if path.stat().st_size == 0:
        raise ImportRefusedError(f"{path} is empty.")


@contextmanager
def _osm_errors(path: Path) -> Iterator[None]:
    """What the reading library raises, as a refusal with a sentence."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise ImportRefusedError(f"{path} has text that is not UTF-8.") from error
    except (RuntimeError, OSError, osmium.InvalidLocationError) as error:
        raise ImportRefusedError(f"{path} cannot be read as an OSM file: {error}.") from error


def collect(
    path: Path, *, report: ImportReport, progress: Callable[[int], Any] = lambda done: None
) -> Collected:
    """Read the file; rows skipped here are in `report`, and counted as read.

    Raises ImportRefusedError when the file is not readable to its end.
    """
    check_file(path)
    with _osm_errors(path):
        collector = _Collector(report, read_relations(path))
        processor = (
            osmium.FileProcessor(str(path))
            .with_locations()
            .with_filter(osmium.filter.EmptyTagFilter().enable_for(osmium.osm.NODE))
        )
        box = _box(processor.header)
        for item in processor:
            collector.take(item)
            if collector.objects % _TELL_EVERY == 0:
                progress(collector.objects)
        collector.finish()
    if not collector.seen:
        raise ImportRefusedError(f"{path} holds no OSM objects.")
    return Collected(layers=collector.layers, institutions=collector.institutions, box=box)


def _box(header: osmium.io.Header) -> BBox | None:
    box = header.box()
    if not box.valid():
        return None
    try:
        return BBox(box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat)
    except CoordinateError:
        return None


class _Collector:
    """Takes objects one by one, in the file's order."""

    def __init__(self, report: ImportReport, relations: dict[int, Relation]) -> None:
        self.report = report
        self.relations = relations
        self.member_lines: dict[int, Line | None] = {
            way: None for relation in relations.values() for way in relation.ways
        }
        self.layers: dict[str, Rows] = {mapping.layer: Rows() for mapping in MAPPINGS}
        self.institutions: list[bytes] = []
        self.wkb = osmium.geom.WKBFactory()
        self.objects = 0
        self.seen: set[str] = set()

    def take(self, item: Any) -> None:
        self.objects += 1
        if item.is_node():
            if self._is_first(source_id := f"n{item.id}"):
                self._node(item, source_id)
        elif item.is_way() and self._is_first(source_id := f"w{item.id}"):
            self._way(item, source_id)

    def _is_first(self, source_id: str) -> bool:
        """False for a repeated object, which is left out."""
        if source_id in self.seen:
            self.report.notes.append(f"{source_id} is in the file twice; the first one counts")
            return False
        self.seen.add(source_id)
        return True

    def _node(self, node: Any, source_id: str) -> None:
        found = self._rows(node.tags, POINT, source_id)
        institution = is_institution(node.tags)
        if not (found or institution):
            return
        location = node.location
        if not location.valid():
            self._skip(found, source_id, "its position is missing or outside the earth")
            return
        point = bytes.fromhex(self.wkb.create_point(location))
        if institution:
            self.institutions.append(point)
        self._add(found, source_id, point, POINT)

    def _way(self, way: Way, source_id: str) -> None:
        is_member = way.id in self.member_lines
        closed = way.is_closed() and len(way.nodes) >= 4
        found = self._rows(way.tags, RING if closed else LINE, source_id)
        if not (is_member or found):
            return
        try:
            line = bytes.fromhex(self.wkb.create_linestring(way))
        except (osmium.InvalidLocationError, RuntimeError):
            self._broken_way(way, source_id, found, is_member)
            return
        if is_member:
            self.member_lines[way.id] = Line(line, len(way.nodes))
        self._add(found, source_id, line, RING if closed else LINE)

    def _broken_way(self, way: Way, source_id: str, found: Found, is_member: bool) -> None:
        """A way whose nodes are not all in the file.

        Lines are cut to their longest part that is there; boundaries are drawn across few
        missing nodes; other areas are skipped.
        """
        points = [(n.lon, n.lat) for n in way.nodes if n.location.valid()]
        missing = len(way.nodes) - len(points)
        if not missing:
            self._skip(found, source_id, "fewer than two different points")
            return
        line = None
        if len(points) >= 2 and few_missing(missing, len(way.nodes)):
            line = shapely.to_wkb(shapely.LineString(points))
            if is_member:
                self.member_lines[way.id] = Line(line, len(way.nodes), missing)
        closed = len(points) >= 4 and points[0] == points[-1]
        bridged = [item for item in found if item[0].bridged and line and closed]
        self._note(bridged, source_id, drawn_across(missing))
        self._add(bridged, source_id, line or b"", RING)
        rest = [item for item in found if item not in bridged]
        lines = [item for item in rest if item[0].wanted == "line"]
        part = longest_part([(n.lon, n.lat) if n.location.valid() else None for n in way.nodes])
        if lines and part is not None:
            self._note(lines, source_id, f"cut: {missing} of its nodes are not in the file")
            self._add(lines, source_id, shapely.to_wkb(part), LINE)
            rest = [item for item in rest if item not in lines]
        self._skip(rest, source_id, INCOMPLETE)

    def finish(self) -> None:
        """Assemble the areas of relations, whose members have all been read by now."""
        for relation in self.relations.values():
            source_id = f"r{relation.id}"
            if not self._is_first(source_id):
                continue
            found = self._rows(relation.tags, AREA, source_id)
            if not found:
                continue
            result = assemble(relation, self.member_lines)
            if result.area is None:
                self._skip(found, source_id, result.problem)
                continue
            if result.missing_nodes:
                rest = [item for item in found if not item[0].bridged]
                self._skip(rest, source_id, INCOMPLETE)
                found = [item for item in found if item[0].bridged]
            if result.note:
                self._note(found, source_id, result.note)
            self._add(found, source_id, result.area, AREA)

    def _rows(self, tags: Any, form: int, source_id: str) -> Found:
        """The rows that an object of this form makes; those it cannot make are skipped."""
        found = []
        for mapping in mappings_for(tags):
            if FORM_NAMES[form] in mapping.not_from:
                continue
            reader = Tags(tags)
            row = mapping.row(reader)
            if row is None:
                continue
            if problem := _problem(mapping, form, row):
                self._skip([(mapping, row)], source_id, problem)
                continue
            if reader.notes:
                self._note([(mapping, row)], source_id, "left out " + ", ".join(reader.notes))
            found.append((mapping, row))
        return found

    def _add(self, found: Found, source_id: str, wkb: bytes, form: int) -> None:
        for mapping, row in found:
            own_form = LINE if form == RING and mapping.wanted == "line" else form
            self.layers[mapping.layer].add(source_id, row, wkb, own_form)

    def _note(self, found: Found, source_id: str, text: str) -> None:
        for mapping, _row in found:
            self.report.layer(mapping.layer).repaired += 1
            self.report.notes.append(f"{mapping.layer} {source_id}: {text}")

    def _skip(self, found: Found, source_id: str, reason: str) -> None:
        for mapping, _row in found:
            self.report.layer(mapping.layer).read += 1
            self.report.skip(id=source_id, layer=mapping.layer, reason=reason)


def longest_part(points: Iterable[tuple[float, float] | None]) -> shapely.LineString | None:
    """The line through the longest run of points that are there; None without two different.

    points: lon, lat in degrees, None where one is missing; of equal runs the first.
    """
    runs = (list(run) for there, run in groupby(points, key=bool) if there)
    best = max(runs, key=len, default=[])
    return shapely.LineString(best) if len(set(best)) >= 2 else None


def _problem(mapping: LayerMapping, form: int, row: Mapping[str, Any]) -> str:
    """Why an object of this form cannot be a row of the layer; '' when it can."""
    if form not in _FORMS[mapping.wanted]:
        return _NO_SHAPE[mapping.wanted].format(_SHAPE_NAMES[form])
    if mapping.named and not row["name"]:
        return "it has no name"
    return ""
