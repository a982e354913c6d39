"""The worker's whole group killed while it delivers: nothing lost, doubles known."""

import random

import pytest

from citymap.notices.benchmarks import kills
from tests.support.server import start_program, stop_program

pytestmark = pytest.mark.slow
NOTICES, KILLS = 100, 10


def test_ten_kills_over_a_hundred_notices(empty_city_copy, tmp_path):
    folder = tmp_path / "smtp"
    with kills.mail_server(folder, think_s=0.005) as port:
        environ = empty_city_copy.environ | {
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "CITYMAP_NOTICES_ATTEMPT_S": "1",
        }
        kills.owe_many(NOTICES)
        with kills.nursery(environ, tmp_path / "log") as start:
            became = kills.run(
                start=start,
                taken=folder / "taken",
                kills=KILLS,
                chance=random.Random(5),
                pace=NOTICES / KILLS,
            )
    assert became.notices == became.sent == became.recorded_once == NOTICES
    assert became.lost == 0
    assert became.doubles <= became.kills_in_flight <= KILLS
    assert became.strange_doubles == 0


def test_real_worker_killed_once_and_started_again(empty_city_copy, tmp_path):
    """The same by `manage.py worker` itself."""
    folder, log = tmp_path / "smtp", tmp_path / "worker.log"
    with kills.mail_server(folder, think_s=0.02) as port:
        environ = empty_city_copy.environ | {
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "CITYMAP_NOTICES_ATTEMPT_S": "1",
        }
        kills.owe_many(30)
        processes = []

        def start() -> int:
            processes.append(start_program("manage.py", "worker", env=environ, log=log))
            return processes[-1].pid

        try:
            became = kills.run(
                start=start, taken=folder / "taken", kills=1, chance=random.Random(5), pace=10
            )
        finally:
            for process in processes:
                stop_program(process)
    assert became.sent == became.recorded_once == 30, log.read_text()
    assert (became.lost, became.strange_doubles) == (0, 0)
    assert became.doubles <= 1
