"""Whatever is sent to a body's pages, by whomever: nothing is half done."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from appeals import services
from appeals.choices import PhotoKind, State
from appeals.models import Photo, Promise
from tests.appeals.inbox.acting import act, client_of, fresh, upload
from tests.appeals.world import HOUR, MONDAY, REPLY, photo_file

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "step, values",
    [
        ("return", {"reason": ""}),
        ("return", {"reason": "я" * 2001}),
        ("ask", {"question": ""}),
        ("ask", {"question": "\x00"}),
        ("extend", {"until_day": "", "reason": "x"}),
        ("extend", {"until_day": "31.31.2026", "reason": "x"}),
        ("extend", {"until_day": "2026-11-20", "reason": "в прошлом"}),
        ("extend", {"until_day": "9999-12-31", "reason": "никогда"}),
        ("extend", {"until_day": "2026-12-20", "reason": ""}),
        ("help", {"body_name": ""}),
        ("help", {"body_name": "нет такой организации"}),
        ("help", {"body": "99999999"}),
        ("help", {"body": "x"}),
        ("report", {"outcome": "", "text": REPLY}),
        ("report", {"outcome": "closed", "text": REPLY}),
        ("report", {"outcome": "done", "text": ""}),
        ("report", {"outcome": "done", "text": "я" * 10_001}),
        ("report", {"outcome": "planned", "text": REPLY, "planned_on": "2020-01-01"}),
        ("report", {"outcome": "planned", "text": REPLY, "planned_on": "2150-01-01"}),
        ("report", {"outcome": "planned", "text": REPLY, "planned_on": "никогда"}),
        ("report", {"outcome": "needs_funding", "text": REPLY, "cost_class": "gold"}),
    ],
)
def test_bad_input_changes_nothing(world, body, step, values):
    appeal = world.accepted() if step == "return" else world.in_progress()
    before = (appeal.state, appeal.version)
    answer = act(body, appeal, step, **values)
    assert answer.status_code in (400, 409), answer.content.decode()
    assert "error" in answer.content.decode()
    now = fresh(appeal)
    assert (now.state, now.version) == before
    assert not Promise.objects.exists()
    assert not now.reports.exists()


def test_several_organisations_are_offered(world, body):
    appeal = world.in_progress()
    world.make_body("Вода")
    answer = act(body, appeal, "help", body_name="Вода")
    assert answer.status_code == 400
    assert answer.content.decode().count('type="radio" name="help-body"') == 2
    assert act(body, appeal, "help", body=world.other_body.pk).status_code == 302


@pytest.mark.parametrize(
    "content", [b"", b"<script>alert(1)</script>", b"GIF89a" + b"\0" * 100, b"\xff\xd8\xff broken"]
)
def test_what_is_no_photo_is_refused(world, body, content):
    appeal = world.in_progress()
    answer = body.post(
        f"/inbox/{appeal.pk}/photos/",
        {"photos-kind": "after", "photos-photos": SimpleUploadedFile("a.jpg", content)},
    )
    assert answer.status_code == 400
    assert not Photo.objects.exists()


def test_photos_only_of_known_kinds_and_while_working(world, body):
    url = "/inbox/{}/photos/"
    appeal = world.in_progress()
    data = {"photos-kind": "check", "photos-photos": upload(photo_file())}
    assert body.post(url.format(appeal.pk), data).status_code == 400
    assert body.post(url.format(appeal.pk), {}).status_code == 400
    reported = world.reported()
    data = {"photos-kind": "after", "photos-photos": upload(photo_file())}
    assert body.post(url.format(reported.pk), data).status_code == 403
    assert not Photo.objects.exists()


def test_photos_are_shown_to_readers_only(world, body):
    appeal = world.in_progress()
    (photo,) = services.add_photos(
        appeal=appeal, photos=services.cleaned([photo_file()]), kind=PhotoKind.AFTER,
        user=world.executor,
    )  # fmt: skip
    for size in ("", "small/"):
        url = f"/inbox/photos/{photo.file_key}/{size}"
        assert body.get(url)["Content-Type"] == "image/jpeg"
        assert client_of(world.stranger).get(url).status_code == 404
        assert Client().get(url).status_code == 302


def test_strangers_do_nothing(world):
    appeal = world.in_progress()
    stranger = client_of(world.stranger)
    for step in ("accept", "start", "report", "extend", "ask", "help", "return", "resume"):
        assert act(stranger, appeal, step).status_code == 404
    assert stranger.post(f"/inbox/{appeal.pk}/photos/").status_code == 404
    assert stranger.post(f"/inbox/{appeal.pk}/links/").status_code == 404
    operator = client_of(world.operator)
    assert operator.get("/inbox/").status_code == 403
    assert act(operator, appeal, "report").status_code == 403


def test_a_co_executor_reads_and_does_not_answer(world):
    appeal = world.in_progress()
    services.add_co_executor(
        appeal=appeal, user=world.executor, body=world.other_body, task="вода", now=MONDAY + HOUR
    )
    helper = client_of(world.stranger)
    page = helper.get(f"/inbox/{appeal.pk}/")
    assert page.status_code == 200
    assert page.context["steps"] == []
    answer = act(helper, fresh(appeal), "report", outcome="done", text=REPLY, seen="no_photo")
    assert answer.status_code == 409
    assert fresh(appeal).state == State.IN_PROGRESS


def test_no_personal_data_on_the_page(world, body):
    person = world.person(phone="+77015550143")
    appeal = world.assigned(applicants=[person])
    page = body.get(f"/inbox/{appeal.pk}/").content.decode()
    assert "5550143" not in page
    assert "Заявитель" not in page


def test_without_a_token_nothing_is_done(world):
    appeal = world.assigned()
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.executor)
    assert act(client, appeal, "accept").status_code == 403
    assert fresh(appeal).state == State.ASSIGNED
