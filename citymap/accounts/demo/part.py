"""The accounts part of `loaddemo`: bodies and logins. What is right already is left alone."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import transaction

from citymap.accounts.demo.bodies import DEMO_SOURCE, PlannedBody, plan_bodies
from citymap.accounts.demo.logins import load_logins
from citymap.accounts.models import Contact, Organization, OrganizationGroup
from citymap.calendars.models import WorkSchedule
from citymap.demo import DemoOptions

GROUPS = {
    "schools": "Школы и детские сады",
    "clinics": "Поликлиники",
    "networks:heat": "Теплоснабжение",
    "networks:water": "Водоснабжение",
    "networks:sewer": "Водоотведение",
    "networks:power": "Электроснабжение",
    "networks:gas": "Газоснабжение",
    "networks:telecom": "Связь",
    "networks:storm_drain": "Ливневая канализация",
}


@transaction.atomic
def load_organizations(seed: int) -> Counter:
    """Create or correct the demo's bodies; counts of `created` and `updated`."""
    counts = Counter(created=0, updated=0)
    planned = plan_bodies(seed)
    schedules = {row.code: row.pk for row in WorkSchedule.objects.all()}
    known = {row.source_id: row for row in Organization.objects.filter(source=DEMO_SOURCE)}
    for depth in (False, True):  # those without a parent first: others refer to them
        new = []
        for body in planned:
            if bool(body.parent) != depth:
                continue
            values = body.values | {"schedule_id": schedules.get(body.hours)}
            if body.parent:
                if body.parent not in known:
                    known |= _created(new, counts)
                    new = []
                values["parent_id"] = known[body.parent].pk
            found = known.get(body.id)
            if found is None:
                new.append(Organization(source=DEMO_SOURCE, source_id=body.id, **values))
            elif any(getattr(found, name) != value for name, value in values.items()):
                Organization.objects.filter(pk=found.pk).update(**values)
                counts["updated"] += 1
        known |= _created(new, counts)
    _add_contacts(planned, known)
    _fill_groups(planned, known)
    return counts


def _created(new: list[Organization], counts: Counter) -> dict[str, Organization]:
    made = Organization.objects.bulk_create(new, batch_size=1000)
    counts["created"] += len(made)
    return {row.source_id: row for row in made}


def _add_contacts(planned: list[PlannedBody], bodies: dict[str, Organization]) -> None:
    Contact.objects.bulk_create(
        [
            Contact(
                organization=bodies[body.id], kind=kind, value=value, is_public=shown, position=no
            )
            for body in planned
            for no, (kind, value, shown) in enumerate(body.contacts)
        ],
        ignore_conflicts=True,
    )


def _fill_groups(planned: list[PlannedBody], bodies: dict[str, Organization]) -> None:
    members: dict[str, list[Organization]] = {}
    for body in planned:
        for group in body.groups:
            members.setdefault(group, []).append(bodies[body.id])
    for group, organizations in members.items():
        row, _created_now = OrganizationGroup.objects.get_or_create(name=GROUPS[group])
        row.organizations.add(*organizations)


def load_accounts(options: DemoOptions, say: Callable[[str], Any]) -> None:
    """The accounts part of `loaddemo`."""
    bodies, logins = load_organizations(options.seed), load_logins()
    say(
        f"organisations: {bodies['created']} created, {bodies['updated']} updated;"
        f" logins: {logins['created']} created, {logins['updated']} updated"
    )
