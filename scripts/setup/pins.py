"""`make pins`: writes constraints.txt from what `.venv` has. Runs with `.venv`'s own Python.

The file pins everything, what only development needs being marked `# dev`. Nothing is left to
a resolver then: set-up installs the lines as they stand, which is quick and always the same.
"""

import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.specifiers import SpecifierSet

HEADER = "# Exact versions of all Python packages: `make pins` writes this file.\n"
NOT_PINNED = {"pip", "setuptools", "wheel"}
OLDEST_PYTHON = "3.11.2"  # Debian 12's
DEV_MARK = "  # dev"


def normal(name: str) -> str:
    """A distribution's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(wanted: list[str]) -> set[str]:
    """Normalised names of the installed distributions that `wanted` needs, itself included."""
    found: set[tuple[str, frozenset[str]]] = set()
    queue = [Requirement(line) for line in wanted]
    while queue:
        requirement = queue.pop()
        key = (normal(requirement.name), frozenset(requirement.extras))
        if key in found:
            continue
        found.add(key)
        for line in importlib.metadata.requires(requirement.name) or []:
            needed = Requirement(line)
            extras = requirement.extras or {""}
            if needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in extras):
                queue.append(needed)
    return {name for name, _ in found}


def pins(pyproject: Path) -> str:
    """The text of constraints.txt.

    PackageNotFoundError when something is not installed; ValueError when something does not
    run on Debian's Python.
    """
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    runtime = closure(project["dependencies"])
    both = runtime | closure(project["optional-dependencies"]["dev"])
    lines = []
    for name in sorted(both - NOT_PINNED):
        supported = importlib.metadata.metadata(name).get("Requires-Python") or ""
        if not SpecifierSet(supported).contains(OLDEST_PYTHON):
            raise ValueError(f"{name} needs Python {supported}, Debian 12 has {OLDEST_PYTHON}")
        version = importlib.metadata.version(name)
        lines.append(f"{name}=={version}{'' if name in runtime else DEV_MARK}\n")
    return HEADER + "".join(lines)


if __name__ == "__main__":
    root = Path(__file__).resolve().parent.parent.parent
    (root / "constraints.txt").write_text(pins(root / "pyproject.toml"), encoding="utf-8")
    sys.exit(0)
