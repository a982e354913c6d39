"""Templates: every one compiles, and every word in it can be translated."""

import re
from html.parser import HTMLParser
from pathlib import Path

from django.template import TemplateSyntaxError, engines

from scripts.lint.tracked import tracked_files

# Names are the same in every language.
NAMES = {
    "Citymap", "OpenStreetMap", "Русский", "Қазақша", "English", "GeoJSON", "CSV", "3D", "iKomek",
    "contributors", "РУ", "ҚАЗ", "EN", "PDF",
}  # fmt: skip
SHOWN_ATTRIBUTES = {"title", "alt", "placeholder", "aria-label", "aria-description", "content"}
SILENT_ELEMENTS = {"script", "style", "svg", "code", "kbd"}
TRANSLATED = re.compile(
    r"\{%-?\s*(blocktranslate|blocktrans|comment)\b.*?%\}.*?\{%\s*end\1\s*%\}"
    r"|\{%\s*block \w+_class\s*%\}.*?\{%\s*endblock\b.*?%\}"
    r"|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}",
    re.DOTALL,
)
WORD = re.compile(r"[^\W\d_]{2,}")


def _templates(root: Path) -> list[Path]:
    return [
        path
        for path in tracked_files(root)
        if "templates" in path.parts and path.suffix in (".html", ".txt")
    ]


def broken_templates(root: Path) -> list[str]:
    """Templates that do not compile."""
    engine = engines["django"]
    problems = []
    for path in _templates(root):
        try:
            engine.from_string((root / path).read_text(encoding="utf-8"))
        except TemplateSyntaxError as error:
            problems.append(f"{path}: {error}")
    return problems


class _Words(HTMLParser):
    """Collects words that readers see."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._silent = 0

    def handle_starttag(self, tag, attrs):
        if tag in SILENT_ELEMENTS:
            self._silent += 1
        named = dict(attrs)
        for name, value in attrs:
            if name not in SHOWN_ATTRIBUTES or (name == "content" and "name" in named):
                continue
            self._note(value or "")

    def handle_endtag(self, tag):
        if tag in SILENT_ELEMENTS:
            self._silent = max(0, self._silent - 1)

    def handle_data(self, data):
        if not self._silent:
            self._note(data)

    def _note(self, text: str) -> None:
        if words := [word for word in WORD.findall(text) if word not in NAMES]:
            self.found.append((self.getpos()[0], " ".join(words)))


def untranslatable_text(text: str) -> list[tuple[int, str]]:
    """(line, words) of a template that stand outside translation tags."""

    def blank(match: re.Match) -> str:
        return "\n" * match[0].count("\n") or " "

    parser = _Words()
    parser.feed(TRANSLATED.sub(blank, text))
    parser.close()
    return parser.found


def hard_coded_text(root: Path) -> list[str]:
    """Words in templates that stand outside translation tags."""
    return [
        f"{path}:{line}: not translatable: {words[:60]}"
        for path in _templates(root)
        if path.suffix == ".html"
        for line, words in untranslatable_text((root / path).read_text(encoding="utf-8"))
    ]


def cyrillic_in_scripts(root: Path) -> list[str]:
    """Cyrillic words in our JavaScript: they belong into the catalogue."""
    problems = []
    for path in tracked_files(root):
        if path.suffix != ".js" or "static" not in path.parts:
            continue
        for number, line in enumerate((root / path).read_text("utf-8").splitlines(), start=1):
            code = re.sub(r"//.*|/\*.*?\*/|^\s*\*.*", "", line)
            if re.search(r"[А-Яа-яЁёҚқҒғӘәІіҢңӨөҰұҮүҺһ]{3,}", code):
                problems.append(f"{path}:{number}: Cyrillic text in code")
    return problems
