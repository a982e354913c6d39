"""The chain as a file for `scripts/verify_history.py`: `manage.py export_history FILE`."""

import gzip
import os
from pathlib import Path

from django.core.management.base import BaseCommand

from citymap.history.export import export_lines


class Command(BaseCommand):
    help = (
        "Writes the records of the chain with their payloads, and all roots, to FILE (.jsonl or"
        " .jsonl.gz); scripts/verify_history.py checks it with Python alone."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args, **options) -> None:
        path: Path = options["file"]
        partial = path.with_name(f".{path.name}.part")
        opened = gzip.open if path.suffix == ".gz" else open
        count = 0
        try:
            with opened(partial, "wt", encoding="utf-8", newline="\n") as file:
                for line in export_lines():
                    file.write(f"{line}\n")
                    count += 1
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)
        self.stdout.write(f"{path}: {count} lines")
