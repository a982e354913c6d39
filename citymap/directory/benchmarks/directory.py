"""How long a person waits for the directory with two thousand bodies and more."""

import random
from collections.abc import Iterator
from urllib.parse import urlencode

from django.db import connection

from citymap.accounts.demo.bodies import plan_bodies
from citymap.accounts.models import Contact, Organization
from citymap.bench.context import Bench, working_on
from citymap.bench.registry import Result, benchmark
from citymap.calendars.models import WorkSchedule
from citymap.text import sound

DATABASE = "citymap_bench_directory"
SEEDS = (109, 110)
SAMPLE, SECONDS = 200, 8.0
SEARCH_GOAL_MS, PAGE_GOAL_MS = 25.0, 60.0


@benchmark("directory", order=42)
def directory(bench: Bench) -> Iterator[Result]:
    env = bench.fresh_database(DATABASE)
    with working_on(DATABASE):
        bodies = _fill()
    count = len(bodies)
    questions = _questions(bodies)
    with bench.server(env) as url:
        for name, path, goal in (
            ("search of organisations, JSON, p95", "/api/organizations/", SEARCH_GOAL_MS),
            ("search of organisations, page, p95", "/organizations/", PAGE_GOAL_MS),
        ):
            paths = [f"{path}?{urlencode({'q': question})}" for question in questions]
            load = bench.load(url, paths, clients=1, seconds=SECONDS)
            yield Result(name=name, n=count, ours=load.p95_ms, unit="ms", goal=goal)


def _questions(bodies: list[Organization]) -> list[str]:
    """As people type them: a name, half a word, Latin letters, a slip, a telephone."""
    chance = random.Random(109)
    asked = []
    for turn, body in enumerate(chance.sample(bodies, SAMPLE)):
        name, at = body.name, chance.randrange(2, max(len(body.name) - 1, 3))
        asked.append(
            (
                name,
                name[: max(4, len(name) // 2)],
                sound(body.name_kk or name),
                f"{name[:at]}{name[at + 1 :]}",
                body.phone or name,
            )[turn % 5]
        )
    return asked


def _fill() -> list[Organization]:
    """The demo's bodies of several seeds, without their parents."""
    schedules = {row.code: row.pk for row in WorkSchedule.objects.all()}
    bodies, contacts = [], []
    for seed in SEEDS:
        for body in plan_bodies(seed):
            made = Organization(
                source=f"bench{seed}", source_id=body.id, schedule_id=schedules.get(body.hours),
                **body.values,
            )  # fmt: skip
            bodies.append(made)
            contacts += [
                Contact(organization=made, kind=kind, value=value, is_public=shown)
                for kind, value, shown in body.contacts
            ]
    Organization.objects.bulk_create(bodies, batch_size=1000)
    Contact.objects.bulk_create(contacts, ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_organization, accounts_contact")
    return bodies
