"""Terms are kept in the process and never older than the database."""

import datetime as dt

import pytest
from django.db import connection, transaction

from appeals.models import Category, DeadlinePolicy, PolicyTerm
from appeals.policies import NoPolicyError, procedure_term, term_for
from citymap.calendars.models import CalendarVersion

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 4, 6)


@pytest.fixture
def pothole():
    return Category.objects.get(code="ROAD-POTHOLE")


def days() -> int:
    return procedure_term("recurrence", DAY).amount


def test_asking_again_costs_one_row(pothole, django_assert_num_queries):
    procedure_term("return", DAY)
    with django_assert_num_queries(2):
        procedure_term("return", DAY)
        term_for(pothole, "service_request", None, DAY)


def test_a_change_counts_at_once(pothole):
    before = days()
    PolicyTerm.objects.filter(code="recurrence").update(amount=before + 1)
    assert days() == before + 1
    with connection.cursor() as cursor:
        cursor.execute("UPDATE appeals_policyterm SET amount = 7 WHERE code = 'recurrence'")
    assert days() == 7
    DeadlinePolicy.objects.filter(category=pothole).update(amount=9, unit="hours")
    found = term_for(pothole, "service_request", None, DAY)
    assert (found.term.amount, found.term.unit, found.policy.citation > "") == (9, "hours", True)
    PolicyTerm.objects.filter(code="recurrence").delete()
    with pytest.raises(NoPolicyError):
        days()


def test_what_was_rolled_back_never_was():
    before = days()
    with transaction.atomic():
        PolicyTerm.objects.filter(code="recurrence").update(amount=before + 5)
        assert days() == before + 5
        transaction.set_rollback(True)
    assert days() == before


def test_rows_are_in_force_from_a_day_until_another():
    row = PolicyTerm.objects.get(code="recurrence")
    PolicyTerm.objects.filter(pk=row.pk).update(valid_to=DAY)
    PolicyTerm.objects.create(
        code="recurrence", amount=30, unit="days", citation="Новый регламент", valid_from=DAY
    )
    assert procedure_term("recurrence", DAY).amount == 30
    assert procedure_term("recurrence", DAY - dt.timedelta(days=1)).amount == row.amount


def test_without_a_token_nothing_is_kept(django_assert_num_queries):
    CalendarVersion.objects.all().delete()
    with django_assert_num_queries(6):
        days()
        days()
