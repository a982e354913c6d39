"""Which name answers a question better."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citymap.places.ranking import Candidate, house_worth, likeness, score
from citymap.places.words import parse_name, readings
from citymap.text import sound


def _order(question, *candidates):
    """Names of the candidates from best to worst, by the best way of reading the question."""
    ways = readings(question)
    asked = {word for way in ways for word in way.name.words}
    known = {word for c in candidates for name in c.names for word in parse_name(name).words}
    alike = {word: {other: likeness(word, other) for other in known} for word in asked}

    def best(candidate):
        return max(score(way, candidate, alike) for way in ways)

    return [c.names[0] for c in sorted(candidates, key=best, reverse=True)]


def _street(*names, weight=0.5, garden=False, context=()):
    return Candidate(
        id=1, names=names, weight=weight, garden=garden, has_houses=True, context=context,
        types=frozenset({"street"}),
    )  # fmt: skip


@pytest.mark.parametrize(
    "question, right, wrong",
    [
        ("пушкина", _street("Пушкина"), _street("Пушкина переулок")),
        ("пушкина переулок", _street("Пушкина переулок"), _street("Пушкина", weight=1)),
        ("пер пушкина", _street("Пушкина переулок"), _street("Пушкина", weight=1)),
        ("жамбыл", _street("Жамбыла Жабаева", weight=1), _street("Жамбыла проезд", weight=0.6)),
        ("жабаева жамбыла", _street("Жамбыла Жабаева"), _street("Жабаева переулок")),
        ("абай", _street("Абая", "Абай көшесі"), _street("Набережная", weight=1)),
        ("садовая", _street("Садовая"), _street("Садовая (Учитель-1 ДО)", weight=1, garden=True)),
        ("садовая учитель", _street("Садовая (Учитель-1 ДО)", garden=True), _street("Садовая")),
        ("2 кирпичная", _street("2-я Кирпичная улица"), _street("3-я Кирпичная улица", weight=1)),
        ("8 марта 12", _street("8 Марта"), _street("12-я Марта", weight=1)),
        ("9-я комета", _street("9-я (Комета СТ)", garden=True), _street("10-я (Комета СТ)")),
        ("интернац", _street("Интернациональная"), _street("Интернатная")),
        (
            "абая новопавловка",
            _street("Абая", weight=0.3, context=("novopavlovka",)),
            _street("Абая", weight=1),
        ),
    ],
)
def test_the_better_answer_comes_first(question, right, wrong):
    assert _order(question, wrong, right)[0] is right.names[0]


def test_a_house_is_only_found_where_there_are_houses():
    (way,) = [way for way in readings("мира 5") if way.house]
    alike = {"mira": {"mira": 1.0}}
    stop = Candidate(id=2, names=("Мира",), types=frozenset({"stop"}))
    assert score(way, stop, alike) == 0
    assert score(way, _street("Мира"), alike) > 0.9


@pytest.mark.parametrize(
    "asked, word, least",
    [
        ("jabaeva", "jabaeva", 1.0),
        ("jamb", "jambila", 0.9),
        ("jabaeia", "jabaeva", 0.75),
        ("abpia", "abaia", 0.7),
        ("internatsianal", "internatsionalnaia", 0.75),
    ],
)
def test_slips_are_forgiven(asked, word, least):
    assert likeness(asked, word) >= least


@pytest.mark.parametrize("asked, word", [("mira", "nova"), ("12", "13"), ("21", "abai")])
def test_other_words_are_not_alike(asked, word):
    assert likeness(asked, word) < 0.5


@given(st.text(max_size=15), st.text(max_size=15))
def test_likeness_is_a_share(one, other):
    one, other = sound(one).replace(" ", ""), sound(other).replace(" ", "")
    if one and other:
        assert 0 <= likeness(one, other) <= 1
        assert likeness(one, one) == 1


def test_house_numbers_in_order():
    asked = "21"
    found = ["21", "21a", "20", "25", "210"]
    assert sorted(found, key=lambda key: -house_worth(asked, key)) == found
