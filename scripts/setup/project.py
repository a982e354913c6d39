"""What the checkout needs: Python and npm packages, messages, static files.

Each step is skipped while what it depends on has not changed.
"""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.setup.console import SetupError, step
from scripts.setup.programs import run
from scripts.setup.stamps import Stamp, content_key

OLDEST_PYTHON = (3, 11)
NOT_OURS = (".venv", ".bench-venv", "node_modules", "var")


@dataclass(frozen=True)
class Checkout:
    """A checkout of Citymap and its parts."""

    root: Path

    @property
    def var(self) -> Path:
        return self.root / "var"

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"


def pinned(constraints: Path, *, dev: bool) -> list[str]:
    """The `name==version` lines of constraints.txt; with `dev` those of the tests too."""
    lines = []
    for line in constraints.read_text(encoding="utf-8").splitlines():
        pin, _, mark = (part.strip() for part in line.partition("#"))
        if pin and (dev or mark != "dev"):
            lines.append(pin)
    return lines


def ensure_python(checkout: Checkout, *, dev: bool) -> None:
    """`.venv` with the pinned packages; with `dev` those of the tests too."""
    with step("Python packages") as this:
        if sys.version_info < OLDEST_PYTHON:
            raise SetupError(f"Python {sys.version.split()[0]} is too old: 3.11 is needed")
        constraints = checkout.root / "constraints.txt"
        wanted = pinned(constraints, dev=dev)
        python = f"{sys.version_info[:2]} {os.path.realpath(sys.executable)}"
        whole = content_key(python, *pinned(constraints, dev=True))
        key = content_key(python, *wanted)
        runtime, everything = Stamp(checkout.var, "python"), Stamp(checkout.var, "python-dev")
        ours = everything if dev else runtime
        if checkout.python.exists() and (everything.holds(whole) or ours.holds(key)):
            this.note = "unchanged"
            return
        runtime.forget()
        everything.forget()
        made = not _venv_works(checkout)
        if made:
            shutil.rmtree(checkout.venv, ignore_errors=True)
            run([sys.executable, "-m", "venv", checkout.venv])
        # Every package is pinned, so nothing is left to resolve.
        _pip_install(checkout.python, "--no-deps", *wanted)
        ours.set(key)
        this.note = ".venv made" if made else ".venv brought up to date"


def _venv_works(checkout: Checkout) -> bool:
    """Whether `.venv` is whole and belongs to this Python."""
    settings = checkout.venv / "pyvenv.cfg"
    if not (settings.is_file() and (checkout.venv / "bin" / "pip").exists()):
        return False
    minor = "version = {}.{}.".format(*sys.version_info[:2])
    return minor in settings.read_text(encoding="utf-8") and os.access(checkout.python, os.X_OK)


def _pip_install(python: Path, *arguments: str) -> None:
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    run([python, "-m", "pip", "install", *quiet, *arguments])


def ensure_side_venv(checkout: Checkout, name: str, wanted: list[str]) -> Path:
    """A virtual environment apart from ours (a benchmark's peers); its python."""
    with step(f"{name}") as this:
        folder = checkout.root / name
        python = folder / "bin" / "python"
        stamp, key = Stamp(checkout.var, name), content_key(sys.version, *wanted)
        if python.exists() and stamp.holds(key):
            this.note = "unchanged"
            return python
        shutil.rmtree(folder, ignore_errors=True)
        run([sys.executable, "-m", "venv", folder])
        _pip_install(python, *wanted)
        stamp.set(key)
        this.note = "made"
        return python


def ensure_node(checkout: Checkout) -> None:
    """`node_modules` exactly as package-lock.json says."""
    with step("front-end libraries") as this:
        lock = checkout.root / "package-lock.json"
        stamp, key = Stamp(checkout.var, "node"), content_key(files=[lock])
        if (checkout.root / "node_modules").is_dir() and stamp.holds(key):
            this.note = "unchanged"
            return
        stamp.forget()
        run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=checkout.root)
        stamp.set(key)
        this.note = "installed"


def ensure_map_library(checkout: Checkout) -> None:
    """MapLibre as our pages load it: library and worker in one file, only what we use."""
    with step("map library") as this:
        root = checkout.root
        folder = root / "citymap" / "static" / "citymap" / "lib"
        sources = [root / "package-lock.json", *sorted((root / "scripts" / "maplibre").iterdir())]
        stamp, key = Stamp(checkout.var, "maplibre"), content_key(files=sources)
        if stamp.holds(key) and (folder / "maplibre.css").exists():
            this.note = "unchanged"
            return
        run(["node", "scripts/maplibre/build.mjs", folder], cwd=root)
        stamp.set(key)
        this.note = "built"


def ensure_messages(checkout: Checkout) -> None:
    """The compiled translations."""
    with step("translations") as this:
        sources = [
            path
            for path in checkout.root.glob("*/**/LC_MESSAGES/*.po")
            if path.parts[len(checkout.root.parts)] not in NOT_OURS
        ]
        stamp, key = Stamp(checkout.var, "messages"), content_key(files=sources)
        if stamp.holds(key) and all(path.with_suffix(".mo").exists() for path in sources):
            this.note = "unchanged"
            return
        for path in sources:
            run(["msgfmt", "--check", "-o", path.with_suffix(".mo"), path])
        stamp.set(key)
        this.note = f"{len(sources)} compiled"


def ensure_static(checkout: Checkout, env: Mapping[str, str]) -> None:
    """The collected static files, hashed and compressed."""
    with step("static files") as this:
        root = checkout.root
        sources = [
            path
            for pattern in ("*/static/**/*", "*/*/static/**/*")
            for path in root.glob(pattern)
            if path.is_file() and path.parts[len(root.parts)] not in NOT_OURS
        ]
        sources += [root / name for name in ("package-lock.json", "constraints.txt")]
        sources.append(root / "citymap" / "vendor.py")
        stamp, key = Stamp(checkout.var, "static"), content_key(files=sources)
        if stamp.holds(key) and (checkout.var / "static" / "staticfiles.json").exists():
            this.note = "unchanged"
            return
        command = ["manage.py", "collectstatic", "--no-input", "--clear", "--verbosity=0"]
        run([checkout.python, *command], cwd=root, env=env)
        stamp.set(key)
        this.note = "collected"


def write_pins(checkout: Checkout) -> None:
    """Write constraints.txt from what `.venv` has."""
    run([checkout.python, "-m", "scripts.setup.pins"], cwd=checkout.root)
