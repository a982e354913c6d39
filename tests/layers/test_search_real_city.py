"""Sixty and more questions to the real city, with the answers a person would give.

The answers were set from the map's data by meaning. A house that is not on the map (there is
no 21 on Zhambyl Zhabayev street) is answered by its street. Where two answers are equally
right, both are given.
"""

import random

import pytest
from django.test import Client

from citymap.text import sound
from layers.models import Address

pytestmark = [pytest.mark.realdata, pytest.mark.django_db, pytest.mark.usefixtures("real_city")]

MEAN_RECIPROCAL_RANK = 0.95
DEPTH = 10
ZHAMBYL = "street: Жамбыла Жабаева"
INTERNATIONAL = "street: Интернациональная"
CONSTITUTION = "street: Конституции Казахстана"
TABLE = [
    # Given by the acceptance of the search.
    ("Жамбыла Жабаева 21", ZHAMBYL),
    ("жамбыл 21", ZHAMBYL),
    ("zhambyla zhabaeva 21", ZHAMBYL),
    ("Жамбыла Жабаеыа 21", ZHAMBYL),
    ("9-я Комета", "street: 9-я (Комета СТ)"),
    ("Северяночка", "street: Северяночка СТ"),
    ("Интернациональная", INTERNATIONAL),
    # Addresses, as operators hear and type them.
    ("Жамбыла Жабаева 217", "address: Жамбыла Жабаева, 217"),
    ("жабаева 215а/2", "address: Жамбыла Жабаева, 215а/2"),
    ("ул. Абая, дом 64, кв. 12", "address: Абая, 64"),
    ("абая 31а", "address: Абая, 31А"),
    ("абая 31 А", "address: Абая, 31А"),
    ("Абая 77 корпус 1", "address: Абая, 77/1"),
    ("абая 77/1 в", "address: Абая, 77/1в"),
    ("64 Абая", "address: Абая, 64"),
    ("8 Марта 12", "address: 8 Марта, 12"),
    ("улица 8 марта, 66а", "address: 8 Марта, 66а"),
    ("назарбаева 115/2", "address: Назарбаева, 115/2"),
    ("1-я Заречная 15", "address: 1-я Заречная, 15"),
    ("2 заречная 10б", "address: 2-я Заречная, 10б"),
    ("314 стрелковой дивизии 58", "address: 314-й стрелковой дивизии, 58"),
    ("Пушкина переулок 5", "address: Пушкина переулок, 5"),
    ("Пушкина 120", "address: Пушкина, 120"),
    ("проезд Чкалова 13", "address: Чкалова проезд, 13"),
    ("Петропавловск, улица Пушкина, 120", "address: Пушкина, 120"),
    # Typing errors and half-typed words.
    ("интернацианальная 46", "address: Интернациональная, 46"),
    ("парижской комуны 30", "address: Парижской коммуны, 30"),
    ("шажымбаева 109", "address: Аягана Шажимбаева, 109"),
    ("мусрепва 25/1", "address: Мусрепова, 25/1"),
    ("конституц", CONSTITUTION),
    ("казахстанской пр", "street: Казахстанской правды"),
    ("жумаб", "street: Жумабаева"),
    # Word order, wrong case, other words of type.
    ("Цеткин Клары", "street: Клары Цеткин"),
    ("клара цеткин", "street: Клары Цеткин"),
    ("пер. Пушкина", "street: Пушкина переулок"),
    # Kazakh, with Kazakh letters and without them.
    ("Абай көшесі 64", "address: Абая, 64"),
    ("Абай 64", "address: Абая, 64"),
    ("Қазақстан Конституциясы", CONSTITUTION),
    ("казакстан конституциясы 28", "address: Конституции Казахстана, 28"),
    ("Мұхтар Әуезов көшесі", "street: Ауэзова"),
    ("Мухтар Ауезов 133а", "address: Ауэзова, 133а"),
    ("Нұрсұлтан Назарбаев 120", "address: Назарбаева, 120"),
    ("Қожаберген жырау", "street: Кожаберген Жырау"),
    ("Ғабит Мүсірепов", "street: Мусрепова"),
    # Latin letters, Russian and Kazakh ways of writing.
    ("Nazarbaeva 120", "address: Назарбаева, 120"),
    ("Qazaqstan Konstitutsiyasy 28", "address: Конституции Казахстана, 28"),
    ("kazakhstanskoy pravdy", "street: Казахстанской правды"),
    ("Abay street 64", "address: Абая, 64"),
    # The other keyboard layout.
    (";fv,skf ;f,ftdf 217", "address: Жамбыла Жабаева, 217"),
    ("bynthyfwbjyfkmyfz", INTERNATIONAL),
    # Old names.
    ("Свердлова", "street: Сатпаева"),
    ("осипенко 10", "address: Независимости Казахстана, 10"),
    ("9 января", "street: Ильи Залманова"),
    # Garden societies and their lines.
    ("борки ст 100", "address: Борки СТ, 100"),
    ("комета 9 дом 104", "address: 9-я (Комета СТ), 104"),
    ("гудок 3 линия 11", "address: 3-я линия (Гудок ДО), 11"),
    ("елочка", "street: Ёлочка СТ"),
    # Streets of the city come before those of garden societies.
    ("садовая", "street: Садовая (Рабочий поселок)"),
    ("театральная", "street: Театральная"),
    # Districts, villages, water.
    ("солнечный 2 микрорайон", "street: Солнечный 2 микрорайон"),
    ("мкр Солнечный", "territory: микрорайон Солнечный"),
    ("Борки студенческая 5а", "address: Студенческая (Борки микрорайон), 5а"),
    ("Новопавловка", "territory: Новопавловка"),
    ("село Пеньково", "territory: Пеньково"),
    ("тепличное", "territory: Тепличное"),
    ("озеро пестрое", "water: Пестрое озеро"),
    # Stops, schools, hospitals, other named places.
    ("остановка Черёмушки", "bus_stop: Черёмушки|bus_stop: Черемушки"),
    ("тубдиспансер", "bus_stop: Тубдиспансер"),
    ("дом быта северный", 'building: дом быта Северный|bus_stop: Дом быта "Северный"'),
    ("школа 21", "building: Средняя школа №21"),
    ("№44 мектеп", "land_use: №44 орта мектеп|bus_stop: Школа №44"),
    ("областная больница", "land_use: Областная больница"),
    ("поликлиника №4", "building: Поликлиника №4"),
    ("вокзал", "building: ЖД вокзал Петропавловск|bus_stop: Вокзал"),
    ("парк победы", "land_use: Парк победы|bus_stop: Парк победы"),
    ("жк изобилие", "building: ЖК Изобилие"),
    ("детский сад Алёнушка", "land_use: Алёнушка"),
]  # fmt: skip


def _rank(question, expected):
    """Place of the first right answer, from 1; 0 when it is not among the first ten."""
    answer = Client().get("/api/addresses/", {"q": question, "limit": DEPTH, "lang": "ru"})
    assert answer.status_code == 200, answer.content
    found = [f"{item['kind']}: {item['label']}" for item in answer.json()]
    places = [found.index(right) + 1 for right in expected.split("|") if right in found]
    return min(places, default=0), found


def test_the_right_thing_is_found_first():
    assert len(TABLE) >= 60
    missed, reciprocal = [], 0.0
    for question, expected in TABLE:
        rank, found = _rank(question, expected)
        reciprocal += 1 / rank if rank else 0.0
        if rank != 1:
            missed.append(f"{question!r}: {expected!r} at {rank or '-'}, before it {found[:3]}")
    mean = reciprocal / len(TABLE)
    assert mean >= MEAN_RECIPROCAL_RANK, "\n".join([f"mean reciprocal rank {mean:.3f}", *missed])


@pytest.mark.parametrize("question", [question for question, _expected in TABLE[:7]])
def test_the_questions_of_the_acceptance_are_all_answered_first(question):
    rank, found = _rank(question, dict(TABLE)[question])
    assert rank == 1, found


def test_a_house_that_is_not_on_the_map_is_said_to_be_so():
    answer = Client().get("/api/addresses/", {"q": "Жамбыла Жабаева 21", "lang": "en"}).json()
    assert "21" in answer[0]["hint"]
    assert answer[1]["label"] == "Жамбыла Жабаева, 20"


def _sample(count):
    """Addresses of the city, drawn with a fixed seed."""
    addresses = list(
        Address.objects.current()
        .filter(street__isnull=False)
        .select_related("street")
        .defer("street__geom")
        .order_by("source_id")
    )
    return random.Random(109).sample(addresses, count)


def _label(address):
    return f"{address.street.name_ru or address.street.name}, {address.house_number}"


def _with_slip(name, chance):
    """A letter left out, doubled, swapped or replaced, not the first one."""
    places = [i for i, char in enumerate(name) if i and char.isalpha() and name[i - 1].isalpha()]
    if not places:
        return name
    at = chance.choice(places)
    return chance.choice(
        [
            name[:at] + name[at + 1 :],
            name[: at + 1] + name[at:],
            name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :] if at > 1 else name,
            name[:at] + chance.choice("аеиорстн") + name[at + 1 :],
        ]
    )


def _mean_rank(questions):
    ranks = [(_rank(question, expected)[0], question) for question, expected in questions]
    wrong = [question for rank, question in ranks if rank != 1]
    return sum(1 / rank for rank, _question in ranks if rank) / len(ranks), wrong


def test_addresses_are_found_as_they_are_written():
    mean, wrong = _mean_rank((_label(a), f"address: {_label(a)}") for a in _sample(200))
    assert mean >= 0.98, wrong


def test_addresses_are_found_with_a_slip_of_the_finger():
    chance = random.Random(1)
    questions = []
    for address in _sample(200):
        name = address.street.name_ru or address.street.name
        written = f"{_with_slip(name.lower(), chance)} {address.house_number}"
        questions.append((written, f"address: {_label(address)}"))
    mean, wrong = _mean_rank(questions)
    assert mean >= 0.9, wrong


def test_addresses_are_found_in_latin_letters():
    questions = [
        (
            f"{sound(a.street.name_ru or a.street.name)} {sound(a.house_number)}",
            f"address: {_label(a)}",
        )
        for a in _sample(100)
        if "/" not in a.house_number
    ]
    mean, wrong = _mean_rank(questions)
    assert mean >= 0.9, wrong
