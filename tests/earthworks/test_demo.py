"""The demo's works: lawful, deterministic, loaded once."""

import datetime as dt
import hashlib
import json

import pytest
from django.contrib.gis.geos import LineString, MultiPolygon, Point
from django.db.models import F
from django.utils import timezone

from citymap.accounts.choices import OrganizationKind, Role
from citymap.accounts.models import Organization, User
from citymap.demo import DemoOptions
from citymap.geo import city_srid
from earthworks import demo
from earthworks.choices import OrderKind, OrderState
from earthworks.demo_extras import BREAKAGES, Breakage, BreakageSource
from earthworks.demo_outages import HOUSES, NOW, SERVED_M
from earthworks.models import (
    Acceptance,
    Claim,
    ClaimPolicy,
    Deadline,
    Order,
    Outage,
    Photo,
    RepairWork,
)
from earthworks.services import claims
from earthworks.services.gate import due_now
from layers.choices import NetworkKind, RoadClass
from layers.models import Address, Building, NetworkSegment, Road
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
        pipe = NetworkSegment.objects.create(kind=NetworkKind.HEAT, **values)
        house(pipe)
        Road.objects.create(road_class=RoadClass.PRIMARY, kind="primary", name="Абая", **values)


def house(pipe: NetworkSegment) -> None:
    """A house with an address beside a pipe."""
    building = Building.objects.create(
        source="test", source_id=pipe.source_id, geom=MultiPolygon(pipe.geom.buffer(5)),
        valid_from=pipe.valid_from,
    )  # fmt: skip
    Address.objects.create(
        source="test", source_id=pipe.source_id, building=building, geom=building.geom.centroid,
        house_number=pipe.source_id, valid_from=pipe.valid_from,
    )  # fmt: skip


def test_outages_of_the_past_of_now_and_ahead(city):
    demo.load_works(DemoOptions(), print)
    now = timezone.now()
    assert Outage.objects.filter(ends_at__lt=now).count() >= 5
    assert Outage.objects.filter(starts_at__gt=now, work__isnull=False).exists()
    # Each names the houses beside it, and is of one work.
    for outage in Outage.objects.prefetch_related("buildings"):
        near = (outage.order or outage.work).geom
        houses = outage.buildings.all()
        assert 0 < len(houses) <= HOUSES
        assert all(house.geom.distance(near) <= SERVED_M for house in houses)
    # A dig that is open now cuts off until some later hour.
    broken = Order.objects.filter(dug_at__isnull=False, state=OrderState.IN_PROGRESS)
    cut_now = Outage.objects.filter(starts_at__lte=now, ends_at__gt=now, order__isnull=False)
    assert cut_now.count() == min(broken.count(), NOW)
    states = set(RepairWork.objects.filter(kind="heat").values_list("state", flat=True))
    assert {"done", "moved", "cancelled"} <= states


def test_orders_have_pictures_and_papers(city):
    demo.load_works(DemoOptions(), print)
    recent = Order.objects.filter(
        applied_at__gte=timezone.now() - dt.timedelta(days=170), year__isnull=False
    )
    assert recent.exists()
    for order in recent.prefetch_related("photos", "documents"):
        assert "before" in {photo.stage for photo in order.photos.all()}
        assert {paper.kind for paper in order.documents.all()} == {"traffic", "act"}
    # Few files stand for all.
    assert 3 <= Photo.objects.values("sha256").distinct().count() <= 4
    for sha256 in Photo.objects.values_list("sha256", flat=True).distinct():
        with Photo.objects.filter(sha256=sha256)[0].file.open() as file:
            assert hashlib.sha256(file.read()).hexdigest() == sha256


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
    assert RepairWork.objects.filter(kind="road").count() == 15
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
