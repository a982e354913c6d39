"""Yards are called by the addresses of their houses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.yards.labels import MAX_LENGTH, yard_label


@pytest.mark.parametrize(
    "addresses, label",
    [
        ([("улица Мира", "5")], "ул. Мира 5"),
        ([("Жамбыла", "23"), ("Жамбыла", "21"), ("улица Мира", "5")], "Жамбыла 21, 23; ул. Мира 5"),
        ([("Мира", "110"), ("Мира", "21А"), ("Мира", "5"), ("Мира", "21")], "Мира 5, 21, 21А, 110"),
        ([("Абай көшесі", "7"), ("Абай көшесі", "7")], "Абай к-сі 7"),
        ([("", "12")], "12"),
        ([("Мира", "5²"), ("Мира", "5")], "Мира 5, 5²"),
        ([], ""),
    ],
)
def test_labels(addresses, label):
    assert yard_label(addresses) == label
    assert yard_label(reversed(addresses)) == label


def test_a_long_label_is_cut_at_a_house():
    label = yard_label([("Интернациональная", str(n)) for n in range(100, 250)])
    assert len(label) <= MAX_LENGTH
    assert label.endswith("…")
    assert label.removesuffix(" …").split(", ")[-1].isdigit()


@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=8)), max_size=40))
def test_any_label_fits_its_column(addresses):
    assert len(yard_label(addresses)) <= MAX_LENGTH
