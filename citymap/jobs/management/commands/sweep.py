import datetime as dt

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from citymap.jobs.clock import accept_clock as reset_clock
from citymap.jobs.services import run_as_of, run_due


def instant(text: str) -> dt.datetime:
    """An ISO 8601 time; without offset it is the city's local time. Raises CommandError."""
    try:
        value = parse_datetime(text)
    except ValueError as error:
        raise CommandError(f"--at {text!r}: {error}") from error
    if value is None:
        raise CommandError(f"--at {text!r} is no ISO 8601 time, such as 2026-05-15T09:00:00+05:00")
    return value if timezone.is_aware(value) else timezone.make_aware(value)


class Command(BaseCommand):
    help = "Runs every due job once, now or as of a given time, and prints what it did."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--at", metavar="ISO-TIME", help="as of this time; leaves the schedule as it is"
        )
        parser.add_argument(
            "--accept-clock",
            action="store_true",
            help="first set the work clock to the present, also back (after a wrong clock)",
        )

    def handle(self, *args, at, accept_clock: bool, **options) -> None:
        moment = instant(at) if at else None
        if accept_clock:
            reset_clock()
        outcomes = run_as_of(moment) if moment else run_due()
        for outcome in outcomes:
            said = f"failed: {outcome.error}" if outcome.error else outcome.account or "nothing due"
            self.stdout.write(f"{outcome.name}: {said} ({outcome.seconds:.2f} s)")
        if not outcomes:
            self.stdout.write("no job is due")
        if failed := [outcome.name for outcome in outcomes if outcome.error]:
            raise CommandError(f"failed: {', '.join(failed)}")
