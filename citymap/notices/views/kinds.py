"""Previews: every kind of notice in every language, with example values."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from citymap.accounts.access import requires
from citymap.accounts.choices import Language
from citymap.notices.channels.base import channels
from citymap.notices.permissions import MANAGE
from citymap.notices.registry import NoticeKind, kinds
from citymap.notices.rendering import example, languages_of


@require_safe
@requires(MANAGE)
def kind_list(request: HttpRequest) -> HttpResponse:
    """All kinds: their channels, and the languages that they have words in."""
    rows = [
        {"kind": kind, "channels": _channel_titles(kind), "languages": _languages(kind)}
        for kind in kinds
    ]
    return render(request, "notices/kinds.html", {"rows": rows})


@require_safe
@requires(MANAGE)
def preview(request: HttpRequest, name: str, language: str) -> HttpResponse:
    """One kind in one language, as mail, text and text message."""
    kind = kinds.get(name)
    if kind is None or language not in Language.values:
        raise Http404
    context = {
        "kind": kind,
        "language": language,
        "choices": _languages(kind),
        "channels": _channel_titles(kind),
        "words": example(kind, language),
    }
    return render(request, "notices/preview.html", context)


def _channel_titles(kind: NoticeKind) -> list[str]:
    return [str(channels.get(name).title) for name in kind.channels if name in channels]


def _languages(kind: NoticeKind) -> list[tuple[str, str, bool]]:
    """Code, name, and whether there are words in it."""
    there = languages_of(kind)
    return [(code, name, code in there) for code, name in Language.choices]
