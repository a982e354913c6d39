"""The page of an appeal: story, operations with versions, people by need, joins, photos."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from appeals import services, telling
from appeals.choices import CallResult, Outcome, State
from appeals.models import Appeal
from citymap.accounts.choices import Role
from citymap.personal.models import PersonalEvent
from tests.appeals.world import MONDAY, photo_file

pytestmark = pytest.mark.django_db


def act(client, appeal, name, version=None, **data):
    address = reverse("desk:act", args=[appeal.number, name])
    data = {"version": version or appeal.version} | data
    return client.post(address, {f"{name}-{key}": value for key, value in data.items()})


def page(client, appeal) -> str:
    response = client.get(reverse("desk:appeal", args=[appeal.number]))
    assert response.status_code == 200
    return response.content.decode()


def as_role(client, world, role):
    client.force_login(getattr(world, role.value))
    return client


def test_the_story_is_told_and_queries_are_counted(
    desk, world, client, django_assert_max_num_queries
):
    appeal = world.closed()
    client.get("/desk/tray/")
    # Two of them are the deliveries: what is owed about the appeal, and the lines of their logs.
    with django_assert_max_num_queries(75):
        text = page(client, appeal)
    told = [
        "Registered", "Reported: Done", "Verified: By telephone", "Call back: Told by voice",
    ]  # fmt: skip
    places = [text.index(words) for words in told]
    assert places == sorted(places)
    # These are told by the history, at the time of the test and not of the story.
    for words in (
        f"Assigned to: {world.body.title}", "Accepted by the body", "Work has begun",
        "<b>Closed</b>",
    ):  # fmt: skip
        assert words in text
    assert "Every recorded change" in text


def test_why_a_body_answers_is_told_in_the_readers_language(desk, world, client):
    appeal = world.assigned()
    address = reverse("desk:appeal", args=[appeal.number])
    text = client.get(address, headers={"accept-language": "kk"}).content.decode()
    assert "қолмен таңдалған" in text
    assert "chosen by hand" not in text


def test_what_was_sent_about_it_is_shown_to_those_who_may_see_it(desk, world, client):
    appeal = world.assigned()
    telling.registered(appeal)
    text = page(client, appeal)
    assert 'id="deliveries-title"' in text
    log = text[text.index('id="deliveries-title"') :].split("</section>")[0]
    assert str(world.body) in log
    assert appeal.applicants.get().person.number in log
    assert "Заявитель" not in log
    for role in (Role.INSPECTOR, Role.EXECUTOR, Role.ANALYST, Role.PLANNER, Role.AKIM):
        assert 'id="deliveries-title"' not in page(as_role(client, world, role), appeal)


def test_people_are_masked_until_asked_and_each_look_is_recorded(desk, world, client):
    appeal = world.register()
    person = appeal.applicants.get().person
    assert "Заявитель" not in page(client, appeal)
    shown = client.post(reverse("desk:people", args=[appeal.number])).content.decode()
    assert "Заявитель" in shown
    look = PersonalEvent.objects.about(person).get(kind="looked")
    assert (look.user, look.why) == (world.operator, f"appeal {appeal.number}")


def test_only_what_may_be_done_is_offered(desk, world, client):
    appeal = world.assigned()
    text = page(client, appeal)
    assert 'id="act-withdraw"' in text
    assert 'id="act-extend"' not in text  # a coordinator's
    assert 'id="act-split"' not in text
    text = page(as_role(client, world, Role.COORDINATOR), appeal)
    assert 'id="act-extend"' in text
    text = page(as_role(client, world, Role.AUDITOR), appeal)
    assert "What can be done now" not in text


def test_assign_by_hand_withdraw_and_a_wrong_body(desk, world, client):
    appeal = world.register()
    assert act(client, appeal, "assign", body=10**6).status_code == 400
    gone = world.make_body("Закрыта")
    gone.valid_to = timezone.localdate()
    gone.save()
    assert act(client, appeal, "assign", body=gone.pk).status_code == 400
    assert act(client, appeal, "assign", body=world.body.pk).status_code == 302
    appeal = world.fresh(appeal)
    assert (appeal.state, appeal.executor) == (State.ASSIGNED, world.body)
    assert act(client, appeal, "withdraw").status_code == 400
    assert act(client, appeal, "withdraw", reason="передумал").status_code == 302
    assert world.fresh(appeal).state == State.WITHDRAWN
    assert "передумал" in page(client, appeal)


def test_pause_resume_extend_and_helpers(desk, world, client):
    appeal = _running(world)
    as_role(client, world, Role.COORDINATOR)
    assert act(client, appeal, "pause", kind="applicant", reason="ждём фото").status_code == 302
    appeal = world.fresh(appeal)
    assert appeal.paused_at
    assert 'id="act-resume"' in page(client, appeal)
    assert act(client, appeal, "resume").status_code == 302
    appeal = world.fresh(appeal)
    early = f"{timezone.localtime() - dt.timedelta(days=9):%Y-%m-%dT%H:%M}"
    refused = act(client, appeal, "extend", until=early, reason="материалы")
    assert refused.status_code == 400
    assert "not later than the old one" in refused.content.decode()
    later = f"{timezone.localtime() + dt.timedelta(days=9):%Y-%m-%dT%H:%M}"
    assert act(client, appeal, "extend", until=later, reason="материалы").status_code == 302
    appeal = world.fresh(appeal)
    helper = {"body": world.other_body.pk, "task": "кран"}
    assert act(client, appeal, "add_co_executor", **helper).status_code == 302
    text = page(client, appeal)
    assert "материалы" in text
    assert world.other_body.title in text


def _running(world) -> Appeal:
    appeal = world.register(now=timezone.now())
    return services.assign(appeal=appeal, body=world.body, user=world.operator)


def test_join_and_split_again(desk, world, client):
    first, second = world.register(), world.register()
    assert act(client, second, "join", into="109-2026-999999").status_code == 400
    assert act(client, second, "join", into=first.number).status_code == 302
    second = world.fresh(second)
    assert second.joined_into == first
    assert second.number in page(client, first)
    assert act(client, second, "split", reason="другой дом").status_code == 302
    assert world.fresh(second).state == State.REGISTERED
    assert "was split off" in page(client, first)


def test_a_conflict_shows_both_versions_and_saves_nothing(desk, world, client):
    appeal = world.register()
    services.assign(appeal=appeal, body=world.body, user=world.coordinator)
    response = act(client, appeal, "withdraw", reason="передумал")
    text = response.content.decode()
    assert response.status_code == 409
    assert f"You saw (version {appeal.version})" in text
    assert world.body.title in text
    assert "Assigned to" in text
    assert "передумал" in text
    assert "Do it all the same" in text
    now = world.fresh(appeal)
    assert now.state == State.ASSIGNED
    assert not now.remarks.exists()
    assert act(client, now, "withdraw", reason="передумал").status_code == 302


def test_unknown_steps_and_strangers(desk, world, client):
    appeal = world.register()
    assert act(client, appeal, "explode").status_code == 404
    client.force_login(world.stranger)
    assert client.get(reverse("desk:appeal", args=[appeal.number])).status_code == 404
    client.force_login(world.auditor)
    assert act(client, appeal, "withdraw", reason="x").status_code == 403
    assert world.fresh(appeal).state == State.REGISTERED


def test_photos_are_added_later(desk, world, client):
    appeal = world.register()
    address = reverse("desk:add-photos", args=[appeal.number])
    good = SimpleUploadedFile("a.jpg", photo_file().read())
    assert client.post(address, {"photos": [good]}).status_code == 302
    assert appeal.photos.count() == 1
    client.post(address, {"photos": [SimpleUploadedFile("b.jpg", b"no picture")]})
    assert appeal.photos.count() == 1
    assert "Only JPEG" in page(client, appeal)


def test_a_flagged_reply_waits_in_the_tray_and_is_decided(desk, world, client):
    appeal = world.in_progress()
    services.report(
        appeal=appeal, user=world.executor, outcome=Outcome.DONE, text="Меры приняты.",
        now=MONDAY + dt.timedelta(hours=2),
    )  # fmt: skip
    as_role(client, world, Role.COORDINATOR)
    tray = client.get("/desk/tray/").content.decode()
    assert appeal.number in tray
    appeal = world.fresh(appeal)
    assert act(client, appeal, "verify", how="phone").status_code == 400
    assert act(client, appeal, "reject", reason="нет имени и даты").status_code == 302
    assert world.fresh(appeal).state == State.REJECTED
    assert appeal.number not in client.get("/desk/tray/").content.decode()


def test_the_tray_shows_what_nobody_answers_for(desk, world, client):
    appeal = world.register()
    returned = services.return_(
        appeal=world.assigned(now=MONDAY), user=world.executor, reason="не наше",
        now=MONDAY + dt.timedelta(hours=1),
    )  # fmt: skip
    as_role(client, world, Role.COORDINATOR)
    tray = client.get("/desk/tray/").content.decode()
    assert appeal.number in tray
    assert returned.number in tray
    client.post(reverse("desk:route", args=[appeal.number]))
    assert world.fresh(appeal).state == State.REGISTERED


def test_the_list_is_filtered_sorted_and_linked_to_the_map(
    desk, world, client, django_assert_max_num_queries
):
    late, other = world.assigned(now=MONDAY), world.register(now=timezone.now(), channel="letter")
    ended = world.closed()
    with django_assert_max_num_queries(25):
        text = client.get("/desk/appeals/").content.decode()
    assert late.number in text
    assert ended.number not in text
    assert "layers=appeal" in text

    def found(**query) -> set[str]:
        text = client.get("/desk/appeals/", query).content.decode()
        return {one.number for one in Appeal.objects.all() if one.number in text}

    assert found(state="closed") == {ended.number}
    assert found(state="all") == {late.number, other.number, ended.number}
    assert found(channel="letter") == {other.number}
    assert found(body=world.body.pk) == {late.number}
    assert found(overdue="on") == {late.number}
    assert found(mine="on") == {late.number, other.number}
    assert found(category="HEAT") == {late.number, other.number}
    assert found(category="WATER") == set()
    assert found(q=late.number[-6:]) == {late.number}
    today = timezone.localdate().isoformat()
    assert found(since=today) == {other.number}
    for nonsense in ("x" * 300, "-1", "\x00", "2026-99-99"):
        for name in ("state", "body", "category", "territory", "since", "q", "sort", "page"):
            assert client.get("/desk/appeals/", {name: nonsense}).status_code == 200
    first = client.get("/desk/appeals/", {"sort": "due"}).content.decode()
    assert first.index(late.number) < first.index(other.number)


def test_call_backs_are_queued_recorded_and_close(desk, world, client, monkeypatch):
    appeal = world.verified()
    noon = timezone.now().replace(hour=7, minute=0)  # 12:00 in the city
    monkeypatch.setattr("appeals.services.base.timezone.now", lambda: noon)
    assert appeal.number in client.get("/desk/calls/").content.decode()
    address = reverse("desk:call", args=[appeal.number])
    assert "Заявитель" not in client.get(address).content.decode()
    shown = client.post(reverse("desk:numbers", args=[appeal.number])).content.decode()
    assert "Заявитель" in shown
    applicant = appeal.applicants.get()
    form = {"version": appeal.version, "applicant": applicant.pk}
    assert client.post(address, form).status_code == 400
    wrong = form | {"result": "no_answer", "satisfaction": "5"}
    assert client.post(address, wrong).status_code == 400
    assert client.post(address, form | {"result": "told", "satisfaction": "9"}).status_code == 400
    later = f"{timezone.localtime(noon) + dt.timedelta(days=1):%Y-%m-%dT%H:%M}"
    done = client.post(address, form | {"result": "no_answer", "next_try_at": later})
    assert done.status_code == 302
    stale = client.post(address, form | {"result": "told"})
    assert stale.status_code == 409
    form["version"] = world.fresh(appeal).version
    told = client.post(address, form | {"result": "told", "satisfaction": "4", "thanks": "on"})
    assert told.status_code == 302
    call = appeal.call_backs.get(result=CallResult.TOLD)
    assert (call.satisfaction, call.thanks) == (4, True)
    assert "close" in client.get(address).content.decode()
    assert act(client, world.fresh(appeal), "close").status_code == 302
    assert world.fresh(appeal).state == State.CLOSED
    assert appeal.number not in client.get("/desk/calls/").content.decode()
