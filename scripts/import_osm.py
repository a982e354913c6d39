#!/usr/bin/env python3
"""Import a city from an OpenStreetMap file: `scripts/import_osm.py FILE.osm.pbf`.

Works from any folder and with any Python: it goes on with the project's own (`.venv`) by
itself. Connects as the owner role (CITYMAP_OWNER_URL, or DATABASE_URL without it).
"""

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN_PYTHON = ROOT / ".venv" / "bin" / "python"


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citymap.settings")
    os.environ.setdefault("CITYMAP_DB_ROLE", "owner")
    sys.path.insert(0, str(ROOT))
    try:
        import django  # noqa: PLC0415 (the system's Python may not have it)
    except ModuleNotFoundError:
        return _with_own_python()
    django.setup()
    from layers.osm_import import console  # noqa: PLC0415 (needs Django set up)

    parser = argparse.ArgumentParser(prog="import_osm.py", description=console.DESCRIPTION)
    console.add_arguments(parser)
    return console.run(parser.parse_args())


def _with_own_python() -> int:
    """Start again with the project's Python; returns only when there is none."""
    if OWN_PYTHON.exists() and Path(sys.prefix) != OWN_PYTHON.parent.parent:
        os.execv(OWN_PYTHON, [str(OWN_PYTHON), __file__, *sys.argv[1:]])
    print("The project is not set up yet: run `make setup` first.", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
