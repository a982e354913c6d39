"""Layers whose rows differ by reader: tile, list and counts show the same, nobody sees more."""

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon

from citymap.accounts import access
from citymap.accounts.access import AccessPaths, Limit, Permission
from citymap.accounts.choices import OrganizationKind, Role
from citymap.accounts.models import Area, Organization, User
from citymap.geo import city_point, city_srid
from citymap.tiles.checks import layers_can_be_drawn
from citymap.tiles.grid import tile_at
from citymap.tiles.registry import (
    MapLayer,
    MapSource,
    layers,
    register_layer,
    register_source,
    sources,
)
from layers.models import Playground
from tests.support.tiles import decode_tile, make

pytestmark = pytest.mark.django_db
LON, LAT = 69.15, 54.87
TILE = tile_at(LON, LAT, 16)
URL = f"/tiles/matters/{TILE.z}/{TILE.x}/{TILE.y}.mvt"
ROLES = frozenset({Role.EXECUTOR, Role.INSPECTOR, Role.HEAD})


@pytest.fixture(autouse=True)
def matters(monkeypatch):
    """A staff layer of which executors see their body's rows and inspectors those of their area."""
    monkeypatch.setattr(
        Playground, "access_paths", AccessPaths(bodies=("owner",), places=("geom",)), raising=False
    )
    access.register_permission(
        Permission(
            name="test.matters", title="Matters", roles=ROLES,
            limits={Role.EXECUTOR: Limit.BODY, Role.INSPECTOR: Limit.TERRITORY},
        )
    )  # fmt: skip
    register_source(
        MapSource(name="matters", public=False, may_see=lambda user: access.holds(user, *ROLES))
    )
    register_layer(
        MapLayer(
            name="matter", source="matters", title="Matter", group="Matters", min_zoom=0,
            queryset=Playground.objects.current, fields={"name": "name"},
            permission="test.matters",
        )
    )  # fmt: skip
    yield
    layers.unregister("matter")
    sources.unregister("matters")
    access.permissions.unregister("test.matters")


@pytest.fixture
def bodies() -> list[Organization]:
    """Two bodies with a playground each, 30 m apart."""
    made = []
    for number, name in enumerate(("first", "second")):
        body = Organization.objects.create(kind=OrganizationKind.STATE_BODY, name=name)
        make(Playground, city_point(LON + number * 0.0005, LAT), name=name, owner=body)
        made.append(body)
    return made


def drawn(client) -> set[str]:
    answer = client.get(URL)
    if answer.status_code == 204:
        return set()
    assert answer.headers["Cache-Control"].startswith("private")
    return {f.properties["name"] for f in decode_tile(answer.content, TILE)["matter"].features}


def listed(client) -> set[str]:
    page = client.get("/list/matter/").content.decode()
    return {name for name in ("first", "second") if f">{name}<" in page}


def test_each_executor_sees_the_bodys_own(client, bodies):
    for body in bodies:
        user = User.objects.create_user(body.name, roles=[Role.EXECUTOR], organization=body)
        client.force_login(user)
        assert drawn(client) == listed(client) == {body.name}


def test_inspectors_see_their_ground(client, bodies):
    around = city_point(LON, LAT).buffer(10).envelope
    area = Area.objects.create(
        name="a", geom=MultiPolygon(Polygon(around.exterior_ring.coords), srid=city_srid())
    )
    user = User.objects.create_user("inspector", roles=[Role.INSPECTOR])
    client.force_login(user)
    assert drawn(client) == listed(client) == set()
    user.areas.add(area)
    assert drawn(client) == listed(client) == {"first"}


def test_the_head_sees_all_and_strangers_nothing(client, bodies):
    assert client.get(URL).status_code == 403
    client.force_login(User.objects.create_user("head", roles=[Role.HEAD]))
    assert drawn(client) == listed(client) == {"first", "second"}
    client.force_login(User.objects.create_user("analyst", roles=[Role.ANALYST]))
    assert client.get(URL).status_code == 403
    assert client.get("/list/matter/").status_code == 404


def test_such_a_layer_is_refused_in_a_public_source():
    register_layer(
        MapLayer(
            name="leak", source="city", title="", group="", permission="test.matters",
            queryset=Playground.objects.current,
        )
    )  # fmt: skip
    try:
        assert "tiles.E003" in [message.id for message in layers_can_be_drawn(None)]
    finally:
        layers.unregister("leak")
    assert "tiles.E003" not in [message.id for message in layers_can_be_drawn(None)]
