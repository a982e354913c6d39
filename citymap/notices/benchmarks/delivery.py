"""`make bench`: 200 kills over 2,000 notices, and letters a second against bare smtplib."""

import os
import random
import smtplib
import time
from collections.abc import Iterator, Mapping
from email.message import EmailMessage

from django.test import override_settings
from django.utils import timezone

from citymap.bench.context import Bench, BenchError, working_on
from citymap.bench.registry import Result, benchmark
from citymap.notices.benchmarks import kills
from citymap.notices.delivery import deliver

DATABASE = "citymap_bench_notices"
NOTICES = int(os.environ.get("CITYMAP_BENCH_NOTICES", "2000"))
KILLS = NOTICES // 10
LETTERS, TURNS = 1000, 10
# Our share of what bare smtplib does with the same letters: two transactions and a template each.
THROUGHPUT_GOAL = 0.15


@benchmark("notices_kills", order=60)
def killed(bench: Bench) -> Iterator[Result]:
    """The worker's whole group killed while it delivers."""
    env = bench.fresh_database(DATABASE)
    folder = bench.folder / DATABASE / "smtp"
    with kills.mail_server(folder, think_s=0.005) as port, working_on(DATABASE):
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
    ours_s = bare_s = 0.0
    with kills.mail_server(folder, think_s=0) as port, working_on(DATABASE):
        # In turn, so that what else the machine does falls on both.
        for turn in range(TURNS):
            kills.owe_many(LETTERS // TURNS, stage=f"{turn}-")
            ours_s += _deliver_s(port)
            bare_s += _bare_s(port, LETTERS // TURNS)
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


def _deliver_s(port: int) -> float:
    """Seconds in which all that is due is delivered."""
    with override_settings(**_mail_settings(port)):
        began = time.perf_counter()
        deliver(now=timezone.now())
        return time.perf_counter() - began


def _bare_s(port: int, count: int) -> float:
    """Seconds in which as many letters go out by smtplib alone."""
    letters = [_bare_letter(f"office{number}@city.example") for number in range(count)]
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as client:
        for letter in letters:
            client.send_message(letter)
    return time.perf_counter() - began


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
