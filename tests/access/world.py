"""The people who ask and the things that they ask for.

Each column of `matrix.csv` is one person here. A thing in braces in a row's address, like
`/organizations/{organization}/`, is made by the function of that name: it belongs to the body
and lies in the area of the column `executor` and `inspector`, and not of `other body` and
`other area`. Rooms add their things in files of their own beside their rows:

    @thing("appeal")
    def appeal(world: World) -> object:
        return register(..., body=world.body).pk
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.geos import MultiPolygon, Polygon
from django.test import Client

from citymap.accounts.choices import OrganizationKind, Role
from citymap.accounts.models import Area, Organization, User
from citymap.geo import city_srid

X, Y = 509_000, 6_080_000
# Column of the matrix: the roles of who asks; `nobody` has not signed in.
PEOPLE: dict[str, tuple[Role, ...]] = {
    "nobody": (),
    **{role.value: (role,) for role in Role},
    "other body": (Role.EXECUTOR,),
    "other area": (Role.INSPECTOR,),
}


@dataclass
class World:
    """Two bodies, two areas, and somebody of every role."""

    body: Organization
    other_body: Organization
    area: Area
    other_area: Area
    users: dict[str, User] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)

    def address(self, pattern: str) -> str:
        """The address with its things in place."""
        for name in things:
            if f"{{{name}}}" in pattern:
                if name not in self.made:
                    self.made[name] = things[name](self)
                pattern = pattern.replace(f"{{{name}}}", str(self.made[name]))
        return pattern


things: dict[str, Callable[[World], Any]] = {}


def thing(name: str) -> Callable:
    """Register what makes the thing `{name}`; it answers what stands in the address."""

    def register(make: Callable[[World], Any]) -> Callable[[World], Any]:
        assert name not in things, f"two things are called {name}"
        things[name] = make
        return make

    return register


def build_world() -> World:
    """Make everybody and sign them in."""
    areas = [
        Area.objects.create(
            name=name,
            geom=MultiPolygon(Polygon.from_bbox((x, Y, x + 900, Y + 900)), srid=city_srid()),
        )
        for name, x in (("matrix area", X), ("matrix other area", X + 5000))
    ]
    bodies = [
        Organization.objects.create(kind=OrganizationKind.UTILITY, name=name)
        for name in ("matrix body", "matrix other body")
    ]
    world = World(bodies[0], bodies[1], areas[0], areas[1])
    for body, area in zip(bodies, areas, strict=True):
        body.areas.set([area])
    for column, roles in PEOPLE.items():
        world.clients[column] = Client(headers={"accept-language": "en"})
        if not roles:
            continue
        user = User.objects.create_user(
            f"matrix {column}",
            roles=[role.value for role in roles],
            organization=bodies[1] if column == "other body" else bodies[0],
            is_staff=Role.ADMIN in roles,
            is_superuser=Role.ADMIN in roles,
        )
        user.areas.set([areas[1] if column == "other area" else areas[0]])
        world.users[column] = user
        world.clients[column].force_login(user)
    return world
