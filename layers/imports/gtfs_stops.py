"""A feed's stops: checked, placed, and joined with stops that the city already has.

Two data sets know the same pole by two ids. A stop of the feed that lies within 40 m of a
current stop of another source with a similar name is that stop: the routes call there, and no
second one is drawn (docs/adr/0802).
"""

import difflib
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from citymap.geo import WGS84_SRID, BBox, city_srid, transformer
from layers.imports.crs import in_box
from layers.imports.errors import ImportRefusedError
from layers.imports.gtfs_feed import Feed
from layers.imports.gtfs_patterns import on_earth
from layers.imports.matching import normalised
from layers.models import BusStop
from layers.report import ImportReport

LAYER = "bus_stop"
SAME_STOP_M = 40.0
# A stop without a name is the same one only when it is as near as the pole and its shelter.
UNNAMED_SAME_STOP_M = 15.0
SIMILAR = 0.7
NAME_LENGTH, CODE_LENGTH = 200, 60
STOP_OR_PLATFORM = ("", "0")


@dataclass(frozen=True, slots=True)
class FeedStops:
    """Usable stops, columns `(n,)`; positions in the city CRS."""

    ids: list[str]
    names: list[str]
    names_ru: list[str]
    names_kk: list[str]
    codes: list[str]
    points: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)


def read_stops(feed: Feed, *, box: BBox | None, report: ImportReport) -> FeedStops:
    """The feed's stops in the box; others are skipped by id. Raises when none is left."""
    ids = feed.column("stops", "stop_id")
    lon, lat = (
        pd.to_numeric(feed.column("stops", name), errors="coerce").to_numpy(dtype=float)
        for name in ("stop_lon", "stop_lat")
    )
    kind = feed.column("stops", "location_type")
    reasons = pd.Series("", index=ids.index, dtype=object)
    reasons[ids == ""] = "no stop_id"
    reasons[(reasons == "") & ids.duplicated()] = "its stop_id is used twice"
    reasons[(reasons == "") & ~kind.isin(STOP_OR_PLATFORM)] = "a station or entrance, not a stop"
    usable = on_earth(lon, lat)
    reasons[(reasons == "") & ~usable] = "no position"
    points = _city_points(lon, lat, usable)
    outside = np.zeros(len(ids), dtype=bool)
    outside[usable] = ~in_box(points[usable], box, srid=city_srid())
    if usable.any() and outside[usable].all():
        raise ImportRefusedError(
            f"all {int(usable.sum())} stops of {feed.name} lie outside the city (--anywhere or"
            " --bbox takes them)"
        )
    reasons[(reasons == "") & outside] = "lies outside the city (--anywhere takes it)"
    counts = report.layer(LAYER)
    for row, (stop_id, reason) in enumerate(zip(ids, reasons, strict=True), start=1):
        if reason:
            counts.read += 1
            report.skip(id=stop_id or f"row {row}", layer=LAYER, reason=reason)
    good = (reasons == "").to_numpy()
    if not good.any():
        raise ImportRefusedError(f"{feed.name} has no stop with a position")
    names = feed.column("stops", "stop_name").str.slice(0, NAME_LENGTH)
    return FeedStops(
        ids=ids[good].tolist(),
        names=names[good].tolist(),
        names_ru=_translated(feed, ids, names, "ru")[good].tolist(),
        names_kk=_translated(feed, ids, names, "kk")[good].tolist(),
        codes=feed.column("stops", "stop_code").str.slice(0, CODE_LENGTH)[good].tolist(),
        points=points[good],
    )


def _city_points(lon: np.ndarray, lat: np.ndarray, usable: np.ndarray) -> np.ndarray:
    points = np.full(len(lon), None, dtype=object)
    x, y = transformer(WGS84_SRID, city_srid()).transform(lon[usable], lat[usable])
    points[usable] = shapely.points(x, y)
    return points


def _translated(feed: Feed, ids: pd.Series, names: pd.Series, language: str) -> pd.Series:
    """Names of stops in one language, from translations.txt by id or by name ('' where none)."""
    table = feed["translations"]
    chosen = (
        feed.column("translations", "language").str.lower().str.startswith(language)
        & feed.column("translations", "table_name").isin(["stops", ""])
        & feed.column("translations", "field_name").isin(["stop_name", ""])
    )
    words = table["translation"].str.strip().str.slice(0, NAME_LENGTH)[chosen]
    found = pd.Series("", index=ids.index, dtype=object)
    for column, keys in (("field_value", names), ("trans_id", names), ("record_id", ids)):
        by_key = dict(zip(feed.column("translations", column)[chosen], words, strict=True))
        by_key.pop("", None)
        found = keys.map(by_key).where(keys.isin(list(by_key)), found)
    return found


def match_known_stops(stops: FeedStops, *, source: str) -> dict[str, int]:
    """Feed's stop id -> primary key of the same stop in another source, one to one."""
    keys, names, points = [], [], []
    rows = BusStop.objects.current().exclude(source=source).order_by("pk")
    for key, geom, *known in rows.values_list("pk", "geom", "name", "name_ru", "name_kk"):
        keys.append(key)
        names.append([name for name in known if name])
        points.append((geom.x, geom.y))
    if not keys:
        return {}
    known_points = shapely.points(points)
    ours, theirs = shapely.STRtree(known_points).query(
        stops.points, predicate="dwithin", distance=SAME_STOP_M
    )
    metres = shapely.distance(stops.points[ours], known_points[theirs])
    matched: dict[int, int] = {}
    for pair in np.lexsort((theirs, ours, metres)).tolist():
        mine, other = int(ours[pair]), int(theirs[pair])
        if mine in matched or other in matched.values():
            continue
        own_names = [
            n for n in (stops.names[mine], stops.names_ru[mine], stops.names_kk[mine]) if n
        ]
        if same_stop(own_names, names[other], metres=float(metres[pair])):
            matched[mine] = other
    return {stops.ids[mine]: keys[other] for mine, other in matched.items()}


def same_stop(names: list[str], others: list[str], *, metres: float) -> bool:
    """Whether two stops `metres` apart are one: similar names, or very near and one unnamed."""
    if not names or not others:
        return metres <= UNNAMED_SAME_STOP_M
    return metres <= SAME_STOP_M and any(
        similar_names(name, other) for name in names for other in others
    )


def similar_names(name: str, other: str) -> bool:
    """Whether one name is within the other, or they differ by a few letters."""
    first, second = normalised(name), normalised(other)
    if not first or not second:
        return False
    if min(len(first), len(second)) >= 4 and (first in second or second in first):
        return True
    return difflib.SequenceMatcher(None, first, second).ratio() >= SIMILAR
