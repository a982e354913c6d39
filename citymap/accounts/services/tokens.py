"""Tokens of the API: made, revoked, used. The secret is shown once and kept as a hash."""

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from citymap.accounts.access import holds
from citymap.accounts.choices import TokenScope
from citymap.accounts.models import ApiToken, User
from citymap.accounts.models.tokens import PREFIX
from citymap.accounts.signin.secondfactor import PRIVILEGED_ROLES

LONGEST_DAYS = 365
LONGEST_DAYS_PRIVILEGED = 30
MOST_GOOD = 20
_HINT_LETTERS = 4


class TokenRefusedError(ValueError):
    """A token that may not be made; the message is for the one who asked."""


def is_privileged(user: User) -> bool:
    """Whether the user's tokens only read, and not for long (docs/adr/1105-api-tokens.md)."""
    return holds(user, *PRIVILEGED_ROLES)


def longest_days(user: User) -> int:
    """For how many days a token of the user may be good."""
    return LONGEST_DAYS_PRIVILEGED if is_privileged(user) else LONGEST_DAYS


def digest_of(secret: str) -> str:
    """What is kept of a token. It has 256 random bits: nobody finds it by trying."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def make_token(*, user: User, name: str, scope: str, days: int) -> tuple[ApiToken, str]:
    """A new token of `user` and its secret, which nobody can be shown again.

    Raises TokenRefusedError: no such scope or length, too many, more than a privileged role may.
    """
    owner = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    name = " ".join(name.split())
    if not name or len(name) > ApiToken._meta.get_field("name").max_length:
        raise TokenRefusedError(_("Say in a few words what the token is for."))
    if scope not in TokenScope.values:
        raise TokenRefusedError(_("There is no such scope."))
    if scope == TokenScope.WRITE and is_privileged(owner):
        raise TokenRefusedError(_("Tokens of your role only read."))
    if not 1 <= days <= longest_days(owner):
        most = longest_days(owner)
        raise TokenRefusedError(_("A token is good for at most %(days)d days.") % {"days": most})
    if ApiToken.objects.good().filter(user=owner).count() >= MOST_GOOD:
        said = _("You have %(most)d good tokens: revoke one first.")
        raise TokenRefusedError(said % {"most": MOST_GOOD})
    secret = PREFIX + secrets.token_urlsafe(32)
    now = timezone.now()
    token = ApiToken.objects.create(
        user=owner, name=name, hint=secret[: len(PREFIX) + _HINT_LETTERS],
        digest=digest_of(secret), scope=scope, epoch=owner.session_epoch,
        made_at=now, expires_at=now + dt.timedelta(days=days),
    )  # fmt: skip
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, user: User) -> bool:
    """The token opens nothing any more; whether it was still open to revoking."""
    row = ApiToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
    if row.revoked_at is not None:
        return False
    row.revoked_at, row.revoked_by = timezone.now(), user
    row.save(update_fields=["revoked_at", "revoked_by"])
    return True


def revoke_all(*, user: User, by: User | None = None) -> int:
    """End all of a user's tokens; how many."""
    rows = ApiToken.objects.filter(user=user, revoked_at__isnull=True)
    return rows.update(revoked_at=timezone.now(), revoked_by=by or user)


# One statement: two requests at once are two, whichever process answers them.
_COUNT = """
UPDATE accounts_apitoken SET
    last_used_at = statement_timestamp(),
    window_count = CASE WHEN window_at = date_trunc('minute', statement_timestamp())
                        THEN window_count + 1 ELSE 1 END,
    window_at = date_trunc('minute', statement_timestamp())
WHERE id = %s
RETURNING window_count
"""


def good_token(secret: str) -> ApiToken | None:
    """The token of that secret, with its user, when it opens the API now."""
    rows = ApiToken.objects.good().select_related("user__organization")
    return rows.filter(digest=digest_of(secret)).first()


def count_use(token: ApiToken) -> bool:
    """Note that the token was used; whether it is not used too often this minute."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [token.pk])
        (count,) = cursor.fetchone()
    return count <= settings.CITYMAP_TOKEN_PER_MINUTE
