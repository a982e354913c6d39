"""Tries counted against guessing and flooding: in the database, so that all workers count alike.

A key is a keyed digest of what is counted (an address, a number): nobody can read it back.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac

from appeals.models import RateCount
from citymap.accounts.signin.addresses import client_address

KEPT = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """At most `most` of something from one place within a window."""

    name: str
    most: int
    window: dt.timedelta

    def key(self, of: str) -> str:
        return salted_hmac(f"appeals.rate.{self.name}", of, algorithm="sha256").hexdigest()

    def start(self, now: dt.datetime) -> dt.datetime:
        """The beginning of the window that `now` lies in."""
        seconds = self.window.total_seconds()
        return dt.datetime.fromtimestamp(now.timestamp() // seconds * seconds, dt.UTC)

    def minutes_left(self, now: dt.datetime) -> int:
        left = self.start(now) + self.window - now
        return max(1, round(left.total_seconds() / 60))


# Wrong codes: from one address, and of one number from everywhere.
WRONG_CODES = Limit(name="code", most=10, window=dt.timedelta(minutes=15))
WRONG_CODES_OF_NUMBER = Limit(name="number", most=20, window=dt.timedelta(hours=1))
# Reports from one address: a family, an office; and with one telephone.
REPORTS = Limit(name="report", most=12, window=dt.timedelta(hours=1))
REPORTS_OF_PHONE = Limit(name="phone", most=5, window=dt.timedelta(hours=1))
LOOKUPS = Limit(name="lookup", most=120, window=dt.timedelta(minutes=15))


def spent(limit: Limit, of: str, now: dt.datetime | None = None) -> bool:
    """Whether no more is allowed in this window."""
    now = now or timezone.now()
    return RateCount.objects.filter(
        key=limit.key(of), window_start=limit.start(now), count__gte=limit.most
    ).exists()


def count(limit: Limit, of: str, now: dt.datetime | None = None) -> int:
    """Count one more; how many there are now. Two at once are two."""
    now = now or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO appeals_ratecount AS row (key, window_start, count) VALUES (%s, %s, 1)"
            " ON CONFLICT (key, window_start) DO UPDATE SET count = row.count + 1"
            " RETURNING count",
            [limit.key(of), limit.start(now)],
        )
        return cursor.fetchone()[0]


def address_of(request: HttpRequest) -> str:
    return client_address(request)


def too_often(request: HttpRequest, limit: Limit) -> HttpResponse:
    """The page that says how long to wait."""
    minutes = limit.minutes_left(timezone.now())
    answer = render(request, "appeals/too_often.html", {"minutes": minutes}, status=429)
    answer.headers["Retry-After"] = str(minutes * 60)
    return answer


def sweep_counts(now: dt.datetime) -> str:
    """Forget counts of windows that are long over."""
    gone, _details = RateCount.objects.filter(window_start__lt=now - KEPT).delete()
    return f"forgotten: {gone}"
