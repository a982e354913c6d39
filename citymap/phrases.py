"""Sentences that programs write into the database in English, told again in the reader's language.

The worker says what a sweep did, a room says why it owes a notice: one text for all readers, kept
once. An app names its sentences in `phrases.py`, so that the catalogues know them:

    register_phrases(_("events written: %(count)s"), _("letter"))

and pages show them by `{{ text|retold }}`. A text that is no known sentence (a person's own
words, a server's answer, a row of an app that is gone) is shown as it is.

What a placeholder may hold, and how it is shown, follows from its name: `day...` is an ISO date,
`moment...` an ISO time in UTC, `text...` any words, all else one word or number.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_BETWEEN = ", "
_ONE_WORD = r"[^\s,;:]+"
_HOLDS = {"text": ".+", "moment": r"[\d:T+.-]+"}

_plain: set[str] = set()
_titles: dict[str, str | Promise] = {}
_patterns: dict[str, re.Pattern[str]] = {}
_values: dict[str, Callable[[str], object]] = {}


def register_phrases(*sentences: str, values: Mapping[str, Callable] | None = None) -> None:
    """Add sentences (English message ids); called in an app's `phrases.py`.

    values: how placeholders of these names are shown.
    """
    for sentence in sentences:
        if _PLACEHOLDER.search(sentence):
            _patterns[sentence] = _pattern(sentence)
        else:
            _plain.add(sentence)
    _values.update(values or {})


def register_titles(titles: Mapping[str, str | Promise]) -> None:
    """Add codes that programs write (`appeals.accept`), each with what people call it."""
    _titles.update(titles)


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = _PLACEHOLDER.split(sentence)
    written = [re.escape(parts[0])]
    for name, after in zip(parts[1::2], parts[2::2], strict=True):
        kinds = (held for kind, held in _HOLDS.items() if name.startswith(kind))
        written.append(f"(?P<{name}>{next(kinds, _ONE_WORD)})")
        written.append(re.escape(after))
    return re.compile("".join(written), re.DOTALL)


def is_known(text: str) -> bool:
    """Whether `text` is a known sentence, or a list of such."""
    return (
        text in _titles
        or _sentence(text) is not None
        or all(_sentence(one) for one in text.split(_BETWEEN))
    )


def retold(text: str) -> str:
    """`text` in the active language; a list of sentences one by one; what is unknown as it is."""
    if not text:
        return ""
    if text in _titles:
        return str(_titles[text])
    if found := _sentence(text):
        return _told(*found)
    parts = [_sentence(one) for one in text.split(_BETWEEN)]
    if all(parts):
        return _BETWEEN.join(_told(*found) for found in parts if found)
    return text


def _sentence(text: str) -> tuple[str, dict[str, str]] | None:
    """The message id that `text` was made of, and its values."""
    if text in _plain:
        return text, {}
    for sentence, pattern in _patterns.items():
        if found := pattern.fullmatch(text):
            return sentence, found.groupdict()
    return None


def _told(sentence: str, found: Mapping[str, str]) -> str:
    words = gettext(sentence)
    return words % {name: _shown(name, value) for name, value in found.items()} if found else words


def _shown(name: str, value: str) -> object:
    if name in _values:
        return _values[name](value)
    try:
        if name.startswith("day"):
            return formats.date_format(dt.date.fromisoformat(value), "DATE_FORMAT")
        if name.startswith("moment"):
            moment = dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
            return formats.date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
    except ValueError:
        return value
    return retold(value) if name.startswith("text") else value
