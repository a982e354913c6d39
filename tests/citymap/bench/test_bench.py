"""The bench runner: finds benchmarks, runs them, shows and keeps figures."""

import json
import shutil

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from citymap.bench import table
from citymap.bench.context import Bench, BenchError
from citymap.bench.registry import Result, autodiscover, benchmark, benchmarks
from tests.support.databases import base_name, drop_database


@pytest.fixture
def only(monkeypatch):
    """An empty registry."""
    monkeypatch.setattr(benchmarks, "_items", {})


@pytest.mark.parametrize(
    "ours, baseline, goal, more, ratio, met",
    [
        (8.0, 2.0, 4.0, False, 4.0, True),
        (8.1, 2.0, 4.0, False, 4.05, False),
        (900.0, 1000.0, 0.8, True, 0.9, True),
        (700.0, 1000.0, 0.8, True, 0.7, False),
        (140.0, None, 150.0, False, None, True),
        (160.0, None, 150.0, False, None, False),
        (1.0, 2.0, None, False, 0.5, None),
    ],
)
def test_goals(ours, baseline, goal, more, ratio, met):
    result = Result(name="x", n=1, ours=ours, baseline=baseline, goal=goal, more_is_better=more)
    assert result.ratio == pytest.approx(ratio)
    assert result.met is met


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_figures_are_short(value):
    text = table.figure(value)
    assert float(text.replace(",", "")) == pytest.approx(value, rel=0.01, abs=0.5)


def test_apps_benchmarks_are_found():
    autodiscover()
    assert "middleware" in benchmarks


def test_results_are_shown_and_written(only, settings, tmp_path, capsys):
    settings.CITYMAP_VAR = tmp_path

    @benchmark("fast")
    def fast(bench: Bench):
        yield Result(name="import", n=42_700, ours=12.5, baseline=5.0, goal=4)
        yield Result(name="cold tile", n=1, ours=80.0, unit="ms", goal=150)

    call_command("bench")
    shown = capsys.readouterr().out
    assert "42,700" in shown
    assert "<= 4" in shown
    kept = json.loads((tmp_path / "bench" / "latest.json").read_text())
    assert [(r["name"], r["n"], r["ours"], r["baseline"], r["ratio"]) for r in kept] == [
        ("import", 42_700, 12.5, 5.0, 2.5),
        ("cold tile", 1, 80.0, None, None),
    ]


def test_failing_benchmark_does_not_stop_the_others(only, settings, tmp_path, capsys):
    settings.CITYMAP_VAR = tmp_path

    @benchmark("bad", order=1)
    def bad(bench: Bench):
        raise BenchError("no tipg")

    @benchmark("good", order=2)
    def good(bench: Bench):
        yield Result(name="good one", n=1, ours=1.0)

    with pytest.raises(CommandError, match="failed: bad"):
        call_command("bench")
    captured = capsys.readouterr()
    assert "bad: BenchError: no tipg" in captured.err
    assert "good one" in captured.out


def test_only_those_asked_for(only, settings, tmp_path):
    settings.CITYMAP_VAR = tmp_path
    ran = []
    for name in ("one", "two"):
        benchmark(name)(lambda bench, name=name: iter(ran.append(name) or ()))
    call_command("bench", "two")
    assert ran == ["two"]
    with pytest.raises(CommandError, match="no such benchmark: three"):
        call_command("bench", "three")


def test_wide_table_is_not_cut(capsys):
    table.show([Result(name="a name", n=1, ours=1.0)], Console(width=140))
    assert "a name" in capsys.readouterr().out


@pytest.fixture
def bench(tmp_path, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        yield Bench(tmp_path, print)
        connection.close()


def test_kept_database_is_filled_once_per_key(bench):
    name, filled = f"{base_name()}_bench", []
    try:
        for key in ("a", "a", "b"):
            env = bench.kept_database(name, lambda env: filled.append(env), key=key)
            assert name in env["DATABASE_URL"]
        assert len(filled) == 2
        assert (
            "accounts_user" in bench.program("manage.py", "inspectdb", "accounts_user", env=env)[1]
        )
    finally:
        drop_database(name)


def test_failing_program_says_why(bench):
    with pytest.raises(BenchError, match="No such thing"):
        bench.program("-c", "raise SystemExit('No such thing')", env=bench.environ())


def test_server_that_does_not_start_says_why(bench):
    env = bench.environ() | {"CITYMAP_DEMO": "0"}
    with pytest.raises(BenchError, match="citymap.E002"), bench.server(env):
        pass


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_load_on_the_empty_application(bench):
    with bench.server(bench.environ(), application="citymap.bench.empty:application") as url:
        load = bench.load(url, ["/healthz"], clients=2, seconds=1)
        assert load.per_second > 100
        assert 0 < load.p50_ms <= load.p95_ms < 1000
        with pytest.raises(OSError, match="404"):
            bench.load(url, ["/absent"], clients=1, seconds=1)
