"""The residents' pages: report, join, follow by code, dispute, thank, public cards."""

import datetime as dt
import io
import re
import uuid

import pytest
from django.contrib.gis.geos import LineString
from django.test import Client
from django.utils import timezone

from appeals import services
from appeals.choices import Outcome, PhotoKind, State
from appeals.codes import code_of, is_code_of
from appeals.errors import AppealError, InvalidError
from appeals.models import Appeal, Category, Contact, Feedback, PublicCard, RateCount
from appeals.portal.places import shown_place
from appeals.portal.scrub import BLOT, scrubbed
from appeals.portal.throttle import WRONG_CODES, count, spent, sweep_counts
from appeals.where import place_of
from citymap.geo import city_srid, lon_lat
from citymap.history.verify import verify
from citymap.personal.models import Person
from citymap.personal.services import erase
from earthworks.first_rows import fill_empty_tables
from earthworks.models import Order
from earthworks.services import orders
from earthworks.shapes import trench
from layers.models import Yard
from tests.appeals.world import photo_file

PHONE = "+77015550102"


@pytest.fixture
def client() -> Client:
    return Client(headers={"accept-language": "en"})


def filled(world, **values) -> dict:
    lon, lat = lon_lat(world.at())
    return {
        "key": str(uuid.uuid4()), "lon": f"{lon:.6f}", "lat": f"{lat:.6f}",
        "category": world.category("ROAD-POTHOLE").pk, "text": "Глубокая яма у остановки",
    } | values  # fmt: skip


def reported(client, world, **values) -> Appeal:
    answer = client.post("/report/", filled(world, **values))
    assert answer.status_code == 302, answer.content.decode()
    return Appeal.objects.get(number=answer.url.split("/")[2])


def opened(client, appeal) -> None:
    answer = client.post("/track/", {"number": appeal.number, "code": code_of(appeal)})
    assert answer.status_code == 302
    assert answer.url == f"/track/{appeal.number}/"


# --- report ---------------------------------------------------------------------------------
def test_a_report_becomes_an_appeal_with_number_and_code(client, world):
    appeal = reported(
        client, world, name="Айгүл", phone=PHONE, consent="on",
        photos=[photo_file(), photo_file((300, 300))],
    )  # fmt: skip
    assert (appeal.channel, appeal.registered_by, appeal.language) == ("portal", None, "en")
    assert appeal.photos.filter(kind=PhotoKind.PROBLEM, added_by=None).count() == 2
    assert appeal.due_at > timezone.now()
    contact = Contact.objects.get(appeal=appeal)
    assert (contact.kind, contact.operator, contact.anonymous) == ("appeal", None, False)
    assert contact.caller == appeal.people.get()
    page = client.get(f"/report/{appeal.number}/").content.decode()
    assert appeal.number in page
    assert code_of(appeal) in page
    # Nobody else reads the code there.
    other = Client().get(f"/report/{appeal.number}/")
    assert other.url == f"/track/{appeal.number}/"


def test_the_same_form_twice_is_one_appeal(client, world):
    form = filled(world)
    first, second = client.post("/report/", form), client.post("/report/", form)
    assert Appeal.objects.count() == 1
    assert first.status_code == 302
    assert second.url == first.url


def test_without_consent_nothing_personal_is_kept(client, world):
    answer = client.post("/report/", filled(world, name="Айгүл", phone=PHONE))
    assert answer.status_code == 400
    assert not Person.objects.exists()
    assert not Appeal.objects.exists()
    appeal = reported(client, world)
    assert not appeal.applicants.exists()
    assert Contact.objects.get().anonymous


def script(name: str) -> io.BytesIO:
    file = io.BytesIO(b"<script>alert(1)</script>" * 40)
    file.name = name
    return file


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"lon": "", "lat": ""}, "Say where"),
        ({"lon": "71.4", "lat": "51.1"}, "outside the city"),
        ({"lon": "nan", "lat": "x"}, "not right"),
        ({"text": ""}, "Say what is wrong"),
        ({"text": "я" * 1_000_000}, "10000"),
        ({"category": ""}, "Choose what it is about"),
        ({"category": "999999999"}, "not right"),
        ({"phone": "12", "consent": "on"}, "not right"),
        ({"name": "Айгүл", "consent": "on"}, "Leave a telephone"),
        ({"website": "http://spam.example"}, "not filled in by a person"),
        ({"photos": [script("photo.jpg")]}, "Only JPEG"),
        ({"photos": [photo_file((20, 20)) for _ in range(6)]}, "At most 5"),
        ({"key": "x"}, "not right"),
    ],
)
def test_bad_reports_are_refused_with_a_reason(client, world, values, words):
    answer = client.post("/report/", filled(world, **values))
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not Appeal.objects.exists()
    assert not Contact.objects.exists()
    assert not Person.objects.exists()


def test_csrf_is_asked_for(world):
    client = Client(enforce_csrf_checks=True)
    assert client.post("/report/", filled(world)).status_code == 403
    assert not Appeal.objects.exists()


def test_a_duplicate_is_shown_without_its_words_and_joined(client, world):
    first = world.register(category=world.category("ROAD-POTHOLE"), text="Яма, звоните Айгүл")
    first = services.assign(appeal=first, body=world.body, user=world.operator)
    piece = client.post("/report/duplicates/", filled(world)).content.decode()
    assert first.number in piece
    assert "Айгүл" not in piece
    asked = client.post("/report/", filled(world))
    assert asked.status_code == 409
    assert first.number in asked.content.decode()
    assert Appeal.objects.count() == 1
    mine = reported(client, world, join=first.number, phone=PHONE, consent="on")
    assert (mine.state, mine.joined_into) == (State.JOINED, first)
    other = reported(client, world, join="new")
    assert other.joined_into is None
    opened(client, mine)
    page = client.get(f"/track/{mine.number}/").content.decode()
    assert "joined to an earlier one" in page
    assert str(world.body.title) in page


def test_only_what_is_like_it_can_be_joined(client, world):
    far = world.register(where=place_of(geom=world.at(3000)))
    answer = client.post("/report/", filled(world, join=far.number))
    assert answer.status_code == 302
    assert Appeal.objects.exclude(pk=far.pk).get().joined_into is None


def test_reports_from_one_address_are_limited(client, world, settings):
    for number in range(12):
        place = place_of(geom=world.at(100.0 * number))
        lon, lat = lon_lat(place.geom)
        reported(client, world, lon=f"{lon:.6f}", lat=f"{lat:.6f}")
    answer = client.post("/report/", filled(world, join="new"))
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 60
    assert Appeal.objects.count() == 12


def test_a_link_from_a_yard_fills_in_the_yard(client, world):
    square = world.house(side_m=60)
    yard = Yard.objects.create(
        source="manual", source_id="y1", valid_from=dt.date(2020, 1, 1), geom=square.geom[0],
        label="Абая, 12",
    )  # fmt: skip
    page = client.get(f"/report/?yard={yard.pk}").content.decode()
    assert "Абая, 12" in page
    appeal = reported(client, world, lon="", lat="", yard=yard.pk)
    assert appeal.yard == yard
    assert appeal.objects_meant.get().yard == yard
    for bad in ("0", "x", "9" * 30, "-1"):
        assert client.get(f"/report/?yard={bad}").status_code == 404


def test_a_link_from_an_order_fills_in_the_order(client, world, public_order):
    order = public_order
    page = client.get(f"/report/?order={order.number}").content.decode()
    assert order.number in page
    appeal = reported(client, world, lon="", lat="", order=order.number)
    assert appeal.order == order
    assert list(order.appeals.all()) == [appeal]
    for bad in ("2026-99999", "x", "٣" * 12):
        assert client.get(f"/report/?order={bad}").status_code == 404


@pytest.fixture
def public_order(world) -> Order:
    """An order that was applied for."""
    fill_empty_tables(sender=None)
    start = world.at(500, 500)
    line = LineString((start.x, start.y), (start.x + 20, start.y), srid=city_srid())
    order = orders.draw_order(
        geom=trench(line, 1.5), begins_on=dt.date(2026, 6, 1), ends_on=dt.date(2026, 6, 20),
        areas_m2={}, user=world.works, now=dt.datetime(2026, 5, 20, 5, tzinfo=dt.UTC),
        values={
            "holder": world.body, "network_kind": "water", "work": "repair", "method": "open_cut",
        },
    )  # fmt: skip
    return orders.apply(
        order=order, user=world.works, now=dt.datetime(2026, 5, 20, 6, tzinfo=dt.UTC)
    )


# --- follow ---------------------------------------------------------------------------------
def test_codes_are_told_apart_and_forgive_spaces_and_keyboards(world):
    first, second = world.register(), world.register()
    code = code_of(first)
    assert re.fullmatch(r"[2-9a-hjkmnp-z]{4}-[2-9a-hjkmnp-z]{4}", code)
    assert is_code_of(first, f" {code.upper()} ")
    assert is_code_of(first, code.replace("-", " "))
    assert not is_code_of(second, code)
    cyrillic = code.translate(str.maketrans("acehkmptxy", "асенкмртху"))
    assert is_code_of(first, cyrillic)


def test_number_and_code_show_the_state_and_nobodys_data(client, world):
    person = world.person(PHONE)
    appeal = world.closed(applicants=[person], text="Звоните мне 8 701 555 01 02, Айгүл")
    assert "Reply" not in client.get(f"/track/{appeal.number}/").content.decode()
    opened(client, appeal)
    page = client.get(f"/track/{appeal.number}/").content.decode()
    for words in ("No heating", "Closed", "First deadline", "Done"):
        assert words in page, words
    for secret in ("Айгүл", "555", "Заявитель", person.number):
        assert secret not in page


def test_wrong_codes_are_counted_and_a_missing_number_tells_nothing(client, world):
    appeal = world.register()
    wrong = client.post("/track/", {"number": appeal.number, "code": "aaaa-aaaa"})
    absent = client.post("/track/", {"number": "109-2026-999999", "code": "aaaa-aaaa"})
    assert wrong.status_code == absent.status_code == 400
    body = [re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in (wrong, absent)]
    assert re.sub("nonce=.*?>", "", body[0]) == re.sub("nonce=.*?>", "", body[1])
    for _ in range(8):
        client.post("/track/", {"number": "109-2026-000777", "code": "aaaa-aaaa"})
    locked = client.post("/track/", {"number": appeal.number, "code": code_of(appeal)})
    assert locked.status_code == 429
    assert locked.headers["Retry-After"]
    # One number is guarded from many addresses as well.
    elsewhere = Client(REMOTE_ADDR="10.0.0.9")
    right = elsewhere.post("/track/", {"number": appeal.number, "code": code_of(appeal)})
    assert right.status_code == 302
    assert not RateCount.objects.filter(key__contains="127.0.0.1").exists()


def test_counts_begin_anew_in_the_next_window_and_are_forgotten(db):
    now = dt.datetime(2026, 11, 23, 5, 0, tzinfo=dt.UTC)
    for _ in range(WRONG_CODES.most):
        count(WRONG_CODES, "a", now)
    assert spent(WRONG_CODES, "a", now)
    assert not spent(WRONG_CODES, "b", now)
    assert not spent(WRONG_CODES, "a", now + WRONG_CODES.window)
    sweep_counts(now + dt.timedelta(days=2))
    assert not RateCount.objects.exists()


@pytest.mark.parametrize("number", ["x", "109-2026-000001", "%00", "'; drop table", "a" * 300])
def test_any_number_gets_the_same_form(client, db, number):
    answer = client.get(f"/track/{number}/")
    assert answer.status_code == 200
    assert b'name="code"' in answer.content


# --- dispute and thanks ---------------------------------------------------------------------
def closed_just_now(world, **values) -> Appeal:
    appeal = world.closed(**values)
    Appeal.objects.filter(pk=appeal.pk).update(ended_at=timezone.now() - dt.timedelta(days=1))
    return world.fresh(appeal)


def test_a_result_is_disputed_within_thirty_days(client, world, settings):
    appeal = closed_just_now(world)
    opened(client, appeal)
    empty = client.post(f"/track/{appeal.number}/dispute/", {"reason": " "})
    assert empty.status_code == 400
    assert world.fresh(appeal).state == State.CLOSED
    answer = client.post(
        f"/track/{appeal.number}/dispute/", {"reason": "Снова холодно", "photos": [photo_file()]}
    )
    assert answer.status_code == 302
    after = world.fresh(appeal)
    assert (after.state, after.outcome) == (State.REOPENED, "")
    assert after.first_due_at == appeal.first_due_at
    assert after.photos.count() == 1
    again = client.post(f"/track/{appeal.number}/dispute/", {"reason": "Ещё раз"})
    assert again.status_code == 409
    assert world.fresh(appeal).version == after.version


def test_nothing_is_disputed_after_thirty_days_or_without_the_code(client, world):
    appeal = world.closed()
    Appeal.objects.filter(pk=appeal.pk).update(ended_at=timezone.now() - dt.timedelta(days=40))
    stranger = client.post(f"/track/{appeal.number}/dispute/", {"reason": "Нет"})
    assert stranger.status_code == 302
    assert world.fresh(appeal).state == State.CLOSED
    opened(client, appeal)
    assert "ended on" in client.get(f"/track/{appeal.number}/").content.decode()
    late = client.post(f"/track/{appeal.number}/dispute/", {"reason": "Нет"})
    assert late.status_code == 409
    assert world.fresh(appeal).state == State.CLOSED


def test_satisfaction_is_said_once(client, world):
    appeal = closed_just_now(world)
    opened(client, appeal)
    for bad in ("", "0", "9", "x"):
        assert (
            client.post(f"/track/{appeal.number}/feedback/", {"satisfaction": bad}).status_code
            == 400
        )
    client.post(f"/track/{appeal.number}/feedback/", {"satisfaction": "5", "thanks": "on"})
    client.post(f"/track/{appeal.number}/feedback/", {"satisfaction": "1"})
    found = Feedback.objects.get()
    assert (found.satisfaction, found.thanks) == (5, True)
    with pytest.raises(AppealError):
        services.say_thanks(appeal=world.register(), satisfaction=5)


# --- public cards ---------------------------------------------------------------------------
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


# --- erasure --------------------------------------------------------------------------------
def test_erasing_an_applicant_leaves_appeal_statistics_and_chain_whole(client, world):
    appeal = reported(client, world, name="Айгүл Меткалы", phone=PHONE, consent="on")
    before = (Appeal.objects.count(), Contact.objects.count(), appeal.applicants.count())
    erase(person=appeal.people.get(), why="asked by letter", user=world.head)
    assert (Appeal.objects.count(), Contact.objects.count(), appeal.applicants.count()) == before
    opened(client, appeal)
    assert client.get(f"/track/{appeal.number}/").status_code == 200
    verdict = verify()
    assert verdict.holds, verdict
