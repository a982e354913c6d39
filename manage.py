#!/usr/bin/env python3
"""Citymap's command line: `manage.py COMMAND`, see `docs/operations.md`."""

import os
import sys

from citymap.roles import role_for_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citymap.settings")
    os.environ.setdefault("CITYMAP_DB_ROLE", role_for_command(sys.argv[1:]))
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
