"""Who gets what when: quiet hours, channel after channel, days off, two at once, signals."""

import datetime as dt
import threading
import time
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from citymap.accounts.choices import Role
from citymap.accounts.models import Contact, Organization, User
from citymap.history.models import Protocol, ProtocolKind
from citymap.history.protocols import open_protocol
from citymap.jobs.registry import sweeps
from citymap.jobs.services import run_as_of
from citymap.notices.channels.base import Channel, ChannelTroubleError, Receipt, RefusedError
from citymap.notices.channels.base import channels as channel_registry
from citymap.notices.choices import State
from citymap.notices.delivery import deliver
from citymap.notices.jobs import notices_problem
from citymap.notices.models import BellItem, ChannelState, Notice
from citymap.notices.recipients import Recipient
from citymap.personal.services import save_person
from tests.citymap.notices.conftest import NOON, again, outcomes, owe, registered

ALMATY = ZoneInfo("Asia/Almaty")
pytestmark = pytest.mark.django_db


class Recorder(Channel):
    """A channel that notes what it is given, or fails as told."""

    name = "recorder"
    title = "Recorder"
    lanes = 1
    rate = 0

    def __init__(self) -> None:
        self.messages = []
        self.error = None
        self.lock = threading.Lock()
        self.slow_s = 0.0
        self.hold = None  # an event that the next message waits for
        self.held = threading.Event()

    @property
    def at_once(self) -> int:
        return self.lanes

    @property
    def per_minute(self) -> int:
        return self.rate

    def checked_address(self, address: str) -> str:
        return address

    def address_of(self, notice: Notice) -> str:
        return notice.address or "somebody"

    def session(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def send(self, message):
        if self.slow_s:
            time.sleep(self.slow_s)
        if hold := self.hold:
            self.hold = None
            self.held.set()
            hold.wait(30)
        if self.error:
            raise self.error
        with self.lock:
            self.messages.append(message)
        return Receipt(answer="taken")


@pytest.fixture
def recorder():
    channel = channel_registry.register(Recorder())
    yield channel
    channel_registry.unregister("recorder")


def owe_recorder(source, *, stage="", kind="calm", **values) -> Notice:
    return owe(
        source, kind=kind, stage=stage, to=Recipient.address("recorder", "the office"), **values
    )


@pytest.mark.parametrize(
    "local, sent",
    [("20:59:30", True), ("21:00:00", False), ("03:00:00", False), ("08:59:30", False),
     ("09:00:00", True)],
)  # fmt: skip
def test_quiet_hours(source, recorder, local, sent):
    with (
        registered(name="calm", channels=("recorder",)),
        registered(name="urgent", channels=("recorder",), quiet_hours=False),
    ):
        now = dt.datetime.combine(dt.date(2026, 5, 15), dt.time.fromisoformat(local), ALMATY)
        calm, urgent = owe_recorder(source), owe_recorder(source, kind="urgent")
        deliver(now=now.astimezone(dt.UTC))
        assert again(urgent).state == State.SENT
        assert (again(calm).state == State.SENT) is sent


def test_quiet_hours_follow_the_zone_change_of_2024(source, recorder):
    """On 1 March 2024 Almaty went from +06 to +05: 15:30 UTC was 21:30, then is 20:30."""
    with registered(name="calm", channels=("recorder",)):
        notice = owe_recorder(source)
        Notice.objects.update(next_attempt_at=dt.datetime(2024, 1, 1, tzinfo=dt.UTC))
        deliver(now=dt.datetime(2024, 2, 28, 15, 30, tzinfo=dt.UTC))
        assert again(notice).state == State.QUEUED
        deliver(now=dt.datetime(2024, 3, 4, 15, 30, tzinfo=dt.UTC))
        assert again(notice).state == State.SENT


def test_not_before_its_time(source, recorder):
    with registered(name="calm", channels=("recorder",)):
        notice = owe_recorder(source, not_before=NOON + dt.timedelta(hours=2))
        deliver(now=NOON)
        assert again(notice).state == State.QUEUED
        deliver(now=NOON + dt.timedelta(hours=2))
        assert again(notice).state == State.SENT


def test_refused_by_one_channel_goes_to_the_next(source, head, mailbox, mail_server, recorder):
    mailbox.rcpt = lambda _: "550 5.1.1 no such user"
    with registered(name="both", channels=("email", "recorder", "bell")):
        notice = owe(source, kind="both", to=Recipient.user(head))
        assert notice.channels == ["bell", "email", "recorder"]
        deliver(now=NOON)
    assert again(notice).state == State.SENT
    assert outcomes(notice) == ["delivered", "refused", "sent"]
    assert [message.address for message in recorder.messages] == ["somebody"]
    assert BellItem.objects.get().user == head


def test_bell_of_a_body_rings_for_its_active_members(source, head):
    gone = User.objects.create_user("gone", password="x", organization=source, is_active=False)
    here = User.objects.create_user("here", password="x", organization=source)
    with registered(name="rung", channels=("bell",), quiet_hours=True):
        notice = owe(source, kind="rung", to=Recipient.organization(source))
        deliver(now=NOON.replace(hour=20))
    assert again(notice).state == State.DELIVERED
    assert list(BellItem.objects.values_list("user", flat=True)) == [here.pk]
    assert gone.pk != head.pk


def test_body_is_written_to_at_its_own_address(mailbox, mail_server, kind):
    body = Organization.objects.create(kind="utility", name="Вода", languages=["kk"])
    Contact.objects.create(organization=body, kind="email", value="voda@city.example")
    notice = owe(body, to=Recipient.organization(body))
    deliver(now=NOON)
    assert again(notice).language == "kk"
    assert mailbox.parsed()[0]["To"] == "voda@city.example"


def test_person_is_found_by_reference_and_the_look_is_recorded(mailbox, mail_server, kind, source):
    person = save_person(name="Ахметова Дана", emails=["dana@mail.example"], language="kk")
    notice = owe(source, to=Recipient.person(person))
    deliver(now=NOON)
    assert mailbox.parsed()[0]["To"] == "dana@mail.example"
    assert person.events.filter(kind="looked", user=None).count() == 1
    with connection.cursor() as cursor:
        for table in ("notices_notice", "notices_attempt"):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%%dana@%%'")
            assert cursor.fetchone()[0] == 0
    assert again(notice).state == State.SENT


def test_wrong_template_kills_one_notice_only(source, recorder, words_folder):
    (words_folder / "notices" / "bad").mkdir()
    (words_folder / "notices" / "bad" / "ru.txt").write_text(
        "{% block text %}{{ 1|add }}{% endblock %}"
    )
    with (
        registered(name="calm", channels=("recorder",)),
        registered(name="bad", channels=("recorder",), templates="notices/bad"),
    ):
        bad, calm = owe_recorder(source, kind="bad"), owe_recorder(source)
        deliver(now=NOON)
    assert again(calm).state == State.SENT
    assert again(bad).state == State.DEAD
    assert bad.log.get().answer.startswith("TemplateSyntaxError")


def test_kind_whose_app_is_gone_is_a_dead_letter(source, recorder):
    with registered(name="calm", channels=("recorder",)):
        notice = owe_recorder(source)
    deliver(now=NOON)
    assert again(notice).state == State.DEAD


def test_missing_language_falls_back_and_says_so(source, recorder, words_folder):
    (words_folder / "notices" / "plain" / "en.txt").unlink()
    with registered(name="calm", channels=("recorder",)):
        notice = owe_recorder(source, language="en")
        deliver(now=NOON)
    line = notice.log.get()
    assert line.language == "ru"
    assert line.used_another_language()


def test_worker_off_for_three_days_catches_up_once(source, mailbox, mail_server, kind, head):
    notices = [
        owe(source, stage=str(hour), not_before=NOON + dt.timedelta(hours=hour))
        for hour in range(72)
    ]
    back = NOON + dt.timedelta(hours=72)
    for _ in range(3):
        (outcome,) = run_as_of(back, [sweeps.get("notices")])
        assert outcome.error == ""
    assert sorted(mailbox.message_ids()) == sorted(one.message_id for one in notices)
    assert {again(one).log.count() for one in notices} == {1}


def test_rate_is_kept(source, recorder):
    recorder.rate = 5
    with registered(name="calm", channels=("recorder",)):
        for number in range(12):
            owe_recorder(source, stage=str(number))
        deliver(now=NOON)
        assert len(recorder.messages) == 5
        deliver(now=NOON + dt.timedelta(seconds=30))
        assert len(recorder.messages) == 5
        deliver(now=NOON + dt.timedelta(seconds=61))
        deliver(now=NOON + dt.timedelta(seconds=123))
    assert len(recorder.messages) == 12


def test_time_of_a_run_is_limited(source, recorder):
    recorder.slow_s = 0.1
    with registered(name="calm", channels=("recorder",)):
        for number in range(20):
            owe_recorder(source, stage=str(number))
        deliver(now=NOON, seconds=0.5)
    assert 2 <= len(recorder.messages) <= 6


@pytest.mark.django_db(transaction=True)
def test_trouble_of_one_channel_does_not_hold_up_another(recorder, mailbox, mail_server):
    source = Organization.objects.create(kind="utility", name="Тепло")
    recorder.error = ChannelTroubleError("down")
    with (
        registered(name="calm", channels=("recorder",)),
        registered(name="plain", channels=("email",)),
    ):
        stuck, fine = owe_recorder(source), owe(source)
        for number in range(5):
            deliver(now=NOON + dt.timedelta(seconds=6 * number))
        assert again(fine).state == State.SENT
        assert again(stuck).state == State.QUEUED
        assert ChannelState.objects.get(name="recorder").open_until


def test_refused_for_good_without_another_channel(source, recorder):
    recorder.error = RefusedError("never")
    with registered(name="calm", channels=("recorder",)):
        notice = owe_recorder(source)
        deliver(now=NOON)
        assert again(notice).state == State.BOUNCED
        assert "1 notices were not delivered" in notices_problem()


def test_unconfigured_channel_keeps_its_notices(source, settings):
    settings.CITYMAP_SMS_URL = ""
    with registered(name="texted", channels=("sms",)):
        notice = owe(source, kind="texted", to=Recipient.address("sms", "8 701 123 45 67"))
        deliver(now=NOON)
        assert again(notice).state == State.QUEUED
        assert outcomes(notice) == []
        assert "CITYMAP_SMS_URL is not set" in notices_problem()


@pytest.mark.django_db(transaction=True)
def test_two_deliverers_never_send_the_same(recorder):
    source = Organization.objects.create(kind="utility", name="Тепло")
    recorder.lanes = 3
    with registered(name="calm", channels=("recorder",)):
        notices = [owe_recorder(source, stage=str(number)) for number in range(60)]
        recorder.slow_s = 0.002

        def work() -> None:
            try:
                deliver(now=NOON)
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    sent = [message.message_id for message in recorder.messages]
    assert sorted(sent) == sorted(one.message_id for one in notices)
    assert {again(one).state for one in notices} == {State.SENT}
    assert {one.log.count() for one in notices} == {1}


@pytest.mark.django_db(transaction=True)
def test_stalled_deliverer_comes_back_too_late(recorder, monkeypatch):
    """One that slept beyond its lease: the log has both, the notice one state."""
    source = Organization.objects.create(kind="utility", name="Тепло")
    monkeypatch.setattr(Recorder, "limit_s", 1.0)
    go_on = recorder.hold = threading.Event()

    def work() -> None:
        try:
            deliver(now=NOON)
        finally:
            connection.close()

    with registered(name="calm", channels=("recorder",)):
        notice = owe_recorder(source)
        first = threading.Thread(target=work)
        first.start()
        assert recorder.held.wait(30)
        time.sleep(2.2)
        deliver(now=NOON)
        go_on.set()
        first.join()
    assert again(notice).state == State.SENT
    assert outcomes(notice) == ["interrupted", "sent", "sent"]


def test_protocol_is_brought_to_every_head_and_auditor(mailbox, mail_server, head):
    auditor = User.objects.create_user(
        "auditor", "auditor@city.example", "x", roles=[Role.AUDITOR], language="kk"
    )
    User.objects.create_user("operator", "o@city.example", "x", roles=[Role.OPERATOR])
    User.objects.create_user("old", "old@city.example", "x", roles=[Role.HEAD], is_active=False)
    protocol = open_protocol(kind=ProtocolKind.values[0], what="UPDATE layers_yard", context={})
    assert isinstance(protocol, Protocol)
    night = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    deliver(now=night.replace(hour=20))
    assert set(BellItem.objects.values_list("user", flat=True)) == {head.pk, auditor.pk}
    arrived = {letter["To"]: letter["Subject"] for letter in mailbox.parsed()}
    assert arrived.keys() == {"head@city.example", "auditor@city.example"}
    assert arrived["head@city.example"].startswith(f"Протокол № {protocol.label}")
    assert arrived["auditor@city.example"].startswith(f"№ {protocol.label} хаттама")
