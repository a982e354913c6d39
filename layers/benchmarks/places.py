"""How long a person waits: address search and place card, in the city and in ten of them."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from urllib.parse import urlencode

import psycopg2
from django.contrib.gis.geos import Point

from citymap.bench.context import Bench, BenchError
from citymap.bench.registry import Result, benchmark
from citymap.geo import city_srid, lon_lat
from citymap.text import sound
from layers.benchmarks.cities import demo_city, real_city

SAMPLE = 300
SECONDS = 10.0
SEARCH_GOAL_MS = 25.0
CARD_GOAL_MS = 50.0
GROWTH_GOAL = 1.5
_ADDRESSES = """
SELECT a.id, a.building_id, s.name, a.house_number, ST_X(a.geom), ST_Y(a.geom)
FROM layers_address a JOIN layers_street s ON s.id = a.street_id
WHERE a.valid_to IS NULL
ORDER BY md5(a.source_id), a.id
LIMIT %s
"""
Row = tuple[int, int | None, str, str, float, float]


def search_paths(rows: Sequence[Row]) -> list[str]:
    """Questions as people type them: whole, half a word, with a slip, in Latin letters."""
    chance = random.Random(109)
    paths = []
    for turn, (_id, _building, street, number, _x, _y) in enumerate(rows):
        at = chance.randrange(1, max(len(street) - 1, 2))
        question = (
            f"{street} {number}",
            street[: max(3, len(street) // 2)],
            f"{street[:at]}{street[at + 1 :]} {number}",
            f"{sound(street)} {number}",
        )[turn % 4]
        paths.append(f"/api/addresses/?{urlencode({'q': question})}")
    return paths


def card_paths(rows: Sequence[Row]) -> list[str]:
    """Cards by address, by building and by a click nearby, in turn."""
    chance = random.Random(109)
    paths = []
    for turn, (address, building, _street, _number, x, y) in enumerate(rows):
        click = Point(x + chance.uniform(-40, 40), y + chance.uniform(-40, 40), srid=city_srid())
        lon, lat = lon_lat(click)
        ways = [{"address": address}, {"lon": lon, "lat": lat}]
        if building:
            ways.append({"building": building})
        paths.append(f"/api/place/?{urlencode(ways[turn % len(ways)])}")
    return paths


def _rows(env: Mapping[str, str]) -> list[Row]:
    with closing(psycopg2.connect(env["DATABASE_URL"])) as session, session.cursor() as cursor:
        cursor.execute(_ADDRESSES, [SAMPLE])
        return cursor.fetchall()


def _p95_ms(bench: Bench, env: Mapping[str, str], paths: Callable[[Sequence[Row]], list[str]]):
    """95th percentile of the answer time for one user at a time."""
    asked = paths(_rows(env))
    with bench.server(env) as url:
        return bench.load(url, asked, clients=1, seconds=SECONDS).p95_ms


def _measured(
    bench: Bench, what: str, paths: Callable[[Sequence[Row]], list[str]], goal_ms: float
) -> Iterator[Result]:
    figures = {}
    for city, make in (
        ("the real city", lambda: real_city(bench)),
        ("the demo city", lambda: demo_city(bench, scale=1)),
        ("ten demo cities", lambda: demo_city(bench, scale=10)),
    ):
        try:
            env = make()
        except BenchError as error:
            bench.say(str(error))
            continue
        figures[city] = _p95_ms(bench, env, paths)
        yield Result(
            name=f"{what}, p95, {city}", n=SAMPLE, ours=figures[city], unit="ms", goal=goal_ms
        )
    if {"the demo city", "ten demo cities"} <= figures.keys():
        yield Result(
            name=f"{what}, p95, ten cities against one",
            n=SAMPLE,
            ours=figures["ten demo cities"],
            baseline=figures["the demo city"],
            unit="ms",
            goal=GROWTH_GOAL,
        )


@benchmark("search", order=40)
def search(bench: Bench) -> Iterator[Result]:
    yield from _measured(bench, "address search", search_paths, SEARCH_GOAL_MS)


@benchmark("place_card", order=41)
def place_card(bench: Bench) -> Iterator[Result]:
    yield from _measured(bench, "place card", card_paths, CARD_GOAL_MS)
