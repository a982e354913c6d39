"""People: made, changed, switched off, signed out, unlocked."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from citymap.accounts.choices import Role
from citymap.accounts.models import Area, User
from citymap.accounts.services.tokens import revoke_all
from citymap.accounts.signin import secondfactor
from citymap.accounts.signin.lockout import unlock

# What of a user decides what a running session may do: a change ends the sessions.
_DECIDES = ("roles", "organization_id", "is_active", "is_superuser", "whole_city")
_CHANGEABLE = frozenset(
    {
        "username", "first_name", "last_name", "email", "post", "language", "organization",
        "roles", "whole_city", "is_active", "is_superuser",
    }
)  # fmt: skip


class PersonRefusedError(ValueError):
    """A change of a user that would leave the installation without somebody to help."""


@transaction.atomic
def create_user(
    *, username: str, password: str | None, areas: Iterable[Area] = (), **values: Any
) -> User:
    """Make a user; without a password nobody can sign in by the name yet.

    Raises ValidationError for a weak password, a bad or taken name, an unknown role.
    """
    user = User(username=User.normalize_username(username))
    _apply(user, values)
    if password is None:
        user.set_unusable_password()
    else:
        validate_password(password, user)
        user.set_password(password)
    user.full_clean()
    user.save()
    user.areas.set(areas)
    return user


@transaction.atomic
def update_user(*, user: User, areas: Iterable[Area] | None = None, **changes: Any) -> User:
    """Change a user. Whoever loses or gains rights is signed out everywhere at once.

    Raises PersonRefusedError when no administrator would be left.
    """
    # One change of rights at a time: two administrators may not take each other's away.
    list(User.objects.filter(_administrators()).order_by("pk").select_for_update())
    stored = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    before = {name: getattr(stored, name) for name in _DECIDES}
    areas_before = set(stored.areas.values_list("pk", flat=True))
    _apply(stored, changes)
    stored.full_clean()
    rights_changed = before != {name: getattr(stored, name) for name in _DECIDES}
    if areas is not None:
        stored.areas.set(areas)
        rights_changed |= areas_before != {area.pk for area in areas}
    if rights_changed:
        stored.session_epoch += 1
    stored.save()
    if rights_changed and not User.objects.filter(_administrators()).exists():
        raise PersonRefusedError(_("At least one active administrator must remain."))
    return stored


def deactivate_user(*, user: User) -> User:
    """Switch a user off: every session ends at once."""
    return update_user(user=user, is_active=False)


@transaction.atomic
def change_own_password(*, user: User, password: str) -> User:
    """A new password, checked before by the form; every other session and every token ends."""
    stored = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    stored.set_password(password)
    stored.save(update_fields=["password"])
    revoke_all(user=stored)
    return stored


@transaction.atomic
def sign_out_everywhere(*, user: User) -> None:
    """End every session of a user."""
    stored = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    stored.session_epoch += 1
    stored.save(update_fields=["session_epoch"])


@transaction.atomic
def reset_second_factor(*, user: User) -> None:
    """For somebody who lost telephone and recovery codes: sessions end, enrolment begins anew."""
    secondfactor.remove(user=user)
    sign_out_everywhere(user=user)


def unlock_sign_in(*, user: User) -> bool:
    """Let a user who is locked out try again now; whether there was a lock to open."""
    return unlock(username=user.get_username()) > 0


def _apply(user: User, values: Mapping[str, Any]) -> None:
    if strangers := set(values) - _CHANGEABLE:
        raise TypeError(f"not to be set here: {sorted(strangers)}")
    for name, value in values.items():
        setattr(user, name, value)
    user.roles = sorted({str(role) for role in user.roles})
    # The administration's own flag follows the role: one truth.
    user.is_staff = user.is_superuser or Role.ADMIN.value in user.roles


def _administrators() -> Q:
    return Q(is_active=True) & (Q(is_superuser=True) | Q(roles__contains=[Role.ADMIN.value]))
