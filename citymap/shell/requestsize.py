"""How much one request may bring: forms, this middleware and `deploy/nginx` say the same.

Five photos of a resident, 15 MB each, and the rest of the form go through at once; what is more is
refused before anything is read. Each photo has its own limit (`appeals.photos`).
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from citymap.shell.views import too_large

MEGABYTE = 2**20


def most_bytes() -> int:
    """The largest body of a request, bytes."""
    return settings.CITYMAP_MAX_REQUEST_MB * MEGABYTE


class RequestSizeMiddleware:
    """Answers 413 with a page that says what to do; nothing of the body is read before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or ""
        if length.isascii() and length.isdecimal() and int(length[:20]) > most_bytes():
            return too_large(request)
        return self.get_response(request)
