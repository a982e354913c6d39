"""Yards and notes as the JSON that corrections keep."""

from collections.abc import Iterable
from typing import Any

import shapely

from layers.yards.corrections import Note, PlannedYard


def yards_as_json(yards: Iterable[PlannedYard]) -> list[dict[str, Any]]:
    return [
        {
            "key": yard.key,
            "houses": list(yard.houses),
            "ground": shapely.to_wkb(yard.ground, hex=True),
            "corrected": yard.corrected,
        }
        for yard in sorted(yards, key=lambda yard: yard.key)
    ]


def yards_from_json(records: Iterable[dict[str, Any]]) -> list[PlannedYard]:
    return [
        PlannedYard(
            key=record["key"],
            houses=tuple(record["houses"]),
            ground=shapely.from_wkb(record["ground"]),
            corrected=record["corrected"],
        )
        for record in records
    ]


def notes_as_json(notes: Iterable[Note]) -> list[dict[str, Any]]:
    return [{"code": str(note.code), "houses": list(note.houses)} for note in notes]
