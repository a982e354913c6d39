"""Pages: who may, what they show, how many questions they ask."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import Client
from django.utils import timezone

from citymap.accounts.access import may
from citymap.accounts.choices import Role
from citymap.accounts.models import User
from citymap.notices.choices import State
from citymap.notices.delivery import deliver
from citymap.notices.models import BellItem, ChannelState, Notice
from citymap.notices.recipients import Recipient
from citymap.notices.registry import kinds
from citymap.notices.rendering import languages_of, words_of
from citymap.notices.services import cancel, readdress
from tests.citymap.notices.conftest import NOON, again, outcomes, owe, registered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kind")]


@pytest.fixture
def head_client(head):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(head)
    return client


def page(client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


def test_others_may_not(source, client, db):
    notice = owe(source)
    operator = User.objects.create_user("operator", password="x", roles=[Role.OPERATOR])
    urls = ["/notices/", f"/notices/{notice.pk}/", "/notices/kinds/"]
    for url in urls:
        assert client.get(url).status_code == 302
    client.force_login(operator)
    for url in urls:
        assert client.get(url).status_code == 403
    for act in ("retry", "cancel", "readdress"):
        assert client.post(f"/notices/{notice.pk}/{act}/").status_code == 403
    assert client.get("/notices/mine/").status_code == 200


def test_list_shows_masked_addresses_and_asks_little(
    source, head_client, django_assert_max_num_queries
):
    for number in range(60):
        owe(source, to=f"dauletova{number}@city.example")
    with django_assert_max_num_queries(14):
        text = page(head_client, "/notices/")
    assert "d…9@c…y.example" in text
    assert "dauletova" not in text
    assert "1–50 of 60" in text
    assert "51–60 of 60" in page(head_client, "/notices/?page=2")


@pytest.mark.parametrize(
    "query, count",
    [
        ("", 3), ("state=queued", 2), ("state=undelivered", 1), ("state=waiting", 2),
        ("state=late", 1), ("kind=plain", 3), ("kind=protocol_opened", 0), ("channel=email", 3),
        ("channel=sms", 0), ("first=2000-01-01&last=2999-12-31", 3), ("last=2000-01-01", 0),
        ("first=9999-12-31&last=9999-12-31", 3), ("state=nonsense&kind=x&first=yesterday", 3),
        ("page=999999999999", 3), ("page=x&state=%00", 3),
    ],
)  # fmt: skip
def test_filters(source, head_client, query, count):
    owe(source)
    owe(source, stage="late", due_at=timezone.now() - dt.timedelta(hours=1))
    dead = owe(source, stage="dead")
    Notice.objects.filter(pk=dead.pk).update(state=State.DEAD, next_attempt_at=None)
    text = page(head_client, f"/notices/?{query}")
    assert text.count('<th scope="row"') == count


def test_detail_tells_everything(source, head_client, mailbox, mail_server, settings):
    mailbox.rcpt = lambda _: "550 5.1.1 no such user"
    notice = owe(source, due_at=NOON)
    deliver(now=NOON)
    text = page(head_client, f"/notices/{notice.pk}/")
    for told in ("550 5.1.1", "refused for good", "Try again", "Здравствуйте, Айгүл", "a test"):
        assert told in text
    assert "office@" not in text
    assert head_client.get("/notices/999999/").status_code == 404
    assert head_client.get("/notices/99999999999999999999999/").status_code in (404, 400)


def test_words_that_tell_of_a_person_are_not_shown(source, head_client):
    with registered(name="private", channels=("email",), personal=True):
        notice = owe(source, kind="private")
        assert "Айгүл" not in page(head_client, f"/notices/{notice.pk}/")


def test_page_of_what_could_not_be_written(source, head, head_client, words_folder):
    (words_folder / "notices" / "bad").mkdir()
    (words_folder / "notices" / "bad" / "ru.txt").write_text("{% block text %}{{ 1|add }}")
    with registered(name="bad", channels=("bell", "email"), templates="notices/bad"):
        notice = owe(source, kind="bad", to=Recipient.user(head))
        deliver(now=NOON)
        assert again(notice).state == State.DEAD
        assert "could not be written" in page(head_client, f"/notices/{notice.pk}/")
        BellItem.objects.create(notice=notice, user=head, created_at=NOON)
        assert "bad" in page(head_client, "/notices/mine/")


def test_dead_letter_is_tried_again_by_a_button(source, head_client, head):
    notice = owe(source)
    Notice.objects.filter(pk=notice.pk).update(state=State.DEAD, next_attempt_at=None)
    answer = head_client.post(f"/notices/{notice.pk}/retry/", follow=True)
    assert "will be tried again" in answer.content.decode()
    assert again(notice).state == State.QUEUED
    assert notice.log.get().actor == head
    answer = head_client.post(f"/notices/{notice.pk}/retry/", follow=True)
    assert "cannot be tried again" in answer.content.decode()


def test_all_of_a_filter_are_tried_again(source, head_client):
    for number in range(5):
        owe(source, stage=str(number))
    Notice.objects.update(state=State.BOUNCED, next_attempt_at=None)
    answer = head_client.post("/notices/retry/", {"state": "undelivered"}, follow=True)
    assert "5 notices will be tried again" in answer.content.decode()
    assert set(Notice.objects.values_list("state", flat=True)) == {State.QUEUED}


def test_cancel_and_readdress_by_forms(source, head_client):
    first, second = owe(source, stage="1"), owe(source, stage="2")
    assert head_client.post(f"/notices/{first.pk}/cancel/", {"cancel-why": ""}).status_code == 400
    head_client.post(f"/notices/{first.pk}/cancel/", {"cancel-why": "not needed"})
    assert again(first).state == State.CANCELLED
    data = {"readdress-channel": "email", "readdress-address": "no", "readdress-why": "moved"}
    assert head_client.post(f"/notices/{second.pk}/readdress/", data).status_code == 400
    data["readdress-address"] = "new@city.example"
    answer = head_client.post(f"/notices/{second.pk}/readdress/", data, follow=True)
    assert answer.redirect_chain[0][0] == f"/notices/{again(second).replaced_by.pk}/"
    assert outcomes(second) == ["readdressed"]


def test_trouble_of_a_channel_is_told(source, head_client, settings):
    ChannelState.objects.create(
        name="email", failures_in_a_row=4, open_until=NOON, last_error="421 closing"
    )
    assert "421 closing" in page(head_client, "/notices/")
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    owe(source)
    assert "EMAIL_URL is not set" in page(head_client, "/notices/")


@pytest.mark.parametrize("name", [kind.name for kind in kinds])
@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_every_kind_has_words_in_every_language(head_client, name, language):
    kind = kinds.get(name)
    assert set(languages_of(kind)) == {"ru", "kk", "en"}
    words = words_of(kind, language, kind.example)
    assert words.subject
    assert words.text.strip()
    assert words.sms_parts <= 3
    assert "{" not in words.subject + words.text + words.sms
    shown = page(head_client, f"/notices/kinds/{name}/{language}/")
    assert words.subject in shown.replace("&amp;", "&")


def test_preview_of_a_missing_language_says_so(head_client, words_folder):
    (words_folder / "notices" / "plain" / "kk.txt").unlink()
    assert "no words in this language" in page(head_client, "/notices/kinds/plain/kk/")
    assert "missing" in page(head_client, "/notices/kinds/")
    assert head_client.get("/notices/kinds/plain/de/").status_code == 404
    assert head_client.get("/notices/kinds/none/ru/").status_code == 404


def rung(source, user, *, count=1) -> list[BellItem]:
    for number in range(count):
        owe(source, kind="rung", stage=str(number), to=Recipient.user(user))
    deliver(now=NOON)
    return list(BellItem.objects.order_by("pk"))


def test_bell_counts_and_is_read(source, head, head_client, django_assert_max_num_queries):
    with registered(name="rung", channels=("bell",)):
        items = rung(source, head, count=25)
        assert head_client.get("/notices/mine/unread/").json() == {"unread": 25}
        with django_assert_max_num_queries(14):
            text = page(head_client, "/notices/mine/")
        assert "25 are unread" in text
        assert "data-bell-count>25</span>" in text
        assert "Hello, Айгүл" in text
        head_client.post("/notices/mine/read/", {"item": items[0].pk})
        assert head_client.get("/notices/mine/unread/").json() == {"unread": 24}
        for wrong in ("x", "-1", "9" * 30, str(10**15)):
            head_client.post("/notices/mine/read/", {"item": wrong})
        assert head_client.get("/notices/mine/unread/").json() == {"unread": 24}
        head_client.post("/notices/mine/read/")
        assert "All are read" in page(head_client, "/notices/mine/")


def test_bell_forgets_what_was_cancelled(source, head, head_client, mailbox, mail_server):
    mailbox.rcpt = lambda _: "451 4.3.0 try again later"
    with registered(name="rung", channels=("bell", "email")):
        [item] = rung(source, head)
        assert again(item.notice).state == State.QUEUED
        assert head_client.get("/notices/mine/unread/").json() == {"unread": 1}
        cancel(notice=item.notice, user=head, why="the deadline has passed")
        assert head_client.get("/notices/mine/unread/").json() == {"unread": 0}
        assert "Hello, Айгүл" not in page(head_client, "/notices/mine/")


def test_bell_keeps_what_was_sent_on_to_another(source, head, head_client, mailbox, mail_server):
    mailbox.rcpt = lambda _: "550 5.1.1 no such user"
    with registered(name="rung", channels=("bell", "email")):
        [item] = rung(source, head)
        other = Recipient.address("email", "other@city.example")
        readdress(notice=again(item.notice), recipient=other, user=head, why="has left")
        assert again(item.notice).state == State.CANCELLED
        assert head_client.get("/notices/mine/unread/").json() == {"unread": 1}


def test_bell_shows_what_lost_its_source(source, head, head_client, django_user_model):
    gone = django_user_model.objects.create_user("gone")
    with registered(name="rung", channels=("bell",)):
        rung(gone, head)
        Notice.objects.get()
        django_user_model.objects.filter(pk=gone.pk).delete()
        assert "What this was about is gone" in page(head_client, "/notices/mine/")


def test_bell_is_for_those_who_sign_in(client, db):
    assert client.get("/notices/mine/").status_code == 302
    assert "data-bell" not in client.get("/").content.decode()


def deliveries(rf, reader, thing, others=()) -> str:
    """What the tag shows to one reader."""
    request = rf.get("/")
    request.user = reader
    values = {"request": request, "thing": thing, "others": others}
    return Template("{% load notices %}{% deliveries thing others %}").render(Context(values))


def test_deliveries_of_an_object(source, rf, head, django_assert_max_num_queries):
    for number in range(10):
        owe(source, stage=str(number))
    with django_assert_max_num_queries(3):
        text = deliveries(rf, head, source)
    assert text.count("<details") == 10
    assert "office@" not in text


def test_deliveries_of_an_object_and_its_parts(source, head, rf, django_user_model):
    part = django_user_model.objects.create_user("part")
    stranger = django_user_model.objects.create_user("stranger")
    for thing in (source, part, stranger):
        owe(thing)
    assert deliveries(rf, head, source, [part]).count("<details") == 2


@pytest.mark.parametrize("role", list(Role))
def test_deliveries_are_for_those_who_may_see_them(
    source, rf, role, django_user_model, django_assert_num_queries
):
    owe(source)
    reader = django_user_model.objects.create_user("reader", roles=[role])
    if may(reader, "notices.deliveries"):
        assert "<details" in deliveries(rf, reader, source)
        return
    with django_assert_num_queries(0):
        assert deliveries(rf, reader, source).strip() == ""


def test_deliveries_are_for_nobody_who_is_not_signed_in(source, rf):
    owe(source)
    assert deliveries(rf, AnonymousUser(), source).strip() == ""


def test_letters_of_the_demo_are_files(source, head_client, settings, tmp_path):
    settings.EMAIL_BACKEND = "citymap.notices.mail.OutboxBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "outbox")
    notice = owe(source)
    assert head_client.get(f"/notices/{notice.pk}/letter.eml").status_code == 404
    deliver(now=NOON)
    answer = head_client.get(f"/notices/{notice.pk}/letter.eml")
    assert notice.message_id.encode() in b"".join(answer.streaming_content)
    assert len(list((tmp_path / "outbox").iterdir())) == 1
