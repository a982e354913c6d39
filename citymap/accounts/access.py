"""Who sees and does what: the one place that decides, for pages, API, tiles, exports and counts.

An app names what can be done in its `permissions.py` (found by itself, before all other files):

    register_permission(
        Permission(
            name="appeals.read",
            title=_("Read appeals"),
            roles=frozenset({Role.OPERATOR, Role.EXECUTOR, Role.INSPECTOR}),
            limits={Role.EXECUTOR: Limit.BODY, Role.INSPECTOR: Limit.TERRITORY},
        )
    )

A model that is limited says by which path its body and its place are found:

    class Appeal(models.Model):
        access_paths = AccessPaths(bodies=("executor", "co_executors"), places=("geom",))

Then `visible(Appeal.objects.all(), user, "appeals.read")` is what the user may see, whatever is
made of that queryset, and `may(user, "appeals.read", appeal)` asks the same filter for one row.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Flag
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured, PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.functional import Promise

from citymap.accounts.choices import Role
from citymap.problems import API_PREFIX, problem
from citymap.registry import Registry

AnyUser = AbstractBaseUser | AnonymousUser
View = Callable[..., HttpResponse]


class Limit(Flag):
    """How far a role reaches. `BODY | TERRITORY` means both at once.

    BODY: rows of the user's own body, of the bodies under it, and of those it substitutes today.
    TERRITORY: rows that touch the user's own areas, or those of the body when the user has none;
        nothing when there are neither, unless the user is marked as city-wide.
    """

    NONE = 0
    BODY = 1
    TERRITORY = 2


@dataclass(frozen=True, kw_only=True)
class Permission:
    """Something that can be done, and by whom.

    limit: how far every role reaches; `limits` says otherwise for single roles. A user with
    several roles reaches as far as all of them together. Superusers hold everything unlimited.
    """

    name: str
    title: str | Promise
    roles: frozenset[Role]
    limit: Limit = Limit.NONE
    limits: Mapping[Role, Limit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if strangers := set(self.limits) - self.roles:
            raise ImproperlyConfigured(f"{self.name}: limits of roles without it: {strangers}")

    def limit_of(self, role: Role) -> Limit:
        """How far `role` reaches by this permission."""
        return self.limits.get(role, self.limit)


@dataclass(frozen=True, kw_only=True)
class AccessPaths:
    """Where a model's rows say whose they are and where they lie: field paths, any may match.

    bodies: foreign keys to `accounts.Organization`; `pk` for the organisation itself.
    places: geometry fields in the city CRS.
    """

    bodies: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


class UnknownPermissionError(LookupError):
    """A name that no app registered: a mistake in code, never a right."""


permissions: Registry[Permission] = Registry("permission")


def register_permission(permission: Permission) -> Permission:
    """Add a permission; called in an app's `permissions.py`."""
    return permissions.register(permission)


def permission_named(name: str) -> Permission:
    """The permission of that name; raises UnknownPermissionError."""
    found = permissions.get(name)
    if found is None:
        raise UnknownPermissionError(f"no app registers the permission {name!r}")
    return found


def holds(user: AnyUser, *roles: Role) -> bool:
    """Whether `user` is signed in, active and holds any of `roles`."""
    return user.is_authenticated and user.has_role(*roles)


def may(user: AnyUser, name: str, obj: Model | None = None) -> bool:
    """Whether `user` has the permission, for `obj` when one is given.

    Without `obj`: whether it makes sense to show the way there (a link, a page, a list).
    """
    permission = permission_named(name)
    if not holds(user, *permission.roles):
        return False
    if obj is None or Limit.NONE in _limits_of(user, permission):
        return True
    return visible(type(obj)._default_manager.filter(pk=obj.pk), user, name).exists()


def visible(queryset: QuerySet, user: AnyUser, name: str) -> QuerySet:
    """The rows of `queryset` that `user` may see or change by the permission `name`."""
    permission = permission_named(name)
    if not holds(user, *permission.roles):
        return queryset.none()
    limits = _limits_of(user, permission)
    if Limit.NONE in limits:
        return queryset
    model = queryset.model
    reach = Q()
    for limit in sorted(limits, key=lambda limit: limit.value):
        reach |= _within(model, user, limit, permission)
    return queryset.filter(reach)


def _limits_of(user: AnyUser, permission: Permission) -> set[Limit]:
    if user.is_superuser:
        return {Limit.NONE}
    return {permission.limit_of(role) for role in permission.roles if user.has_role(role)}


def _paths(model: type[Model]) -> AccessPaths:
    return getattr(model, "access_paths", None) or AccessPaths()


def _within(model: type[Model], user: AnyUser, limit: Limit, permission: Permission) -> Q:
    """The condition of one limit. A model that does not say where to look is a mistake."""
    condition = Q()
    paths = _paths(model)
    for part, found, words in (
        (Limit.BODY, paths.bodies, "bodies"),
        (Limit.TERRITORY, paths.places, "places"),
    ):
        if part not in limit:
            continue
        if not found:
            raise ImproperlyConfigured(
                f"{permission.name} is limited: {model.__name__}.access_paths must name {words}"
            )
        if part is Limit.BODY:
            ways = [_way(model, path, "in", user.reach.bodies) for path in found]
        elif user.reach.whole_city:
            continue
        else:
            ways = [_way(model, path, "intersects", user.reach.ground()) for path in found]
        condition &= functools.reduce(Q.__or__, ways)
    return condition


def _way(model: type[Model], path: str, lookup: str, value: Any) -> Q:
    """The condition of one path. Where one row can match by several others it is asked by key, so
    that nothing is counted twice, and the other conditions keep their indexes."""
    condition = Q((f"{path}__{lookup}", value))
    if not _fans_out(model, path):
        return condition
    return Q(pk__in=model._base_manager.filter(condition).values("pk"))


def _fans_out(model: type[Model], path: str) -> bool:
    """Whether the path crosses a relation to many."""
    options = model._meta
    for part in path.split("__"):
        try:
            step = options.pk if part == "pk" else options.get_field(part)
        except FieldDoesNotExist as error:
            raise ImproperlyConfigured(f"{model.__name__}.access_paths: no {path!r}") from error
        if step.many_to_many or step.one_to_many:
            return True
        if step.related_model:
            options = step.related_model._meta
    return False


def requires(name: str) -> Callable[[View], View]:
    """Let a view be used only with the permission; marks it as `view.permission`.

    Nobody is sent to sign in (401 under `/api/`), others without the right are answered 403.
    Objects are still to be looked for among `visible(...)`: what is not theirs is 404.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if may(request.user, name):
                return view(request, *args, **kwargs)
            if request.user.is_authenticated:
                raise PermissionDenied
            if request.path.startswith(API_PREFIX):
                return problem(401)
            query = urlencode({"next": request.get_full_path()}, safe="/")
            return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{query}")

        wrapper.permission = name
        return wrapper

    return decorate


def public(view: View) -> View:
    """Mark a view as open to all; what it shows is still filtered where it says so."""
    view.public = True
    return view


# --- questions asked in many places ---------------------------------------------------------


def is_city_staff(user: AnyUser) -> bool:
    """Staff of the centre and of city bodies: sees cameras and other staff-only objects."""
    return may(user, "city.staff")


def may_edit_yards(user: AnyUser) -> bool:
    """Planners redraw, merge, split and group yards."""
    return may(user, "yards.edit")
