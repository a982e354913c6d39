"""`loaddemo`'s part of this room: rules, then years of contacts, appeals, replies, calls."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import shapely
from django.conf import settings
from django.db import connection, transaction
from django.db.models import FloatField, Func
from django.utils import timezone

from appeals.demo.bodies import make_rules
from appeals.demo.cards import show_cards
from appeals.demo.lives import DEMO_SOURCE, Lives, write_lives
from appeals.demo.planning import City, Hotspot, plan_appeals, plan_contacts
from appeals.first_rows import read_categories
from appeals.models import Appeal, Applicant, CallBack, Contact, Promise, Report
from citymap.demo import DemoOptions, DemoPart, register_demo
from citymap.history.context import acting
from citymap.personal.services import save_person
from layers.choices import WaterKind
from layers.models import Building, Water

Say = Callable[[str], Any]
PEOPLE_A_YEAR = 400
FIRST_NAMES = ("Айгүл", "Марат", "Ольга", "Сергей", "Динара", "Нұрлан", "Татьяна", "Ерлан")
LAST_NAMES = ("Ахметова", "Иванов", "Смағұлов", "Ким", "Петренко", "Оспанова", "Шмидт", "Жүнісов")
TRUTH_FILE = "appeals_truth.json"
FAR_M = 1e6


class _Coordinate(Func):
    """One coordinate of a point, metres."""

    output_field = FloatField()


def load_appeals(options: DemoOptions, say: Say) -> None:
    """Years of activity up to yesterday; nothing when they are there already."""
    with acting(command="loaddemo"):
        say(f"routing rules: {make_rules()}")
        if Appeal.objects.filter(source=DEMO_SOURCE).exists():
            say("appeals are there already")
            return
        city, houses = read_city()
        if not houses:
            say("there are no houses: no appeals")
            return
        now = timezone.now()
        last_day = timezone.localdate(now) - dt.timedelta(days=1)
        contacts = plan_contacts(
            last_day, years=options.years, scale=options.scale, seed=options.seed
        )
        appeals, hotspots = plan_appeals(contacts, city, read_leaves(), seed=options.seed)
        people = make_people(PEOPLE_A_YEAR * options.years * options.scale)
        with transaction.atomic():
            counts, keys = write_lives(
                Lives(contacts=contacts, appeals=appeals, houses=houses, people=people, now=now)
            )
        analyze()
        counts["public cards"] = show_cards(DEMO_SOURCE)
        write_truth(hotspots, appeals, keys)
        say(", ".join(f"{name}: {count}" for name, count in counts.items()))


def read_leaves() -> dict[str, list[str]]:
    """Codes of leaves by group, as the tree's file has them."""
    leaves: dict[str, list[str]] = {}
    for row in read_categories():
        leaves.setdefault(row["group_code"], []).append(row["code"])
    return leaves


def read_city() -> tuple[City, list[int]]:
    """The demo's houses as arrays, in the order of their ids in the source; and their keys."""
    rows = list(
        Building.objects.current()
        .annotate(x=_Coordinate("point", function="ST_X"), y=_Coordinate("point", function="ST_Y"))
        .order_by("source_id", "pk")
        .values_list("pk", "x", "y", "apartments")
    )
    x, y = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    rivers = Water.objects.current().filter(kind=WaterKind.RIVER).order_by("source_id")
    river = shapely.union_all([shapely.from_wkb(bytes(one.geom.wkb)) for one in rivers])
    city = City(
        x=x,
        y=y,
        weight=np.array([1.0 + 0.5 * (row[3] or 0) for row in rows]),
        river_m=np.full(len(rows), FAR_M)
        if river.is_empty
        else shapely.distance(shapely.points(x, y), river),
    )
    return city, [row[0] for row in rows]


def make_people(count: int) -> list[int]:
    """Invented residents with numbers that nobody has; their keys."""
    made = []
    for number in range(count):
        first = FIRST_NAMES[number % len(FIRST_NAMES)]
        last = LAST_NAMES[number // len(FIRST_NAMES) % len(LAST_NAMES)]
        person = save_person(
            name=f"{last} {first}", phones=[f"+7700{2_000_000 + number:07d}"],
            language="kk" if number % 4 == 0 else "ru",
        )  # fmt: skip
        made.append(person.pk)
    return made


def analyze() -> None:
    """Let the planner know how many there are now."""
    with connection.cursor() as cursor:
        for model in (Appeal, Contact, Report, Applicant, CallBack, Promise):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def write_truth(hotspots: list[Hotspot], appeals: pd.DataFrame, keys: list[int]) -> None:
    """What was planted, for checks of whoever looks for it.

    `duplicate_pairs`: ids in the source of the later and of the earlier appeal.
    """
    folder = settings.CITYMAP_VAR / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    twins = appeals[appeals.twin >= 0]
    truth = {
        "hotspots": [asdict(one) for one in hotspots],
        "duplicates": int((twins.twin_kind == "duplicate").sum()),
        "duplicate_pairs": [
            [str(keys[later]), str(keys[earlier])]
            for later, earlier in twins[twins.twin_kind == "duplicate"]["twin"].items()
        ],
        "recurrences": int((twins.twin_kind == "recurrence").sum()),
    }
    text = json.dumps(truth, ensure_ascii=False, indent=1, default=str)
    (folder / TRUTH_FILE).write_text(text, encoding="utf-8")


register_demo(DemoPart(name="appeals", load=load_appeals, order=40))
