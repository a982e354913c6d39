"""Which database role a process connects as.

Two roles (see docs/adr/0002-two-database-roles.md): the *owner* migrates and imports,
the *runtime* role serves. A command that is not listed here runs as the runtime role.
"""

from collections.abc import Sequence
from typing import Literal

Role = Literal["owner", "runtime"]

OWNER_COMMANDS = frozenset(
    {
        "bench",
        "createsuperuser",
        "derive_yards",
        "import_gtfs",
        "import_layer",
        "import_osm",
        "import_tracks",
        "build_basemap",
        "loaddata",
        "loaddemo",
        "makemigrations",
        "migrate",
        "pgtrigger",
        "prepare",
        "test",
    }
)


def role_for_command(arguments: Sequence[str]) -> Role:
    """The database role for a `manage.py` call, from its arguments without the program name."""
    command = next((word for word in arguments if not word.startswith("-")), "")
    return "owner" if command in OWNER_COMMANDS else "runtime"
