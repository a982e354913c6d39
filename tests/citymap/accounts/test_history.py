"""Who gave whom which right: links, substitutions, contacts and areas are under history."""

import datetime as dt

import pytest
from django.db import connection
from django.utils.translation import override

from citymap.accounts.choices import ContactKind, Role
from citymap.accounts.models import (
    Area,
    Contact,
    OrganizationArea,
    OrganizationGroup,
    OrganizationInGroup,
    Substitution,
    UserArea,
)
from citymap.accounts.services.bodies import end_substitution, save_organization, substitute
from citymap.accounts.services.people import update_user
from citymap.history import hardening
from citymap.history.context import acting
from citymap.history.models import ChainRecord
from citymap.history.sealing import seal
from citymap.history.timeline import recent_entries
from citymap.history.tracking import tracking_of
from citymap.history.verify import verify

pytestmark = pytest.mark.django_db


def told(model) -> list[tuple]:
    """`(action, who, reason, values)` of every change, oldest first."""
    tracking = tracking_of(model)
    events = tracking.event_model.objects.order_by("pgh_id")
    with override("en"):
        return [
            (one.action, one.who, one.reason, {c.before or c.after for c in one.changes})
            for one in recent_entries(tracking, events)
        ]


def test_the_ground_of_a_user_is_given_and_taken_by_somebody(make_user, make_area, runtime_role):
    chief = make_user(Role.ADMIN, username="chief")
    inspector = make_user(Role.INSPECTOR, username="inspector")
    north, south = make_area("North", 509_000, 6_080_000), make_area("South", 509_000, 6_070_000)
    with acting(user=chief, reason="moved to the north"):
        update_user(user=inspector, areas=[north])
    with acting(user=chief, reason="moved to the south"):
        update_user(user=inspector, areas=[south])
    assert told(UserArea) == [
        ("insert", "chief", "moved to the north", {"inspector", "North"}),
        ("delete", "chief", "moved to the south", {"inspector", "North"}),
        ("insert", "chief", "moved to the south", {"inspector", "South"}),
    ]
    assert [one[0] for one in told(Area)] == ["insert", "insert"]


def test_a_link_made_by_hand_is_recorded_and_of_legal_weight(make_user, make_area):
    inspector = make_user(Role.INSPECTOR)
    area = make_area("North", 509_000, 6_080_000)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_user_areas (user_id, area_id) VALUES (%s, %s)",
            [inspector.pk, area.pk],
        )
    event = tracking_of(UserArea).event_model.objects.get()
    assert event.pgh_context["role"]
    record = ChainRecord.objects.get(model="accounts.user_areas")
    assert (record.stream, record.event) == ("access", event.pgh_id)
    seal()
    assert verify().holds
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE accounts_user_areas DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM accounts_user_areas")
        cursor.execute("ALTER TABLE accounts_user_areas ENABLE TRIGGER USER")
    assert verify().first_bad.record == record.pk


def test_a_substitution_is_begun_and_ended_by_somebody(make_body, make_user):
    heat, water, chief = make_body("Heat"), make_body("Water"), make_user(Role.HEAD, username="h")
    with acting(user=chief, reason="leave"):
        made = substitute(
            organization=heat, by=water, since=dt.date(2026, 5, 1), until=None, reason="repair"
        )
        end_substitution(substitution=made, on=dt.date(2026, 6, 1))
    begun, ended = told(Substitution)
    assert {"Heat", "Water", "repair"} <= begun[3]
    assert (ended[0], ended[1], ended[3]) == ("update", "h", {"—"})


def test_areas_groups_and_contacts_of_a_body(make_body, make_area):
    body, area = make_body("Heat"), make_area("North", 509_000, 6_080_000)
    group = OrganizationGroup.objects.create(name="Networks")
    save_organization(organization=body, areas=[area], groups=[group])
    save_organization(organization=body, areas=[], groups=[])
    for model, name in ((OrganizationArea, "North"), (OrganizationInGroup, "Networks")):
        assert [(one[0], one[3]) for one in told(model)] == [
            ("insert", {"Heat", name}), ("delete", {"Heat", name}),
        ]  # fmt: skip
    Contact.objects.create(organization=body, kind=ContactKind.ON_DUTY, value="112")
    Contact.objects.update(value="101")
    assert {"112"} == told(Contact)[1][3]


def test_their_events_are_closed_and_their_triggers_stand():
    closed = hardening.closed_tables()
    for model in (UserArea, OrganizationArea, OrganizationInGroup, Substitution, Contact, Area):
        assert closed[tracking_of(model).event_model._meta.db_table] == ("SELECT",)
    assert hardening.problems(connection) == []
