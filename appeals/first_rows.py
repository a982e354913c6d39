"""What an installation starts with: the tree of categories and unverified terms.

Written after a migrate into empty tables only, so that nothing that people changed comes back.
`manage.py load_categories` adds categories of later releases.
"""

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from django.db import connections, transaction

from appeals.choices import Evidence, Precision, Regime, TermUnit
from appeals.keeping import RULE
from appeals.models import Category, DeadlinePolicy, PolicyTerm
from appeals.policies import TERMS
from citymap.history.context import acting
from citymap.personal.models import RetentionRule

CATEGORIES_FILE = Path(__file__).parent / "data" / "categories.csv"
COLUMNS = frozenset(
    {
        "group_code", "group_ru", "group_kk", "group_en", "code", "ru", "kk", "en", "body_kind",
        "deadline", "clock", "evidence",
    }
)  # fmt: skip
# Terms count from here on; older appeals come by import, with their own deadlines.
IN_FORCE_FROM = dt.date(2020, 1, 1)
CITATION = "Регламент центра 109 (по умолчанию)"
KEEP_MONTHS = 60
KEEP_CITATION = (
    "Закон РК «О персональных данных и их защите» от 21.05.2013 № 94-V, ст. 12:"
    " не дольше, чем нужно для цели сбора; пять лет — как у обращений граждан"
)
# Danger to people: the head is told of a breach at once, operators read a script.
DANGER = frozenset(
    {
        "HEAT-STEAM", "POWER-DANGER", "GAS-SMELL", "HOUSE-STUCK", "HOUSE-FACADE", "MANHOLE-OPEN",
        "ROAD-COLLAPSE", "DIG-UNFENCED", "LIGHT-DANGER", "FLOOD-RIVER", "FLOOD-HOUSE",
        "TREE-FALLEN", "DOG-ATTACK",
    }
)  # fmt: skip


# On public cards: what lies in the street is shown at its point; homes and people to the kilometre.
SHOWN_EXACTLY = frozenset({"YARD", "ROAD", "DIG", "LIGHT", "SNOW", "WASTE"})
SHOWN_BY_DISTRICT = frozenset({"CITY"})


def precision_of(group_code: str) -> Precision:
    """How exactly public cards say where things of a group of categories are."""
    if group_code in SHOWN_EXACTLY:
        return Precision.EXACT
    return Precision.DISTRICT if group_code in SHOWN_BY_DISTRICT else Precision.STREET


def read_categories(file: Path = CATEGORIES_FILE) -> Iterator[dict[str, str]]:
    """The lines of the tree; ValueError for one that is not as ours."""
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if missing := COLUMNS - set(reader.fieldnames or ()):
            raise ValueError(f"no columns {', '.join(sorted(missing))}")
        for row in reader:
            if row["evidence"] not in Evidence.values or row["clock"] not in TermUnit.values:
                raise ValueError(f"{row['code']}: unknown evidence or clock")
            yield row


@transaction.atomic
def load_categories(*, file: Path = CATEGORIES_FILE, using: str = "default") -> tuple[int, int]:
    """Add the categories of the tree that are not there yet, with their terms.

    Returns how many leaves were added and how many were there. Those that are there stay as
    they are: somebody may have corrected them.
    """
    known = {row.code: row for row in Category.objects.using(using)}
    added = there = 0
    for number, row in enumerate(read_categories(file)):
        group = known.get(row["group_code"])
        if group is None:
            group = known[row["group_code"]] = Category.objects.using(using).create(
                code=row["group_code"], name_ru=row["group_ru"], name_kk=row["group_kk"],
                name_en=row["group_en"], position=number,
            )  # fmt: skip
        if row["code"] in known:
            there += 1
            continue
        leaf = known[row["code"]] = Category.objects.using(using).create(
            code=row["code"], parent=group, name_ru=row["ru"], name_kk=row["kk"],
            name_en=row["en"], body_kind=row["body_kind"], evidence=row["evidence"],
            danger=row["code"] in DANGER, position=number,
            precision=precision_of(row["group_code"]),
        )  # fmt: skip
        DeadlinePolicy.objects.using(using).create(
            category=leaf, regime=Regime.SERVICE_REQUEST, amount=int(row["deadline"]),
            unit=row["clock"], valid_from=IN_FORCE_FROM, citation=CITATION,
        )  # fmt: skip
        added += 1
    return added, there


def load_terms(*, using: str = "default") -> None:
    """The terms of procedure, for a lawyer to confirm."""
    PolicyTerm.objects.using(using).bulk_create(
        PolicyTerm(code=code, amount=amount, unit=unit, citation=citation, valid_from=IN_FORCE_FROM)
        for code, (amount, unit, citation) in TERMS.items()
    )


def fill_empty_tables(sender: object, using: str = "default", **kwargs: object) -> None:
    """After a migrate: the tree and the terms, where there are none."""
    there = set(connections[using].introspection.table_names())
    needed = {model._meta.db_table for model in (Category, PolicyTerm, RetentionRule)}
    if not needed <= there:
        return
    with transaction.atomic(using=using), acting(command="migrate"):
        if not Category.objects.using(using).exists():
            load_categories(using=using)
        if not PolicyTerm.objects.using(using).exists():
            load_terms(using=using)
        if not RetentionRule.objects.using(using).filter(code=RULE).exists():
            RetentionRule.objects.using(using).create(
                code=RULE, valid_from=IN_FORCE_FROM, keep_months=KEEP_MONTHS,
                citation=KEEP_CITATION,
            )  # fmt: skip
