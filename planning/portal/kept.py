"""What public pages say to every visitor, kept as long as nothing that they read has changed.

A town that just read the news asks for the same pages at once, while the city works on. Each
process keeps what it answered together with the database's snapshot of then. Triggers note every
transaction that touches what these pages read (`PublicChange`), so the next look after its commit
is right. Signed-in people get answers of their own.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from citymap.sqlfiles import load_sql
from planning import clustering
from planning.services.publicchanges import KEPT_FOR

# Characters kept by a process; a longer answer is made each time.
MOST = 16_000_000
# A visitor waits so long at most for another one's answer to the same question.
WAITS_S = 10.0


@dataclass(slots=True)
class _Kept:
    """texts: what was said. day and database: of which. snapshot: nothing has changed up to it,
    which was seen at `looked_at`, seconds of the monotonic clock."""

    texts: tuple[str, ...]
    about: tuple
    snapshot: str
    looked_at: float

    @property
    def length(self) -> int:
        # An entry is worth something even when it says nothing: so their number is bounded too.
        return 1000 + sum(map(len, self.texts))


_kept: OrderedDict[tuple, _Kept] = OrderedDict()
_making: dict[tuple, threading.Lock] = {}
_lock = threading.Lock()


def kept(request: HttpRequest, make: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    """The texts that `make` makes for this address, language and visitor's host."""
    # In a transaction there is something that only we see.
    if request.user.is_authenticated or connection.in_atomic_block:
        return make()
    key = (request.get_host(), request.get_full_path(), get_language())
    found = _still_right(key)
    if found is not None:
        return found
    # One makes the answer, others who ask the same wait for it.
    with _turn(key):
        return _still_right(key) or _made(key, make)


def _still_right(key: tuple) -> tuple[str, ...] | None:
    with _lock:
        found = _kept.get(key)
    # Changes are forgotten after a while: what nobody asked about for longer may be wrong.
    too_old = found is not None and time.monotonic() - found.looked_at > KEPT_FOR.total_seconds()
    if found is None or too_old or found.about != _about():
        return None
    snapshot, changed = _look(found.snapshot)
    if changed:
        return None
    with _lock:
        found.snapshot, found.looked_at = snapshot, time.monotonic()
        if key in _kept:
            _kept.move_to_end(key)
    return found.texts


def _made(key: tuple, make: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    # The snapshot first: what is committed while the answer is made counts as a change.
    about, looked_at, (snapshot, _changed) = _about(), time.monotonic(), _look()
    made = _Kept(texts=make(), about=about, snapshot=snapshot, looked_at=looked_at)
    with _lock:
        _kept.pop(key, None)
        _kept[key] = made
        room = MOST - sum(one.length for one in _kept.values())
        while room < 0:
            room += _kept.popitem(last=False)[1].length
    return made.texts


@contextmanager
def _turn(key: tuple) -> Iterator[None]:
    with _lock:
        turn = _making.setdefault(key, threading.Lock())
    mine = turn.acquire(timeout=WAITS_S)
    try:
        yield
    finally:
        if mine:
            with _lock:
                _making.pop(key, None)
            turn.release()


def _about() -> tuple:
    return connection.settings_dict["NAME"], timezone.localdate()


def _look(known: str | None = None) -> tuple[str, bool]:
    """The snapshot of now, and whether something public was committed since the known one."""
    with connection.cursor() as cursor:
        cursor.execute(load_sql(clustering.__file__, "public_mark.sql"), {"known": known})
        return cursor.fetchone()
