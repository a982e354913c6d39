"""What a planner does to yards: redraw, merge, split, undo. Each is one transaction."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import shapely
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, Polygon
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from citymap.accounts.models import User
from citymap.geo import WGS84_SRID, city_srid
from layers.choices import YardCorrectionKind
from layers.models import Building, Yard, YardCorrection
from layers.report import ImportReport
from layers.yards import drawing
from layers.yards.corrections import (
    Correction,
    NoteCode,
    PlannedYard,
    Surroundings,
    apply_correction,
)
from layers.yards.inputs import DEFAULT_RULE
from layers.yards.reading import house_names, houses_by_key, read_surroundings, read_yards
from layers.yards.records import notes_as_json, yards_as_json, yards_from_json
from layers.yards.services import lock_yards
from layers.yards.writing import SOURCE, write_yards

MAX_REASON = YardCorrection._meta.get_field("reason").max_length
# Buildings this far around the yards concerned are looked at.
_AROUND_M = 50.0


class YardGoneError(LookupError):
    """A yard that is not there, or not any more."""


class YardChangedError(RuntimeError):
    """Somebody changed the yard after the planner loaded it."""


class NotUndoableError(RuntimeError):
    """A correction that cannot be undone (any more, or before another one)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The correction made, primary keys of the yards that resulted, and warnings to show."""

    correction: YardCorrection
    yards: tuple[int, ...]
    warnings: tuple[str, ...] = ()


def redraw_yard(
    *, yard: int, outline: shapely.Geometry, reason: str, user: User,
    versions: Mapping[int, str] | None = None,
) -> Outcome:  # fmt: skip
    """Give a yard a new outline (city CRS, buildings may lie inside: they are cut out).

    Neighbours lose the ground it takes; their houses inside it come along. `versions`: yard ->
    the `yard_version` that the planner saw. Raises DrawingRefusedError, YardGoneError,
    YardChangedError.
    """

    def draw(chosen: list[PlannedYard], scene: "_Scene") -> Correction:
        return drawing.redraw(
            chosen[0],
            outline,
            yards=scene.yards,
            around=scene.around,
            labels=scene.names(),
            city=_city_extent(),
        )

    return _correct(
        YardCorrectionKind.REDRAW, [yard], draw,
        reach=outline, reason=reason, user=user, versions=versions,
    )  # fmt: skip


def merge_yards(
    *, yards: Sequence[int], reason: str, user: User, versions: Mapping[int, str] | None = None
) -> Outcome:
    """Make one yard of several that meet; it continues the one with most houses.

    Raises DrawingRefusedError, YardGoneError, YardChangedError.
    """

    def draw(chosen: list[PlannedYard], scene: "_Scene") -> Correction:
        key = min(chosen, key=lambda yard: (-len(yard.houses), yard.key)).key
        return drawing.merge(chosen, key=key, around=scene.around)

    return _correct(
        YardCorrectionKind.MERGE, sorted(set(yards)), draw,
        reach=None, reason=reason, user=user, versions=versions,
    )  # fmt: skip


def split_yard(
    *, yard: int, line: shapely.LineString, reason: str, user: User,
    versions: Mapping[int, str] | None = None,
) -> Outcome:  # fmt: skip
    """Cut a yard in two or more along a line (city CRS).

    Raises DrawingRefusedError, YardGoneError, YardChangedError.
    """

    def draw(chosen: list[PlannedYard], scene: "_Scene") -> Correction:
        return drawing.split(chosen[0], line, around=scene.around)

    return _correct(
        YardCorrectionKind.SPLIT, [yard], draw,
        reach=None, reason=reason, user=user, versions=versions,
    )  # fmt: skip


@transaction.atomic
def undo_correction(*, correction: int, user: User) -> YardCorrection:
    """Put back what a correction changed. Later corrections of the same yards go first.

    Raises NotUndoableError with a reason, YardCorrection.DoesNotExist.
    """
    lock_yards()
    record = YardCorrection.objects.select_for_update().get(pk=correction)
    if record.undone_at is not None:
        raise NotUndoableError(_("This correction has been undone already."))
    record.undone_at, record.undone_by = timezone.now(), user
    if not _without_effect(record):
        before = _still_standing(yards_from_json(record.before))
        houses = {house for yard in before.values() for house in yard.houses}
        touched = _yards_of(houses)
        _refuse_when_later_ones_build_on(record, {*before, *touched})
        if not {house for yard in touched.values() for house in yard.houses} <= houses:
            raise NotUndoableError(_("The map has changed since; derive the yards first."))
        write_yards(
            list(before.values()),
            when=timezone.localdate(),
            report=ImportReport(),
            former={},
            retire=sorted(set(touched) - set(before)),
        )
    record.save(update_fields=["undone_at", "undone_by"])
    return record


def yard_version(yard: PlannedYard) -> str:
    """A short mark that changes when the yard's ground or houses do."""
    digest = hashlib.sha256(shapely.to_wkb(yard.ground))
    digest.update("\n".join(yard.houses).encode())
    return digest.hexdigest()[:12]


# --- one correction -----------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """What a correction may touch: yards by key, and the buildings around them."""

    yards: dict[str, PlannedYard]
    around: Surroundings

    def names(self) -> dict[str, str]:
        """Addresses of houses and labels of yards, for messages."""
        labels = dict(
            Yard.objects.filter(source=SOURCE, source_id__in=self.yards).values_list(
                "source_id", "label"
            )
        )
        return labels | house_names([h for yard in self.yards.values() for h in yard.houses])


@transaction.atomic
def _correct(
    kind: YardCorrectionKind,
    ids: Sequence[int],
    draw: Callable[[list[PlannedYard], _Scene], Correction],
    *,
    reach: shapely.Geometry | None,
    reason: str,
    user: User,
    versions: Mapping[int, str] | None,
) -> Outcome:
    reason = reason.strip()
    if not 0 < len(reason) <= MAX_REASON:
        raise drawing.DrawingRefusedError(
            _("Give a reason of at most %(count)s characters.") % {"count": MAX_REASON}
        )
    lock_yards()
    chosen = _chosen(ids, versions or {})
    scene = _scene(list(chosen.values()), reach)
    correction = draw(list(chosen.values()), scene)
    applied = apply_correction(correction, scene.yards, scene.around)
    changed = [yard for key, yard in applied.yards.items() if scene.yards.get(key) != yard]
    record = YardCorrection.objects.create(
        kind=kind,
        result=yards_as_json(correction.results),
        before=yards_as_json(applied.before),
        notes=notes_as_json(applied.notes),
        reason=reason,
        made_by=user,
    )
    write_yards(
        changed,
        when=timezone.localdate(),
        report=ImportReport(),
        former={house: key for key, yard in scene.yards.items() for house in yard.houses},
        retire=sorted(set(scene.yards) - set(applied.yards)),
    )
    results = [applied.yards[result.key] for result in correction.results]
    pks = Yard.objects.filter(source=SOURCE, source_id__in=[yard.key for yard in results])
    return Outcome(
        correction=record,
        yards=tuple(pks.order_by("pk").values_list("pk", flat=True)),
        warnings=tuple(_warnings(results)),
    )


def _chosen(ids: Sequence[int], versions: Mapping[int, str]) -> dict[int, PlannedYard]:
    """The yards named, locked, as the planner saw them."""
    rows = Yard.objects.current().filter(source=SOURCE, pk__in=ids).select_for_update()
    keys = dict(rows.order_by("pk").values_list("pk", "source_id"))
    if set(keys) != set(ids):
        raise YardGoneError(_("This yard is not there any more."))
    yards = read_yards(Yard.objects.filter(pk__in=ids))
    chosen = {pk: yards[key] for pk, key in keys.items()}
    for pk, version in versions.items():
        if pk in chosen and yard_version(chosen[pk]) != version:
            raise YardChangedError(_("Somebody has changed this yard meanwhile. Load it again."))
    return chosen


def _scene(chosen: list[PlannedYard], reach: shapely.Geometry | None) -> _Scene:
    shapes = [yard.ground for yard in chosen]
    if reach is not None:
        # A wild outline is refused later; here it must not make us read the whole country.
        shapes.append(shapely.intersection(shapely.envelope(reach), _city_extent()))
    area = _geos(shapely.envelope(shapely.union_all(shapely.envelope(shapes))))
    near = Yard.objects.current().filter(source=SOURCE)
    near = near.filter(Q(geom__intersects=area) | Q(source_id__in=[y.key for y in chosen]))
    yards = read_yards(near)
    extent = shapely.union_all(shapely.envelope([yard.ground for yard in yards.values()]))
    around = read_surroundings(
        Building.objects.current().filter(
            Q(geom__intersects=_geos(shapely.buffer(shapely.envelope(extent), _AROUND_M)))
            | Q(yard__in=near)
        )
    )
    return _Scene(yards=yards, around=around)


def _warnings(yards: Sequence[PlannedYard]) -> list[str]:
    warnings = []
    for yard in yards:
        if yard.ground.area > DEFAULT_RULE.max_area_m2:
            warnings.append(
                _("The yard has %(area).1f ha, more than the usual 3 ha.")
                % {"area": yard.ground.area / 10_000}
            )
        if len(yard.houses) > DEFAULT_RULE.max_houses:
            warnings.append(
                _("The yard has %(count)s houses, more than the usual 12.")
                % {"count": len(yard.houses)}
            )
    return warnings


# --- undo ---------------------------------------------------------------------------------
def _without_effect(record: YardCorrection) -> bool:
    """Whether the correction changed nothing when it was last applied."""
    codes = {note["code"] for note in record.notes}
    return bool(codes & {NoteCode.LAPSED, NoteCode.NO_GROUND})


def _still_standing(yards: list[PlannedYard]) -> dict[str, PlannedYard]:
    """Yards by key with those of their houses that there still are; none without houses."""
    named = [house for yard in yards for house in yard.houses]
    current = set(houses_by_key(named).values_list("key", flat=True))
    left = [replace(y, houses=tuple(h for h in y.houses if h in current)) for y in yards]
    return {yard.key: yard for yard in left if yard.houses}


def _yards_of(houses: set[str]) -> dict[str, PlannedYard]:
    """Current yards that hold any of these houses."""
    holding = houses_by_key(houses).values("yard")
    return read_yards(Yard.objects.current().filter(source=SOURCE, pk__in=holding))


def _refuse_when_later_ones_build_on(record: YardCorrection, keys: set[str]) -> None:
    later = YardCorrection.objects.filter(pk__gt=record.pk, undone_at__isnull=True)
    for other in later:
        if keys & {yard["key"] for yard in [*other.before, *other.result]}:
            raise NotUndoableError(
                _("A later correction builds on this one; undo it first: %(reason)s.")
                % {"reason": other.reason}
            )


# --- coordinates --------------------------------------------------------------------------
def _city_extent() -> shapely.Polygon:
    """The city's box. Not its boundary: suburbs that the map has get yards too."""
    box = Polygon.from_bbox(settings.CITYMAP_BBOX)
    box.srid = WGS84_SRID
    return shapely.from_wkb(bytes(box.transform(city_srid(), clone=True).wkb))


def _geos(shape: shapely.Geometry) -> GEOSGeometry:
    return GEOSGeometry(shapely.to_wkb(shape, hex=True), srid=city_srid())
