"""A few invented people for the demo: names by chance, numbers that nobody has."""

from collections.abc import Callable
from typing import Any

from citymap.demo import DemoOptions, DemoPart, register_demo
from citymap.personal.choices import Language
from citymap.personal.services import find_people, save_person

# name, telephone, e-mail, address, language
PEOPLE = (
    ("Омарова Сауле Ерболовна", "+77000000101", "saule@example.kz", "ул. Абая, 12, кв. 4", "kk"),
    ("Петренко Виктор", "+77000000102", "", "ул. Мира, 3, кв. 17", "ru"),
    ("Ыбраев Нұрбол", "+77000000103", "nurbol@example.kz", "Жамбыл көшесі, 8", "kk"),
    ("Ковалёва Анна Сергеевна", "+77000000104", "", "ул. Жамбыла, 8, кв. 21", "ru"),
    ("Ковалева А. С.", "+77000000104", "anna@example.kz", "", "ru"),
    ("Smith John", "+77000000106", "john@example.kz", "", "en"),
)


def load_people(options: DemoOptions, say: Callable[[str], Any]) -> None:
    """Record the demo's people who are not there yet."""
    made = 0
    for name, phone, email, address, language in PEOPLE:
        found = find_people(phone=phone, email=email)
        if found.filter(language=Language(language)).exists():
            continue
        save_person(name=name, phones=[phone], emails=[email], address=address, language=language)
        made += 1
    say(f"people: {made} recorded")


register_demo(DemoPart(name="personal", load=load_people, order=5))
