"""Reading PostgreSQL's plans."""

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection


def plan(statement: str) -> dict[str, Any]:
    """The plan of a captured statement (its parameters already in place)."""
    with connection.cursor() as cursor:
        cursor.cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        found = cursor.fetchone()[0]
    return (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]


def nodes(root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every node of a plan."""
    yield root
    for child in root.get("Plans", ()):
        yield from nodes(child)


def crowd(table: str, copies: int = 2_000) -> None:
    """Fill a table with copies of its rows, 50 m apart, and analyse it.

    A planner that sees a handful of rows, or no statistics, says nothing about a city.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, udt_name FROM information_schema.columns WHERE table_name = %s"
            " AND is_generated = 'NEVER' AND is_identity = 'NO' ORDER BY ordinal_position",
            [table],
        )
        values = {
            name: f"ST_Translate({name}, 50 * (i %% 50), 50 * (i / 50))"
            if kind == "geometry"
            else "source_id || '-' || i"
            if name == "source_id"
            else name
            for name, kind in cursor.fetchall()
        }
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(values.values())}"
            f" FROM {table}, generate_series(1, %s) AS i",
            [copies],
        )
        cursor.execute(f"ANALYZE {table}")
