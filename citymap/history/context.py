"""Who changes something, and why: carried from Python into every event row.

    with acting(user=user, reason="found on site"):
        ...

A wrapper on the database connection puts the context before each writing statement, as a
setting that lives as long as the transaction; the history triggers read it. So it reaches
whatever writes: `save()`, `update()`, `bulk_create()`, `executemany`, raw SQL, and the upsert
after a COPY into a staging table. (COPY straight into a tracked table carries none.)

A request acts for its user (`HistoryMiddleware`). A management command acts for itself; at a
shell nobody does until `acting` says who.
"""

import json
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import ContextDecorator
from contextvars import ContextVar, Token
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest
from psycopg2 import sql as sqltext

SETTING = "pghistory.context_metadata"
MAX_TEXT = 1000
# Commands that are nobody's work: what is typed at a shell has an author only when it says so,
# and a server acts for its requests.
NAMELESS = frozenset({"", "dbshell", "runserver", "serve", "shell", "test"})

_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|MERGE|DO|CALL|WITH)\b", re.IGNORECASE)
_WRITES_WITHIN = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE)

_acting: ContextVar["acting | None"] = ContextVar("citymap_history_acting", default=None)


class acting(ContextDecorator):  # noqa: N801 (reads as a word of the `with` statement)
    """Every change inside the block is by `user`, for `reason`, through `request`.

    Blocks nest: what an inner one does not say is taken from the outer one. `user` may be any
    object with `pk` and `get_username()`; without it the request's user counts. Also a decorator.
    """

    def __init__(
        self,
        *,
        user: Any = None,
        reason: str = "",
        request: HttpRequest | None = None,
        command: str = "",
    ) -> None:
        self._user, self._reason, self._request, self._command = user, reason, request, command
        self._outer: acting | None = None
        self._tokens: list[Token] = []
        self._texts: dict[Any, str] = {}

    def __enter__(self) -> "acting":
        self._outer = _acting.get()
        self._texts = {}
        self._tokens.append(_acting.set(self))
        return self

    def __exit__(self, *exc: object) -> None:
        _acting.reset(self._tokens.pop())

    def metadata(self) -> dict[str, Any]:
        """What goes into the event row: user, username, reason, request, method, url, token,
        command."""
        said = dict(self._outer.metadata() if self._outer else process_context())
        if self._command:
            said["command"] = clean(self._command)
        if self._request is not None:
            said |= _of_request(self._request)
        if self._user is not None:
            said |= _of_user(self._user)
        if self._reason:
            said["reason"] = clean(self._reason)
        return said

    def text(self) -> str:
        """`metadata()` as JSON; made again when somebody signed in or out meanwhile."""
        key = _signed_in(self)
        if key not in self._texts:
            self._texts[key] = as_json(self.metadata())
        return self._texts[key]


def current() -> dict[str, Any]:
    """What a change made now would be recorded with; empty when nobody acts."""
    inner = _acting.get()
    return inner.metadata() if inner else dict(process_context())


def as_json(metadata: Mapping[str, Any]) -> str:
    """ASCII JSON that PostgreSQL's jsonb takes."""
    return json.dumps(metadata, default=str)


def clean(text: Any, limit: int = MAX_TEXT) -> str:
    """A text that jsonb can hold: no NUL, no half of a surrogate pair, not endless."""
    return str(text).replace("\x00", "").encode("utf-8", "replace").decode("utf-8")[:limit]


@lru_cache(maxsize=1)
def process_context() -> Mapping[str, Any]:
    """The command that this process runs; empty for a server, a shell and a test run."""
    program = Path(sys.argv[0]).name if sys.argv else ""
    if program == "manage.py":
        words = [word for word in sys.argv[1:] if not word.startswith("-")]
        command = words[0] if words else ""
        return {} if command in NAMELESS else {"command": clean(command, 100)}
    if program.startswith("import_") and program.endswith(".py"):
        return {"command": program.removesuffix(".py")}
    return {}


def _of_user(user: Any) -> dict[str, Any]:
    if getattr(user, "pk", None) is None:
        return {}
    return {"user": user.pk, "username": clean(user.get_username(), 150)}


def _of_request(request: HttpRequest) -> dict[str, Any]:
    said = {"method": clean(request.method, 10), "url": clean(request.path, 500)}
    if request_id := getattr(request, "id", ""):
        said["request"] = request_id
    # A program that asked by a token in its user's name.
    if token := getattr(request, "api_token", None):
        said["token"] = token.pk
    user = getattr(request, "user", None)
    return said | (_of_user(user) if user is not None else {})


def _signed_in(block: acting) -> Any:
    """Identity of the user of the innermost request, without asking the database for it twice."""
    while block is not None:
        if block._request is not None:
            return getattr(getattr(block._request, "user", None), "pk", None)
        block = block._outer
    return None


# --- into the database --------------------------------------------------------------------
def carry_context(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Receiver of `connection_created`: from now on writes carry the context."""
    if carry not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, carry)


def carry(execute: Callable, sql: Any, params: Any, many: bool, context: Mapping[str, Any]) -> Any:
    """Execute wrapper: put the context before a statement that writes."""
    connection = context["connection"]
    if not _is_write(sql) or getattr(context["cursor"].cursor, "name", None):
        return execute(sql, params, many, context)
    prefix = _prefix(connection)
    if prefix is None:
        return execute(sql, params, many, context)
    if not many:
        return execute(_joined(prefix, sql, escape=params is not None), params, False, context)
    if connection.in_atomic_block:
        context["cursor"].execute(prefix)
        return execute(sql, params, True, context)
    # Each row is a transaction of its own, which the setting does not outlive.
    for row in params:
        context["cursor"].execute(sql, row)
    return None


def _is_write(sql: Any) -> bool:
    text = _text_of(sql)
    found = _WRITES.match(text)
    if found is None:
        return False
    return found[1].upper() != "WITH" or _WRITES_WITHIN.search(text) is not None


def _text_of(sql: Any) -> str:
    """The text of a statement; values and names of a composed one left out."""
    if isinstance(sql, sqltext.Composed):
        return " ".join(_text_of(part) for part in sql)
    if isinstance(sql, sqltext.SQL):
        return sql.string
    if isinstance(sql, bytes):
        return sql.decode("utf-8", "replace")
    return sql if isinstance(sql, str) else ""


def _prefix(connection: BaseDatabaseWrapper) -> str | None:
    """The statement that sets the context; None when there is nothing to set or to clear."""
    inner = _acting.get()
    if inner is not None:
        text = inner.text()
    elif process := process_context():
        text = as_json(process)
    elif getattr(connection, "citymap_carried", False):
        text = ""  # an earlier block of the same transaction must not answer for this
    else:
        return None
    connection.citymap_carried = True
    quoted = text.replace("'", "''")
    return f"SELECT set_config('{SETTING}', '{quoted}', true); "


def _joined(prefix: str, sql: Any, *, escape: bool) -> Any:
    if escape:
        prefix = prefix.replace("%", "%%")
    if isinstance(sql, sqltext.Composable):
        return sqltext.SQL(prefix) + sql
    return prefix.encode() + sql if isinstance(sql, bytes) else prefix + sql
