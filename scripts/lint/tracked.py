"""What files under version control may say, and how long they may be."""

import re
import subprocess
from pathlib import Path

LONGEST_MODULE_LINES = 400
LONGEST_TEST_LINES = 600
# Put together from pieces: this file is tracked too.
FORBIDDEN = {
    "names a package registry": re.compile(
        "|".join(("pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npm", "/opt/" + "pypi"))
    ),
    "names a path of one machine": re.compile(
        r"(?<![\w.])/(?:" + "|".join(("work/", "root/[a-z.]", "home/[a-z]+/")) + ")"
    ),
}
BINARY = {".png", ".jpg", ".webp", ".woff", ".woff2", ".pbf", ".gz", ".zip", ".gpkg", ".ico"}


def tracked_files(root: Path) -> list[Path]:
    """Every file under version control that is there, relative to `root`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True
    ).stdout
    return [Path(name) for name in listed.split("\0") if name and (root / name).is_file()]


def forbidden_text(root: Path) -> list[str]:
    """Registry hosts and machine paths in tracked files."""
    problems = []
    for path in tracked_files(root):
        if path.suffix in BINARY:
            continue
        text = (root / path).read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), start=1):
            problems += [
                f"{path}:{number}: {what}" for what, find in FORBIDDEN.items() if find.search(line)
            ]
    return problems


def long_modules(root: Path) -> list[str]:
    """Python and JavaScript modules that are about two ideas."""
    problems = []
    for path in tracked_files(root):
        if path.suffix not in (".py", ".js") or "migrations" in path.parts:
            continue
        lines = len((root / path).read_text(encoding="utf-8").splitlines())
        most = LONGEST_TEST_LINES if path.parts[0] == "tests" else LONGEST_MODULE_LINES
        if lines > most:
            problems.append(f"{path}: {lines} lines, {most} at most")
    return problems
