"""Address search: a question in, the best answers out.

Two short stages, each by an index: the words of the question lead to named things
(vocabulary by trigrams, things by word), then house numbers are looked up under the best
streets (btree). Ranking is pure (`ranking`), reading too (`words`).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from psycopg2 import sql

from citymap.geo import WGS84_SRID, city_srid, transformer
from citymap.places.ranking import (
    MIN_SCORE,
    STREET_INSTEAD,
    Candidate,
    Scorer,
    house_worth,
    likeness,
)
from citymap.places.registry import FoundKind, found_kinds
from citymap.places.words import HouseNumber, Reading, house_ordinal, readings
from citymap.sqlfiles import load_sql
from citymap.text import switch_layout

DEFAULT_LIMIT = 10
MAX_LIMIT = 50
SIMILAR_WORDS = 12
MAX_CANDIDATES = 100
MAX_ENTRIES_BY_WORD = 300
STREETS_WITH_HOUSES = 8
MIN_LIKENESS = 0.5
GOOD_SCORE = 0.75  # below it the other keyboard layout is tried
POINT_MARGIN_M = 60.0  # half the side of the box around an answer that is a point


@dataclass(frozen=True, slots=True)
class Found:
    """A thing of the index: what is ranked, and what is shown (labels as JSON text).

    x, y: its position; extent_m: west, south, east, north or None; city CRS, metres.
    """

    candidate: Candidate
    kind: str
    subkind: str
    object_id: int
    labels: str
    x: float
    y: float
    extent_m: Sequence[float] | None


@dataclass(frozen=True, slots=True)
class House:
    """A house number under a thing."""

    address_id: int
    number: str
    key: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Answer:
    """A thing, or a house under it, that answers the question.

    missing: the house number asked for that the street, given instead, does not have.
    """

    score: float
    found: Found
    house: House | None = None
    missing: str = ""

    @property
    def key(self) -> tuple[int, int]:
        return (self.found.candidate.id, self.house.address_id if self.house else 0)


def search(*, question: str, limit: int = DEFAULT_LIMIT) -> list[dict]:
    """Answers to `question` as JSON-ready dicts, best first, in the active language."""
    answers = _answers(question)
    if not answers or answers[0].score < GOOD_SCORE:
        answers = _sorted([*answers, *_answers(switch_layout(question))])
    return _as_json(answers[:limit])


def _answers(question: str) -> list[Answer]:
    ways = readings(question)
    words = sorted({word for way in ways for word in way.name.words})
    numbers = sorted({number for way in ways for number in way.name.numbers})
    alike, entries = _similar(words)
    scorer = Scorer(alike)
    scored = [
        (points, way, found)
        for found in _candidates(alike, entries, numbers)
        for way in ways
        if (points := scorer.score(way, found.candidate)) >= MIN_SCORE
    ]
    scored.sort(key=lambda item: (-item[0], item[2].candidate.id))
    return _sorted(_with_houses(scored))


def _sorted(answers: Iterable[Answer]) -> list[Answer]:
    """Best first, each thing once."""
    unique: dict[tuple[int, int], Answer] = {}
    for answer in sorted(answers, key=lambda a: (-a.score, a.house.key if a.house else "", a.key)):
        unique.setdefault(answer.key, answer)
    return list(unique.values())


def _similar(words: Sequence[str]) -> tuple[dict[str, dict[str, float]], dict[str, int]]:
    """Words of the vocabulary like each word asked for, and how many things have each."""
    alike: dict[str, dict[str, float]] = {word: {} for word in words}
    entries: dict[str, int] = {}
    if words:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT asked, word, entries FROM places_similar_words(%s, %s)",
                [list(words), SIMILAR_WORDS],
            )
            for asked, word, count in cursor.fetchall():
                like = likeness(asked, word)
                if like >= MIN_LIKENESS:
                    alike[asked][word] = like
                    entries[word] = count
    return alike, entries


def _candidates(
    alike: Mapping[str, Mapping[str, float]], entries: Mapping[str, int], numbers: Sequence[str]
) -> list[Found]:
    """Things that have words of the question, those with most of them first.

    The words that lead to few things drive the index; frequent ones only sort.
    """
    groups = [list(found) for found in alike.values() if found]
    groups.sort(key=lambda group: sum(entries[word] for word in group))
    rare: list[str] = []
    budget = MAX_ENTRIES_BY_WORD
    for group in groups:
        budget -= sum(entries[word] for word in group)
        if rare and budget < 0:
            break
        rare.extend(group)
    groups.extend([number] for number in numbers)
    agreement = sql.SQL(" + ").join([sql.SQL("(words && %s::text[])::integer")] * len(groups))
    query = sql.SQL(
        "SELECT id, names, context, weight, garden, has_houses,"
        " kind, subkind, object_id, labels, ST_X(point), ST_Y(point), extent_m"
        " FROM places_searchentry WHERE words && %s::text[]"
        " ORDER BY {agreement} DESC, weight DESC, id LIMIT %s"
    ).format(agreement=agreement)
    if not groups:
        return []
    with connection.cursor() as cursor:
        cursor.execute(query, [rare or list(numbers), *groups, MAX_CANDIDATES])
        return [
            Found(Candidate(*row[:6], types=_types(kind=row[6], subkind=row[7])), *row[6:])
            for row in cursor
        ]


def _registered(*, kind: str, subkind: str) -> FoundKind | None:
    return found_kinds.get(f"{kind}:{subkind}") or found_kinds.get(kind)


def _types(*, kind: str, subkind: str) -> frozenset[str]:
    registered = _registered(kind=kind, subkind=subkind)
    return registered.types if registered else frozenset()


def _with_houses(scored: Iterable[tuple[float, Reading, Found]]) -> list[Answer]:
    """Answers for each way of reading: the thing itself, or the houses under it."""
    answers = []
    streets: dict[HouseNumber, list[tuple[float, Found]]] = {}
    for points, way, found in scored:
        if way.house is None:
            answers.append(Answer(points, found))
        elif len(streets.setdefault(way.house, [])) < STREETS_WITH_HOUSES:
            streets[way.house].append((points, found))
    for house, of_house in streets.items():
        answers.extend(_house_answers(house, of_house))
    return answers


def _house_answers(asked: HouseNumber, streets: Sequence[tuple[float, Found]]) -> list[Answer]:
    """Under each street: the house asked for; else the street, then its nearest houses."""
    of_street = {found.object_id: (points, found) for points, found in streets}
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql(__file__, "houses.sql"),
            {
                "streets": list(of_street),
                "key": asked.key,
                "ordinal": house_ordinal(asked.key),
                "limit": MAX_LIMIT,
            },
        )
        houses = [(row[0], House(*row[1:])) for row in cursor]
    have_it = {street_id for street_id, house in houses if house.key == asked.key}
    answers = [
        Answer(points + STREET_INSTEAD, found, missing=asked.text)
        for street_id, (points, found) in of_street.items()
        if street_id not in have_it
    ]
    for street_id, house in houses:
        if street_id in have_it and not house.key.startswith(asked.key):
            continue
        points, found = of_street[street_id]
        answers.append(Answer(points + house_worth(asked.key, house.key), found, house))
    return answers


def _as_json(answers: Sequence[Answer]) -> list[dict]:
    if not answers:
        return []
    language = get_language() or ""
    return [
        {**_identity(answer, language), **position}
        for answer, position in zip(answers, _positions(answers), strict=True)
    ]


def _identity(answer: Answer, language: str) -> dict:
    found = answer.found
    label = _translated(found.labels, language)
    if answer.house:
        return {
            "id": answer.house.address_id,
            "kind": "address",
            "label": f"{label}, {answer.house.number}",
            "hint": "",
        }
    if answer.missing:
        hint = _("No. %(number)s is not on the map") % {"number": answer.missing}
    else:
        registered = _registered(kind=found.kind, subkind=found.subkind)
        hint = str(registered.title) if registered else ""
    return {"id": found.object_id, "kind": found.kind, "label": label, "hint": hint}


def _translated(texts_json: str, language: str) -> str:
    texts = json.loads(texts_json)
    return texts.get(language) or texts.get("") or next(iter(texts.values()), "")


def _positions(answers: Sequence[Answer]) -> list[dict]:
    """lon, lat and bbox (west, south, east, north) in degrees of each answer.

    The box is that of the four corners of the extent in the city CRS, or of a square around a
    point.
    """
    eastings, northings = [], []
    for answer in answers:
        at = answer.house or answer.found
        west, south, east, north = (None if answer.house else answer.found.extent_m) or (
            at.x - POINT_MARGIN_M, at.y - POINT_MARGIN_M,
            at.x + POINT_MARGIN_M, at.y + POINT_MARGIN_M,
        )  # fmt: skip
        eastings += [at.x, west, west, east, east]
        northings += [at.y, south, north, south, north]
    lons, lats = transformer(city_srid(), WGS84_SRID).transform(eastings, northings)
    positions = []
    for start in range(0, len(lons), 5):
        box_lons, box_lats = lons[start + 1 : start + 5], lats[start + 1 : start + 5]
        box = (min(box_lons), min(box_lats), max(box_lons), max(box_lats))
        positions.append(
            {
                "lon": round(lons[start], 7),
                "lat": round(lats[start], 7),
                "bbox": [round(value, 7) for value in box],
            }
        )
    return positions
