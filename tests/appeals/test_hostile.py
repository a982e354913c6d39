"""Hostile input to every page and form of residents, bodies, inspectors, moderators, leaders.

No answer is a fault of ours, nothing is half saved, nothing comes back unescaped.
"""

import uuid

import pytest
from django.test import Client

from appeals import services
from appeals.choices import ReplyFlag
from appeals.codes import code_of
from appeals.linkkeys import key_of
from appeals.models import (
    Appeal,
    Contact,
)
from appeals.portal.throttle import WRONG_CODES, WRONG_CODES_OF_NUMBER
from tests.appeals.hostile import NOON, SCRIPT, client_of, state_of_tables
from tests.appeals.portal.acting import filled, opened
from tests.appeals.world import DAY, MONDAY, REPLY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
HOSTILE = [
    "", "a\x00b", SCRIPT, "'; DROP TABLE appeals_appeal; --", "я" * 12_000, "-1", "9" * 400,
    "1e999", "NaN", "٣٤٥", "../../etc/passwd%s", "\u202e\u2028",
]  # fmt: skip
# What is a number, a day or a choice is tried with these, one field at a time.
NO_NUMBERS = ["a\x00b", SCRIPT, "-1", "9" * 400, "1e999"]
# Flags of a reply that its author has been shown already: all.
SEEN = " ".join(ReplyFlag.values)


# --- addresses ----------------------------------------------------------------------------
# Who asks, and what follows the question mark; `@` stands for the hostile value.
READ = [
    ("", "/report/?yard=@"), ("", "/report/?order=@"), ("", "/report/?lon=@&lat=@"),
    ("", "/track/"), ("", "/cards/?group=@"), ("", "/cards/?show=@"), ("", "/cards/?page=@"),
    ("executor", "/inbox/?q=@"), ("executor", "/inbox/?show=@&due=@&group=@&part=@&sort=@"),
    ("executor", "/inbox/?page=@"), ("executor", "/inbox/places.json?q=@&group=@"),
    ("coordinator", "/inbox/?body=@"), ("executor", "/inbox/promises/?show=@&page=@"),
    ("inspector", "/field/?at=@"), ("inspector", "/field/?at=@,@"),
    ("coordinator", "/cards/moderation/?q=@"), ("head", "/morning/?day=@"),
]  # fmt: skip
IN_THE_PATH = [
    ("", "/track/@/"), ("", "/cards/@/"), ("", "/report/@/"), ("", "/task/@/"),
    ("", "/cards/@/photos/1/small.jpg"), ("coordinator", "/cards/moderation/@/"),
    ("executor", "/inbox/@/"), ("executor", "/inbox/photos/@/"), ("inspector", "/field/@/check/"),
]  # fmt: skip


@pytest.mark.parametrize(("role", "url"), READ)
def test_questions_are_answered_or_not_found(world, role, url):
    world.assigned()
    client = client_of(world.users[role] if role else None)
    for value in HOSTILE:
        where, _mark, query = url.partition("?")
        pairs = dict(pair.split("=") for pair in query.split("&")) if query else {}
        data = {name: text.replace("@", value[:4000]) for name, text in pairs.items()}
        answer = client.get(where, data)
        assert answer.status_code in (200, 404), (value, answer.status_code)
        assert SCRIPT not in answer.content.decode()


@pytest.mark.parametrize(("role", "url"), IN_THE_PATH)
def test_paths_are_found_or_not(world, role, url):
    client = client_of(world.users[role] if role else None)
    for value in HOSTILE:
        text = value[:2000].replace("/", "%2F").replace("?", "%3F").replace("#", "%23") or "x"
        answer = client.get(url.replace("@", text))
        assert answer.status_code in (200, 302, 403, 404, 405), (value, answer.status_code)
        assert SCRIPT not in answer.content.decode()


# --- forms --------------------------------------------------------------------------------
@pytest.fixture
def forms(world, link) -> list[tuple[Client, str, dict[str, str]]]:
    """Every form: who sends it, to where, and what would be right."""
    reported, promised = (
        world.reported(),
        world.reported(outcome="planned", report={"planned_on": (MONDAY + 9 * DAY).date()}),
    )
    working, closed = world.in_progress(), world.closed()
    resident, phone = client_of(), client_of()
    opened(resident, closed)
    phone.get(f"/task/{key_of(link.public_id)}/")
    body, centre = client_of(world.executor), client_of(world.coordinator)
    inspector, head = client_of(world.inspector), client_of(world.head)
    at, version, mine = f"/inbox/{working.pk}", working.version, link.appeal.version
    return [
        (client_of(), "/report/", filled(world)),
        (client_of(), "/report/duplicates/", filled(world)),
        (client_of(), "/track/", {"number": closed.number, "code": code_of(closed)}),
        (resident, f"/track/{closed.number}/dispute/", {"reason": "x"}),
        (resident, f"/track/{closed.number}/feedback/", {"satisfaction": "5"}),
        (body, f"{at}/report/", {
            "report-version": version, "report-outcome": "done", "report-text": REPLY,
            "report-seen": "", "report-planned_on": "", "report-plan": "", "report-cost_class": "",
        }),
        (body, f"{at}/extend/", {
            "extend-version": version, "extend-until_day": "2026-12-20", "extend-reason": "x",
        }),
        (body, f"{at}/ask/", {"ask-version": version, "ask-question": "x"}),
        (body, f"{at}/help/", {"help-version": version, "help-body_name": "В", "help-body": ""}),
        (body, f"{at}/reply-check/", {"outcome": "done", "text": "x"}),
        (body, f"{at}/links/", {"address": "a@heat.example"}),
        (body, f"{at}/photos/", {"photos-kind": "after", "photos-photos": ""}),
        (body, f"/inbox/promises/{promised.promises.get().pk}/claim/", {"note": "x"}),
        (phone, f"/task/{link.pk}/return/", {"return-version": mine, "return-reason": "x"}),
        (phone, f"/task/{link.pk}/done/", {"done-version": mine, "done-text": REPLY}),
        (inspector, f"/field/{reported.pk}/check/", {
            "key": str(uuid.uuid4()), "report": reported.reports.get().pk, "result": "no_access",
            "note": "x", "lon": "69.15", "lat": "54.87", "accuracy_m": "5", "checked_at": "",
        }),
        (centre, f"/cards/moderation/{closed.number}/", {
            "version": closed.version, "summary": "x", "reply": "x", "photo_ids": "",
        }),
        (head, "/instructions/give/", {
            "number": working.number, "text": "x", "due_on": "2026-12-20",
        }),
    ]  # fmt: skip


def test_everything_hostile_at_once_is_refused(forms):
    for client, url, right in forms:
        for value in HOSTILE:
            if url.endswith("/feedback/") and value in ("1", "5"):
                continue
            before = state_of_tables()
            answer = client.post(url, dict.fromkeys(right, value))
            said = (url, value[:20], answer.status_code)
            assert answer.status_code in (200, 302, 400, 403, 404, 409, 429), said
            assert SCRIPT not in answer.content.decode(), said
            # What is said of a promise, and of a reply in writing, is words and may be anything.
            if not url.endswith(("/claim/", "/dispute/")):
                assert state_of_tables() == before, said


def test_each_field_alone(forms):
    """The rest is right, so that the value reaches the services and the database."""
    texts = (
        "text", "reason", "question", "note", "summary", "reply", "task", "name", "body_name",
        "seen",
    )  # fmt: skip
    for client, url, right in forms:
        if url in ("/report/", "/track/"):
            continue  # counted by address: in a test of their own
        for name in right:
            for value in NO_NUMBERS:
                if name.rpartition("-")[2] in texts and "\x00" not in value:
                    continue
                answer = client.post(url, right | {name: value})
                said = (url, name, value[:20], answer.status_code)
                assert answer.status_code < 500, said
                assert SCRIPT not in answer.content.decode(), said


@pytest.mark.parametrize("name", ["lon", "lat", "category", "key", "yard", "order", "join", "text"])
def test_each_field_of_a_report(world, settings, name):
    for number, value in enumerate(HOSTILE):
        client = Client(REMOTE_ADDR=f"10.1.0.{number}")
        before = Appeal.objects.count(), Contact.objects.count()
        answer = client.post("/report/", filled(world, join="new") | {name: value})
        assert answer.status_code in (302, 400, 404, 409), (value[:20], answer.status_code)
        made = int(answer.status_code == 302)
        after = Appeal.objects.count(), Contact.objects.count()
        assert after == (before[0] + made, before[1] + made)


def test_words_come_back_as_words(world, link):
    """What people wrote is shown to others as text, on every page that shows it."""
    appeal = world.reported(text=SCRIPT, report=None)
    closed = world.closed(text=SCRIPT)
    services.accept(appeal=link.appeal, user=world.executor, now=NOON)
    Appeal.objects.filter(pk=link.appeal_id).update(text=SCRIPT)
    appeal.reports.update(text=SCRIPT)
    closed.reports.update(text=SCRIPT)
    services.show_card(appeal=closed, user=world.coordinator, summary=SCRIPT, reply=SCRIPT)
    services.instruct(
        appeal=appeal, user=world.head, text=SCRIPT, due_on=(NOON + 5 * DAY).date(), now=NOON
    )
    resident, phone = client_of(), client_of()
    opened(resident, closed)
    phone.get(f"/task/{key_of(link.public_id)}/")
    asked = [
        (resident, f"/track/{closed.number}/"), (resident, f"/cards/{closed.number}/"),
        (resident, "/cards/"), (phone, f"/task/{link.pk}/"),
        (client_of(world.executor), f"/inbox/{appeal.pk}/"),
        (client_of(world.executor), "/inbox/?show=sent"),
        (client_of(world.executor), "/instructions/"), (client_of(world.inspector), "/field/"),
        (client_of(world.coordinator), f"/cards/moderation/{closed.number}/"),
        (client_of(world.head), "/morning/"),
    ]  # fmt: skip
    for client, url in asked:
        page = client.get(url)
        assert page.status_code == 200, url
        assert SCRIPT not in page.content.decode(), url
    shown = sum("&lt;script&gt;alert" in client.get(url).content.decode() for client, url in asked)
    assert shown >= 7


# --- out of order, and guesses --------------------------------------------------------------
def test_steps_out_of_order(world, link):
    """Each step in each state: done where the table of operations says so, refused elsewhere."""
    body = client_of(world.executor)
    made = {
        "assigned": world.assigned, "accepted": world.accepted, "working": world.in_progress,
        "reported": world.reported, "verified": world.verified, "closed": world.closed,
    }  # fmt: skip
    wanted = {
        "accept": {"assigned"}, "start": {"accepted"}, "resume": set(),
        "report": {"working"}, "return": {"assigned", "accepted"},
    }  # fmt: skip
    values = {
        "report": {"report-outcome": "explained", "report-text": REPLY, "report-seen": SEEN},
        "return": {"return-reason": "не наша"},
    }
    for step, right in wanted.items():
        for name, make in made.items():
            appeal = make()
            form = {f"{step}-version": appeal.version} | values.get(step, {})
            answer = body.post(f"/inbox/{appeal.pk}/{step}/", form)
            done = world.fresh(appeal).version > appeal.version
            assert done == (name in right), (step, name, answer.status_code)
            assert answer.status_code == (302 if done else 409), (step, name)


def test_a_code_cannot_be_guessed(world):
    """Tried too often, from one address or from many, the right code is refused as well."""
    one, other = world.register(), world.register()
    client = client_of()
    tries = [client.post("/track/", {"number": one.number, "code": f"aaaa-aaa{n}"}).status_code
             for n in "abcdefghjkmnp"]  # fmt: skip
    assert tries == [400] * WRONG_CODES.most + [429] * (len(tries) - WRONG_CODES.most)
    # Another number, from the same address: it is the address that waits.
    assert (
        client.post("/track/", {"number": other.number, "code": code_of(other)}).status_code == 429
    )
    for number in range(WRONG_CODES_OF_NUMBER.most):
        Client(REMOTE_ADDR=f"10.2.0.{number}").post(
            "/track/", {"number": other.number, "code": "aaaa-aaaa"}
        )
    last = Client(REMOTE_ADDR="10.3.0.1").post(
        "/track/", {"number": other.number, "code": code_of(other)}
    )
    assert last.status_code == 429
    assert int(last.headers["Retry-After"]) >= 60


def test_links_cannot_be_guessed_and_end_with_the_report(world, link):
    key = key_of(link.public_id)
    for bad in (key[:-1] + ("a" if key[-1] != "a" else "b"), key[:-1], key.swapcase(), "a" * 43,
                key + "a"):  # fmt: skip
        assert client_of().get(f"/task/{bad}/").status_code == 404
    phone, other = client_of(), client_of()
    phone.get(f"/task/{key}/")
    other.cookies[f"task_{link.pk}"] = key.swapcase()
    assert other.get(f"/task/{link.pk}/").status_code == 403
    services.accept(appeal=link.appeal, user=world.executor, now=NOON)
    version = world.fresh(link.appeal).version
    form = {"done-version": version, "done-text": REPLY, "done-seen": "no_photo"}
    assert phone.post(f"/task/{link.pk}/done/", form).status_code == 302
    after = state_of_tables()
    again = phone.post(f"/task/{link.pk}/done/", form)
    assert (again.status_code, state_of_tables()) == (200, after)
    assert client_of().get(f"/task/{key}/", follow=True).status_code == 200
    assert state_of_tables() == after
