"""The project's own checks: they find what they look for, and find nothing here."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

from scripts.lint.po import faults, incomplete_translations, missing_messages, read_po
from scripts.lint.templates import (
    broken_templates,
    cyrillic_in_scripts,
    hard_coded_text,
    untranslatable_text,
)
from scripts.lint.tracked import FORBIDDEN, forbidden_text, long_modules, tracked_files

ROOT = settings.BASE_DIR


@pytest.fixture
def checkout(tmp_path):
    """A small repository."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)

    def add(name: str, text: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        subprocess.run(["git", "add", name], cwd=tmp_path, check=True)

    add.root = tmp_path
    return add


@pytest.mark.parametrize(
    "check",
    [
        forbidden_text,
        long_modules,
        broken_templates,
        hard_coded_text,
        cyrillic_in_scripts,
        incomplete_translations,
        missing_messages,
    ],
)
def test_nothing_is_found_here(check):
    assert check(ROOT) == []


def test_registries_and_machine_paths_are_found(checkout):
    checkout("a.md", "see https://" + "pypi" + ".org/x\nfine\nin /" + "work/main\n")
    assert forbidden_text(checkout.root) == [
        "a.md:1: names a package registry",
        "a.md:3: names a path of one machine",
    ]


@pytest.mark.parametrize(
    "text", ["root's home", "/root", "network/home", "https://example.org/homework/"]
)
def test_innocent_text_is_left_alone(text):
    assert not any(find.search(text) for find in FORBIDDEN.values())


def test_long_module_is_found(checkout):
    checkout("long.py", "x = 1\n" * 401)
    checkout("short.py", "x = 1\n" * 400)
    checkout("tests/test_much.py", "x = 1\n" * 600)
    assert long_modules(checkout.root) == ["long.py: 401 lines, 400 at most"]


def test_words_outside_translation_tags_are_found():
    text = """{% load i18n %}<p title="Hello">{% translate "Fine" %} {{ name }}</p>
    {% blocktranslate %}All of this
    is fine{% endblocktranslate %}<b>Bad words</b><script>let fine</script>"""
    assert untranslatable_text(text) == [(1, "Hello"), (3, "Bad words")]


def test_broken_template_is_found(checkout):
    checkout("app/templates/a.html", "{% if x %}")
    (problem,) = broken_templates(checkout.root)
    assert problem.startswith("app/templates/a.html: Unclosed tag")


def test_cyrillic_in_scripts_is_found(checkout):
    checkout("app/static/a.js", 'const a = "карта"; // комментарий\n// карта\n')
    assert cyrillic_in_scripts(checkout.root) == ["app/static/a.js:1: Cyrillic text in code"]


PO = """
msgid ""
msgstr "Language: ru\\n"

#. a comment
#: place.py
msgid "Yard"
msgstr "Двор"

#, fuzzy
msgid "Street"
msgstr "Улица"

msgctxt "noun"
msgid "%(count)s order"
msgid_plural "%(count)s orders"
msgstr[0] "%(count)s ордер"
msgstr[1] "%(count)s ордера"
msgstr[2] ""

msgid "In %(place)s"
msgstr "В {place}"
msgid ""
"Long "
"one"
msgstr ""
"Длин"
"ный"
#~ msgid "gone"
#~ msgstr "нет"
"""


def test_po_files_are_read_and_judged(tmp_path):
    path = tmp_path / "django.po"
    path.write_text(PO, encoding="utf-8")
    messages = {message.id: message for message in read_po(path)}
    assert list(messages) == ["Yard", "Street", "%(count)s order", "In %(place)s", "Long one"]
    assert messages["Long one"].translations == ["Длинный"]
    assert messages["%(count)s order"].context == "noun"
    assert {id: faults(message) for id, message in messages.items()} == {
        "Yard": [],
        "Street": ["fuzzy: 'Street'"],
        "%(count)s order": ["untranslated: '%(count)s order'"],
        "In %(place)s": ["placeholders differ: 'In %(place)s'"],
        "Long one": [],
    }


def run_import_linter(folder: Path) -> subprocess.CompletedProcess:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-logo", "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_import_rules_hold():
    done = run_import_linter(ROOT)
    assert done.returncode == 0, done.stdout


def test_import_rules_can_fail(tmp_path):
    """The floor reaching up into a room is refused."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    rooms = rules["tool"]["importlinter"]["root_packages"]
    for path in tracked_files(ROOT):
        if path.suffix == ".py" and path.parts[0] in rooms:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, tmp_path / path)
    with (tmp_path / "citymap" / "geo.py").open("a", encoding="utf-8") as file:
        file.write("import layers.models\n")
    done = run_import_linter(tmp_path)
    assert done.returncode == 1, done.stdout
    assert "citymap.geo -> layers.models" in done.stdout
