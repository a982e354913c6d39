"""Where people land after signing in: each role on the page it works on.

An app names its pages in its `navigation.py`:

    register_home(Home(name="inbox", url_name="inbox:worklist", roles={Role.EXECUTOR}, order=20))
"""

from collections.abc import Callable, Set
from dataclasses import dataclass

from django.conf import settings
from django.shortcuts import resolve_url

from citymap.accounts.access import AnyUser, is_city_staff
from citymap.accounts.choices import Role
from citymap.registry import Registry


def _anybody(user: AnyUser) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Home:
    """The page that `roles` work on: the name of a URL without arguments.

    Who holds several roles lands on the first by `order`. may_see: asked as well, where the page
    wants more than a role.
    """

    name: str
    url_name: str
    roles: Set[Role]
    may_see: Callable[[AnyUser], bool] = _anybody
    order: int = 0


homes: Registry[Home] = Registry("home")


def register_home(home: Home) -> Home:
    return homes.register(home)


def home_of(user: AnyUser) -> str:
    """The address of the user's page; the desk for other staff of the city, else the map."""
    for home in homes:
        if set(user.roles) & home.roles and home.may_see(user):
            return resolve_url(home.url_name)
    return resolve_url(settings.STAFF_REDIRECT_URL if is_city_staff(user) else "shell:home")
