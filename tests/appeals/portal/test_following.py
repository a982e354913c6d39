"""An applicant follows by number and code, disputes, thanks; and is erased."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from appeals import services
from appeals.choices import State
from appeals.codes import code_of, is_code_of
from appeals.errors import AppealError
from appeals.models import Appeal, Contact, Feedback, RateCount
from appeals.portal.throttle import WRONG_CODES, count, spent, sweep_counts
from citymap.history.verify import verify
from citymap.personal.services import erase
from tests.appeals.portal.acting import PHONE, opened, reported
from tests.appeals.world import photo_file


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


def test_erasing_an_applicant_leaves_appeal_statistics_and_chain_whole(client, world):
    appeal = reported(client, world, name="Айгүл Меткалы", phone=PHONE, consent="on")
    before = (Appeal.objects.count(), Contact.objects.count(), appeal.applicants.count())
    erase(person=appeal.people.get(), why="asked by letter", user=world.head)
    assert (Appeal.objects.count(), Contact.objects.count(), appeal.applicants.count()) == before
    opened(client, appeal)
    assert client.get(f"/track/{appeal.number}/").status_code == 200
    verdict = verify()
    assert verdict.holds, verdict
