import mailbox
import sys
from collections.abc import Iterator
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from citymap.notices.bounces import reports_in
from citymap.notices.reports import accept

CHANNEL = "email"


def letters_at(place: str) -> Iterator[bytes]:
    """Letters of a file, a mailbox (mbox), a folder of letters or a Maildir, or standard input."""
    path = Path(place)
    if place == "-":
        yield sys.stdin.buffer.read()
    elif (path / "new").is_dir():
        box = mailbox.Maildir(place, create=False)
        yield from (box.get_bytes(key) for key in sorted(box.keys()))
    elif path.is_dir():
        yield from (one.read_bytes() for one in sorted(path.iterdir()) if one.is_file())
    elif path.is_file():
        content = path.read_bytes()
        if content.startswith(b"From "):
            box = mailbox.mbox(place, create=False)
            yield from (box.get_bytes(key) for key in box.keys())  # noqa: SIM118 (not a dict)
        else:
            yield content
    else:
        raise CommandError(f"{place}: no such file or folder")


class Command(BaseCommand):
    help = (
        "Reads letters that came back (RFC 3464) and notes what became of ours: a file, an mbox,"
        " a folder, a Maildir, or - for standard input. The same letter again changes nothing."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("place", metavar="FILE|FOLDER|-")

    def handle(self, *args, place: str, **options) -> None:
        letters = known = 0
        for letter in letters_at(place):
            letters += 1
            for report in reports_in(letter):
                known += accept(channel=CHANNEL, report=report, raw=letter, now=timezone.now())
        self.stdout.write(f"{letters} letters, {known} new reports about notices")
