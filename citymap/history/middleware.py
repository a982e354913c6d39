"""Requests act for their user, and a refused change becomes a protocol."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from citymap.history.context import acting
from citymap.history.refusals import note_refusal


class HistoryMiddleware:
    """After authentication: changes of a request carry its user, id, method and path.

    The user is read when the first change is made, so pages that only read ask for no session.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting(request=request):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        """Write down that a change was refused; the answer is made by others."""
        note_refusal(request=request, error=error)
