"""Address search: a question in, the best answers out.

Two short stages, each by an index: the words of the question lead to named things
(vocabulary by trigrams, things by word), then house numbers are looked up under the best
streets (btree). Ranking is pure (`ranking`), reading too (`words`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from citymap.geo import WGS84_SRID, city_srid, transformer
from citymap.places.models import SearchEntry
from citymap.places.ranking import (
    MIN_SCORE,
    STREET_INSTEAD,
    Candidate,
    house_worth,
    likeness,
    score,
)
from citymap.places.words import House, Reading, house_ordinal, readings
from citymap.sqlfiles import load_sql
from citymap.text import switch_layout

DEFAULT_LIMIT = 10
MAX_LIMIT = 50
SIMILAR_WORDS = 12
MAX_CANDIDATES = 200
MAX_ENTRIES_BY_WORD = 1000
STREETS_WITH_HOUSES = 12
MIN_LIKENESS = 0.5
GOOD_SCORE = 0.75  # below it the other keyboard layout is tried
POINT_MARGIN_M = 60.0  # half the side of the box around an answer that is a point


@dataclass(frozen=True, slots=True)
class Answer:
    """A thing or a house that answers the question.

    x, y: the house's position, city CRS. missing: the house number asked for that the street,
    given instead, does not have.
    """

    score: float
    entry_id: int
    address_id: int | None = None
    number: str = ""
    key: str = ""
    x: float | None = None
    y: float | None = None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class _Row:
    candidate: Candidate
    object_id: int


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
    if not words and not numbers:
        return []
    alike, entries_by_word = _similar(words)
    rows = _candidates(alike, entries_by_word, numbers)
    scored = [
        (points, way, row)
        for row in rows
        for way in ways
        if (points := score(way, row.candidate, alike)) >= MIN_SCORE
    ]
    scored.sort(key=lambda item: (-item[0], item[2].candidate.id))
    return _sorted(_with_houses(scored))


def _sorted(answers: Sequence[Answer]) -> list[Answer]:
    """Best first, each thing once."""
    unique: dict[tuple, Answer] = {}
    for answer in sorted(answers, key=lambda a: (-a.score, a.key, a.entry_id, a.address_id or 0)):
        unique.setdefault((answer.entry_id, answer.address_id), answer)
    return list(unique.values())


def _similar(words: Sequence[str]) -> tuple[dict[str, dict[str, float]], dict[str, int]]:
    """Words of the vocabulary like each word asked for, and how many things have each."""
    alike: dict[str, dict[str, float]] = {word: {} for word in words}
    entries: dict[str, int] = {}
    if words:
        with connection.cursor() as cursor:
            cursor.execute(
                load_sql(__file__, "similar_words.sql"),
                {"words": list(words), "limit": SIMILAR_WORDS},
            )
            for asked, word, count in cursor.fetchall():
                like = likeness(asked, word)
                if like >= MIN_LIKENESS:
                    alike[asked][word] = like
                    entries[word] = count
    return alike, entries


def _candidates(
    alike: Mapping[str, Mapping[str, float]], entries: Mapping[str, int], numbers: Sequence[str]
) -> list[_Row]:
    groups = [list(found) for found in alike.values() if found]
    by_rarity = sorted(groups, key=lambda group: sum(entries[word] for word in group))
    rare: list[str] = []
    budget = MAX_ENTRIES_BY_WORD
    for group in by_rarity:
        cost = sum(entries[word] for word in group)
        if rare and cost > budget:
            break
        rare.extend(group)
        budget -= cost
    groups.extend([number] for number in numbers)
    if not rare:
        rare = list(numbers)
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql(__file__, "candidates.sql"),
            {"rare": rare, "groups": json.dumps(groups), "limit": MAX_CANDIDATES},
        )
        return [
            _Row(
                candidate=Candidate(
                    id=id_, kind=kind, names=names, context=context, weight=weight,
                    garden=garden, has_houses=has_houses,
                ),
                object_id=object_id,
            )
            for id_, kind, object_id, names, context, weight, garden, has_houses in cursor
        ]  # fmt: skip


def _with_houses(scored: Sequence[tuple[float, Reading, _Row]]) -> list[Answer]:
    """Answers for each way of reading: the thing itself, or the houses under it."""
    answers = []
    by_house: dict[House, list[tuple[float, _Row]]] = {}
    for points, way, row in scored:
        if way.house is None:
            answers.append(Answer(score=points, entry_id=row.candidate.id))
        elif len(by_house.setdefault(way.house, [])) < STREETS_WITH_HOUSES:
            by_house[way.house].append((points, row))
    for house, streets in by_house.items():
        answers.extend(_house_answers(house, streets))
    return answers


def _house_answers(house: House, streets: Sequence[tuple[float, _Row]]) -> list[Answer]:
    """Under each street: the house asked for; else the street, then its nearest houses."""
    of_street = {row.object_id: (points, row.candidate.id) for points, row in streets}
    with connection.cursor() as cursor:
        cursor.execute(
            load_sql(__file__, "houses.sql"),
            {
                "streets": list(of_street),
                "key": house.key,
                "ordinal": house_ordinal(house.key),
                "limit": MAX_LIMIT,
            },
        )
        rows = cursor.fetchall()
    have_it = {street_id for street_id, _address, _number, key, _x, _y in rows if key == house.key}
    answers = [
        Answer(points + STREET_INSTEAD, entry_id, missing=house.text)
        for street_id, (points, entry_id) in of_street.items()
        if street_id not in have_it
    ]
    for street_id, address_id, number, key, x, y in rows:
        if street_id in have_it and not key.startswith(house.key):
            continue
        points, entry_id = of_street[street_id]
        worth = house_worth(house.key, key)
        answers.append(Answer(points + worth, entry_id, address_id, number, key, x, y))
    return answers


def _as_json(answers: Sequence[Answer]) -> list[dict]:
    entries = SearchEntry.objects.in_bulk([answer.entry_id for answer in answers])
    language = get_language() or ""
    return [_answer_json(answer, entries[answer.entry_id], language) for answer in answers]


def _translated(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get("") or next(iter(texts.values()), "")


def _answer_json(answer: Answer, entry: SearchEntry, language: str) -> dict:
    label = _translated(entry.labels, language)
    if answer.address_id is not None:
        box = _box_around(answer.x, answer.y)
        return {
            "id": answer.address_id,
            "kind": "address",
            "label": f"{label}, {answer.number}",
            "hint": "",
            **_position(answer.x, answer.y, box),
        }
    x, y = entry.point.coords
    box = tuple(entry.extent_m) if entry.extent_m else _box_around(x, y)
    return {
        "id": entry.object_id,
        "kind": entry.kind,
        "label": label,
        "hint": _hint(answer, entry, language),
        **_position(x, y, box),
    }


def _hint(answer: Answer, entry: SearchEntry, language: str) -> str:
    if answer.missing:
        return _("No. %(number)s is not on the map") % {"number": answer.missing}
    return _translated(entry.hints, language)


def _box_around(x: float, y: float) -> tuple[float, float, float, float]:
    return (x - POINT_MARGIN_M, y - POINT_MARGIN_M, x + POINT_MARGIN_M, y + POINT_MARGIN_M)


def _position(x: float, y: float, box: Sequence[float]) -> dict:
    """lon, lat and bbox (west, south, east, north) in degrees of a point and box in metres."""
    to_degrees = transformer(city_srid(), WGS84_SRID)
    lon, lat = to_degrees.transform(x, y)
    bounds = to_degrees.transform_bounds(*box)
    return {
        "lon": round(lon, 7),
        "lat": round(lat, 7),
        "bbox": [round(value, 7) for value in bounds],
    }
