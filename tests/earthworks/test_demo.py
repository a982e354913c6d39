"""The demo's works: lawful, deterministic, loaded once."""

import datetime as dt
import json

import pytest
from django.contrib.gis.geos import LineString, Point
from django.db.models import F
from django.utils import timezone

from citymap.accounts.choices import OrganizationKind, Role
from citymap.accounts.models import Organization, User
from citymap.demo import DemoOptions
from citymap.geo import city_srid
from earthworks import demo
from earthworks.choices import OrderKind, OrderState
from earthworks.demo_extras import BREAKAGES, Breakage, BreakageSource
from earthworks.models import (
    Acceptance,
    Claim,
    ClaimPolicy,
    Deadline,
    Order,
    RepairWork,
)
from earthworks.services import claims
from earthworks.services.gate import due_now
from layers.choices import NetworkKind, RoadClass
from layers.models import NetworkSegment, Road
from tests.earthworks.world import X, Y, local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]


@pytest.fixture
def city(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(demo, "ORDERS_A_YEAR", 40)
    monkeypatch.setattr(demo, "REPAIRS_A_YEAR", 5)
    for name in (*demo.CONTRACTORS, *demo.HOLDERS.values(), "police", "roads"):
        Organization.objects.get_or_create(
            source="demo", source_id=name, defaults={"name": name, "kind": OrganizationKind.OTHER}
        )
    for role in (Role.WORKS, Role.INSPECTOR):
        User.objects.create_user(role.value, roles=[role.value])
    for number in range(12):
        values = {
            "source": "test", "source_id": str(number), "valid_from": dt.date(2020, 1, 1),
            "geom": LineString((X, Y + 50 * number), (X + 60, Y + 50 * number), srid=city_srid()),
        }  # fmt: skip
        NetworkSegment.objects.create(kind=NetworkKind.HEAT, **values)
        Road.objects.create(road_class=RoadClass.PRIMARY, kind="primary", name="Абая", **values)


def test_lawful_and_loaded_once(city):
    said = []
    demo.load_works(DemoOptions(), said.append)
    orders = Order.objects.count()
    assert orders > 100
    states = set(Order.objects.values_list("state", flat=True))
    assert states >= {OrderState.CLOSED, OrderState.IN_PROGRESS}
    rules = demo.current_rules()
    for order in Order.objects.owing():
        due = due_now(order, rules)
        assert (order.due_on, order.duty, order.basis) == (due.on, due.duty, due.basis)
        assert Deadline.objects.filter(order=order, version=order.deadline_version, at=order.due_at)
    today = timezone.localdate()
    ahead = Order.objects.filter(begins_on__gt=today)
    assert ahead.exists()
    assert not ahead.filter(kind=OrderKind.EMERGENCY).exists()
    restored = Order.objects.filter(restored_at__isnull=False).count()
    inspected = Acceptance.objects.filter(duty="permanent")
    assert inspected.filter(accepted=True).count() == restored
    # Some of them only when the inspector came again.
    refused = inspected.filter(accepted=False)
    assert refused.exists()
    assert not refused.filter(order__restored_at__lt=F("inspected_at")).exists()
    assert ClaimPolicy.objects.get().police.source_id == "police"
    assert RepairWork.objects.count() == 15
    demo.load_works(DemoOptions(), said.append)
    assert Order.objects.count() == orders
    assert said[-1] == "works: kept"
    # Late orders that were restored have both claims, each followed.
    late = Claim.objects.filter(order__restored_at__isnull=False)
    assert late.exists()
    assert not late.filter(state="prepared").exists()
    assert late.filter(addressee="holder").count() == late.filter(addressee="police").count()
    claims.make_claims(now=local("2030-01-01 00:00"))


def test_digs_follow_the_breakages_that_are_told_of(city):
    day = dt.date(2026, 5, 4)
    at = Point(X + 30, Y + 52, srid=city_srid())
    told = [Breakage(geom=at, network_kind=NetworkKind.HEAT, day=day)]
    BREAKAGES.register(BreakageSource(name="test", find=lambda: told))
    try:
        lives = list(demo.make_lives(demo.random.Random(7), dt.date(2026, 6, 1), 50))
    finally:
        BREAKAGES.unregister("test")
    broken = [life.order for life in lives if life.order.begins_on == day]
    assert any(one.kind == "emergency" and one.geom.distance(at) < 3 for one in broken)


def test_same_seed_same_works(city):
    def made() -> str:
        lives = demo.make_lives(demo.random.Random(7), dt.date(2026, 6, 1), 50)
        return json.dumps(
            [
                [life.state, life.order.geom.wkt, str(life.order.request_key), life.order.serial]
                for life in lives
            ]
        )

    first = made()
    demo.Numbering.objects.all().delete()
    assert made() == first
