"""The demo city's year of appeals, as it stands on the day: queues, reasons, shares."""

import pytest
from django.db.models import Count
from django.utils import timezone

from appeals.callbacks import lines_of, owed_calls
from appeals.choices import ContactKind, State
from appeals.demo.bodies import BY_LAYER
from appeals.demo.lives import BUSY_FOR
from appeals.guards import is_loud
from appeals.models import Appeal, CallBack, Contact, Incident
from appeals.portal.cards import shown_cards
from appeals.routing import find_route, rules_on
from appeals.where import Where

pytestmark = [pytest.mark.realdata, pytest.mark.django_db, pytest.mark.usefixtures("demo_city")]
BY_ROUTE = Appeal.objects.filter(source="demo", executor__isnull=False)


def test_somebody_is_owed_a_call_and_some_did_not_answer():
    lines = lines_of(owed_calls(Appeal.objects.real()))
    assert len(lines) >= 5
    assert all(line.report and line.report.verified_at and line.left for line in lines)
    assert all(line.appeal.outcome == line.report.outcome for line in lines)


def test_nobody_was_called_at_night():
    called = CallBack.objects.order_by("-pk").values_list("called_at", flat=True)[:2000]
    assert all(is_loud(moment) for moment in called)


def test_about_four_fifths_of_all_contacts_are_consultations():
    counts = dict(Contact.objects.values_list("kind").annotate(Count("pk")))
    assert counts[ContactKind.CONSULTATION] / sum(counts.values()) == pytest.approx(0.80, abs=0.01)
    assert set(counts) >= set(ContactKind.values)


@pytest.mark.parametrize("kind", ["", *BY_LAYER])
def test_the_body_and_the_reason_are_those_of_the_rules(kind):
    rows = BY_ROUTE.filter(category__body_kind=kind) if kind else BY_ROUTE
    rows = rows.select_related("category__parent", "building", "executor").order_by("-pk")[:25]
    assert len(rows) == 25
    for row in rows:
        day = timezone.localdate(row.registered_at)
        found = find_route(
            category=row.category, where=Where(geom=row.geom, building=row.building), day=day,
            rules=[rule for rule in rules_on(day) if rule.category_id == row.category_id],
        )  # fmt: skip
        assert (row.executor, row.route) == (found.body, found.rule.reason_ru)


def test_ended_without_an_answer_has_no_reason():
    ended = Appeal.objects.filter(source="demo", state__in=[State.JOINED, State.WITHDRAWN])
    assert not ended.exclude(route="").exists()


def test_everybody_has_cards_to_read():
    cards = shown_cards()
    assert cards.count() >= 25
    assert cards.filter(appeal__promises__state="broken").exists()
    assert cards.filter(appeal__outcome="").exists()
    assert cards.filter(appeal__outcome="done").exclude(reply="").count() >= 15


def test_a_busy_body_has_work_to_do():
    latest = Appeal.objects.filter(
        source="demo", executor__source_id="heat", received_at__gt=timezone.now() - BUSY_FOR / 2
    )
    done = latest.filter(state__in=[State.REPORTED_DONE, State.VERIFIED, State.CLOSED])
    assert not done.exists()


def test_one_outage_is_open_and_says_until_when():
    (incident,) = Incident.objects.filter(ended_at__isnull=True)
    assert incident.served.exists()
    assert incident.body is not None
    assert incident.expected_end_at > timezone.now()
    assert incident.script_ru
    assert incident.script_kk
    assert Incident.objects.filter(ended_at__isnull=False).exists()
    # The works say the same of the same houses.
    house = incident.served.first().building
    assert house.outages.filter(ends_at=incident.expected_end_at).exists()
