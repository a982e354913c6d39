"""`python3 -m scripts.setup COMMAND`: see the Makefile."""

import os
import signal
import sys
from pathlib import Path

from citymap.process import die_with_parent
from scripts.setup import commands
from scripts.setup.console import SetupError, say
from scripts.setup.project import Checkout

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in commands.COMMANDS:
        say(f"usage: python3 -m scripts.setup {{{','.join(commands.COMMANDS)}}}")
        return 2
    os.chdir(ROOT)
    # Killed make(1) takes us along, and we take everything that we started.
    if os.environ.get("MAKELEVEL"):
        die_with_parent(os.getppid())
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        return commands.COMMANDS[sys.argv[1]](Checkout(ROOT), sys.argv[2:])
    except SetupError as error:
        say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        say("\nstopped")
        return 130


def _interrupt(number: int, frame) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
