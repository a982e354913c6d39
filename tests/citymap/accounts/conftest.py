"""Bodies, areas and people for tests of who may do what."""

import itertools

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.utils import translation

from citymap.accounts.choices import OrganizationKind, Role
from citymap.accounts.models import Area, Organization, User
from citymap.geo import city_srid
from tests.citymap.accounts.programs import PASSWORD

_numbers = itertools.count(1)


@pytest.fixture
def make_body(db):
    """Makes an organisation: `make_body("Heat", parent=...)`."""

    def make(name: str = "", **values) -> Organization:
        name = name or f"Body {next(_numbers)}"
        return Organization.objects.create(
            **{"kind": OrganizationKind.STATE_BODY, "name": name, **values}
        )

    return make


@pytest.fixture
def make_user(db):
    """Makes an active user with roles: `make_user(Role.EXECUTOR, organization=...)`."""

    def make(*roles, **values) -> User:
        username = values.pop("username", f"user{next(_numbers)}")
        return User.objects.create_user(username, roles=list(roles), **values)

    return make


@pytest.fixture
def make_area(db):
    """Makes a square area with its south-west corner at x, y (metres)."""

    def make(name: str, x: float, y: float, side: float = 1000.0) -> Area:
        square = Polygon.from_bbox((x, y, x + side, y + side))
        return Area.objects.create(name=name, geom=MultiPolygon(square, srid=city_srid()))

    return make


@pytest.fixture
def planner(make_user) -> User:
    """A planner who knows PASSWORD."""
    return make_user(Role.PLANNER, password=PASSWORD)


@pytest.fixture
def in_english():
    with translation.override("en"):
        yield
