"""The installed PostgreSQL, and how we configure it."""

import os
from dataclasses import dataclass
from pathlib import Path

from scripts.setup.console import SetupError

DEBIAN_BINARIES = Path("/usr/lib/postgresql")
DEBIAN_EXTENSIONS = Path("/usr/share/postgresql")
OLDEST_VERSION = 15


@dataclass(frozen=True)
class Postgres:
    """An installed PostgreSQL: its major version and where its programs are."""

    version: int
    bin: Path


def find_postgres(version: int | None = None) -> Postgres | None:
    """The newest installed PostgreSQL that has PostGIS, or the one of that version."""
    found = []
    for initdb in DEBIAN_BINARIES.glob("*/bin/initdb"):
        number = initdb.parent.parent.name
        postgis = DEBIAN_EXTENSIONS / number / "extension" / "postgis.control"
        if number.isdigit() and int(number) >= OLDEST_VERSION and postgis.exists():
            found.append(Postgres(int(number), initdb.parent))
    matching = [one for one in found if version in (None, one.version)]
    return max(matching, key=lambda one: one.version, default=None)


def postgres_for(data: Path) -> Postgres:
    """The PostgreSQL that a data folder needs, or the newest for one that is yet to be made."""
    version_file = data / "PG_VERSION"
    version = int(version_file.read_text(encoding="ascii")) if version_file.exists() else None
    found = find_postgres(version)
    if found is None:
        wanted = version or f"{OLDEST_VERSION} or newer"
        raise SetupError(f"no PostgreSQL {wanted} with PostGIS is installed")
    return found


def server_settings(socket_folder: Path, *, throwaway: bool) -> str:
    """postgresql.conf for a cluster of ours, suited to this machine's memory."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    values = {
        "listen_addresses": "''",
        "port": "5432",
        "unix_socket_directories": f"'{socket_folder}'",
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{max(128, min(1024, memory_mb // 8))}MB",
        "effective_cache_size": f"{max(512, memory_mb // 2)}MB",
        "work_mem": "32MB",
        "maintenance_work_mem": f"{max(64, min(256, memory_mb // 16))}MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "lc_messages": "'C.UTF-8'",
        # containers often have a /dev/shm of 64 MB, too small for parallel plans
        "dynamic_shared_memory_type": "mmap" if _small_shared_memory() else "posix",
    }
    if throwaway:
        values |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
    return "".join(f"{name} = {value}\n" for name, value in values.items())


def _small_shared_memory() -> bool:
    try:
        facts = os.statvfs("/dev/shm")
    except OSError:
        return True
    return facts.f_frsize * facts.f_blocks < 512 * 2**20
