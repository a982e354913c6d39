"""Operators at the desk, over real HTTP: begin a contact, look the address up, open its card, ask
the knowledge base, see outages, duplicates, body and deadline, register or consult.

At twenty times a real centre's peak hour (2,000 contacts a day, 15 % of them in the peak hour), and
registration as fast as it goes, with history and chain, while the worker seals.
"""

import itertools
import random
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import quote, urlencode, urlsplit

import numpy as np
import psycopg2
from django.conf import settings

from citymap.bench.context import Bench, BenchError
from citymap.bench.registry import Result, benchmark
from citymap.demo import DEMO_PASSWORD
from layers.benchmarks.cities import demo_city

PEAK_AN_HOUR = 2000 * 0.15
TIMES, MIX_S, OPERATORS = 20, 45, 8
FLOOD_S, WRITERS, READY_S = 20, 8, 60
SWEEP_ENDS_S = 30
# A database kept since yesterday owes what fell due since: that is done before anything is timed.
SETTLES_S, LATE_S, LOOK_S = 300, 5, 2
LATE_SQL = "SELECT count(*) FROM jobs_jobrun WHERE next_due_at < now() - %s * interval '1 second'"
P95_GOAL_MS, PER_SECOND_GOAL = 300.0, 40.0
REGISTERED_SHARE = 0.2
# The first of the demo's residents, whatever its scale.
KNOWN_CALLERS = 400
PLACES_SQL = """
SELECT building.id, ST_X(place.point), ST_Y(place.point),
       coalesce(street.name, address.street_name), address.house_number
FROM layers_address AS address
JOIN layers_building AS building ON building.id = address.building_id
LEFT JOIN layers_street AS street ON street.id = address.street_id
CROSS JOIN LATERAL (SELECT ST_Transform(building.point, 4326) AS point) AS place
WHERE address.valid_to IS NULL AND building.valid_to IS NULL AND building.apartments > 0
ORDER BY md5(address.id::text), address.id LIMIT 2000
"""
CATEGORIES_SQL = "SELECT code FROM appeals_category WHERE parent_id IS NOT NULL ORDER BY code"


@dataclass(frozen=True)
class Place:
    building: int
    lon: float
    lat: float
    street: str
    number: str


class Reader:
    """One browser: keeps its connection and cookies; comes from an address of its own."""

    def __init__(self, url: str, number: int) -> None:
        parts = urlsplit(url)
        self._connection = HTTPConnection(parts.hostname, parts.port, timeout=60)
        self.said = ""
        self._cookies: dict[str, str] = {}
        self._addresses = itertools.count(number << 16)

    def ask(self, method: str, path: str, form: Mapping[str, object] | None = None) -> int:
        """One request; its status. Each comes from another address; `said` is the answer."""
        number = next(self._addresses)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
            "Accept-Language": "ru",
        }
        body = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            token = self._cookies.get("csrftoken", "")
            body = urlencode({**form, "csrfmiddlewaretoken": token}).encode()
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        self.said = answer.read().decode("utf-8", "replace")
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = line.partition("=")
            self._cookies[name] = rest.partition(";")[0]
        return answer.status

    def sign_in(self) -> None:
        self.ask("GET", "/accounts/login/")
        status = self.ask(
            "POST", "/accounts/login/", {"username": "operator", "password": DEMO_PASSWORD}
        )
        if status != 302:
            raise BenchError(f"the operator could not sign in: {status}")


def appeal_form(place: Place, category: str, chance: random.Random) -> dict[str, object]:
    """An appeal at a house, not the same as another one."""
    return {
        "key": uuid.uuid4(), "category": category, "building": place.building,
        "text": f"Не горит фонарь, подъезд {chance.randrange(1, 9)}, третий день подряд",
        "lon": f"{place.lon + chance.uniform(-1e-4, 1e-4):.6f}",
        "lat": f"{place.lat + chance.uniform(-1e-4, 1e-4):.6f}",
        "label": f"{place.street}, {place.number}", "language": "ru", "channel": "phone",
        "regime": "service_request",
    }  # fmt: skip


def contact(
    reader: Reader, place: Place, category: str, chance: random.Random
) -> Iterator[tuple[str, int]]:
    """What one contact asks of the server, in its order: name and status of each request."""
    caller = f"+7700{2_000_000 + chance.randrange(KNOWN_CALLERS):07d}"
    begin = {"phone": caller, "channel": "phone", "language": "ru", "key": uuid.uuid4()}
    yield "begin", reader.ask("POST", "/desk/contacts/", begin)
    found = re.search(r'data-contact="(\d+)"', reader.said)
    if found is None:
        raise BenchError("no contact has begun")
    number = found.group(1)
    typed = place.street[: max(3, len(place.street) // 2)]
    whole = f"{place.street} {place.number}"
    yield "search", reader.ask("GET", f"/api/addresses/?q={quote(typed)}&limit=8")
    yield "search", reader.ask("GET", f"/api/addresses/?q={quote(whole)}&limit=8")
    yield "card", reader.ask("GET", f"/api/place/?building={place.building}")
    form = appeal_form(place, category, chance)
    asked = {name: form[name] for name in ("lon", "lat", "building", "language")}
    yield "articles", reader.ask("POST", "/desk/articles/", {**asked, "q": "не горит фонарь"})
    if chance.random() >= REGISTERED_SHARE:
        told = {"note": "разъяснено"}
        yield "consultation", reader.ask("POST", f"/desk/contacts/{number}/consult/", told)
        return
    for known in ({**form, "category": ""}, form):
        yield "check", reader.ask("POST", "/desk/check/", known)
    yield "register", reader.ask("POST", "/desk/register/", {**form, "contact": number})


@benchmark("appeals_contacts", order=70)
def contacts(bench: Bench) -> Iterator[Result]:
    """Both databases: three years of one city, and a region of ten."""
    for scale, years in ((1, 3), (10, 1)):
        env = demo_city(bench, scale=scale, years=years)
        name = f"scale {scale}, {years} years" if years > 1 else f"scale {scale}"
        yield from measured(bench, env, name)


def measured(bench: Bench, env: Mapping[str, str], name: str) -> Iterator[Result]:
    """The mix and the flood on one database."""
    env = {**env, "CITYMAP_BEHIND_PROXY": "1"}
    places, categories = asked_for(env)
    with bench.server(env) as url, worker(bench, env):
        bench.say(f"{name}: the worker caught up in {settled(env):.0f} s")
        took = mix(url, places, categories)
        every = [one for values in took.values() for one in values]
        yield Result(
            name=f"look-up and register at {TIMES} peak hours, p95 ({name})", n=len(every),
            ours=float(np.percentile(every, 95)), unit="ms", goal=P95_GOAL_MS,
        )  # fmt: skip
        for what, values in sorted(took.items()):
            yield Result(
                name=f"  {what}, p95 ({name})", n=len(values), unit="ms",
                ours=float(np.percentile(values, 95)),
            )  # fmt: skip
        written, seconds = flood(url, places, categories)
        yield Result(
            name=f"registration, sustained, with history and chain ({name})", n=written,
            ours=written / seconds, unit="/s", goal=PER_SECOND_GOAL, more_is_better=True,
        )  # fmt: skip


def asked_for(env: Mapping[str, str]) -> tuple[list[Place], list[str]]:
    """Places and categories that contacts are about."""
    session = psycopg2.connect(env["DATABASE_URL"])
    with session, session.cursor() as cursor:
        cursor.execute(PLACES_SQL)
        places = [Place(*row) for row in cursor.fetchall()]
        cursor.execute(CATEGORIES_SQL)
        categories = [code for (code,) in cursor.fetchall()]
    session.close()
    return places, categories


@contextmanager
def worker(bench: Bench, env: Mapping[str, str]) -> Iterator[None]:
    """The worker beside the server: it seals the chain and sends what is owed."""
    with (bench.folder / "worker.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "worker"], cwd=settings.BASE_DIR, env=dict(env),
            stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(SWEEP_ENDS_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def settled(env: Mapping[str, str]) -> float:
    """Wait until no sweep is late, twice running; how many seconds it took."""
    session = psycopg2.connect(env["DATABASE_URL"])
    session.autocommit = True
    began, quiet = time.monotonic(), 0
    with closing(session), session.cursor() as cursor:
        while quiet < 2:
            if time.monotonic() - began > SETTLES_S:
                raise BenchError(f"the worker is still behind after {SETTLES_S} s")
            time.sleep(LOOK_S)
            cursor.execute(LATE_SQL, [LATE_S])
            quiet = 0 if cursor.fetchone()[0] else quiet + 1
    return time.monotonic() - began


def mix(url: str, places: list[Place], categories: list[str]) -> dict[str, list[float]]:
    """Contacts begin at random moments, whether the ones before are answered or not.

    Milliseconds of each request by its name; one that had to wait for a free operator counts
    from the moment at which it was due.
    """
    chance = random.Random(109)
    rate = PEAK_AN_HOUR * TIMES / 3600
    moments = list(
        itertools.takewhile(
            lambda moment: moment < MIX_S,
            itertools.accumulate(iter(lambda: chance.expovariate(rate), None)),
        )
    )
    took: dict[str, list[float]] = {}
    lock, numbers, began = threading.Lock(), iter(range(len(moments))), time.perf_counter() + 5

    def work(reader: Reader, own: random.Random) -> None:
        for name in ("/desk/", f"/api/place/?building={places[0].building}"):
            reader.ask("GET", name)
        while (number := _next(lock, numbers)) is not None:
            time.sleep(max(0.0, began + moments[number] - time.perf_counter()))
            start = began + moments[number]
            place, category = own.choice(places), own.choice(categories)
            for name, status in contact(reader, place, category, own):
                now = time.perf_counter()
                if status != 200:
                    raise BenchError(f"{name}: {status} {reader.said[:200]}")
                with lock:
                    took.setdefault(name, []).append(1000 * (now - start))
                start = time.perf_counter()

    _together(url, OPERATORS, work)
    return took


def flood(url: str, places: list[Place], categories: list[str]) -> tuple[int, float]:
    """Registrations as fast as some writers get them through: how many, in which time."""
    done: list[int] = []
    began: list[float] = []
    # Nobody writes before everybody is signed in, which is no part of registering.
    ready = threading.Barrier(WRITERS, action=lambda: began.append(time.perf_counter()))

    def work(reader: Reader, own: random.Random) -> None:
        reader.ask("GET", "/desk/")
        ready.wait(READY_S)
        while time.perf_counter() < began[0] + FLOOD_S:
            form = appeal_form(own.choice(places), own.choice(categories), own)
            if (status := reader.ask("POST", "/desk/register/", form)) != 200:
                raise BenchError(f"register: {status}")
            done.append(1)

    _together(url, WRITERS, work)
    return len(done), time.perf_counter() - began[0]


def _next(lock: threading.Lock, numbers: Iterator[int]) -> int | None:
    with lock:
        return next(numbers, None)


def _together(url: str, count: int, work: Callable[[Reader, random.Random], None]) -> None:
    """Run `work` in threads, each an operator signed in; the first failure is raised."""
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            reader = Reader(url, number)
            reader.sign_in()
            work(reader, random.Random(number))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise BenchError(str(failures[0])) from failures[0]
