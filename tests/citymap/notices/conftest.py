"""Parts that the tests of notices share: a kind of their own, a mail server, things owed."""

import datetime as dt

import pytest
from django.utils import timezone

from citymap.accounts.choices import Role
from citymap.accounts.models import Organization, User
from citymap.notices import services
from citymap.notices.choices import State
from citymap.notices.models import Notice
from citymap.notices.recipients import Recipient
from citymap.notices.registry import NoticeKind, kinds
from tests.citymap.notices import smtpd
from tests.support.server import free_port

NOON = dt.datetime(2026, 5, 15, 7, 0, tzinfo=dt.UTC)  # 12:00 in Almaty


@pytest.fixture
def kind():
    """A plain kind whose words are those of `test_notices/plain`."""
    with registered(name="plain", channels=("email",)) as entry:
        yield entry


@pytest.fixture(autouse=True)
def words_folder(settings, tmp_path):
    """Templates for kinds that tests register."""
    folder = tmp_path / "words"
    for language, word in {"ru": "Здравствуйте", "kk": "Сәлеметсіз бе", "en": "Hello"}.items():
        path = folder / "notices" / "plain"
        path.mkdir(parents=True, exist_ok=True)
        (path / f"{language}.txt").write_text(
            f"{{% block subject %}}{word}, {{{{ name }}}}{{% endblock %}}"
            f"{{% block text %}}{word}, {{{{ name }}}} & Ғ!\nhttps://example.org/{{% endblock %}}"
            f"{{% block sms %}}{word}{{% endblock %}}",
            encoding="utf-8",
        )
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [folder]}]
    return folder


class registered:  # noqa: N801 (reads as a function)
    """`with registered(name=..., channels=...) as kind`: in the registry for a while."""

    def __init__(self, **values) -> None:
        self.kind = NoticeKind(**{"title": values["name"], "templates": "notices/plain"} | values)

    def __enter__(self) -> NoticeKind:
        return kinds.register(self.kind)

    def __exit__(self, *_) -> None:
        kinds.unregister(self.kind.name)


@pytest.fixture
def source(db):
    return Organization.objects.create(kind="utility", name="Тепло")


@pytest.fixture
def head(db):
    return User.objects.create_user(
        "head", "head@city.example", "x", roles=[Role.HEAD], language="ru"
    )


@pytest.fixture
def mailbox():
    return smtpd.Mailbox()


@pytest.fixture
def mail_server(mailbox, settings):
    """The mailbox behind a real SMTP server that the settings point to."""
    port = free_port()
    use_smtp(settings, port)
    controller = smtpd.start(mailbox, port=port)
    yield controller
    controller.stop(no_assert=True)


def use_smtp(settings, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""


def owe(source, *, to="office@city.example", kind="plain", stage="", **values) -> Notice:
    """A notice to a bare address, due since the epoch of the tests."""
    recipient = to if isinstance(to, Recipient) else Recipient.address("email", to)
    values = {"why": "a test", "context": {"name": "Айгүл"}} | values
    notice = services.owe(kind=kind, source=source, stage=stage, recipient=recipient, **values)
    if notice.state == State.QUEUED and not values.get("not_before"):
        Notice.objects.filter(pk=notice.pk).update(next_attempt_at=NOON - dt.timedelta(days=1))
        notice.refresh_from_db()
    return notice


def outcomes(notice) -> list[str]:
    return list(notice.log.values_list("outcome", flat=True))


def again(notice) -> Notice:
    return Notice.objects.get(pk=notice.pk)


def in_a_minute() -> dt.datetime:
    return timezone.now() + dt.timedelta(minutes=1)
