"""Errors under `/api/` as problem JSON (RFC 9457), and which domain error means which status.

Domain errors know no HTTP. A room that raises one to its API registers it here once:

    register_error(PlaceNotFoundError, status=404, title=_("No such place"))
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _

CONTENT_TYPE = "application/problem+json"
API_PREFIX = "/api/"


class BadParameterError(ValueError):
    """A parameter of a request is missing, malformed or out of range."""

    def __init__(self, parameter: str, detail: str) -> None:
        super().__init__(detail)
        self.parameter = parameter


_TITLES = {
    400: _("The request is not right"),
    401: _("Sign in first"),
    403: _("Not permitted"),
    404: _("Not found"),
    405: _("Method not allowed"),
    413: _("This is too much at once"),
    422: _("Cannot be answered"),
    500: _("Something went wrong on our side"),
}
_errors: dict[type[Exception], tuple[int, Any]] = {}


def register_error(error: type[Exception], *, status: int, title: Any = "") -> None:
    """Answer `error` (and its subclasses) under `/api/` with `status`."""
    _errors[error] = (status, title)


register_error(BadParameterError, status=400)
register_error(SuspiciousOperation, status=400)
register_error(PermissionDenied, status=403)
register_error(Http404, status=404)


def problem(status: int, title: Any = "", detail: Any = "", **extra: Any) -> JsonResponse:
    """A problem JSON response. `extra` members are added as they are (RFC 9457, 3.2)."""
    body = {
        "type": "about:blank",
        "title": str(title or _TITLES.get(status) or HTTPStatus(status).phrase),
        "status": status,
    }
    if detail := str(detail):
        body["detail"] = detail
    return JsonResponse(
        {**body, **extra},
        status=status,
        content_type=CONTENT_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )


def problem_for(error: Exception) -> JsonResponse | None:
    """The answer for a known domain error, None for any other."""
    for kind in type(error).__mro__:
        if kind in _errors:
            status, title = _errors[kind]
            extra = {}
            if isinstance(error, BadParameterError):
                extra["parameter"] = error.parameter
            # Http404's text speaks of URL patterns and queries, not to people.
            detail = "" if isinstance(error, Http404 | SuspiciousOperation) else error
            return problem(status, title, detail, **extra)
    return None


class ApiProblemMiddleware:
    """Every error under `/api/` is problem JSON, whoever made it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            response.status_code < 400
            or not request.path.startswith(API_PREFIX)
            or response.headers.get("Content-Type", "").startswith(CONTENT_TYPE)
        ):
            return response
        answer = problem(response.status_code)
        for header in ("Allow", "WWW-Authenticate", "Retry-After"):
            if header in response.headers:
                answer.headers[header] = response.headers[header]
        return answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not request.path.startswith(API_PREFIX):
            return None
        return problem_for(error)


class AddressGuardMiddleware:
    """An address with a NUL character names nothing: the database cannot even be asked for it.

    A view that never asks, as the form at `/track/<number>/`, answers as for any other address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        """Raises Http404 where the driver refused a part of the address that holds a NUL.

        psycopg2 raises ValueError before anything is sent, so the transaction is as it was.
        """
        if not isinstance(error, ValueError) or request.resolver_match is None:
            return
        match = request.resolver_match
        parts = (*match.args, *match.kwargs.values())
        if any("\x00" in value for value in parts if isinstance(value, str)):
            raise Http404 from error
