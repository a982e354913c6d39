"""Reading of names, house numbers and questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citymap.places.words import house_key, house_ordinal, parse_name, readings


@pytest.mark.parametrize(
    "number, key",
    [
        ("21", "21"),
        ("21а", "21a"),
        ("21А", "21a"),
        ("21 А", "21a"),
        ("21-а", "21a"),
        ("21a", "21a"),
        ("21/2", "21/2"),
        ("21 / 2", "21/2"),
        ("21 корпус 2", "21/2"),
        ("21 корп. 2", "21/2"),
        ("21к2", "21/2"),
        ("21 к. 2", "21/2"),
        ("1а/1", "1a/1"),
        ("215а/2", "215a/2"),
        ("д. 21", "21"),
        ("дом 7Б", "7b"),
        ("007", "7"),
        ("5-7", "5-7"),
        ("уч.5", "uch5"),
        ("1б/2в", "1b/2v"),
        ("77/1 в", "77/1v"),
        ("58-1", "58-1"),
    ],
)
def test_house_number_forms_have_one_key(number, key):
    assert house_key(number) == key


@given(st.text(max_size=30))
def test_any_house_number_has_a_key(number):
    key = house_key(number)
    assert key.isascii()
    assert house_ordinal(key) >= 0


@pytest.mark.parametrize(
    "name, words, numbers, types",
    [
        ("9-я (Комета СТ)", ("kometa",), ("9",), {"garden"}),
        ("Северяночка СТ", ("severianochka",), (), {"garden"}),
        ("Солнечный 2 микрорайон", ("solnechni",), ("2",), {"microdistrict"}),
        ("19-й микрорайон", (), ("19",), {"microdistrict"}),
        ("улица 4-я Кирпичная", ("kirpichnaia",), ("4",), {"street"}),
        ("2-ой Лазутина проезд", ("lazutina",), ("2",), {"drive"}),
        ("8 Марта", ("marta",), ("8",), set()),
        ("314-й стрелковой дивизии", ("strelkovoi", "divizi"), ("314",), set()),
        ("улица Н. Назарбаева", ("nazarbaeva",), (), {"street"}),
        ("Абай көшесі", ("abai",), (), {"street"}),
        ("№44 орта мектеп", ("orta", "shkola"), ("44",), set()),
        ("Детский сад №5", ("detsad",), ("5",), set()),
    ],
)
def test_names_are_cut_up(name, words, numbers, types):
    found = parse_name(name)
    assert (found.words, found.numbers) == (words, numbers)
    assert types <= found.types


def test_a_name_of_type_words_alone_keeps_them():
    assert parse_name("Площадь").words == ("ploshad",)


def _read(question):
    return {
        (way.name.words, way.name.numbers, way.house.key if way.house else "")
        for way in readings(question)
    }


@pytest.mark.parametrize(
    "question, expected",
    [
        ("жамбыл 21", (("jambil",), (), "21")),
        ("Жамбыла Жабаева, д. 21, кв 5", (("jambila", "jabaeva"), (), "21")),
        ("Жамбыла Жабаева 21 квартира 5", (("jambila", "jabaeva"), (), "21")),
        ("абая 21 а", (("abaia",), (), "21a")),
        ("абая 21а", (("abaia",), (), "21a")),
        ("абая 21/2", (("abaia",), (), "21/2")),
        ("абая 21 корпус 2", (("abaia",), (), "21/2")),
        ("21 абая", (("abaia",), (), "21")),
        ("8 марта 12", (("marta",), ("8",), "12")),
        ("8 марта", (("marta",), ("8",), "")),
        ("1-я заречная 15к2", (("zarechnaia",), ("1",), "15/2")),
        ("9-я Комета", (("kometa",), ("9",), "")),
        ("20 мкр", ((), ("20",), "")),
        ("абая 58-1", (("abaia",), (), "58-1")),
        ("абая 58-1", (("abaia",), (), "58")),
    ],
)
def test_one_of_the_readings_is_the_right_one(question, expected):
    assert expected in _read(question)


def test_an_ordinal_is_no_house_number():
    assert _read("9-я Комета") == {(("kometa",), ("9",), "")}


@given(st.text(max_size=400))
def test_any_question_is_read(question):
    ways = readings(question)
    assert 1 <= len(ways) <= 4
    assert all(len(way.name.words) <= 8 for way in ways)
