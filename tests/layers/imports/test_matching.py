"""Columns to fields."""

import pytest

from layers.imports.errors import ImportRefusedError
from layers.imports.matching import match_columns, one_of, parse_pairs

NAMES = {
    "kind": ("kind", "вид сети", "тип"),
    "diameter_mm": ("diameter_mm", "диаметр", "ду"),
    "apartments_basis": ("apartments_basis",),
}


def match(columns, chosen=None, taken=()):
    return match_columns(columns, NAMES, chosen=chosen or {}, taken=taken)


def test_names_match_without_case_punctuation_and_yo():
    assert match(["Вид_Сети", "ДИАМЕТР "]) == {"kind": "Вид_Сети", "diameter_mm": "ДИАМЕТР "}


def test_the_better_name_wins():
    assert match(["тип", "kind"]) == {"kind": "kind"}


def test_what_is_chosen_wins_and_is_not_used_twice():
    assert match(["kind", "тип"], {"diameter_mm": "kind"}) == {"diameter_mm": "kind", "kind": "тип"}


def test_names_that_a_dbf_has_cut():
    assert match(["apartments"]) == {"apartments_basis": "apartments"}


def test_columns_with_another_purpose_are_left_alone():
    assert match(["kind"], taken=["kind"]) == {}


@pytest.mark.parametrize(
    "chosen, words",
    [({"knd": "kind"}, "no field 'knd'; did you mean 'kind'"), ({"kind": "x"}, "no column 'x'")],
)
def test_unknown_fields_and_columns(chosen, words):
    with pytest.raises(ImportRefusedError, match=words):
        match(["kind"], chosen)


def test_pairs():
    assert parse_pairs(["a=b", "c = d=e"], option="--map") == {"a": "b", "c": "d=e"}


@pytest.mark.parametrize("pair", ["a", "=b", "a=", ""])
def test_bad_pairs(pair):
    with pytest.raises(ImportRefusedError, match="--map takes field=value"):
        parse_pairs([pair], option="--map")


def test_a_field_twice():
    with pytest.raises(ImportRefusedError, match="twice"):
        parse_pairs(["a=b", "a=c"], option="--map")


def test_one_of_lists_what_there_is():
    with pytest.raises(ImportRefusedError, match=r"no layer 'x' \(there are: a, b\)"):
        one_of("x", ["b", "a"], what="layer")
