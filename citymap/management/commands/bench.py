import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from citymap.bench import table
from citymap.bench.context import Bench
from citymap.bench.registry import Result, autodiscover, benchmarks


class Command(BaseCommand):
    help = "Runs the benchmarks (all, or those named), prints a table, writes var/bench."

    def add_arguments(self, parser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help="only these benchmarks")
        parser.add_argument("--list", action="store_true", help="list the benchmarks")

    def handle(self, *args, names: list[str], **options) -> None:
        autodiscover()
        if options["list"]:
            self.stdout.write("\n".join(one.name for one in benchmarks))
            return
        if unknown := [name for name in names if name not in benchmarks]:
            raise CommandError(f"no such benchmark: {', '.join(unknown)}")
        folder = settings.CITYMAP_VAR / "bench"
        folder.mkdir(parents=True, exist_ok=True)
        results, failed = self.run_all(names, folder)
        table.write(results, folder / "latest.json")
        table.show(
            results, Console(file=sys.stdout, width=140 if not sys.stdout.isatty() else None)
        )
        self.stdout.write(f"written: {folder / 'latest.json'}")
        if failed:
            raise CommandError(f"failed: {', '.join(failed)}")

    def run_all(self, names: list[str], folder) -> tuple[list[Result], list[str]]:
        """Run the benchmarks; one that fails does not stop the others."""
        bench = Bench(folder, self.stdout.write)
        results: list[Result] = []
        failed = []
        for one in benchmarks:
            if names and one.name not in names:
                continue
            self.stdout.write(f"{one.name} ...")
            try:
                results += one.run(bench)
            except Exception as error:
                failed.append(one.name)
                self.stderr.write(f"{one.name}: {type(error).__name__}: {error}")
        return results, failed
