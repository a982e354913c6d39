"""One-time links: one appeal, from a telephone, without an account; not for ever."""

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from appeals import services
from appeals.choices import LinkUse, PhotoKind, State
from appeals.errors import AppealError, InvalidError, NotPermittedError
from appeals.linkkeys import key_of, public_id_of
from appeals.models import Appeal, WorkLink
from appeals.services.links import LASTS, MOST_OPEN, USES_AN_HOUR
from citymap.accounts.choices import ContactKind, OrganizationKind
from citymap.accounts.models import Contact, Organization
from citymap.notices.models import Notice
from citymap.notices.rendering import shown, written
from tests.appeals.world import HOUR, MONDAY, REPLY, add_after_photo, photo_file

pytestmark = pytest.mark.django_db
ADDRESS = "brigade@heat.example"
NOON = MONDAY + 2 * HOUR


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The pages' clock, to be moved by tests."""
    clock = {"now": NOON}
    monkeypatch.setattr(timezone, "now", lambda: clock["now"])
    return clock


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.CITYMAP_URL = "https://109.example"


def email_of(body: Organization, value: str = ADDRESS) -> None:
    Contact.objects.create(organization=body, kind=ContactKind.EMAIL, value=value)


@pytest.fixture
def link(world) -> WorkLink:
    email_of(world.body)
    return services.send_link(
        appeal=world.assigned(), user=world.executor, address=ADDRESS, now=MONDAY + HOUR
    )


@pytest.fixture
def phone(link) -> Client:
    """A telephone on which the letter's link was opened."""
    client = Client(headers={"accept-language": "en"})
    answer = client.get(f"/task/{key_of(link.public_id)}/")
    assert (answer.status_code, answer.url) == (302, f"/task/{link.pk}/")
    return client


def act(client: Client, link: WorkLink, step: str, **values):
    values.setdefault("version", Appeal.objects.get(pk=link.appeal_id).version)
    return client.post(
        f"/task/{link.pk}/{step}/", {f"{step}-{name}": value for name, value in values.items()}
    )


def uses(link: WorkLink) -> list[str]:
    return list(link.uses.values_list("what", flat=True))


def test_keys_are_made_and_read():
    public_id = uuid.uuid4()
    key = key_of(public_id)
    assert public_id_of(key) == public_id
    for wrong in (
        "",
        key[:-1],
        key + "A",
        "A" * len(key),
        key[::-1],
        "й" * len(key),
        "." + key[1:],
    ):
        assert public_id_of(wrong) is None


def test_the_letter_holds_the_way_and_no_table_does(link):
    (notice,) = Notice.objects.filter(kind="appeal_work_link")
    letter = written(notice)
    assert f"https://109.example/task/{key_of(link.public_id)}/" in letter.text
    assert link.appeal.number in letter.subject
    assert notice.address == ADDRESS
    assert notice.kind_entry.personal
    assert key_of(link.public_id) not in repr(notice.context)
    # The pages of the outbox show no text of it.
    assert shown(notice, "kk").language == "kk"


def test_accept_photo_done(world, link, phone):
    page = phone.get(f"/task/{link.pk}/").content.decode()
    assert link.appeal.number in page
    assert "Accept" in page
    assert act(phone, link, "accept").status_code == 302
    data = {"photos-kind": "after", "photos-photos": upload(), "photos-version": 1}
    assert phone.post(f"/task/{link.pk}/photos/", data).status_code == 302
    shown_first = act(phone, link, "done", text="Сделано.")
    assert shown_first.status_code == 200
    assert "Send as it is" in shown_first.content.decode()
    assert act(phone, link, "done", text=REPLY).status_code == 302
    appeal = world.fresh(link.appeal)
    assert appeal.state == State.REPORTED_DONE
    report = appeal.reports.get()
    assert (report.author, report.body, report.flags) == (None, world.body, [])
    assert [one.kind for one in report.photos.all()] == [PhotoKind.AFTER]
    assert uses(link) == [LinkUse.OPENED, LinkUse.ACCEPTED, LinkUse.PHOTO, LinkUse.REPORTED]
    # It has done its work.
    thanks = phone.get(f"/task/{link.pk}/").content.decode()
    assert "Thank you" in thanks
    assert appeal.number not in thanks
    assert act(phone, link, "done", text=REPLY).status_code == 200
    assert appeal.reports.count() == 1


def upload(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", photo_file().read() if content is None else content)


def test_every_use_is_in_the_history(link, phone):
    phone.get(f"/task/{link.pk}/")
    act(phone, link, "accept")
    events = [one.what for use in link.uses.all() for one in use.history_events.all()]
    assert events == [LinkUse.OPENED, LinkUse.ACCEPTED]
    event = Appeal.objects.get(pk=link.appeal_id).history_events.latest("pgh_id")
    assert event.pgh_context["url"] == f"/task/{link.pk}/accept/"
    assert key_of(link.public_id) not in str(event.pgh_context)


def test_given_back(world, link, phone):
    assert act(phone, link, "return", reason="").status_code == 400
    assert act(phone, link, "return", reason="это не наш дом").status_code == 302
    appeal = world.fresh(link.appeal)
    assert (appeal.state, appeal.executor) == (State.RETURNED, None)
    assert link.uses.last().what == LinkUse.RETURNED


def test_a_sent_back_reply_is_mended_by_another_link(world):
    email_of(world.body)
    appeal = world.reported()
    services.reject(appeal=appeal, user=world.coordinator, reason="нет фото", now=NOON)
    link = services.send_link(appeal=appeal, user=world.coordinator, address=ADDRESS, now=NOON)
    phone = Client(headers={"accept-language": "en"})
    phone.get(f"/task/{key_of(link.public_id)}/")
    assert "нет фото" in phone.get(f"/task/{link.pk}/").content.decode()
    words = REPLY + " Фото приложено, мастер участка Сидоров."
    answer = act(phone, link, "done", text=words, seen="no_photo same_after_reopening template")
    assert answer.status_code == 302
    assert world.fresh(appeal).state == State.REPORTED_DONE


# --- where it does not lead ---------------------------------------------------------------
def test_another_telephone_has_no_cookie(link):
    stranger = Client(headers={"accept-language": "en"})
    assert stranger.get(f"/task/{link.pk}/").status_code == 403
    assert act(stranger, link, "accept").status_code == 403
    assert stranger.get(f"/task/{'A' * 43}/").status_code == 404
    assert stranger.get("/task/99999999/").status_code == 403


def test_one_appeal_only(world, link, phone):
    other = services.send_link(
        appeal=world.assigned(), user=world.executor, address=ADDRESS, now=NOON
    )
    assert phone.get(f"/task/{other.pk}/").status_code == 403
    assert phone.get(f"/inbox/{link.appeal_id}/").status_code == 302
    with pytest.raises(NotPermittedError):
        services.accept(appeal=other.appeal, user=None, link=link, now=NOON)
    (photo,) = services.add_photos(
        appeal=other.appeal, photos=services.cleaned([photo_file()]), kind=PhotoKind.BEFORE,
        user=world.executor,
    )  # fmt: skip
    assert phone.get(f"/task/{link.pk}/photos/{photo.file_key}/").status_code == 404


@pytest.mark.parametrize("operation", ["pause", "extend", "add_co_executor", "verify", "close"])
def test_a_link_is_no_user(world, link, operation):
    """What a link may not do has no way in: the services take no link for it."""
    with pytest.raises((TypeError, AppealError)):
        getattr(services, operation)(appeal=link.appeal, user=None, link=link, now=NOON)


def test_expired(link, phone, clock):
    clock["now"] = link.expires_at
    answer = phone.get(f"/task/{link.pk}/")
    assert answer.status_code == 410
    assert act(phone, link, "accept").status_code == 410
    with pytest.raises(NotPermittedError):
        services.accept(appeal=link.appeal, user=None, link=link, now=clock["now"])
    assert link.expires_at - link.made_at == LASTS


def test_revoked(world, link, phone):
    body = Client(headers={"accept-language": "en"})
    body.force_login(world.executor)
    assert "valid until" in body.get(f"/inbox/{link.appeal_id}/").content.decode()
    assert body.post(f"/inbox/{link.appeal_id}/links/{link.pk}/").status_code == 302
    assert phone.get(f"/task/{link.pk}/").status_code == 410
    link.refresh_from_db()
    assert link.revoked_by == world.executor
    assert "revoked" in body.get(f"/inbox/{link.appeal_id}/").content.decode()


def test_another_body_took_over(world, link, phone):
    services.assign(appeal=link.appeal, body=world.other_body, user=world.operator, now=NOON)
    assert phone.get(f"/task/{link.pk}/").status_code == 410
    assert act(phone, link, "accept").status_code == 410


def test_used_too_often(link, phone, clock):
    for _ in range(USES_AN_HOUR):
        assert phone.get(f"/task/{link.pk}/").status_code == 200
    assert phone.get(f"/task/{link.pk}/").status_code == 429
    assert act(phone, link, "accept").status_code == 429
    assert Appeal.objects.get(pk=link.appeal_id).state == State.ASSIGNED
    clock["now"] += dt.timedelta(minutes=61)
    assert act(phone, link, "accept").status_code == 302


def test_somebody_was_faster(world, link, phone):
    seen = link.appeal.version
    services.accept(appeal=link.appeal, user=world.executor, now=NOON)
    answer = act(phone, link, "accept", version=seen)
    assert answer.status_code == 409
    assert "Somebody changed this appeal meanwhile" in answer.content.decode()


def test_without_a_token_nothing_is_done(link):
    client = Client(enforce_csrf_checks=True)
    client.get(f"/task/{key_of(link.public_id)}/")
    assert act(client, link, "accept").status_code == 403
    assert Appeal.objects.get(pk=link.appeal_id).state == State.ASSIGNED


@pytest.mark.parametrize(
    "step, values, status",
    [
        ("accept", {"version": ""}, 400),
        ("accept", {"version": "x"}, 400),
        ("done", {"text": ""}, 400),
        ("done", {"text": "я" * 10_001}, 400),
        ("done", {"text": "\x00"}, 400),
        ("return", {"reason": "я" * 2001}, 400),
        ("photos", {}, 400),
        ("photos", {"kind": "check", "photos": b"x"}, 400),
        ("photos", {"kind": "after", "photos": b"<script>"}, 400),
        ("photos", {"kind": "after", "photos": b""}, 400),
        ("close", {}, 404),
    ],
)
def test_bad_input_changes_nothing(world, link, phone, step, values, status):
    services.accept(appeal=link.appeal, user=world.executor, now=NOON)
    before = world.fresh(link.appeal)
    if "photos" in values:
        values = values | {"photos": upload(values["photos"])}
    assert act(phone, link, step, **values).status_code == status
    after = world.fresh(link.appeal)
    assert (after.state, after.version) == (before.state, before.version)
    assert not after.photos.exists()


def test_photos_wait_for_acceptance_no_longer_than_the_work(world, link):
    services.revoke_link(link=link, user=world.executor, now=NOON)
    with pytest.raises(NotPermittedError):
        services.add_link_photos(
            link=link, photos=services.cleaned([photo_file()]), kind=PhotoKind.AFTER, now=NOON
        )
    reported = world.reported()
    add_after_photo(world, reported)
    assert reported.photos.get().report == reported.reports.get()


# --- who sends ----------------------------------------------------------------------------
def test_only_to_the_executors_own_addresses(world, link):
    for address in ("", "somebody@else.example"):
        with pytest.raises(InvalidError):
            services.send_link(appeal=link.appeal, user=world.executor, address=address, now=NOON)
    with pytest.raises(NotPermittedError):
        services.send_link(appeal=link.appeal, user=world.stranger, address=ADDRESS, now=NOON)
    with pytest.raises(NotPermittedError):
        services.send_link(appeal=link.appeal, user=world.operator, address=ADDRESS, now=NOON)
    with pytest.raises(NotPermittedError):
        services.revoke_link(link=link, user=world.stranger, now=NOON)


def test_not_without_end(world, link):
    for _ in range(MOST_OPEN - 1):
        services.send_link(appeal=link.appeal, user=world.executor, address=ADDRESS, now=NOON)
    with pytest.raises(AppealError):
        services.send_link(appeal=link.appeal, user=world.executor, address=ADDRESS, now=NOON)


def test_sent_from_the_page(world):
    email_of(world.body)
    appeal = world.assigned()
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.executor)
    assert ADDRESS in client.get(f"/inbox/{appeal.pk}/").content.decode()
    url = f"/inbox/{appeal.pk}/links/"
    assert client.post(url, {"address": "x@y.example"}).status_code == 400
    assert client.post(url, {"address": ADDRESS}).status_code == 302
    assert appeal.work_links.get().made_by == world.executor


def test_a_body_without_accounts_is_sent_a_link_by_itself(world):
    manager = Organization.objects.create(
        kind=OrganizationKind.HOUSE_MANAGER, name="ОСИ без компьютера"
    )
    email_of(manager, "osi@house.example")
    appeal = world.register()
    services.assign(appeal=appeal, body=manager, user=world.operator, now=MONDAY)
    link = appeal.work_links.get()
    assert (link.body, link.made_by) == (manager, None)
    kinds = list(Notice.objects.filter(kind__startswith="appeal").values_list("kind", flat=True))
    assert kinds == ["appeal_work_link"]
    # Who has accounts or no address is told as ever.
    assert not world.assigned().work_links.exists()
