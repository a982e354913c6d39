"""Translations: complete, and all of them."""

import ast
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from scripts.lint.tracked import tracked_files

LANGUAGES = ("ru", "kk")
DOMAINS = ("django", "djangojs")
LOCALE = Path("citymap/locale")
COPIED = (".py", ".html", ".txt", ".js", ".json", ".sql", ".po")
NOT_SHOWN = ("tests", "docs", "fixtures")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd%]|\{\w*\}")


@dataclass
class Message:
    """One entry of a .po file."""

    context: str = ""
    id: str = ""
    plural: str = ""
    translations: list[str] = field(default_factory=list)
    fuzzy: bool = False
    line: int = 0

    @property
    def key(self) -> tuple[str, str]:
        return (self.context, self.id)


def read_po(path: Path) -> list[Message]:
    """The entries of a .po file that are in use, without its header."""
    messages, current, place = [], Message(), None
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.strip()
        if line.startswith("#,"):
            if place == "msgstr":
                messages.append(current)
                current, place = Message(), None
            current.fuzzy = "fuzzy" in line
        elif not line or line.startswith("#"):
            if place == "msgstr":
                messages.append(current)
                current, place = Message(), None
        elif match := re.match(r'(msgctxt|msgid_plural|msgid|msgstr)(?:\[\d+\])?\s+(".*")$', line):
            word, text = match[1], ast.literal_eval(match[2])
            if word in ("msgctxt", "msgid") and place == "msgstr":
                messages.append(current)
                current = Message()
            place = word
            current.line = current.line or number
            _put(current, word, text, new=True)
        elif line.startswith('"'):
            _put(current, place, ast.literal_eval(line), new=False)
    if place == "msgstr":
        messages.append(current)
    return [message for message in messages if message.id]


def _put(message: Message, word: str, text: str, *, new: bool) -> None:
    if word == "msgctxt":
        message.context += text
    elif word == "msgid":
        message.id += text
    elif word == "msgid_plural":
        message.plural += text
    elif new:
        message.translations.append(text)
    else:
        message.translations[-1] += text


def incomplete_translations(root: Path) -> list[str]:
    """Untranslated or fuzzy entries, and translations that lost a placeholder."""
    problems = []
    for language in LANGUAGES:
        for domain in DOMAINS:
            path = LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
            if not (root / path).exists():
                problems.append(f"{path}: missing")
                continue
            for message in read_po(root / path):
                problems += [f"{path}:{message.line}: {fault}" for fault in faults(message)]
    return problems


def faults(message: Message) -> list[str]:
    """What is wrong with one translation."""
    if message.fuzzy:
        return [f"fuzzy: {message.id!r}"]
    if not message.translations or not all(message.translations):
        return [f"untranslated: {message.id!r}"]
    wanted = set(PLACEHOLDER.findall(message.id))
    if not message.plural and set(PLACEHOLDER.findall(message.translations[0])) != wanted:
        return [f"placeholders differ: {message.id!r}"]
    return []


def missing_messages(root: Path) -> list[str]:
    """Strings in the code that no .po file knows, and entries that the code no longer has."""
    problems = []
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for path in tracked_files(root):
            if path.suffix in COPIED and path.parts[0] not in NOT_SHOWN:
                (copy / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(root / path, copy / path)
        (copy / LOCALE).mkdir(parents=True, exist_ok=True)
        for domain in DOMAINS:
            before = _keys(root, domain)
            _extract(copy, domain)
            after = _keys(copy, domain)
            problems += [f"{domain}.po lacks {key!r}" for _, key in sorted(after - before)]
            problems += [f"{domain}.po has unused {key!r}" for _, key in sorted(before - after)]
    return problems


def _keys(root: Path, domain: str) -> set[tuple[str, str]]:
    path = root / LOCALE / LANGUAGES[0] / "LC_MESSAGES" / f"{domain}.po"
    return {message.key for message in read_po(path)} if path.exists() else set()


def _extract(root: Path, domain: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "--domain", domain, "--locale",
         LANGUAGES[0], "--no-obsolete", "--no-location", "--no-wrap",
         "--settings", "citymap.settings", "--pythonpath", str(root)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"makemessages failed:\n{done.stdout}{done.stderr}")
