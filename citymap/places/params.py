"""Reading the query parameters of the places API; every refusal names parameter and reason."""

import datetime as dt
import functools
import math
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from citymap.places.search import DEFAULT_LIMIT, MAX_LIMIT
from citymap.places.words import MAX_QUERY_LENGTH
from citymap.problems import BadParameterError

MAX_ID = 2**63 - 1


def localized(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let `?lang=` choose the language of the answer before cookie and Accept-Language."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        language = request.GET.get("lang")
        if language is None:
            return view(request, *args, **kwargs)
        if language not in dict(settings.LANGUAGES):
            codes = ", ".join(code for code, name in settings.LANGUAGES)
            raise BadParameterError("lang", _("lang must be one of %(codes)s") % {"codes": codes})
        with translation.override(language):
            return view(request, *args, **kwargs)

    return wrapper


def read_question(text: str) -> str:
    """The search text: at most 200 characters, no NUL, not empty."""
    if "\0" in text:
        raise BadParameterError("q", _("q must not hold the NUL character"))
    if len(text) > MAX_QUERY_LENGTH:
        raise BadParameterError(
            "q", _("q must be at most %(limit)s characters long") % {"limit": MAX_QUERY_LENGTH}
        )
    if not text.strip():
        raise BadParameterError("q", _("q must not be empty: type an address or a name"))
    return text


def read_limit(text: str | None) -> int:
    """How many answers, 1 to 50; 10 when not said."""
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= MAX_LIMIT):
        raise BadParameterError(
            "limit", _("limit must be a whole number from 1 to %(limit)s") % {"limit": MAX_LIMIT}
        )
    return int(text)


def read_number(name: str, text: str) -> float:
    """A finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadParameterError(name, _("%(name)s must be a finite number") % {"name": name})
    return value


def read_id(name: str, text: str) -> int:
    """A key: a whole number from 1."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and 1 <= int(text) <= MAX_ID):
        raise BadParameterError(name, _("%(name)s must be a whole number") % {"name": name})
    return int(text)


def read_date(text: str | None) -> dt.date:
    """A day, `YYYY-MM-DD`; today in the city when not said."""
    if text is None:
        return timezone.localdate()
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise BadParameterError("date", _("date must be a day like 2026-05-15")) from error
