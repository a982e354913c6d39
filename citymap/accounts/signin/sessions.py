"""How long a session lasts, and that it has all the proofs that its user needs."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from citymap.accounts.access import AnyUser
from citymap.accounts.signin.secondfactor import is_demanded_of

SIGNED_IN_AT = "signed_in_at"
LAST_SEEN = "last_seen"
PROVED = "second_factor"
# The last moment of work is noted no oftener: noting it is a write.
NOTE_EVERY_S = 60


@receiver(user_logged_in, dispatch_uid="citymap.accounts.sessions.note_sign_in")
def note_sign_in(sender, request: HttpRequest, **kwargs) -> None:
    """The clock of a new session starts."""
    request.session[SIGNED_IN_AT] = request.session[LAST_SEEN] = int(time.time())


def is_over(session: SessionBase, now: float) -> bool:
    """Whether a session is too old, or nobody has worked with it for too long."""
    signed_in = session.get(SIGNED_IN_AT, 0)
    seen = session.get(LAST_SEEN, 0)
    return (
        now - signed_in >= settings.SESSION_COOKIE_AGE
        or now - seen >= settings.CITYMAP_SESSION_IDLE_MINUTES * 60
    )


class SessionGuardMiddleware:
    """Gives views a user only while the session holds; costs nothing where nobody asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = request.user
        request.user = SimpleLazyObject(lambda: _guarded(request, found))
        return self.get_response(request)


def _guarded(request: HttpRequest, user: AnyUser) -> AnyUser:
    if not user.is_authenticated:
        return user
    session, now = request.session, time.time()
    if is_over(session, now) or (is_demanded_of(user) and not session.get(PROVED)):
        # Set before the session goes: that is a write, and writes ask who is at work.
        request.user = AnonymousUser()
        session.flush()
        return request.user
    if now - session[LAST_SEEN] >= NOTE_EVERY_S:
        session[LAST_SEEN] = int(now)
    return user
