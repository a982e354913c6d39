"""What public pages say to every visitor, kept as long as nothing in the database changes.

A town that just read the news asks for the same pages at once. Each process keeps what it answered
together with the database's snapshot: whatever is committed, by whomever, makes another one, so
the next look is right. Signed-in people get answers of their own.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

# Characters kept by a process; a longer answer is made each time.
MOST = 16_000_000

_kept: OrderedDict[tuple, tuple[tuple, tuple[str, ...]]] = OrderedDict()
_lock = threading.Lock()


def kept(request: HttpRequest, make: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    """The texts that `make` makes for this address, language and visitor's host."""
    # In a transaction there is something that only we see.
    if request.user.is_authenticated or connection.in_atomic_block:
        return make()
    key = (request.get_host(), request.get_full_path(), get_language())
    mark = (_snapshot(), timezone.localdate())
    with _lock:
        found = _kept.get(key)
        if found is not None and found[0] == mark:
            _kept.move_to_end(key)
            return found[1]
    texts = make()
    with _lock:
        _kept.pop(key, None)
        _kept[key] = (mark, texts)
        room = MOST - sum(_length(one) for _mark, one in _kept.values())
        while room < 0:
            _key, (_mark, oldest) = _kept.popitem(last=False)
            room += _length(oldest)
    return texts


def _length(texts: tuple[str, ...]) -> int:
    # An entry is worth something even when it says nothing: so their number is bounded too.
    return 1000 + sum(map(len, texts))


def _snapshot() -> tuple[str, str]:
    """Of which database, and which transactions have ended in it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        return connection.settings_dict["NAME"], cursor.fetchone()[0]
