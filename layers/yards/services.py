"""Derive the city's yards and write them, planners' corrections included."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from django.db import connection, transaction

from layers.models import Yard, YardCorrection
from layers.report import ImportReport, LayerReport
from layers.yards.corrections import (
    Applied,
    Correction,
    PlannedYard,
    Surroundings,
    apply_correction,
)
from layers.yards.derive import derive
from layers.yards.identity import fresh_id, match
from layers.yards.inputs import CityGround, Derivation
from layers.yards.reading import apartments_of, read_city, read_yards
from layers.yards.records import notes_as_json, yards_as_json, yards_from_json
from layers.yards.writing import LAYER, SOURCE, write_yards

# Keys of derived yards until they are matched with those of the table.
_TEMPORARY = "~"
_LOCK = "layers.yards"


@transaction.atomic
def derive_yards(
    *,
    when: dt.date,
    say: Callable[[str], object] = print,
    report: ImportReport | None = None,
) -> LayerReport:
    """Derive all yards from the city as it is now; a second run writes nothing.

    Yards keep their id by the largest shared set of houses; corrections are applied again in
    the order they were made. Houses without a yard are skipped in `report`, with a reason.
    Runs in the surrounding transaction, one at a time.
    """
    report = report if report is not None else ImportReport()
    lock_yards()
    city = read_city()
    derivation = derive(city)
    stored = read_yards(Yard.objects.current().filter(source=SOURCE))
    corrections = list(YardCorrection.objects.filter(undone_at__isnull=True))
    around = Surroundings(
        ids=city.building_ids, buildings=city.buildings, is_house=city.building_is_house
    )
    yards, replayed = _replay(derivation, corrections, around)
    names = _names(yards, stored, replayed, _apartments(city))
    counts = write_yards(
        [_renamed(yard, names) for yard in yards.values()],
        when=when,
        report=report,
        former={house: key for key, yard in stored.items() for house in yard.houses},
    )
    for correction, applied in replayed:
        _record(correction, [_renamed(yard, names) for yard in applied.before], applied)
    counts.read += len(derivation.without_yard)
    for house, reason in derivation.without_yard:
        report.skip(id=house, layer=LAYER, reason=reason)
    say(_summary(yards.values(), counts, replayed))
    return counts


def lock_yards() -> None:
    """Yards have one writer at a time, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [_LOCK])


def _apartments(city: CityGround) -> dict[str, int]:
    return apartments_of(city.building_ids[city.building_is_house].tolist())


def _replay(
    derivation: Derivation, corrections: Iterable[YardCorrection], around: Surroundings
) -> tuple[dict[str, PlannedYard], list[tuple[YardCorrection, Applied]]]:
    """Derived yards under temporary keys, with all corrections applied in order."""
    yards = {
        key: PlannedYard(key=key, houses=yard.houses, ground=yard.ground)
        for yard in derivation.yards
        for key in [f"{_TEMPORARY}{yard.houses[0]}"]
    }
    replayed = []
    for correction in corrections:
        drawn = Correction(results=tuple(yards_from_json(correction.result)))
        applied = apply_correction(drawn, yards, around)
        yards = applied.yards
        replayed.append((correction, applied))
    return yards, replayed


def _names(
    yards: Mapping[str, PlannedYard],
    stored: Mapping[str, PlannedYard],
    replayed: Iterable[tuple[YardCorrection, Applied]],
    apartments: Mapping[str, int],
) -> dict[str, str]:
    """Lasting ids for temporary keys.

    Yards that corrections made have theirs. The others continue what is stored. Those that
    exist only before a correction continue what was there when it was last applied.
    """
    fixed = {key for key in yards if not key.startswith(_TEMPORARY)}
    open_stored = {key: yard.houses for key, yard in stored.items() if key not in fixed}
    names = _matched({k: y for k, y in yards.items() if k not in fixed}, open_stored, apartments)
    for correction, applied in replayed:
        taken = {*fixed, *names.values()}
        gone = {
            yard.key: yard
            for yard in applied.before
            if yard.key.startswith(_TEMPORARY) and yard.key not in names
        }
        earlier = {
            yard.key: yard.houses
            for yard in yards_from_json(correction.before)
            if yard.key not in names.values()
        }
        names |= _matched(gone, earlier, apartments, taken=taken)
    return names


def _matched(
    yards: Mapping[str, PlannedYard],
    earlier: Mapping[str, tuple[str, ...]],
    apartments: Mapping[str, int],
    *,
    taken: Iterable[str] = (),
) -> dict[str, str]:
    keys = sorted(yards)
    found = match(before=earlier, after=[yards[key].houses for key in keys], apartments=apartments)
    names = {key: name for key, name in zip(keys, found, strict=True) if name is not None}
    used = {*taken, *names.values()}
    for key in keys:
        if key not in names:
            names[key] = fresh_id(yards[key].houses, taken=used)
            used.add(names[key])
    return names


def _renamed(yard: PlannedYard, names: Mapping[str, str]) -> PlannedYard:
    return replace(yard, key=names.get(yard.key, yard.key))


def _record(correction: YardCorrection, before: list[PlannedYard], applied: Applied) -> None:
    """Remember what the correction changed and met this time, if that is different."""
    record = {"notes": notes_as_json(applied.notes)}
    if before:
        record["before"] = yards_as_json(before)
    changed = [name for name, value in record.items() if getattr(correction, name) != value]
    for name in changed:
        setattr(correction, name, record[name])
    if changed:
        correction.save(update_fields=changed)


def _summary(
    yards: Iterable[PlannedYard],
    counts: LayerReport,
    replayed: list[tuple[YardCorrection, Applied]],
) -> str:
    areas = sorted(yard.ground.area for yard in yards)
    median = areas[len(areas) // 2] if areas else 0
    conflicts = sum(bool(applied.notes) for _, applied in replayed)
    return (
        f"yards: {len(areas)}, median {median:.0f} m2; created {counts.created},"
        f" updated {counts.updated}, unchanged {counts.unchanged}, retired {counts.retired};"
        f" corrections {len(replayed)}, of which with conflicts {conflicts}"
    )
