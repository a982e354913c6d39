"""Deadlines reach bodies and the centre by the real worker: told once, whatever happens to it."""

import datetime as dt
import os
import signal
from email import message_from_bytes, policy

from django.utils import timezone

from appeals import services, sweeps
from appeals.choices import TermUnit
from appeals.models import Appeal
from citymap.accounts.choices import ContactKind
from citymap.accounts.models import Contact
from citymap.jobs.models import JobRun
from citymap.notices.models import BellItem, Notice
from citymap.notices.registry import kinds
from tests.appeals.world import World
from tests.support.processes import wait_for
from tests.support.server import start_program, stop_program

SOON_S = 90
NEWS = ("warning", "breach")


def told() -> dict[str, list[str]]:
    """The states of notices of deadlines, by what they say."""
    found: dict[str, list[str]] = {what: [] for what in NEWS}
    for notice in Notice.objects.order_by("pk"):
        if notice.context.get("what") in found:
            found[notice.context["what"]].append(notice.state)
    return found


def letters(folder) -> list[str]:
    """Subjects of the letters in the folder of the demo's mail, each letter once.

    A kill may leave an empty file, or a second copy under the same Message-ID.
    """
    files = [path for path in folder.rglob("*") if path.is_file()]
    read = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
    return list({one["Message-ID"]: one["subject"] for one in read if one["subject"]}.values())


def words_of(subjects: list[str], appeal: Appeal) -> list[str]:
    return [subject for subject in subjects if appeal.number in subject]


def in_progress(world: World, hours_ago: float) -> Appeal:
    """An appeal of a category with a day's term (24 hours), received so long ago."""
    at = timezone.now() - dt.timedelta(hours=hours_ago)
    appeal = world.register(now=at)
    assert (appeal.term_amount, appeal.term_unit) == (24, TermUnit.HOURS)
    appeal = services.assign(appeal=appeal, body=world.body, user=world.operator, now=at)
    appeal = services.accept(appeal=appeal, user=world.executor, now=at)
    return services.start(appeal=appeal, user=world.executor, now=at)


def test_warning_and_breach_go_out_once_though_the_worker_is_killed(empty_city_copy, tmp_path):
    world = World()
    Contact.objects.create(
        organization=world.body, kind=ContactKind.EMAIL, value="office@heat.example"
    )
    near, missed = in_progress(world, 20), in_progress(world, 25)
    # Owed three hours ago by a worker that was gone before it could send it.
    sweeps.tell_deadlines(timezone.now() - dt.timedelta(hours=3))
    assert told() == {"warning": ["queued"], "breach": []}
    folder, log = tmp_path / "letters", tmp_path / "worker.log"
    env = empty_city_copy.environ | {"CITYMAP_VAR": str(folder)}
    assert kinds.get("appeal_for_body").channels == ("bell", "email")

    def everything_is_out() -> bool:
        states = told()
        # What the kill interrupted goes out when its lease has ended.
        if Notice.objects.filter(kind="appeal_for_body", state__in=("queued", "sending")).exists():
            return False
        # Body and coordinator are told of the breach; the body alone is warned.
        return states["warning"] == ["cancelled", "sent"] and (
            len(states["breach"]) == 2 and {*states["breach"]} <= {"sent", "delivered"}
        )

    process = start_program("manage.py", "worker", env=env, log=log)
    try:
        assert wait_for(lambda: bool(told()["breach"]), SOON_S), log.read_text()
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    finally:
        if process.poll() is None:
            stop_program(process)
    # As if the next turn had come: the sweep finds the same, and owes nothing anew.
    JobRun.objects.filter(name="appeals.deadlines").update(next_due_at=timezone.now())
    before = JobRun.objects.get(name="appeals.deadlines").runs
    process = start_program("manage.py", "worker", env=env, log=log)
    try:
        assert wait_for(
            lambda: (
                everything_is_out() and JobRun.objects.get(name="appeals.deadlines").runs > before
            ),
            SOON_S,
        ), (told(), log.read_text())
    finally:
        stop_program(process)
    sources = {
        (one.context["what"], one.source_id, one.state == "cancelled")
        for one in Notice.objects.all() if one.context.get("what") in NEWS
    }  # fmt: skip
    assert sources == {
        ("warning", str(missed.pk), True), ("warning", str(near.pk), False),
        ("breach", str(missed.pk), False),
    }  # fmt: skip
    # One letter about each deadline, besides the one that the appeal was assigned.
    assert len(words_of(letters(folder), near)) == len(words_of(letters(folder), missed)) == 2
    # The body's people and the coordinator hear the bell as well.
    assert BellItem.objects.filter(user=world.coordinator).exists()
    assert BellItem.objects.filter(user=world.executor).exists()
