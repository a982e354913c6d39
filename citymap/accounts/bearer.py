"""Requests that bring a token: `Authorization: Bearer citymap_...`, under `/api/` only.

The token stands for its user: whatever asks who is there is answered as with a session, so the
registry of permissions, the history and the looks at personal data need to know nothing of it.
A browser never sends this header by itself, so such a request needs no CSRF token; one that comes
with a session does as ever.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from citymap.accounts.choices import TokenScope
from citymap.accounts.models.tokens import PREFIX
from citymap.accounts.services.tokens import count_use, good_token
from citymap.problems import API_PREFIX, problem

_SCHEME = "bearer "
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST = 200


def secret_of(request: HttpRequest) -> str | None:
    """The token that a request brings; None when it brings none of ours."""
    header = request.headers.get("Authorization", "")
    if header[: len(_SCHEME)].lower() != _SCHEME:
        return None
    secret = header[len(_SCHEME) :].strip()
    return secret if secret.startswith(PREFIX) else None


class TokenMiddleware:
    """Behind the guard of sessions, before whatever asks who is there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        secret = secret_of(request) if request.path.startswith(API_PREFIX) else None
        if secret is None:
            return self.get_response(request)
        response = self._answer(request, secret)
        # What one token is answered is nobody else's, whatever the view says of caching.
        response.headers["Cache-Control"] = "private, no-cache"
        patch_vary_headers(response, ["Authorization"])
        return response

    def _answer(self, request: HttpRequest, secret: str) -> HttpResponse:
        token = good_token(secret) if len(secret) <= LONGEST else None
        if token is None:
            answer = problem(401, _("The token is wrong, expired or revoked"))
            answer.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
            return answer
        if not count_use(token):
            answer = problem(429, _("Too many requests with this token"))
            answer.headers["Retry-After"] = str(60 - timezone.now().second)
            return answer
        if token.scope == TokenScope.READ and request.method not in _SAFE:
            answer = problem(403, _("This token only reads"))
            answer.headers["WWW-Authenticate"] = 'Bearer error="insufficient_scope"'
            return answer
        request.user = token.user
        request.api_token = token
        request._dont_enforce_csrf_checks = True
        return self.get_response(request)
