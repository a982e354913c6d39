"""Deadlines reach bodies and the centre by the real worker: told once, whatever happens to it."""

import datetime as dt
import os
import signal
from email import message_from_bytes, policy

from django.utils import timezone

from appeals import services
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
    """Subjects of the letters in the folder of the demo's mail."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [message_from_bytes(path.read_bytes(), policy=policy.default)["subject"] or ""
            for path in files]  # fmt: skip


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
    folder, log = tmp_path / "letters", tmp_path / "worker.log"
    env = empty_city_copy.environ | {"CITYMAP_VAR": str(folder)}
    assert kinds.get("appeal_for_body").channels == ("bell", "email")

    def everything_is_out() -> bool:
        states = told()
        return [len(states[what]) for what in NEWS] == [1, 2] and all(
            state in ("sent", "delivered") for found in states.values() for state in found
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
    sources = {one.context["what"]: one.source_id for one in Notice.objects.all()
               if one.context.get("what") in NEWS}  # fmt: skip
    assert sources == {"warning": str(near.pk), "breach": str(missed.pk)}
    subjects = letters(folder)
    assert sum(near.number in one for one in subjects) >= 1, subjects
    assert sum(missed.number in one for one in subjects) >= 1, subjects
    # The body's people and the coordinator hear the bell as well.
    assert BellItem.objects.filter(user=world.coordinator).exists()
    assert BellItem.objects.filter(user=world.executor).exists()
