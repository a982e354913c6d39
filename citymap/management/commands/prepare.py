import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from citymap.jobs.models import JobRun
from citymap.tiles.registry import layers

DEMO_JOB = "loaddemo"


def database_is_empty() -> bool:
    """Whether there is neither a user nor anything to draw."""
    if get_user_model().objects.exists():
        return False
    return not any(layer.queryset().order_by().exists() for layer in layers)


def demo_was_interrupted() -> bool:
    """Whether loading the demo into an empty database began here and never ended."""
    return JobRun.objects.filter(name=DEMO_JOB, last_finished_at__isnull=True).exists()


class Command(BaseCommand):
    help = "Brings the database up to date; with --demo, fills an empty one with the demo city."
    # The tables that checks ask about may not be there yet.
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--demo", action="store_true", help="load the demo when empty")

    def handle(self, *args, demo: bool, **options) -> None:
        with self.step("migrations", "up to date"):
            call_command("migrate", interactive=False, verbosity=0)
        if not demo:
            return
        if demo_was_interrupted():
            with self.step("half-loaded demo", "removed"):
                call_command("flush", interactive=False, verbosity=0)
        if database_is_empty():
            with self.step("demo city", "loaded"):
                self.load_demo()

    def load_demo(self) -> None:
        """Load it, and leave a mark as long as it is not whole."""
        JobRun.objects.update_or_create(
            name=DEMO_JOB, defaults={"last_started_at": timezone.now(), "last_finished_at": None}
        )
        call_command("loaddemo", stdout=self.stdout)
        JobRun.objects.filter(name=DEMO_JOB).update(last_finished_at=timezone.now(), runs=1)

    @contextmanager
    def step(self, title: str, note: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        seconds = time.monotonic() - started
        self.stdout.write(f"  {title:<22} {note:<44} {seconds:7.1f} s")
