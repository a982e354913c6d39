"""What Debian has to give: tested as commands and files, not as package names."""

import ctypes.util
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from scripts.setup.console import SetupError, say, step
from scripts.setup.postgres import find_postgres
from scripts.setup.programs import run

SERVICE_POLICY = Path("/usr/sbin/policy-rc.d")
CLUSTER_POLICY = Path("/etc/postgresql-common/createcluster.conf")


def has_command(*names: str) -> bool:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    return all(shutil.which(name, path=path) for name in names)


def has_venv() -> bool:
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def has_geo_libraries() -> bool:
    return all(ctypes.util.find_library(name) for name in ("gdal", "geos_c", "proj"))


# need -> (is it there, the packages that bring it)
NEEDS: Mapping[str, tuple[Callable[[], bool], tuple[str, ...]]] = {
    "venv": (has_venv, ("python3-venv",)),
    "postgres": (
        lambda: find_postgres() is not None,
        ("postgresql-15", "postgresql-15-postgis-3"),
    ),
    "geo": (has_geo_libraries, ("libgdal32", "libgeos-c1v5", "libproj25")),
    "node": (lambda: has_command("node", "npm"), ("nodejs", "npm")),
    "gettext": (lambda: has_command("msgfmt", "xgettext"), ("gettext",)),
    "chromium": (lambda: has_command("chromium"), ("chromium",)),
    # Tests read letters back.
    "pdftotext": (lambda: has_command("pdftotext"), ("poppler-utils",)),
    "nginx": (lambda: has_command("nginx"), ("nginx-light",)),
    "wrk": (lambda: has_command("wrk"), ("wrk",)),
    "osm2pgsql": (lambda: has_command("osm2pgsql"), ("osm2pgsql",)),
}


def missing_packages(needs: Iterable[str]) -> list[str]:
    """The Debian packages for what is not there."""
    packages: list[str] = []
    for need in needs:
        there, brought_by = NEEDS[need]
        if not there():
            packages += brought_by
    return packages


def root_prefix() -> list[str] | None:
    """How to run something as root: nothing before it, sudo, or None when there is no way."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        probe = subprocess.run(
            ["sudo", "-n", "true"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if probe.returncode == 0:
            return ["sudo", "-n"]
    return None


def apt_line(packages: Iterable[str]) -> str:
    return f"apt-get install -y --no-install-recommends {' '.join(packages)}"


def instructions(packages: list[str]) -> str:
    """What to type as root, exactly, when we may not do it."""
    lines = ["These are missing, and installing them needs root. As root, run:", ""]
    if any(package.startswith("postgresql") for package in packages):
        lines.append(
            f"  mkdir -p {CLUSTER_POLICY.parent} && [ -e {CLUSTER_POLICY} ] ||"
            f" echo 'create_main_cluster = false' > {CLUSTER_POLICY}"
        )
    lines += [f"  apt-get update && {apt_line(packages)}", "", "then start this again."]
    return "\n".join(lines)


def ensure_system(needs: Iterable[str]) -> None:
    """Install what is missing; without root or sudo, SetupError with the exact apt line."""
    with step("system packages") as this:
        packages = missing_packages(needs)
        if not packages:
            this.note = "already there"
            return
        prefix = root_prefix()
        if prefix is None or not shutil.which("apt-get"):
            raise SetupError(instructions(packages))
        say(f"  installing {' '.join(packages)}")
        if any(package.startswith("postgresql") for package in packages):
            _keep_debian_from_making_a_cluster(prefix)
        quiet = ["env", "DEBIAN_FRONTEND=noninteractive"]
        with _services_stay_off(prefix):
            run([*prefix, *quiet, "apt-get", "-q", "update"])
            run([*prefix, *quiet, *apt_line(packages).split()])
        if still := missing_packages(needs):
            raise SetupError(f"installed, yet still missing: {' '.join(still)}")
        this.note = " ".join(packages)


@contextmanager
def _services_stay_off(prefix: list[str]) -> Iterator[None]:
    """Debian's packages start their services; nothing that we install should (nginx on port 80)."""
    if SERVICE_POLICY.exists():
        yield
        return
    run([*prefix, "tee", SERVICE_POLICY], text_in="#!/bin/sh\nexit 101\n")
    run([*prefix, "chmod", "755", SERVICE_POLICY])
    try:
        yield
    finally:
        run([*prefix, "rm", "-f", SERVICE_POLICY])


def _keep_debian_from_making_a_cluster(prefix: list[str]) -> None:
    """Debian's package would start a server of its own on port 5432."""
    if CLUSTER_POLICY.exists():
        return
    run([*prefix, "mkdir", "-p", CLUSTER_POLICY.parent])
    run([*prefix, "tee", CLUSTER_POLICY], text_in="create_main_cluster = false\n")
