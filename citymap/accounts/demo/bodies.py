"""The demo city's bodies: those of the file, and more of our own making. Pure.

Names, numbers and hours depend on the seed and on the body's own id alone.
"""

import hashlib
import itertools
import json
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from citymap.accounts.bin import checksum
from citymap.accounts.choices import ContactKind, OrganizationKind

DEMO_SOURCE = "demo"
ORGANIZATIONS_FILE = settings.BASE_DIR / "fixtures" / "geo" / "organizations.json"
SCHOOLS, KINDERGARTENS, CLINICS, CONTRACTORS, OTHERS = 48, 62, 24, 340, 500

# What contractors do: Russian, Kazakh, Latin; then their own names.
_TRADES = (
    ("Строй", "Құрылыс", "Stroi"), ("Жол", "Жол", "Zhol"), ("Жылу", "Жылу", "Zhylu"),
    ("Су", "Су", "Su"), ("Электро", "Электр", "Elektro"), ("Монтаж", "Монтаж", "Montazh"),
    ("Бетон", "Бетон", "Beton"), ("Абат", "Абат", "Abat"), ("Сервис", "Сервис", "Servis"),
    ("Проект", "Жоба", "Proekt"),
)  # fmt: skip
_NAMES = (
    ("Алтын", "Алтын", "Altyn"), ("Береке", "Береке", "Bereke"), ("Дала", "Дала", "Dala"),
    ("Ертис", "Ертіс", "Ertis"), ("Жайлау", "Жайлау", "Zhailau"), ("Инкар", "Іңкәр", "Inkar"),
    ("Кайнар", "Қайнар", "Kainar"), ("Мерей", "Мерей", "Merei"), ("Нур", "Нұр", "Nur"),
    ("Орда", "Орда", "Orda"), ("Рахат", "Рахат", "Rakhat"), ("Сункар", "Сұңқар", "Sunkar"),
    ("Тулпар", "Тұлпар", "Tulpar"), ("Улан", "Ұлан", "Ulan"), ("Шыгыс", "Шығыс", "Shygys"),
    ("Самал", "Самал", "Samal"), ("Отрар", "Отырар", "Otrar"), ("Кокше", "Көкше", "Kokshe"),
    ("Сырдарья", "Сырдария", "Syrdarya"), ("Тениз", "Теңіз", "Teniz"),
    ("Байтерек", "Бәйтерек", "Baiterek"), ("Арна", "Арна", "Arna"), ("Керуен", "Керуен", "Keruen"),
    ("Шапагат", "Шапағат", "Shapagat"), ("Горизонт", "Горизонт", "Gorizont"),
    ("Прогресс", "Прогресс", "Progress"), ("Асыл", "Асыл", "Asyl"),
    ("Бирлик", "Бірлік", "Birlik"), ("Достык", "Достық", "Dostyk"), ("Енбек", "Еңбек", "Enbek"),
    ("Жигер", "Жігер", "Zhiger"), ("Кызгалдак", "Қызғалдақ", "Kyzgaldak"),
    ("Медеу", "Медеу", "Medeu"), ("Толкын", "Толқын", "Tolkyn"),
)  # fmt: skip
_SHOPS = (
    ("Магазин", "дүкені", "Shop"), ("Рынок", "базары", "Market"), ("Кафе", "кафесі", "Café"),
    ("Аптека", "дәріханасы", "Pharmacy"), ("Гостиница", "қонақүйі", "Hotel"),
    ("Автостоянка", "автотұрағы", "Car Park"), ("АЗС", "жанармай құю стансасы", "Petrol Station"),
    ("Пекарня", "наубайханасы", "Bakery"), ("Ателье", "ательесі", "Tailor"),
    ("Мебель", "жиһаз салоны", "Furniture"), ("Салон красоты", "сұлулық салоны", "Beauty Salon"),
    ("Стоматология", "стоматологиясы", "Dental Clinic"), ("Автомойка", "автожуу орны", "Car Wash"),
    ("Прачечная", "кір жуу орны", "Laundry"), ("Спортклуб", "спорт клубы", "Sports Club"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PlannedBody:
    """One body of the demo as it is to be stored; `contacts` are (kind, value, is_public)."""

    id: str
    values: dict[str, Any]
    parent: str = ""
    hours: str = "five-day"
    groups: tuple[str, ...] = ()
    contacts: tuple[tuple[str, str, bool], ...] = field(default=())


def number(seed: int, *parts: object) -> int:
    """A large number out of a seed and some words; the same on every machine."""
    text = "\x1f".join(map(str, (seed, *parts)))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def demo_bin(seed: int, key: str, taken: Container[str] = ()) -> str:
    """A BIN of the right shape and checksum that is not `taken`: year, month, 4, 0, five digits."""
    for attempt in itertools.count():
        chance = number(seed, "bin", key, attempt)
        digits = f"{chance % 26:02}{chance // 26 % 12 + 1:02}40{chance // 312 % 100000:05}"
        last = checksum(digits)
        if last is not None and f"{digits}{last}" not in taken:
            break
    return f"{digits}{last}"


def demo_phone(seed: int, key: str) -> str:
    """A made-up telephone number in the range of the other demo bodies."""
    line = number(seed, "phone", key)
    return f"+7 700 {110 + line % 40}-{line // 40 % 100:02}-{line // 4000 % 100:02}"


def plan_bodies(seed: int) -> list[PlannedBody]:
    """Every body but the associations of houses (layers/demo/managers.py), parents first."""
    listed = json.loads(ORGANIZATIONS_FILE.read_text(encoding="utf-8"))
    known = [_of_file(entry, seed) for entry in listed]
    bodies = [*known, *_schools(seed), *_clinics(seed), *_contractors(seed), *_others(seed)]
    taken: set[str] = set()
    for body in bodies:
        body.values["bin"] = demo_bin(seed, body.id, taken)
        taken.add(body.values["bin"])
    return sorted(bodies, key=lambda body: _depth(body, {one.id: one for one in bodies}))


def _depth(body: PlannedBody, bodies: dict[str, PlannedBody]) -> int:
    return 1 + _depth(bodies[body.parent], bodies) if body.parent else 0


def _of_file(entry: dict[str, Any], seed: int) -> PlannedBody:
    contacts = [(ContactKind.EMAIL, f"{entry['id'].replace('_', '-')}@akzhailau.example", True)]
    if entry.get("duty"):
        contacts.append((ContactKind.ON_DUTY, f"{entry['phone'][:-2]}99", True))
    return _body(
        entry["id"], entry["kind"], entry["ru"], entry["kk"], entry["en"], seed,
        short=entry["short"], phone=entry["phone"], parent=entry.get("parent", ""),
        hours=entry.get("hours", "five-day"), contacts=tuple(contacts),
        groups=tuple(f"networks:{name}" for name in entry.get("networks", ())),
    )  # fmt: skip


def _body(
    key: str, kind: str, ru: str, kk: str, en: str, seed: int, *, short: str = "",
    phone: str = "", **more: Any,
) -> PlannedBody:  # fmt: skip
    values = {
        "kind": kind,
        "name": ru,
        "name_ru": ru,
        "name_kk": kk,
        "name_en": en,
        "short_name": short,
        "phone": phone or demo_phone(seed, key),
    }
    return PlannedBody(id=key, values=values, **more)


def _schools(seed: int) -> Iterator[PlannedBody]:
    for no in range(1, SCHOOLS + 1):
        yield _body(
            f"school{no}", OrganizationKind.STATE_BODY, f"Средняя школа № {no}",
            f"№ {no} орта мектеп", f"Secondary School No. {no}", seed,
            short=f"Школа № {no}", parent="education", hours="six-day", groups=("schools",),
        )  # fmt: skip
    for no in range(1, KINDERGARTENS + 1):
        ru, kk, en = _NAMES[number(seed, "garden", no) % len(_NAMES)]
        yield _body(
            f"kindergarten{no}", OrganizationKind.STATE_BODY, f"Ясли-сад № {no} «{ru}»",
            f"№ {no} «{kk}» бөбекжай-бақшасы", f"Kindergarten No. {no} {en}", seed,
            short=f"Детсад № {no}", parent="education", groups=("schools",),
        )  # fmt: skip


def _clinics(seed: int) -> Iterator[PlannedBody]:
    for no in range(1, CLINICS + 1):
        yield _body(
            f"clinic{no}", OrganizationKind.STATE_BODY, f"Городская поликлиника № {no}",
            f"№ {no} қалалық емхана", f"City Clinic No. {no}", seed,
            short=f"Поликлиника № {no}", parent="health", hours="six-day", groups=("clinics",),
        )  # fmt: skip


def _contractors(seed: int) -> Iterator[PlannedBody]:
    """Every name with every trade, in a fixed order: no two are called alike."""
    for no in range(CONTRACTORS):
        name, trade = _NAMES[no % len(_NAMES)], _TRADES[no // len(_NAMES) % len(_TRADES)]
        ru, kk, en = (f"{name[i]} {trade[i]}" for i in range(3))
        yield _body(
            f"contractor{no + 1}", OrganizationKind.CONTRACTOR, f"ТОО «{ru}»", f"«{kk}» ЖШС",
            f"{en} LLP", seed, short=ru, hours="six-day",
        )  # fmt: skip


def _others(seed: int) -> Iterator[PlannedBody]:
    for no in range(OTHERS):
        name, shop = _NAMES[no % len(_NAMES)], _SHOPS[no // len(_NAMES) % len(_SHOPS)]
        yield _body(
            f"other{no + 1}", OrganizationKind.OTHER, f"{shop[0]} «{name[0]}»",
            f"«{name[1]}» {shop[1]}", f"{name[2]} {shop[2]}", seed,
            short=f"{shop[0]} {name[0]}", hours="six-day",
        )  # fmt: skip
