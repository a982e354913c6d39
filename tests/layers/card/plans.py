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
