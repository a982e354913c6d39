"""Between the right password and the right code: nobody is signed in yet."""

import time
from dataclasses import dataclass

from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import constant_time_compare

from citymap.accounts.models import User

KEY = "pending_sign_in"
LASTS_S = 600


@dataclass(frozen=True)
class Pending:
    """Who gave the right password, by which backend, and where they wanted to go."""

    user: User
    backend: str
    next: str


def remember(session: SessionBase, user: User, *, next_url: str) -> None:
    """Note that the password was right. The session gets a new key."""
    session.cycle_key()
    session[KEY] = {
        "user": user.pk,
        "backend": user.backend,
        "next": next_url,
        "since": int(time.time()),
        "proof": user.get_session_auth_hash(),
    }


def recall(session: SessionBase) -> Pending | None:
    """Who is about to sign in; None when nobody is, it took too long, or the password changed."""
    noted = session.get(KEY)
    if not noted or time.time() - noted["since"] > LASTS_S:
        return None
    user = User.objects.filter(pk=noted["user"], is_active=True).first()
    if user is None or not constant_time_compare(noted["proof"], user.get_session_auth_hash()):
        return None
    return Pending(user, noted["backend"], noted["next"])


def forget(session: SessionBase) -> None:
    session.pop(KEY, None)
