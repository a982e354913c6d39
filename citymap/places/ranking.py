"""How well a name answers a question. Pure.

The score of a thing is between 0 and about 1.3; below `MIN_SCORE` it is no answer:

    0.80 * share of the question that the name explains
  + 0.12 * share of the name that the question covers
  + 0.15 * how often the thing is meant (its weight)
  +- what kind of thing was asked for, garden societies last, exact spelling first
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from citymap.places.words import Name, Reading, house_ordinal, parse_name
from citymap.text import edit_distance

MIN_SCORE = 0.45
STREET_INSTEAD = -0.02  # what a street's score loses when the house asked for is not on the map
_QUESTION, _NAME, _WEIGHT = 0.80, 0.12, 0.15
_NUMBER_LETTERS = 4  # a number weighs as much as a word of four letters
_UNASKED_NUMBER = 0.12  # `3-я Кирпичная` is not `Кирпичная`
_LEADING_HOUSE = 0.1  # `8 Марта 12` is hardly house 8 of `12-я Марта`
_SIDE_STREETS = frozenset({"lane", "drive", "boulevard", "square"})

Likeness = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing that may be the answer; types: codes of type words that people use for its kind."""

    id: int
    names: Sequence[str]
    context: Collection[str] = ()
    weight: float = 0.0
    garden: bool = False
    has_houses: bool = False
    types: frozenset[str] = frozenset()


def likeness(asked: str, word: str) -> float:
    """How much a word of the index looks like the word asked for: 0 (not at all) to 1 (the same).

    A beginning counts nearly fully (people stop typing, and Russian endings differ: `Абай`,
    `Абая`); typing errors cost by their share of the word.
    """
    if asked == word:
        return 1.0
    if word.startswith(asked):
        return 0.97 - 0.015 * min(len(word) - len(asked), 8) if len(asked) > 1 else 0.6
    if asked.isdigit() or word.isdigit() or len(asked) < 3:
        return 0.0
    limit = 1 if len(asked) <= 4 else 2 if len(asked) <= 8 else 3
    whole = edit_distance(asked, word, limit=limit)
    best = 0.93 - 0.9 * whole / len(asked) if whole <= limit else 0.0
    if len(asked) >= 4 and len(word) > len(asked):
        start = min(
            edit_distance(asked, word[: len(asked) + more], limit=limit) for more in (-1, 0, 1)
        )
        if start <= limit:
            best = max(best, 0.88 - 1.1 * start / len(asked))
    if asked[0] != word[0]:
        best -= 0.1
    return max(best, 0.0)


@dataclass(frozen=True, slots=True)
class _Match:
    """What a question and a name have in common, in letters.

    left_over: words of the question that the name does not have.
    """

    total: float
    explained: float
    covered: float
    whole: float
    left_over: tuple[str, ...]
    free_numbers: int


class Scorer:
    """Scores things for one question.

    What a name explains is worked out once: a region has ten streets of the same name.
    """

    def __init__(self, alike: Likeness) -> None:
        self._alike = alike
        self._matches: dict[tuple[Name, str], tuple[Name, _Match]] = {}

    def match(self, asked: Name, name: str) -> tuple[Name, _Match]:
        known = self._matches.get((asked, name))
        if known is None:
            parsed = parse_name(name)
            known = self._matches[asked, name] = parsed, _match(asked, parsed, self._alike)
        return known

    def score(self, reading: Reading, candidate: Candidate) -> float:
        """The best score over a thing's names; 0 when it cannot be what was asked."""
        if reading.house and not candidate.has_houses:
            return 0.0
        best = max(
            (
                _name_score(reading.name, *self.match(reading.name, name), candidate)
                for name in candidate.names
            ),
            default=0.0,
        )
        return _thing_score(best, reading, candidate)


def score(reading: Reading, candidate: Candidate, alike: Likeness) -> float:
    """The score of one thing (see `Scorer`)."""
    return Scorer(alike).score(reading, candidate)


def _thing_score(best: float, reading: Reading, candidate: Candidate) -> float:
    if best <= 0:
        return 0.0
    best += _WEIGHT * candidate.weight
    if reading.house and reading.house.leads:
        best -= _LEADING_HOUSE
    if candidate.garden and "garden" not in reading.name.types:
        best -= 0.05
    return best


def house_worth(asked: str, found: str) -> float:
    """What a house number adds to its street's score.

    `21` finds 21 first, then 21a and 21/2; its neighbours and 210 (perhaps not typed to the
    end) come after the street itself.
    """
    if found == asked:
        return 0.15
    if found.startswith(asked):
        return -0.1 if found[len(asked)].isdigit() else 0.05
    gap = abs(house_ordinal(found) - house_ordinal(asked))
    return -0.04 - 0.001 * min(gap, 40)


def _match(asked: Name, name: Name, alike: Likeness) -> _Match:
    left = list(name.words)
    explained = total = covered = 0.0
    left_over = []
    for word in asked.words:
        total += len(word)
        found = max(left, key=lambda w: alike.get(word, {}).get(w, 0.0), default=None)
        like = alike.get(word, {}).get(found, 0.0) if found is not None else 0.0
        if like >= 0.5:
            left.remove(found)
            explained += len(word) * like
            covered += _letters(found, name)
        else:
            left_over.append(word)
    free = list(name.numbers)
    for number in asked.numbers:
        total += _NUMBER_LETTERS
        if number in free:
            free.remove(number)
            explained += _NUMBER_LETTERS
            covered += _NUMBER_LETTERS
    whole = sum(_letters(word, name) for word in name.words)
    whole += _NUMBER_LETTERS * len(name.numbers)
    return _Match(total, explained, covered, whole, tuple(left_over), len(free))


def _name_score(asked: Name, name: Name, match: _Match, candidate: Candidate) -> float:
    if not match.total:
        return _types_score(asked, name, candidate) if asked.types else 0.0
    if not match.covered:
        return 0.0
    explained = match.explained + sum(
        0.9 * len(word)
        for word in match.left_over
        if any(around.startswith(word) for around in candidate.context)
    )
    result = _QUESTION * explained / match.total + _NAME * min(match.covered / match.whole, 1.0)
    result += _types_score(asked, name, candidate) - _UNASKED_NUMBER * match.free_numbers
    if asked.text == name.text:
        result += 0.04
    return result


def _letters(word: str, name: Name) -> float:
    """What a word of a name weighs: words in brackets tell only where it is."""
    return len(word) * (0.3 if word in name.aside else 1.0)


def _types_score(asked: Name, name: Name, candidate: Candidate) -> float:
    """A reward for the kind of thing that was asked for, a deduction for another."""
    side_street = bool(name.types & _SIDE_STREETS)
    if not asked.types:
        return -0.08 if side_street else 0.0
    if asked.types & name.types:
        return 0.08
    return 0.05 if asked.types & candidate.types and not side_street else -0.12
