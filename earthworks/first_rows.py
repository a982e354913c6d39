"""The rules that an installation starts with: defaults that a lawyer has yet to confirm.

Written after a migrate into empty tables only, so that nothing that people changed comes back.
"""

import datetime as dt
from typing import Any

from django.apps import apps
from django.db import connections, transaction

START = dt.date(2000, 1, 1)
LOCAL_RULES = "Правила благоустройства города (утверждаются маслихатом)"
ROWS: dict[str, tuple[dict[str, Any], ...]] = {
    "SeasonRule": (
        {
            "closed_from": 1015,
            "open_from": 415,
            "permanent_by": 515,
            "planned_blocked": True,
            "citation": f"{LOCAL_RULES}: асфальт и озеленение не восстанавливаются зимой",
        },
    ),
    "OrderTerm": (
        {
            "emergency_days": 3,
            "guarantee_years": 5,
            "permit_moves": False,
            "citation": f"{LOCAL_RULES}: аварийные работы, гарантийный срок",
        },
    ),
    "ApprovalTerm": (
        {"kind": "network", "working_days": 3, "citation": f"{LOCAL_RULES}: согласование"},
        {"kind": "office", "working_days": 3, "citation": f"{LOCAL_RULES}: согласование"},
    ),
    "ClaimPolicy": (
        {
            "police_after_hours": 0,
            "copy_to_contractor": True,
            "answer_days": 10,
            "article": "КоАП РК, ст. 505",
            "citation": "КоАП РК от 05.07.2014 № 235-V, ст. 505: нарушение правил благоустройства",
        },
    ),
}


def fill_empty_tables(sender, using: str = "default", **kwargs) -> None:
    """Write the first rows into each table of rules that has none (after a migrate)."""
    there = set(connections[using].introspection.table_names())
    with transaction.atomic(using=using):
        for name, rows in ROWS.items():
            model = apps.get_model("earthworks", name)
            if model._meta.db_table not in there or model.objects.using(using).exists():
                continue
            model.objects.using(using).bulk_create(
                model(valid_from=START, **values) for values in rows
            )
