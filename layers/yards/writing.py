"""Yards into the table: one set-based upsert, then what hangs on them."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

import numpy as np
from django.db import connection
from django.db.models import DateField, F, Value
from django.db.models.functions import Greatest

from citymap.sqlfiles import load_sql
from layers.choices import YardOrigin
from layers.models import Yard
from layers.report import ImportReport, LayerReport
from layers.services import Batch, RetireScope, upsert
from layers.yards.corrections import PlannedYard
from layers.yards.labels import yard_label
from layers.yards.reading import addresses_of, apartments_of

SOURCE = "derived"
LAYER = "yard"


def write_yards(
    yards: Collection[PlannedYard],
    *,
    when: dt.date,
    report: ImportReport,
    former: Mapping[str, str],
    retire: Collection[str] | None = None,
) -> LayerReport:
    """Write yards with their houses; rows that are the same are not touched.

    former: the yard that each house was in before (new yards inherit its quarter).
    retire: ids of yards that are gone; None: all that are not among `yards`.
    """
    ordered = sorted(yards, key=lambda yard: yard.key)
    counts = upsert(
        model=Yard,
        source=SOURCE,
        batches=[_batch(ordered)],
        when=when,
        report=report,
        layer=LAYER,
        retire=RetireScope(max_share=1.0) if retire is None else None,
    )
    if retire:
        counts.retired += (
            Yard.objects.current()
            .filter(source=SOURCE, source_id__in=retire)
            .update(valid_to=Greatest(Value(when, DateField()), F("valid_from")))
        )
    _attach(ordered, everywhere=retire is None, retired=retire or ())
    _inherit_quarters(ordered, former)
    return counts


def _batch(yards: list[PlannedYard]) -> Batch:
    apartments = apartments_of([house for yard in yards for house in yard.houses])
    labels, labels_kk = yard_labels(yards), yard_labels(yards, street="name_kk")
    return Batch(
        source_ids=[yard.key for yard in yards],
        columns={
            "label": [labels[yard.key] for yard in yards],
            "label_kk": [labels_kk[yard.key] for yard in yards],
            "origin": [
                YardOrigin.CORRECTED if yard.corrected else YardOrigin.DERIVED for yard in yards
            ],
            "houses": [len(yard.houses) for yard in yards],
            "apartments": [sum(apartments.get(h, 0) for h in yard.houses) for yard in yards],
        },
        geometries=np.array([yard.ground for yard in yards], dtype=object),
    )


def yard_labels(yards: Iterable[PlannedYard], *, street: str = "name") -> dict[str, str]:
    """Labels by yard id: addresses of the houses; without any, `≈` and the nearest address;
    without that, the id of the first house.

    street: the field of `Street` to name streets by (`name`, `name_kk`).
    """
    yards = list(yards)
    addresses = addresses_of([house for yard in yards for house in yard.houses], street=street)
    labels = {
        yard.key: yard_label(pair for house in yard.houses for pair in addresses.get(house, ()))
        for yard in yards
    }
    unnamed = {yard.houses[0]: yard.key for yard in yards if not labels[yard.key]}
    if unnamed:
        labels |= {key: house.partition(":")[2] for house, key in unnamed.items()}
        with connection.cursor() as cursor:
            cursor.execute(load_sql(__file__, "nearest_addresses.sql"), {"houses": sorted(unnamed)})
            for house, original, kazakh, number in cursor.fetchall():
                named = kazakh if street == "name_kk" else original
                labels[unnamed[house]] = f"≈ {yard_label([(named, number)])}"
    return labels


def _attach(yards: list[PlannedYard], *, everywhere: bool, retired: Collection[str]) -> None:
    pairs = [(house, yard.key) for yard in yards for house in yard.houses]
    houses = [house for house, _ in pairs]
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql(__file__, "attach_houses.sql"),
            {"houses": houses, "yards": [key for _, key in pairs], "source": SOURCE},
        )
        cursor.execute(
            load_sql(__file__, "detach_buildings.sql"),
            {
                "houses": houses,
                "yards": sorted({*retired, *(yard.key for yard in yards)}),
                "everywhere": everywhere,
            },
        )


def _inherit_quarters(yards: list[PlannedYard], former: Mapping[str, str]) -> None:
    existing = set(former.values())
    moved = [
        (yard.key, former[house])
        for yard in yards
        if yard.key not in existing
        for house in yard.houses
        if house in former
    ]
    if moved:
        with connection.cursor() as cursor:
            cursor.execute(
                load_sql(__file__, "inherit_quarters.sql"),
                {
                    "yards": [yard for yard, _ in moved],
                    "formers": [origin for _, origin in moved],
                    "source": SOURCE,
                },
            )
