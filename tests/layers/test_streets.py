"""Which written names become one street."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from layers.choices import StreetKind
from layers.streets import Known, Written, group_streets


def road(
    text: str, *, count: int = 1, kk: str = "", old: str = "", settlement: str = ""
) -> Written:
    return Written(
        text, settlement, roads=count,
        russian=Counter({text: count}),
        kazakh=Counter({kk: count} if kk else {}),
        others=Counter({old: count} if old else {}),
    )  # fmt: skip


def houses(text: str, count: int, settlement: str = "") -> Written:
    return Written(text, settlement, addresses=count)


def joined(*written: Written) -> dict[str, set[str]]:
    """Street name -> its spellings."""
    return {row.name: set(row.spellings) for row in group_streets(written).rows}


def test_spellings_of_one_street():
    found = joined(
        road("Жамбыла Жабаева"), houses("улица Жамбыла Жабаева", 22), houses("Жамбыла проезд", 17)
    )
    assert found == {
        "Жамбыла Жабаева": {"Жамбыла Жабаева", "улица Жамбыла Жабаева"},
        "Жамбыла проезд": {"Жамбыла проезд"},
    }


def test_first_name_left_out():
    found = joined(road("Карима Сутюшева"), houses("Сутюшева", 2), houses("улица Сутюшева", 8))
    assert found == {"Карима Сутюшева": {"Карима Сутюшева", "Сутюшева", "улица Сутюшева"}}


def test_first_name_left_out_of_two_people_stays_apart():
    found = joined(road("Зои Космодемьянской"), road("Анатолия Космодемьянской"),
                   houses("Космодемьянской", 3))  # fmt: skip
    assert len(found) == 3


def test_type_word_left_out_when_only_one_street_has_the_name():
    assert joined(road("проспект Мира"), houses("Мира", 9)) == {
        "проспект Мира": {"проспект Мира", "Мира"}
    }
    assert len(joined(road("проспект Мира"), road("переулок Мира"), houses("Мира", 9))) == 3


def test_kazakh_and_former_names_of_the_same_road():
    found = joined(
        road("Независимости Казахстана", kk="Егемен Қазақстан көшесі", old="улица Осипенко"),
        houses("улица Егемен Казахстан", 2),
        houses("Осипенко", 1),
    )
    assert list(found) == ["Независимости Казахстана"]


def test_a_former_name_that_is_still_a_street_stays_one():
    found = joined(road("Мухамед-Рахимова", old="Рижская улица"), road("Рижская"),
                   houses("Рижская", 54))  # fmt: skip
    assert set(found) == {"Мухамед-Рахимова", "Рижская"}


def test_typing_errors_only_where_rare_and_long():
    assert set(joined(road("Пугачёва"), houses("улица Пугчёва", 1))) == {"Пугачёва"}
    assert len(joined(road("Пугачёва"), houses("улица Пугчёва", 4))) == 2
    assert len(joined(road("Минская"), road("Финская"), houses("Минская", 3))) == 2
    assert len(joined(road("Труда"), houses("Пруда", 1))) == 2


def test_garden_societies_stay_apart():
    found = group_streets([houses("Борки СТ", 928), road("Борки"), houses("9-я (Комета СТ)", 187)])
    kinds = {row.name: row.kind for row in found.rows}
    assert kinds == {
        "Борки СТ": StreetKind.GARDEN_SOCIETY,
        "Борки": StreetKind.STREET,
        "9-я (Комета СТ)": StreetKind.GARDEN_SOCIETY,
    }


def test_streets_of_two_settlements_are_two():
    found = group_streets([road("Мира", settlement="r1"), road("Мира", settlement="r2")])
    assert [row.source_id for row in found.rows] == ["мира@r1", "мира@r2"]


def test_names():
    written = [
        road("Абая", count=20, kk="Абай көшесі"), houses("Абая", 72), houses("улица Абая", 90),
    ]  # fmt: skip
    row = group_streets(written).rows[0]
    assert (row.name, row.name_ru, row.name_kk) == ("Абая", "Абая", "Абай көшесі")


def test_identity_outlives_a_change_of_the_main_spelling():
    first = group_streets([houses("Сутюшева", 8)]).rows[0]
    known = [Known(first.source_id, first.name)]
    second = group_streets([houses("Сутюшева", 8), road("Карима Сутюшева", count=5)], known)
    assert [row.source_id for row in second.rows] == [first.source_id]


def test_identity_outlives_the_discovery_of_the_settlement():
    known = [Known("мира", "Мира")]
    written = [road("Мира", count=9, settlement="r1"), road("Мира", settlement="r2")]
    assert [row.source_id for row in group_streets(written, known).rows] == ["мира", "мира@r2"]


_NAMES = st.sampled_from(
    ["Мира", "улица Мира", "Мира проезд", "проспект Мира", "Карима Сутюшева", "Сутюшева",
     "Борки СТ", "Борки", "9-я (Комета СТ)", "Пугачёва", "Пугчёва", "(", "Абай көшесі", "Абая"]
) | st.text(max_size=15)  # fmt: skip
_WRITTEN = st.lists(
    st.tuples(_NAMES, st.sampled_from(["", "r1"]), st.integers(0, 3), st.integers(0, 9)),
    max_size=12, unique_by=lambda item: item[:2],
)  # fmt: skip


@settings(deadline=None)
@given(_WRITTEN)
def test_every_name_is_accounted_for_once(items):
    written = [
        Written(text, settlement, roads=roads, addresses=addresses,
                russian=Counter({text: roads} if roads and text else {}))
        for text, settlement, roads, addresses in items
    ]  # fmt: skip
    found = group_streets(written)
    assert len(found.rows) + len(found.merged) + len(found.nameless) == len(written)
    ids = [row.source_id for row in found.rows]
    assert len(ids) == len(set(ids))
    assert set(found.street_of.values()) == set(ids)
    assert group_streets(reversed(written)).street_of == found.street_of
