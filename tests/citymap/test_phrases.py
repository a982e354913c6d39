"""What programs write in English is told in the reader's language; all of it is known."""

import ast
import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from citymap.jobs.registry import sweeps
from citymap.jobs.services import run_sweep
from citymap.notices.choices import Outcome
from citymap.phrases import is_known, register_phrases, retold

ROOMS = ("citymap", "layers", "earthworks", "appeals", "planning")
# Calls that owe a notice; the arguments that all readers of the outbox see.
OWING = {"owe", "tell_staff", "tell_body", "_tell_body", "tell_followers"}
SHOWN = {"why", "stage"}


def written_texts() -> list[tuple[str, str]]:
    """Every text in the code that is stored with a notice; `0` where a value stands in it."""
    found = []
    for room in ROOMS:
        for path in sorted(Path(settings.BASE_DIR, room).rglob("*.py")):
            if {"migrations", "benchmarks"} & set(path.parts):
                continue
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(call, ast.Call):
                    continue
                name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                if name not in OWING:
                    continue
                given = [one.value for one in call.keywords if one.arg in SHOWN]
                given += call.args[3:] if name == "_tell_body" else []
                found += [(f"{path.name}:{call.lineno}", text) for text in map(text_of, given)]
    return [(place, text) for place, text in found if text]


def text_of(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.JoinedStr):
        values = [one.value if isinstance(one, ast.Constant) else "0" for one in node.values]
        return "".join(values)
    return ""


def test_every_reason_and_stage_of_a_notice_is_a_known_sentence():
    texts = written_texts()
    assert len(texts) > 20
    # What a report is of, and the step of an appeal, are one word each.
    told = [(place, text.replace("report of the 0", "report of the day")) for place, text in texts]
    assert not [(place, text) for place, text in told if not is_known(text) and text != "0 v0"]


def test_what_a_sweep_of_an_empty_city_says_is_known(transactional_db):
    now = dt.datetime.now(dt.UTC)
    said = {sweep.name: run_sweep(sweep, now=now) for sweep in sweeps}
    unknown = {name: out.account for name, out in said.items()
               if out.account and not is_known(out.account)}  # fmt: skip
    assert unknown == {}


def test_every_service_of_appeals_has_a_title():
    """The history keeps its name as the reason of a change."""
    found = set()
    for path in Path(settings.BASE_DIR, "appeals", "services").glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            decorated = getattr(node, "decorator_list", ())
            if any(getattr(one, "id", "") == "write" for one in decorated):
                found.add(f"appeals.{node.name.strip('_')}")
    assert len(found) > 30
    assert not [name for name in sorted(found) if not is_known(name)]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_what_the_deliverer_counts_is_known(outcome):
    assert is_known(f"delivered: 3, {outcome}: 2")


@pytest.mark.parametrize(
    "text, russian",
    [
        ("made: 2, written: 3", "составлено: 2, написано: 3"),
        ("the worker ended during the run", "исполнитель заданий прервался во время работы"),
        (
            "cut off: took longer than 300 s (OperationalError: canceling, at once)",
            "прервано: дольше 300 с (OperationalError: canceling, at once)",
        ),
        ("order 2026-00017, deadline 2026-06-20", "ордер 2026-00017, срок 20 июня 2026 г."),
        ("breach 2026-05-15T07:00", "просрочка: 15.05.2026 12:00"),
        (
            "notice sent: claim_holder",
            "отправлено уведомление: Претензия владельцу просроченного ордера",
        ),
        ("deadline 2026-06-20 missed", "срок 20 июня 2026 г. пропущен"),
        ("notice sent: gone", "отправлено уведомление: gone"),
    ],
)
def test_told_in_russian(text, russian):
    with translation.override("ru"):
        assert retold(text).lower() == russian.lower()


@pytest.mark.parametrize(
    "text",
    [
        "", "made: two, and more", "made: 2, something else", "by hand", "%(count)s", "%s %d {}",
        "deadline 2026-02-31", "made: 2\nmade: 3", "550 5.1.1 no such user", "made: " + "9" * 4000,
    ],
)  # fmt: skip
def test_what_is_not_known_is_shown_as_it_is(text):
    with translation.override("en"):
        assert retold(text) == text


def test_a_day_that_is_none_is_shown_as_it_is():
    with translation.override("ru"):
        assert retold("due 2026-02-31").endswith("2026-02-31")


def test_catalogues_know_every_sentence():
    # In Kazakh and Russian nothing that programs say stays English.
    for language in ("ru", "kk"):
        with translation.override(language):
            for text in ("nothing to seal", "built", "letter", "follows the yard", "sent: 1"):
                assert retold(text) != text, (language, text)


def test_sentences_with_values_of_their_own():
    register_phrases("lamp %(lamp)s is lit", values={"lamp": lambda value: f"no. {value}"})
    assert retold("lamp 7 is lit") == "lamp no. 7 is lit"
