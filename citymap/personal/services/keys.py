"""Keys: the canary that shows a wrong one, and the change to a new one."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction

from citymap.personal.errors import KeysError, UnreadableError
from citymap.personal.models import KeyCanary, Person
from citymap.personal.services.values import open_values, seal_values
from citymap.personal.vault import KeyRing, key_ring

CANARY_FIELD = "canary"
CANARY_WORD = "citymap"
BATCH = 200


@dataclass(kw_only=True)
class KeyReport:
    """What a change of keys did: people sealed anew, and those whose values did not open."""

    rotated: int = 0
    unreadable: list[str] = field(default_factory=list)
    left: int = 0


def ensure_canary(ring: KeyRing) -> None:
    """Keep a known value sealed with the newest key, before anything else is sealed with it.

    Raises KeysError when values sealed with a key that is not set any more would be left behind
    unreadable beside new ones: the mistake of a wrong key is found before it is written on.
    """
    if problem := keys_problem():
        raise KeysError(problem)
    if not KeyCanary.objects.filter(key_id=ring.newest).exists():
        value = ring.seal(number=ring.newest, field=CANARY_FIELD, text=CANARY_WORD)
        KeyCanary.objects.get_or_create(key_id=ring.newest, defaults={"value": value})


def keys_problem() -> str:
    """What is wrong with the keys that are set, for `/readyz`; empty when they open all."""
    try:
        ring = key_ring()
    except KeysError as error:
        return str(error)
    for canary in KeyCanary.objects.order_by("pk"):
        try:
            ring.open(canary.value, number=canary.key_id, field=CANARY_FIELD)
        except UnreadableError:
            return f"personal data sealed with key {canary.key_id} cannot be opened: key missing"
    return ""


def rotate_keys(*, say: Callable[[KeyReport], None] = lambda report: None) -> KeyReport:
    """Seal everything with the newest key, in small transactions; may be stopped and repeated.

    A row that does not open is left as it is and named in the report. Keys that no row needs any
    more lose their canary, and may then be taken out of the setting.
    """
    ring, report, last = key_ring(), KeyReport(), 0
    with transaction.atomic():
        ensure_canary(ring)
    while True:
        rows = Person.objects.under_other_keys(ring.newest).filter(pk__gt=last).order_by("pk")
        with transaction.atomic():
            batch = list(rows.select_for_update()[:BATCH])
            for person in batch:
                _rotate(ring, person, report)
        if not batch:
            break
        last = batch[-1].pk
        say(report)
    used = Person.objects.kept().exclude(key_id="").values("key_id")
    KeyCanary.objects.exclude(key_id__in=used).exclude(key_id=ring.newest).delete()
    report.left = Person.objects.under_other_keys(ring.newest).count()
    return report


def _rotate(ring: KeyRing, person: Person, report: KeyReport) -> None:
    try:
        values = open_values(ring, person)
    except UnreadableError as error:
        report.unreadable.append(f"{error.number}: {error.field}")
        return
    seal_values(ring, person, values)
    person.save()
    report.rotated += 1
