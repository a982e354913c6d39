"""Street names: spellings of one street share a key, other streets do not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import names
from layers.choices import StreetKind

SAME = [
    ("улица Жамбыла Жабаева", "Жамбыла Жабаева", "Улица Жамбыла Жабаева", "ул. Жабаева Жамбыла"),
    ("Пугачёва", "улица Пугачева", "ПУГАЧЁВА"),
    ("1-й Суворова проезд", "проезд 1-й Суворова", "Суворова 1-ый проезд", "1 проезд Суворова"),
    ("9-я (Комета СТ)", "9 (Комета СТ)", "9-я (СТ Комета)"),
    ("1-линия (Спутник)", "1-я линия (Спутник)", "1 линия (Спутник)"),
    ("Борки СТ", "СТ Борки", "садовое товарищество Борки", "СТ «Борки»"),
    ("Новопавловский микрорайон", "мкр. Новопавловский", "мкр Новопавловский"),
    ("Мухамед-Рахимова", "улица Мухамед Рахимова"),
    ("Қаныш Сәтпаев көшесі", "каныш сатпаев"),
    ("Габита Мусiрепова", "улица Габита Мусирепова"),
    ("улица Н. Назарбаева", "Назарбаева", "ул.Н.Назарбаева"),
    ("Азаттык (71-я) улица", "Азаттык улица"),
    ("Шаттык (65-я_ улица", "Шаттык (65-я) улица"),
    ("З-й кирпичный проезд", "3-й Кирпичный проезд"),
    ("ул. Ярослава Гашека, 25А", "Ярослава Гашека"),
    ("Нұрсұлтан Назарбаев даңғылы", "проспект Нурсултан Назарбаев"),
    ("пер.Юбилейный", "Юбилейный переулок"),
    ("314-й стрелковой дивизии", "улица 314-й стрелковой Дивизии"),
]
DIFFERENT = [
    ("Жамбыла Жабаева", "Жамбыла проезд", "Жабаева переулок"),
    ("Борки СТ", "Борки", "Борки микрорайон", "Зелёная (Борки микрорайон)"),
    ("1-я Садовая (Новинка)", "1-я Садовая (Ишим ДО)", "1-я Садовая", "2-я Садовая (Новинка)"),
    ("Садовая (Рабочий поселок)", "Садовая", "Садовый переулок"),
    ("Путеец-1 ДО", "Путеец-2 ДО"),
    ("Малая Береговая", "Береговая"),
    ("Солнечный 2 микрорайон", "Солнечный микрорайон"),
    ("Кирпичная", "1-я Кирпичная улица", "Кирпичный проезд"),
]


@pytest.mark.parametrize("spellings", SAME)
def test_one_street_one_key(spellings):
    assert len({names.key_of(text) for text in spellings}) == 1


@pytest.mark.parametrize("streets", DIFFERENT)
def test_other_streets_have_other_keys(streets):
    assert len({names.key_of(text) for text in streets}) == len(streets)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Легенда ДО", StreetKind.GARDEN_SOCIETY),
        ("9-я (Комета СТ)", StreetKind.GARDEN_SOCIETY),
        ("11-я (Эврика)", StreetKind.GARDEN_SOCIETY),
        ("Сиреневая (Веснянка СТ)", StreetKind.GARDEN_SOCIETY),
        ("Комарова (Рабочий поселок)", StreetKind.STREET),
        ("Болашак (Орман микрорайон)", StreetKind.STREET),
        ("Қизатов ықшамауданы", StreetKind.MICRODISTRICT),
        ("Демиденко (Люксембург) проезд", StreetKind.STREET),
        ("проспект Мира", StreetKind.STREET),
        ("8 Марта", StreetKind.STREET),
    ],
)
def test_kind(text, kind):
    assert names.parse(text).kind == kind


@pytest.mark.parametrize(
    ("short", "full", "expected"),
    [
        ("Сутюшева", "Карима Сутюшева", True),
        ("Назарбаева", "Нурсултана Назарбаева", True),
        ("улица Сатпаева", "Каныша Сатпаева", True),
        ("Береговая", "Малая Береговая", False),
        ("Суворова проезд", "Карима Сутюшева", False),
        ("Сутюшева проезд", "Карима Сутюшева", False),
        ("Садовая", "1-я Садовая", False),
        ("Казахстана", "Независимости Казахстана", True),
    ],
)
def test_short_for(short, full, expected):
    assert names.is_short_for(names.parse(short), names.parse(full)) is expected


def test_short_forms_need_one_full_name():
    parsed = [
        names.parse(text)
        for text in (
            "Сутюшева", "Карима Сутюшева", "Космодемьянской", "Зои Космодемьянской",
            "Любови Космодемьянской", "Рахимова", "Тауфика Мухамед-Рахимова", "Мухамед-Рахимова",
        )
    ]  # fmt: skip
    found = names.short_forms(parsed)
    assert found["сутюшева"] == "карима сутюшева"
    assert "космодемьянской" not in found
    assert found["мухамед рахимова"] == "мухамед рахимова тауфика"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("пугчева", "пугачева", True),
        ("крьерная", "карьерная", True),
        ("пушкин", "пушкина", True),
        ("жабаеыа", "жабаева", True),
        ("абвг", "абгв", True),
        ("абв", "абв", False),
        ("абвгд", "авбдг", False),
        ("минская", "киевская", False),
    ],
)
def test_one_letter_apart(one, other, expected):
    assert names.one_letter_apart(one, other) is expected
    assert names.one_letter_apart(other, one) is expected


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_taken(text):
    parsed = names.parse(text)
    assert parsed.key == names.parse(text).key
    assert names.fold(names.fold(text)) == names.fold(text)


@settings(deadline=None)
@given(st.sampled_from([text for group in SAME for text in group]))
def test_case_and_spaces_do_not_matter(text):
    assert names.key_of(f"  {text.upper()} ") == names.key_of(text)
