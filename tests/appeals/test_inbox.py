"""A body's pages: worklist, steps, conflicts, photos, promises; whoever asks, whatever is sent."""

import datetime as dt
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from appeals import services
from appeals.choices import Outcome, PauseReason, PhotoKind, PromiseState, State
from appeals.models import Appeal, Photo, Promise
from appeals.plans import PlannedRow, PlanSource, register_source, sources
from appeals.where import place_of
from citymap.accounts.models import Substitution
from citymap.notices.models import Notice
from citymap.notices.rendering import shown
from tests.appeals.world import DAY, HOUR, MONDAY, REPLY, photo_file

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday(monkeypatch):
    """It is Monday noon wherever the pages ask."""
    monkeypatch.setattr(timezone, "now", lambda: MONDAY + 2 * HOUR)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def client_of(user) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def body(world) -> Client:
    return client_of(world.executor)


def act(client: Client, appeal: Appeal, step: str, **values):
    version = values.pop("version", appeal.version)
    data = {f"{step}-{name}": value for name, value in values.items()}
    return client.post(f"/inbox/{appeal.pk}/{step}/", data | {f"{step}-version": version})


def fresh(appeal: Appeal) -> Appeal:
    return Appeal.objects.get(pk=appeal.pk)


# --- worklist -----------------------------------------------------------------------------
def test_a_body_sees_its_own_and_what_it_helps_with(world, body):
    mine, other = world.assigned(), world.register()
    services.assign(appeal=other, body=world.other_body, user=world.operator, now=MONDAY)
    helped = world.fresh(other)
    page = body.get("/inbox/").content.decode()
    assert mine.number in page
    assert other.number not in page
    services.add_co_executor(appeal=helped, user=world.coordinator, body=world.body, now=MONDAY)
    page = body.get("/inbox/").content.decode()
    assert other.number in page
    assert "co-executor" in page
    assert other.number not in body.get("/inbox/?part=main").content.decode()
    assert mine.number not in body.get("/inbox/?part=helper").content.decode()


def test_headings_count_and_filters_narrow(world, body, django_assert_max_num_queries):
    assigned, paused = world.assigned(), world.in_progress()
    world.reported()
    world.closed()
    services.ask(appeal=paused, user=world.executor, question="?", now=MONDAY + HOUR)
    late = world.in_progress(now=MONDAY - 30 * HOUR)
    with django_assert_max_num_queries(16):
        answer = body.get("/inbox/")
    counts = {name: count for name, _title, count in answer.context["headings"]}
    assert counts == {"todo": 3, "new": 1, "work": 2, "back": 0, "waiting": 1, "sent": 1,
                      "ended": None}  # fmt: skip
    assert numbers(body.get("/inbox/?due=overdue")) == [late.number]
    assert answer.context["overdue"] == 1
    assert numbers(body.get(f"/inbox/?q={assigned.number}")) == [assigned.number]
    assert numbers(body.get("/inbox/?show=waiting")) == [paused.number]
    assert not numbers(body.get("/inbox/?group=ROADS&show=todo&q=никогда"))


def numbers(answer) -> list[str]:
    return [row["appeal"].number for row in answer.context["rows"]]


def test_the_map_holds_what_the_list_holds(world, body):
    appeal, other = world.assigned(), world.register()
    late = world.in_progress(now=MONDAY - 30 * HOUR)
    found = json.loads(body.get("/inbox/places.json").content)
    signs = {one["properties"]["number"]: one["properties"]["standing"] for one in
             found["features"]}  # fmt: skip
    assert signs == {appeal.number: "running", late.number: "overdue"}
    assert other.number not in signs
    lon, lat = found["features"][0]["geometry"]["coordinates"]
    assert (lon, lat) == pytest.approx((69.15, 54.87), abs=1e-5)
    one = json.loads(body.get("/inbox/places.json?due=overdue").content)
    assert [row["properties"]["number"] for row in one["features"]] == [late.number]


@pytest.mark.parametrize(
    "query",
    ["?show=nothing", "?due=yesterday", "?group=x", "?body=x", "?body=99999999", "?sort=;",
     "?page=-1", "?page=x", "?q=%00", "?q=" + "я" * 3000, "?part=all"],
)  # fmt: skip
def test_what_is_not_understood_filters_nothing(world, body, query):
    appeal = world.assigned()
    answer = body.get(f"/inbox/{query}")
    assert answer.status_code == 200
    if not query.startswith("?q=я"):
        assert numbers(answer) == [appeal.number]
    assert body.get(f"/inbox/places.json{query}").status_code == 200


def test_a_substitute_works_for_the_other_body(world):
    appeal = world.assigned()
    stranger = client_of(world.stranger)
    assert stranger.get(f"/inbox/{appeal.pk}/").status_code == 404
    Substitution.objects.create(
        organization=world.body, substitute=world.other_body, reason="отпуск",
        valid_from=MONDAY.date() - dt.timedelta(days=1), valid_to=MONDAY.date() + dt.timedelta(9),
    )  # fmt: skip
    stranger = client_of(world.stranger)
    assert act(stranger, appeal, "accept").status_code == 302
    assert fresh(appeal).state == State.ACCEPTED


# --- steps --------------------------------------------------------------------------------
def test_the_way_to_a_report(world, body):
    appeal = world.assigned()
    assert act(body, appeal, "accept").status_code == 302
    assert act(body, fresh(appeal), "start").status_code == 302
    assert act(body, fresh(appeal), "ask", question="Какой подъезд?").status_code == 302
    assert fresh(appeal).pauses.get().kind == PauseReason.APPLICANT
    assert act(body, fresh(appeal), "resume").status_code == 302
    until = (fresh(appeal).due_at + 3 * DAY).date()
    assert act(body, fresh(appeal), "extend", until_day=until, reason="деталь").status_code == 302
    assert timezone.localtime(fresh(appeal).due_at).date() == until
    assert act(body, fresh(appeal), "help", body_name=world.other_body.name,
               task="вода").status_code == 302  # fmt: skip
    assert fresh(appeal).helpers.get().body == world.other_body
    for kind in ("before", "after"):
        answer = body.post(
            f"/inbox/{appeal.pk}/photos/",
            {"photos-kind": kind, "photos-photos": upload(photo_file())},
        )
        assert answer.status_code == 302
    answer = act(body, fresh(appeal), "report", outcome="done", text=REPLY)
    assert answer.status_code == 302
    report = fresh(appeal).reports.get()
    assert (report.flags, report.photos.count()) == ([], 2)
    assert fresh(appeal).state == State.REPORTED_DONE


def upload(file, name="photo.jpg"):
    return SimpleUploadedFile(name, file.read(), content_type="image/jpeg")


def test_flags_are_shown_before_sending(world, body):
    appeal = world.in_progress()
    first = act(body, appeal, "report", outcome="done", text="Вопрос решён.")
    assert first.status_code == 200
    assert fresh(appeal).state == State.IN_PROGRESS
    page = first.content.decode()
    assert "No action is named" in page
    assert "Send as it is" in page
    assert "Вопрос решён." in page
    seen = first.context["steps"]
    (form,) = [form for step, form in seen if step.name == "report"]
    sent = act(body, appeal, "report", outcome="done", text="Вопрос решён.",
               seen=form["seen"].value())  # fmt: skip
    assert sent.status_code == 302
    assert "no_action" in fresh(appeal).reports.get().flags


def test_flags_while_typing(world, body):
    appeal = world.in_progress()
    url = f"/inbox/{appeal.pk}/reply-check/"
    found = body.post(url, {"outcome": "done", "text": "Будет рассмотрено."}).json()
    assert "No action is named" in found["flags"]
    assert body.post(url, {"outcome": "done", "text": "x" * 10_001}).status_code == 400
    assert body.post(url, {"outcome": "?", "text": "x"}).status_code == 400


@pytest.mark.parametrize(
    "outcome, extra",
    [
        (Outcome.EXPLAINED, {}),
        (Outcome.PLANNED, {"planned_on": "2026-12-20"}),
        (Outcome.NEEDS_FUNDING, {"cost_class": "large"}),
        (Outcome.NOT_CONFIRMED, {}),
        (Outcome.REFUSED, {"legal_ground": "Закон, ст. 5"}),
        (Outcome.NOT_OURS, {}),
    ],
)
def test_every_outcome(world, body, outcome, extra):
    appeal = world.in_progress()
    noise = {"planned_on": "2026-12-20", "cost_class": "small", "legal_ground": "ст. 1"}
    # What belongs to another outcome is left out, not refused.
    answer = act(body, appeal, "report", outcome=outcome, text=REPLY, **(noise | extra))
    assert answer.status_code == 302, answer.content.decode()
    report = fresh(appeal).reports.get()
    assert report.outcome == outcome
    assert bool(report.planned_on) == (outcome == Outcome.PLANNED)
    if extra:
        missing = world.in_progress()
        name = next(iter(extra))
        answer = act(body, missing, "report", outcome=outcome, text=REPLY, **{name: ""})
        assert answer.status_code == 400
        assert fresh(missing).state == State.IN_PROGRESS


def test_a_promise_rests_on_planned_work(world, body):
    register_source(
        PlanSource(
            name="testing", title="Testing",
            rows=lambda appeal: [PlannedRow(key="7", title="Ремонт теплотрассы")],
        )
    )  # fmt: skip
    try:
        appeal = world.in_progress()
        wrong = act(body, appeal, "report", outcome="planned", text=REPLY,
                    planned_on="2026-12-20", plan="testing:8")  # fmt: skip
        assert wrong.status_code == 400
        right = act(body, appeal, "report", outcome="planned", text=REPLY,
                    planned_on="2026-12-20", plan="testing:7")  # fmt: skip
        assert right.status_code == 302
    finally:
        sources.unregister("testing")
    promise = Promise.objects.get(appeal=appeal)
    assert (promise.plan, promise.plan_title) == ("testing:7", "Ремонт теплотрассы")


def test_returned_with_a_reason(world, body):
    appeal = world.assigned()
    assert act(body, appeal, "return", reason=" ").status_code == 400
    assert act(body, appeal, "return", reason="это водоканал").status_code == 302
    assert fresh(appeal).state == State.RETURNED
    # Not theirs any more.
    assert body.get(f"/inbox/{appeal.pk}/").status_code == 404


# --- two at once --------------------------------------------------------------------------
def test_the_loser_sees_both_versions(world, body):
    appeal = world.in_progress()
    seen = appeal.version
    services.pause(
        appeal=appeal, user=world.executor, kind=PauseReason.ACCESS, reason="нет доступа",
        now=MONDAY + HOUR,
    )  # fmt: skip
    answer = act(body, appeal, "extend", version=seen, until_day="2026-12-20", reason="Моя причина")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Somebody was faster" in page
    assert "Моя причина" in page
    assert world.executor.username in page
    differing = {one.label for one in answer.context["versions"].values if one.differs}
    assert differing == {"Paused since"}
    assert fresh(appeal).extensions_count == 0


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "99999999999999999999"])
def test_a_version_that_is_none_is_refused(world, body, version):
    appeal = world.assigned()
    assert act(body, appeal, "accept", version=version).status_code == 400
    assert fresh(appeal).state == State.ASSIGNED


def test_a_form_sent_twice_acts_once(world, body):
    appeal = world.assigned()
    assert act(body, appeal, "accept").status_code == 302
    assert act(body, appeal, "accept").status_code == 409
    assert fresh(appeal).version == appeal.version + 1


# --- bad input ----------------------------------------------------------------------------
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


# --- promises -----------------------------------------------------------------------------
@pytest.fixture
def promise(world) -> Promise:
    appeal = world.reported(outcome=Outcome.PLANNED, report={"planned_on": dt.date(2026, 12, 1)})
    return Promise.objects.get(appeal=appeal)


def test_a_body_calls_its_promise_kept_and_a_coordinator_decides(world, body, promise):
    assert promise.appeal.number in body.get("/inbox/promises/").content.decode()
    for what in ("kept", "broken"):
        body.post(f"/inbox/promises/{promise.pk}/{what}/")
        promise.refresh_from_db()
        assert promise.state == PromiseState.OPEN
    body.post(f"/inbox/promises/{promise.pk}/claim/", {"note": "  "})
    promise.refresh_from_db()
    assert promise.claimed_at is None
    body.post(f"/inbox/promises/{promise.pk}/claim/", {"note": "Заменили 20 ноября, Иванов"})
    promise.refresh_from_db()
    assert promise.claim_note == "Заменили 20 ноября, Иванов"
    assert promise not in Promise.objects.fallen_due(dt.date(2027, 1, 1))
    centre = client_of(world.coordinator)
    assert "Иванов" in centre.get("/inbox/promises/?show=claimed").content.decode()
    centre.post(f"/inbox/promises/{promise.pk}/kept/")
    promise.refresh_from_db()
    assert promise.state == PromiseState.KEPT
    page = body.get("/inbox/promises/?show=kept")
    assert page.context["share"] == 1.0
    assert [row["decided"] for row in page.context["bodies"]] == [1]


def test_promises_of_others_are_not_there(world, promise):
    stranger = client_of(world.stranger)
    assert stranger.get("/inbox/promises/").context["page"].paginator.count == 0
    assert stranger.post(f"/inbox/promises/{promise.pk}/claim/", {"note": "x"}).status_code == 404
    centre = client_of(world.coordinator)
    assert centre.post(f"/inbox/promises/{promise.pk}/dance/").status_code == 404


def test_places_of_other_shapes_are_drawn(world, body):
    house = world.house(100, 100)
    world.assigned(where=place_of(geom=house.geom))
    found = json.loads(body.get("/inbox/places.json").content)
    assert [one["geometry"]["type"] for one in found["features"]] == ["Point"]


def test_pages_in_three_languages(world):
    appeal = world.in_progress()
    for language, word in (("ru", "Сообщить о результате"), ("kk", "Нәтижесін хабарлау")):
        client = Client(headers={"accept-language": language})
        client.force_login(world.executor)
        assert word in client.get(f"/inbox/{appeal.pk}/").content.decode()


def test_the_bell_leads_to_the_appeal(world, body):
    appeal = world.assigned()
    assert appeal.url_for(world.executor) == f"/inbox/{appeal.pk}/"
    assert appeal.url_for(world.analyst) == ""


def test_the_letter_to_the_body_holds_the_way(world, settings):
    settings.CITYMAP_URL = "https://109.example"
    appeal = world.assigned()
    (notice,) = Notice.objects.filter(kind="appeal_for_body", source_id=str(appeal.pk))
    for language in ("ru", "kk", "en"):
        words = shown(notice, language)
        assert f"https://109.example/inbox/{appeal.pk}/" in words.text
    settings.CITYMAP_URL = ""
    assert "/inbox/" not in shown(notice, "ru").text
