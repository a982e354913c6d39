"""Why somebody looked: kept for good, so it must hold no personal data itself. Pure."""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from citymap.personal.errors import ReasonError

MIN_REASON = 3
MAX_REASON = 300
_SHORTEST_WORD = 4
# An IIN, or a telephone however it is spaced; `109-2026-000123` is neither.
_LONG_NUMBER = re.compile(
    r"[0-9]{10,}|\+[0-9][0-9\s().\-]{8,}"
    r"|(?<![0-9\-])[78][\s(\-]*[0-9]{3}[\s)\-]*[0-9]{3}[\s\-]*[0-9]{2}[\s\-]*[0-9]{2}"
)


def checked_reason(why: str, *, name: str = "", values: Iterable[str] = ()) -> str:
    """The reason in one line; raises ReasonError when it is missing or tells of the person.

    name: the person's name, no word of which may stand in the reason; values: what else is known
    of the person, none of which may stand there as a whole.
    """
    reason = " ".join(why.split())
    if len(reason) < MIN_REASON:
        raise ReasonError(_("Say why you need to see this."))
    if len(reason) > MAX_REASON:
        raise ReasonError(
            _("The reason is too long: at most %(limit)d signs.") % {"limit": MAX_REASON}
        )
    if "@" in reason or _LONG_NUMBER.search(reason) or _tells_of(reason, name, values):
        raise ReasonError(
            _("The reason is kept for good: write it without names, telephones and addresses.")
        )
    return reason


def _tells_of(reason: str, name: str, values: Iterable[str]) -> bool:
    folded = reason.casefold()
    words = set(re.findall(r"\w+", folded))
    named = {word for word in re.findall(r"\w+", name.casefold()) if len(word) >= _SHORTEST_WORD}
    whole = [value.casefold() for value in values if len(value) >= _SHORTEST_WORD]
    return bool(named & words) or any(value in folded for value in whole)
