"""Logs: one JSON object a line, nothing of what people typed."""

import json
import logging
import subprocess
import sys

import pytest
import structlog

from citymap.logs import structured_formatter
from tests.support.databases import ROOT


@pytest.fixture
def lines():
    """What the JSON handler would write, as objects."""
    written: list[dict] = []

    class Handler(logging.Handler):
        def emit(self, record):
            written.append(json.loads(self.format(record)))

    handler = Handler()
    handler.setFormatter(structured_formatter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


@pytest.mark.django_db
def test_request_is_one_line_without_its_query(client, lines):
    answer = client.get("/nowhere?q=Жабаева 21&phone=77771234567")
    assert answer.status_code == 404
    (line,) = [line for line in lines if line["logger"] == "citymap.request"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/nowhere", 404)
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert line["ms"] >= 0
    assert line["timestamp"].endswith("Z")
    assert "77771234567" not in json.dumps(lines)


def test_probes_are_not_worth_a_line(client, lines):
    client.get("/healthz")
    assert [line for line in lines if line["logger"] == "citymap.request"] == []


def test_exception_is_inside_its_line(lines):
    try:
        raise ValueError("no such yard")
    except ValueError:
        structlog.get_logger("citymap.test").exception("sweep failed", sweep="yards")
    (line,) = lines
    assert (line["event"], line["sweep"], line["level"]) == ("sweep failed", "yards", "error")
    assert "ValueError: no such yard" in line["exception"]


def test_other_peoples_loggers_speak_the_same_way(lines):
    logging.getLogger("somebody.else").warning("half of %s", 8)
    (line,) = lines
    assert (line["event"], line["logger"], line["level"]) == (
        "half of 8",
        "somebody.else",
        "warning",
    )


def test_text_stays_readable(lines):
    structlog.get_logger("citymap.test").warning("улица")
    assert lines[0]["event"] == "улица"


@pytest.mark.parametrize("style", ["json", "console"])
def test_both_styles_work_in_a_process(style, tmp_path):
    code = (
        "import django; django.setup(); import structlog; structlog.get_logger('a').info('b', c=1)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "citymap.settings", "CITYMAP_LOG_FORMAT": style,
             "DATABASE_URL": "postgresql:///none"},
        capture_output=True,
        text=True,
        check=True,
    )  # fmt: skip
    assert ('"event": "b"' in done.stderr) is (style == "json")
