"""`manage.py loaddemo`: the demo city and its activity, all apps' parts in order."""

import time
from argparse import ArgumentTypeError

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _

from citymap.demo import DemoOptions, parts

MAX_SCALE, MAX_YEARS = 25, 10


def _number(low: int, high: int):
    """An argparse type: a whole number within bounds."""

    def read(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise ArgumentTypeError(f"must be a whole number from {low} to {high}")
        return int(text)

    return read


class Command(BaseCommand):
    """Loads the demo; a second run with the same options changes nothing."""

    help = "Loads the demo city with its activity. Same seed, same data."

    def add_arguments(self, parser) -> None:
        defaults = DemoOptions()
        parser.add_argument(
            "--scale", type=_number(1, MAX_SCALE), default=defaults.scale, metavar="N",
            help="how many cities the region has (1: the demo city alone)",
        )  # fmt: skip
        parser.add_argument(
            "--years", type=_number(1, MAX_YEARS), default=defaults.years, metavar="Y",
            help="years of activity",
        )  # fmt: skip
        parser.add_argument(
            "--seed", type=_number(0, 2**31 - 1), default=defaults.seed, metavar="S",
            help="the seed of all chance",
        )  # fmt: skip

    def handle(self, *args, **options) -> None:
        if not settings.CITYMAP_DEMO:
            raise CommandError(
                _(
                    "loaddemo creates logins with a published password and is refused outside"
                    " the demo. Set CITYMAP_DEMO=1 where nothing real is at stake."
                )
            )
        wanted = DemoOptions(scale=options["scale"], years=options["years"], seed=options["seed"])
        started = time.monotonic()
        autodiscover_modules("demo")
        for part in parts:
            began = time.monotonic()
            self.stdout.write(f"{part.name}: ...")
            part.load(wanted, lambda text: self.stdout.write(f"  {text}"))
            self.stdout.write(f"{part.name}: {time.monotonic() - began:.1f} s")
        self.stdout.write(self.style.SUCCESS(f"demo loaded in {time.monotonic() - started:.1f} s"))
