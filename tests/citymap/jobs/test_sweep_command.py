"""`manage.py sweep [--at]`: what it prints, what it refuses."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from citymap.jobs.management.commands.sweep import instant
from citymap.jobs.registry import Sweep, sweeps

pytestmark = pytest.mark.django_db


@pytest.fixture
def one_sweep(monkeypatch):
    monkeypatch.setattr(sweeps, "_items", {})
    times = []

    def run(now):
        times.append(now)
        if now.year == 2030:
            raise ValueError("bad year")
        return "2 claims"

    sweeps.register(Sweep(name="claims", every=dt.timedelta(hours=1), run=run))
    return times


def test_prints_what_was_done(one_sweep, capsys):
    call_command("sweep")
    assert capsys.readouterr().out.startswith("claims: 2 claims (")
    call_command("sweep")
    assert capsys.readouterr().out == "no job is due\n"


def test_at_a_given_time(one_sweep, capsys):
    call_command("sweep", at="2026-05-15T09:00:00+05:00")
    assert one_sweep == [dt.datetime(2026, 5, 15, 4, 0, tzinfo=dt.UTC)]


def test_failure_is_an_error_status(one_sweep, capsys):
    with pytest.raises(CommandError, match="failed: claims"):
        call_command("sweep", at="2030-01-01T00:00:00Z")
    assert "claims: failed: ValueError: bad year" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text, expected",
    [
        ("2026-05-15T09:00:00Z", dt.datetime(2026, 5, 15, 9, tzinfo=dt.UTC)),
        ("2026-05-15T09:00:00", dt.datetime(2026, 5, 15, 4, tzinfo=dt.UTC)),
        # Asia/Almaty was at +6 until 2024-03-01.
        ("2024-02-01 09:00", dt.datetime(2024, 2, 1, 3, tzinfo=dt.UTC)),
    ],
)
def test_time_without_offset_is_local(text, expected):
    assert instant(text) == expected


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01T00:00", "2026", ""])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(CommandError, match="--at"):
        instant(text)
