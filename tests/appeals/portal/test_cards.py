"""Public cards: what a moderator has read and shown, nothing else."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from appeals import services
from appeals.choices import Outcome, PhotoKind
from appeals.errors import AppealError, InvalidError
from appeals.models import Appeal, Category, PublicCard
from appeals.portal.places import shown_place
from appeals.portal.scrub import BLOT, scrubbed
from tests.appeals.world import photo_file


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("Звоните 8 701 555 01 02 вечером", "555"),
        ("тел. +7(701)555-01-02", "555"),
        ("пишите a.b@mail.kz", "mail"),
        ("ИИН 850101300035", "8501"),
        ("Абая 12, кв. 45", "45"),
        ("пәтер 7", "7"),
        ("Меня зовут Айгүл Ахметова, яма", "Ахметова"),
        ("городской 46-12-12", "46-12"),
        ("мой телеграм t.me/aigul_a", "aigul"),
        ("Сделано, ответственный Ким А.В., проверено", "Ким"),
        ("ақау жойылды, жауапты маман Оспанов Н., тексерілді", "Оспанов"),
    ],
)  # fmt: skip
def test_texts_are_scrubbed(text, gone):
    assert gone not in scrubbed(text)
    assert BLOT in scrubbed(text)


def test_scrubbing_leaves_dates_numbers_and_addresses(db):
    text = "Абая, 12: заявка 109-2026-000123, 23.11.2026 до 15:30, 3 500 000 тенге, договор № 45-12"
    assert scrubbed(text) == text


def test_only_moderated_cards_are_public(client, world):
    appeal = world.closed(text="Я, Айгүл Ахметова, жду")
    assert client.get(f"/cards/{appeal.number}/").status_code == 404
    with pytest.raises(AppealError):
        services.show_card(appeal=appeal, user=world.operator)
    photo, hidden = services.add_photos(
        appeal=appeal, photos=services.cleaned([photo_file(), photo_file((200, 200))]),
        kind=PhotoKind.BEFORE, user=None,
    )  # fmt: skip
    services.show_card(
        appeal=appeal, user=world.coordinator, summary="Нет тепла", reply="Труба заменена",
        photo_ids=[photo.pk],
    )  # fmt: skip
    page = client.get(f"/cards/{appeal.number}/").content.decode()
    assert "Нет тепла" in page
    assert "Труба заменена" in page
    assert "Ахметова" not in page
    assert client.get(f"/cards/{appeal.number}/photos/{photo.pk}/small.jpg").status_code == 200
    assert client.get(f"/cards/{appeal.number}/photos/{hidden.pk}/full.jpg").status_code == 404
    assert client.get(f"/cards/{appeal.number}/photos/{photo.pk}/huge.jpg").status_code == 404
    assert appeal.number in client.get("/cards/?group=HEAT&show=done").content.decode()
    services.hide_card(appeal=appeal, user=world.coordinator)
    assert client.get(f"/cards/{appeal.number}/").status_code == 404
    assert client.get(f"/cards/{appeal.number}/photos/{photo.pk}/small.jpg").status_code == 404
    with pytest.raises(InvalidError):
        services.show_card(appeal=appeal, user=world.coordinator, photo_ids=[10**9])


def test_a_card_tells_the_absence_of_a_reply_and_a_broken_promise(client, world):
    silent = world.assigned()
    services.show_card(appeal=silent, user=world.coordinator)
    page = client.get(f"/cards/{silent.number}/").content.decode()
    assert "No reply" in page
    day = dt.date(2026, 12, 20)
    promised = world.told(outcome=Outcome.PLANNED, report={"planned_on": day})
    promise = promised.promises.get()
    services.decide_promise(promise=promise, kept=False, user=None, now=timezone.now())
    services.show_card(appeal=world.fresh(promised), user=world.coordinator)
    page = client.get("/cards/?show=broken").content.decode()
    assert promised.number in page
    assert "Promise broken" in page
    assert silent.number not in page


def test_places_are_as_coarse_as_the_category_says(world):
    appeal = world.register(category=world.category("HEAT-NONE"))
    for precision, within in (("exact", 10), ("street", 100), ("district", 1000)):
        Category.objects.filter(pk=appeal.category_id).update(precision=precision)
        place = shown_place(Appeal.objects.select_related("category").get(pk=appeal.pk))
        assert place.within_m == within
    codes = dict(Category.objects.leaves().values_list("code", "precision"))
    assert codes["ROAD-POTHOLE"] == "exact"
    assert codes["HEAT-WEAK"] == "street"


def test_moderators_see_before_they_show(world):
    appeal = world.closed()
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.coordinator)
    assert appeal.number in client.get("/cards/moderation/").content.decode()
    form = {"version": appeal.version, "summary": "Нет тепла", "reply": "Сделано"}
    stale = client.post(f"/cards/moderation/{appeal.number}/", form | {"version": 1})
    assert stale.status_code == 400
    assert not PublicCard.objects.exists()
    assert client.post(f"/cards/moderation/{appeal.number}/", form).status_code == 302
    assert PublicCard.objects.get().decided_by == world.coordinator
    client.post(f"/cards/moderation/{appeal.number}/", form | {"decision": "hide"})
    assert not PublicCard.objects.get().shown
