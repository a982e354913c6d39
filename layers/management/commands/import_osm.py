"""Import a city from an OpenStreetMap file: the same as scripts/import_osm.py."""

import argparse
import sys

from django.core.management import BaseCommand
from django.core.management.base import CommandParser

from layers.osm_import import console


class Command(BaseCommand):
    help = console.DESCRIPTION

    def add_arguments(self, parser: CommandParser) -> None:
        console.add_arguments(parser)

    def handle(self, *args, **options) -> None:
        code = console.run(argparse.Namespace(**options))
        if code:
            sys.exit(code)
