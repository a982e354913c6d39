"""A change that was refused is written down, after its transaction is gone."""

import structlog
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest
from django.utils import timezone
from psycopg2 import errors

from citymap.history.models import ProtocolKind
from citymap.history.protocols import open_protocol

log = structlog.get_logger("citymap.history")

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# What triggers raise (RAISE EXCEPTION, pgtrigger's FSM and Protect) and rights that lack.
_REFUSED_BY_DATABASE = (
    errors.RaiseException,
    errors.RestrictViolation,
    errors.InsufficientPrivilege,
)


def refusal(error: Exception) -> str:
    """Why a change was refused, or nothing when `error` is something else."""
    if isinstance(error, PermissionDenied):
        return f"refused by permission: {error}".strip().removesuffix(":")
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    if isinstance(cause, _REFUSED_BY_DATABASE):
        return f"refused by the database: {str(cause).strip().splitlines()[0]}"
    return ""


def note_refusal(*, request: HttpRequest, error: Exception) -> None:
    """Open a protocol when a signed-in user's change was refused; never raises.

    The same person, address and reason make one protocol an hour, however often it is tried.
    """
    why = refusal(error)
    user = getattr(request, "user", None)
    if not why or request.method in SAFE_METHODS or not getattr(user, "is_authenticated", False):
        return
    now = timezone.now()
    try:
        open_protocol(
            kind=ProtocolKind.REFUSED,
            what=f"{request.method} {request.path}: {why}",
            when=now,
            same=f"{user.pk} {request.method} {request.path} {why} {now:%Y-%m-%d %H}",
        )
    except (DatabaseError, InterfaceError):
        # The answer to the user matters more; the log still has it.
        log.exception("protocol not written", path=request.path)
        if not connection.in_atomic_block:
            connection.close()
