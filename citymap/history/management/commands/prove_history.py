"""A proof for one record of the chain: `manage.py prove_history RECORD > proof.json`."""

import json

from django.core.management.base import BaseCommand, CommandError

from citymap.history.models import ChainRecord
from citymap.history.proofs import NotSealedError, ProofError, prove


class Command(BaseCommand):
    help = (
        "Prints a record of the chain with the hashes that lead from it to the newest root;"
        " scripts/verify_history.py checks it with Python alone."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("record", type=int, metavar="RECORD", help="number of the record")

    def handle(self, *args, **options) -> None:
        record = ChainRecord.objects.filter(pk=options["record"]).first()
        if record is None:
            raise CommandError(f"there is no record {options['record']}")
        try:
            proof = prove(record=record)
        except (NotSealedError, ProofError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(proof, ensure_ascii=False))
