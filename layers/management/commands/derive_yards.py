"""Derive the city's yards again: see docs/yards.md."""

from time import perf_counter

from django.core.management.base import BaseCommand
from django.utils import timezone

from layers.report import ImportReport
from layers.yards.services import derive_yards


class Command(BaseCommand):
    help = "Derives yards from streets, houses and grounds; corrections are applied again."

    def handle(self, *args, **options) -> None:
        report = ImportReport()
        started = perf_counter()
        derive_yards(when=timezone.localdate(), say=self.stdout.write, report=report)
        for skipped in report.skipped:
            self.stdout.write(f"skipped {skipped.id}: {skipped.reason}")
        self.stdout.write(f"{perf_counter() - started:.1f} s")
