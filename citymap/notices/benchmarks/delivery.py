"""`make bench`: 200 kills over 2,000 notices, and letters a second against bare smtplib."""

import os
import random
import smtplib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage

from django.db import connection, connections
from django.test import override_settings
from django.utils import timezone

from citymap.bench.context import Bench, BenchError
from citymap.bench.registry import Result, benchmark
from citymap.notices.benchmarks import kills
from citymap.notices.delivery import deliver
from citymap.notices.models import Notice

DATABASE = "citymap_bench_notices"
NOTICES = int(os.environ.get("CITYMAP_BENCH_NOTICES", "2000"))
KILLS = NOTICES // 10
LETTERS = 1000
# Our share of what bare smtplib does with the same letters: two transactions and a template each.
THROUGHPUT_GOAL = 0.2


@benchmark("notices_kills", order=60)
def killed(bench: Bench) -> Iterator[Result]:
    """The worker's whole group killed while it delivers."""
    env = bench.fresh_database(DATABASE)
    folder = bench.folder / DATABASE / "smtp"
    with kills.mail_server(folder, think_s=0.005) as port, _on(DATABASE):
        kills.owe_many(NOTICES)
        with kills.nursery(_worker_environ(env, port), folder / "log") as start:
            became = kills.run(
                start=start,
                taken=folder / "taken",
                kills=KILLS,
                chance=random.Random(109),
                pace=NOTICES / KILLS,
            )
    bench.say(f"{became}")
    if became.sent != NOTICES or became.recorded_once != NOTICES or became.strange_doubles:
        raise BenchError(f"not every notice was sent and recorded once: {became}")
    yield Result(name="notices lost, worker killed", n=KILLS, ours=became.lost, unit="", goal=0)
    yield Result(
        name="letters doubled, worker killed", n=NOTICES, ours=became.doubles, unit="",
        goal=became.kills_in_flight,
    )  # fmt: skip


@benchmark("notices_throughput", order=61)
def throughput(bench: Bench) -> Iterator[Result]:
    """Written, sent and recorded by us, against the same letters by smtplib alone."""
    bench.fresh_database(DATABASE)
    folder = bench.folder / DATABASE / "smtp-fast"
    with kills.mail_server(folder, think_s=0) as port, _on(DATABASE):
        kills.owe_many(LETTERS)
        letters = [_bare_letter(address) for address in _addresses()]
        with override_settings(**_mail_settings(port)):
            began = time.perf_counter()
            deliver(now=timezone.now())
            ours_s = time.perf_counter() - began
        began = time.perf_counter()
        with smtplib.SMTP("127.0.0.1", port) as client:
            for letter in letters:
                client.send_message(letter)
        bare_s = time.perf_counter() - began
    if (sent := len(kills.received(folder / "taken"))) != 2 * LETTERS:
        raise BenchError(f"{sent} letters arrived instead of {2 * LETTERS}")
    yield Result(
        name="notices delivered, against bare smtplib",
        n=LETTERS,
        ours=LETTERS / ours_s,
        baseline=LETTERS / bare_s,
        unit="letters/s",
        goal=THROUGHPUT_GOAL,
        more_is_better=True,
    )


def _addresses() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("address", flat=True))


def _bare_letter(address: str) -> EmailMessage:
    """A letter of about our size."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "citymap@localhost", address, "Корень № 1"
    letter.set_content("Корень истории № 1 опубликован.\n" * 8)
    letter.add_alternative("<p>Корень истории № 1 опубликован.</p>\n" * 16, subtype="html")
    return letter


def _mail_settings(port: int) -> dict[str, object]:
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": port,
        "EMAIL_USE_TLS": False,
        "EMAIL_USE_SSL": False,
        "EMAIL_HOST_USER": "",
        "EMAIL_HOST_PASSWORD": "",
    }


def _worker_environ(env: Mapping[str, str], port: int) -> dict[str, str]:
    """A short lease, so that what a killed worker held is taken up soon."""
    return dict(env) | {
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "CITYMAP_NOTICES_ATTEMPT_S": "1",
        "CITYMAP_DEMO": "1",
    }


@contextmanager
def _on(database: str) -> Iterator[None]:
    """The default connection works on `database`."""
    connection.close()
    configuration = connections.settings["default"]
    before = configuration["NAME"]
    configuration["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        configuration["NAME"] = before
