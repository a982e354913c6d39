#!/usr/bin/env python3
"""Citymap's command line: `./manage.py COMMAND`, see `docs/operations.md`.

Works with any Python: it goes on with the project's own (`.venv`) by itself.
"""

import os
import sys
from pathlib import Path

from citymap.roles import role_for_command

OWN_PYTHON = Path(__file__).resolve().parent / ".venv" / "bin" / "python"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citymap.settings")
    os.environ.setdefault("CITYMAP_DB_ROLE", role_for_command(sys.argv[1:]))
    try:
        from django.core.management import execute_from_command_line  # noqa: PLC0415
    except ModuleNotFoundError:
        if not OWN_PYTHON.exists() or Path(sys.prefix) == OWN_PYTHON.parent.parent:
            sys.exit("The project is not set up yet: run `make setup` first.")
        os.execv(OWN_PYTHON, [str(OWN_PYTHON), *sys.argv])
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
