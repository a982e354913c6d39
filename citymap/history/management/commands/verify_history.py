"""Check the chain of the history: `manage.py verify_history [--json] [--roots FILE]`."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from citymap.history.roots import read_roots
from citymap.history.verify import Verdict, verify


class Command(BaseCommand):
    help = (
        "Checks payloads, each object's chain, the log, all roots and event rows. Exit 1 and the"
        " first bad record when something does not hold, 2 for a file that cannot be read."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--json", action="store_true", help="print the verdict as JSON")
        parser.add_argument(
            "--roots", type=Path, metavar="FILE", help="roots that were kept outside (roots.jsonl)"
        )

    def handle(self, *args, **options) -> None:
        outside = []
        if options["roots"]:
            try:
                with options["roots"].open(encoding="utf-8") as file:
                    outside = list(read_roots(file))
            except (OSError, ValueError) as error:
                raise CommandError(f"{options['roots']}: {error}", returncode=2) from error
        verdict = verify(outside=outside)
        if options["json"]:
            self.stdout.write(json.dumps(verdict.as_json(), ensure_ascii=False, indent=2))
        else:
            self.stdout.write(said(verdict))
        if not verdict.holds:
            sys.exit(1)


def said(verdict: Verdict) -> str:
    """The verdict in a few lines."""
    counts = (
        f"{verdict.records} records, {verdict.sealed} under {verdict.roots} roots,"
        f" {verdict.outside_roots} roots from outside, {verdict.seconds:.1f} s"
    )
    if verdict.holds:
        newest = verdict.newest
        tail = f"\nnewest root {newest.number}: {newest.root}" if newest else ""
        if not verdict.outside_roots:
            tail += "\nno root from outside was given (--roots): a history made anew looks the same"
        return f"The history holds: {counts}{tail}"
    lines = [f"THE HISTORY DOES NOT HOLD: {verdict.count} faults; {counts}"]
    for title, fault in (("first bad record", verdict.first_bad), *(
        ("also", fault) for fault in verdict.faults if fault is not verdict.first_bad
    )):  # fmt: skip
        where = f"record {fault.record}: " if fault.record is not None else ""
        whose = f" ({fault.model} {fault.key} #{fault.number})" if fault.key else ""
        lines.append(f"{title}: {where}{fault.what}{whose}")
    return "\n".join(lines[:22])
