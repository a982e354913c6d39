"""Lock-out after wrong passwords and codes, counted by django-axes.

Three counts, each within the last CITYMAP_SIGN_IN_LOCK_MINUTES: of a user name from one address
(5), of a user name from everywhere and of an address for all names (ten times as many): a
guesser is stopped, an office behind one address is not, and nobody can lock a colleague out
with five requests (docs/adr/1102-lock-out.md).
"""

import math
from datetime import datetime, timedelta

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_credentials
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

LOCKED_STATUS = 429
# How many attempts count as one, in the order of settings.AXES_LOCKOUT_PARAMETERS.
SHARES = (1, 10, 10)


class LockoutHandler(AxesDatabaseHandler):
    """Axes' table of attempts with limits of our own for each count."""

    def get_failures(self, request: HttpRequest, credentials: dict | None = None) -> int:
        """Failures in units of the limit: the worst of the three counts."""
        return max(
            (attempts.aggregate(n=Sum("failures_since_start"))["n"] or 0) // share
            for attempts, share in zip(
                self.get_user_attempts(request, credentials), SHARES, strict=True
            )
        )

    def reset_user_attempts(self, request: HttpRequest, credentials: dict | None = None) -> int:
        """Signing in forgives this name at this address only, not what else came from there."""
        pair, *_others = self.get_user_attempts(request, credentials)
        count, _details = pair.delete()
        return count


def cool_off(request: HttpRequest | None = None) -> timedelta:
    """How long a lock lasts after the attempt that caused it."""
    return timedelta(minutes=settings.CITYMAP_SIGN_IN_LOCK_MINUTES)


def minutes_left(request: HttpRequest, credentials: dict | None, now: datetime) -> int:
    """Whole minutes until the lock ends, at least one."""
    handler = AxesProxyHandler.get_implementation()
    last = max(
        (
            moment
            for attempts in handler.get_user_attempts(request, credentials)
            if (moment := attempts.aggregate(last=Max("attempt_time"))["last"])
        ),
        default=now,
    )
    return max(1, math.ceil((last + cool_off() - now).total_seconds() / 60))


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict | None = None
) -> HttpResponse:
    """The page for somebody who is locked out: how long, and who can help."""
    minutes = minutes_left(request, credentials, timezone.now())
    answer = render(request, "accounts/locked.html", {"minutes": minutes}, status=LOCKED_STATUS)
    answer.headers["Retry-After"] = str(minutes * 60)
    return answer


def is_locked(request: HttpRequest, username: str) -> bool:
    """Whether this name may not sign in from here now; marks the request for the answer."""
    credentials = get_credentials(username)
    if AxesProxyHandler.is_allowed(request, credentials):
        return False
    request.axes_locked_out = True
    request.axes_credentials = credentials
    return True


def count_wrong_code(request: HttpRequest, username: str) -> None:
    """A wrong code of the second factor counts as a wrong password does."""
    user_login_failed.send(sender=__name__, credentials={"username": username}, request=request)


def unlock(*, username: str) -> int:
    """Forget the wrong attempts of a user name everywhere; returns how many rows went."""
    count, _details = AccessAttempt.objects.filter(username=username).delete()
    return count
