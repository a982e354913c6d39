"""Bodies: what the database refuses, what the services refuse, what is found."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citymap.accounts.choices import ContactKind, OrganizationKind
from citymap.accounts.models import Contact, Organization, Substitution
from citymap.accounts.services.bodies import (
    OrganizationRefusedError,
    copy_area,
    end_substitution,
    retire_organization,
    save_contact,
    save_organization,
    substitute,
)
from citymap.text import sound

pytestmark = pytest.mark.django_db


def test_no_circle_of_parents(make_body):
    top = make_body("top")
    middle = make_body("middle", parent=top)
    leaf = make_body("leaf", parent=middle)
    with pytest.raises(OrganizationRefusedError, match="leaf"):
        save_organization(organization=top, parent=leaf)
    with pytest.raises(ValidationError):
        save_organization(organization=top, parent=top)
    with pytest.raises(IntegrityError), transaction.atomic():
        Organization.objects.filter(pk=top.pk).update(parent=leaf)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_organization SET parent_id = %s WHERE id = %s", [leaf.pk, top.pk]
        )
    assert save_organization(organization=leaf, parent=top).parent == top


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_make_no_circle(make_body):
    """Each alone is right: a under b, and b under a."""
    first, second = make_body("a"), make_body("b")
    start, refused = threading.Barrier(2), []

    def move(child: Organization, parent: Organization) -> None:
        start.wait()
        try:
            save_organization(organization=child, parent=parent)
        except OrganizationRefusedError:
            refused.append(child.name)
        finally:
            close_old_connections()
            connection.close()

    threads = [
        threading.Thread(target=move, args=pair) for pair in ((first, second), (second, first))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert Organization.objects.filter(parent__isnull=False).count() == 1


@pytest.mark.parametrize(
    "values, message",
    [
        ({"bin": "123456789012"}, "checksum"),
        ({"bin": "12"}, "12 digits"),
        ({"kind": "ministry"}, "ministry"),
        ({"languages": []}, "blank"),
        ({"valid_from": dt.date(2026, 2, 1), "valid_to": dt.date(2026, 1, 1)}, "before it begins"),
        ({"name": ""}, "blank"),
        ({"name": "x" * 301}, "300"),
    ],
)
def test_wrong_values_are_refused(values, message):
    with translation.override("en"), pytest.raises(ValidationError, match=message):
        save_organization(**{"kind": OrganizationKind.UTILITY, "name": "Heat", **values})
    assert not Organization.objects.exists()


def test_a_bin_is_one_bodys(make_body):
    make_body("first", bin="123456789013")
    with translation.override("en"), pytest.raises(ValidationError, match="this BIN"):
        save_organization(kind=OrganizationKind.UTILITY, name="second", bin="123456789013")
    make_body("no bin")
    make_body("no bin either")


@pytest.mark.parametrize(
    "column, value", [("bin", "12345678901x"), ("kind", "x"), ("languages", ["de"])]
)
def test_the_database_knows_the_rules_too(make_body, column, value):
    body = make_body("body")
    with pytest.raises(IntegrityError), transaction.atomic():
        Organization.objects.filter(pk=body.pk).update(**{column: value})


def test_validity_is_dated(make_body):
    body = make_body("old", valid_from=dt.date(2020, 1, 1))
    retire_organization(organization=body, on=dt.date(2026, 5, 1))
    for day, counts in (("2019-12-31", 0), ("2020-01-01", 1), ("2026-04-30", 1), ("2026-05-01", 0)):
        assert Organization.objects.active_on(dt.date.fromisoformat(day)).count() == counts


def test_substitutions_do_not_overlap(make_body):
    absent, other = make_body("absent"), make_body("other")
    first = substitute(
        organization=absent, by=other, since=dt.date(2026, 1, 1), until=dt.date(2026, 2, 1),
        reason="leave",
    )  # fmt: skip
    later = {"organization": absent, "by": other, "until": None, "reason": "leave"}
    with pytest.raises(ValidationError):
        substitute(since=dt.date(2026, 1, 31), **later)
    substitute(since=dt.date(2026, 2, 1), **later)
    for wrong in (
        {"organization": other, "until": None},
        {"until": dt.date(2020, 1, 1)},
        {"reason": ""},
    ):
        with pytest.raises(ValidationError):
            substitute(**{**later, "since": dt.date(2020, 1, 1), **wrong})
    end_substitution(substitution=first, on=dt.date(2026, 1, 15))
    first.refresh_from_db()
    assert first.valid_to == dt.date(2026, 1, 15)
    end_substitution(substitution=first, on=dt.date(2025, 1, 1))
    assert Substitution.objects.count() == 1


def test_areas_are_copied_and_renewed(make_area):
    shape = make_area("drawn", 509_000, 6_080_000).geom
    first = copy_area(name="North", geom=shape, source="osm", source_id="r1")
    again = copy_area(name="Northern", geom=shape, source="osm", source_id="r1")
    assert (again.pk, again.name) == (first.pk, "Northern")


# --- search -------------------------------------------------------------------------------
@pytest.fixture
def listed(make_body):
    heat = make_body(
        "ТОО «Ақжайлау Жылу»", name_ru="ТОО «Ақжайлау Жылу»", name_kk="«Ақжайлау Жылу» ЖШС",
        name_en="Akzhailau Heat LLP", short_name="Жылу", phone="+7 700 109-02-01",
        bin="123456789013",
    )  # fmt: skip
    save_contact(
        organization=heat, kind=ContactKind.ON_DUTY, value="8 (701) 555-66-77", is_public=True
    )
    save_contact(organization=heat, kind=ContactKind.PHONE, value="+7 702 000-11-22")
    make_body("КСК «Щегловский»", name_kk="«Щеглов» ПИК", name_en="KSK Shcheglovsky")
    return heat


@pytest.mark.parametrize(
    "text, found",
    [
        ("жылу", ["Жылу"]),
        ("ЖЫЛУ", ["Жылу"]),
        ("zhylu", ["Жылу"]),
        ("jylu", ["Жылу"]),
        ("акжайлау", ["Жылу"]),
        ("ақжайлау жылу", ["Жылу"]),
        ("жылу акжай", ["Жылу"]),
        ("heat", ["Жылу"]),
        ("shcheglov", ["КСК «Щегловский»"]),
        ("пик", ["КСК «Щегловский»"]),
        ("109-02-01", ["Жылу"]),
        ("8 700 109 02 01", ["Жылу"]),
        ("+77001090201", ["Жылу"]),
        ("87015556677", ["Жылу"]),
        ("7020001122", []),
        ("1234567890", ["Жылу"]),
        ("жылу газ", []),
        ("%", []),
        ("_", []),
        ("' OR 1=1 --", []),
        ("", []),
        ("   ", []),
        ("🙂", []),
        ("xyz" * 2000, []),
    ],
)
def test_bodies_are_found(listed, text, found):
    assert [str(body) for body in Organization.objects.search(text).best_first(text)] == found


def test_names_stand_in_the_readers_alphabet(make_body):
    for name in ("Яблоко", "Әлем", "Ёлка", "Абай", "Қала", "Кала"):
        make_body(name, name_kk=name)
    assert [b.name for b in Organization.objects.in_order("kk")] == [
        "Абай", "Әлем", "Ёлка", "Кала", "Қала", "Яблоко",
    ]  # fmt: skip


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.text(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүһіАҚӨҮҺ abcdefghijklmnopqrstuvwxyzQWXY"
        " 0123№-«»'’.,şčžəūéîøß",
        max_size=40,
    )
)
def test_database_and_python_hear_the_same(db, text):
    """Keys are made in the database, questions in Python."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_sound(%s)", [text])
        assert cursor.fetchone()[0] == sound(text)


def test_two_thousand_are_searched_by_index():
    names = ("Жылу", "Су", "Жол", "Абат", "Дала", "Нур", "Отрар", "Прогресс")
    Organization.objects.bulk_create(
        Organization(
            kind=OrganizationKind.CONTRACTOR, phone=f"+7 700 {n:07}",
            name=f"ТОО «{names[n % 8]} {names[n // 8 % 8]} {n}»",
        )
        for n in range(2000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_organization")
        # So few rows are read through as quickly: ask whether the indexes could serve.
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert Organization.objects.search("progress abat 1759").count() == 1
    plan = Organization.objects.search("abat 1759").explain()
    assert "organization_search_trgm" in plan
    plan = Organization.objects.filter(phone_digits__contains="0001759").explain()
    assert "organization_phone_trgm" in plan


def test_contacts_are_not_written_twice(make_body):
    body = make_body("body")
    save_contact(organization=body, kind=ContactKind.PHONE, value="102")
    with pytest.raises(ValidationError):
        save_contact(organization=body, kind=ContactKind.PHONE, value="102")
    assert Contact.objects.count() == 1
