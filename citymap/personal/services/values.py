"""Between plain values and a person's sealed columns. For the services of this room only."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from citymap.personal.choices import LIST_FIELDS, Field
from citymap.personal.models import Person
from citymap.personal.sealed import Sealed
from citymap.personal.vault import KeyRing

Plain = dict[str, Any]


def empty_value(field: str) -> str | list[str]:
    return [] if field in LIST_FIELDS else ""


def open_values(ring: KeyRing, person: Person, fields: Iterable[str] = Field.values) -> Plain:
    """The plain values of `fields`; raises UnreadableError when one does not open."""
    found: Plain = {}
    for field in fields:
        text = ring.open(getattr(person, field), number=person.number, field=field)
        if field in LIST_FIELDS:
            found[field] = json.loads(text) if text else []
        else:
            found[field] = text
    return found


def seal_values(ring: KeyRing, person: Person, values: Mapping[str, Any]) -> None:
    """Seal all values with the newest key and set the look-up keys; does not save."""
    for field in Field.values:
        value = values[field]
        text = json.dumps(value, ensure_ascii=False) if field in LIST_FIELDS and value else value
        sealed = ring.seal(number=person.number, field=field, text=text or "")
        setattr(person, field, sealed)
    person.phone_keys = [ring.lookup_keys(Field.PHONES, one)[0] for one in values[Field.PHONES]]
    person.email_keys = [ring.lookup_keys(Field.EMAILS, one)[0] for one in values[Field.EMAILS]]
    iin = values[Field.IIN]
    person.iin_key = ring.lookup_keys(Field.IIN, iin)[0] if iin else ""
    person.key_id = ring.newest


def clear_values(person: Person) -> None:
    """Empty everything personal; does not save."""
    for field in Field.values:
        setattr(person, field, Sealed())
    person.phone_keys, person.email_keys = [], []
    person.iin_key = person.language = person.key_id = ""
