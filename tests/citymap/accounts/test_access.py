"""Permissions compiled into filters: roles, bodies, substitutes, areas."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.gis.geos import Point
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import connection
from django.http import HttpResponse
from django.utils import timezone

from citymap.accounts import access
from citymap.accounts.access import Limit, Permission, may, requires, visible
from citymap.accounts.choices import Role
from citymap.accounts.models import Area, Organization, Substitution
from citymap.geo import city_srid
from citymap.registry import DuplicateNameError

pytestmark = pytest.mark.django_db
X, Y = 509_000, 6_080_000


@pytest.fixture
def grant():
    """Registers permissions for one test."""
    made = []

    def make(**values) -> Permission:
        permission = Permission(**{"name": "test.read", "title": "Read", **values})
        made.append(access.register_permission(permission).name)
        return permission

    yield make
    for name in made:
        access.permissions.unregister(name)


def names(queryset) -> set[str]:
    return {row.name for row in queryset}


def test_unknown_names_are_never_a_right(make_user):
    with pytest.raises(access.UnknownPermissionError):
        may(make_user(Role.ADMIN), "no.such")


def test_a_name_is_registered_once(grant):
    grant(roles=frozenset({Role.HEAD}))
    with pytest.raises(DuplicateNameError):
        grant(roles=frozenset({Role.HEAD}))


def test_limits_of_strange_roles_are_refused():
    with pytest.raises(ImproperlyConfigured):
        Permission(name="x", title="x", roles=frozenset(), limits={Role.HEAD: Limit.BODY})


def test_roles_decide(grant, make_user, make_body):
    grant(roles=frozenset({Role.HEAD}))
    make_body("A")
    assert may(make_user(Role.HEAD), "test.read")
    assert not may(make_user(Role.ANALYST), "test.read")
    assert not may(AnonymousUser(), "test.read")
    assert not may(make_user(Role.HEAD, is_active=False), "test.read")
    assert may(make_user(is_superuser=True), "test.read")
    everything = Organization.objects.all()
    assert names(visible(everything, make_user(Role.HEAD), "test.read")) == {"A"}
    assert names(visible(everything, make_user(Role.ANALYST), "test.read")) == set()
    assert names(visible(everything, AnonymousUser(), "test.read")) == set()


def test_a_body_reaches_down_not_up(grant, make_user, make_body):
    grant(roles=frozenset({Role.EXECUTOR}), limit=Limit.BODY)
    top = make_body("top")
    middle = make_body("middle", parent=top)
    make_body("leaf", parent=middle)
    make_body("other")
    user = make_user(Role.EXECUTOR, organization=middle)
    everything = Organization.objects.all()
    assert names(visible(everything, user, "test.read")) == {"middle", "leaf"}
    assert may(user, "test.read", middle)
    assert not may(user, "test.read", top)
    stranger = make_user(Role.EXECUTOR)
    assert names(visible(everything, stranger, "test.read")) == set()


@pytest.mark.parametrize(
    "begins, ends, counts",
    [(0, None, True), (-9, 1, True), (1, None, False), (-9, 0, False), (-9, -1, False)],
)
def test_substitutes_reach_for_the_time_given(grant, make_user, make_body, begins, ends, counts):
    grant(roles=frozenset({Role.EXECUTOR}), limit=Limit.BODY)
    absent, substitute = make_body("absent"), make_body("substitute")
    make_body("absent's branch", parent=absent)
    today = timezone.localdate()
    Substitution.objects.create(
        organization=absent,
        substitute=substitute,
        valid_from=today + dt.timedelta(days=begins),
        valid_to=None if ends is None else today + dt.timedelta(days=ends),
        reason="leave",
    )
    seen = visible(
        Organization.objects.all(), make_user(Role.EXECUTOR, organization=substitute), "test.read"
    )
    also = {"absent", "absent's branch"} if counts else set()
    assert names(seen) == {"substitute"} | also


def test_substitution_is_not_handed_on(grant, make_user, make_body):
    grant(roles=frozenset({Role.EXECUTOR}), limit=Limit.BODY)
    first, second, third = make_body("1"), make_body("2"), make_body("3")
    for absent, substitute in ((first, second), (second, third)):
        Substitution.objects.create(
            organization=absent, substitute=substitute, valid_from="2020-01-01", reason="leave"
        )
    seen = visible(
        Organization.objects.all(), make_user(Role.EXECUTOR, organization=third), "test.read"
    )
    assert names(seen) == {"2", "3"}


@pytest.fixture
def districts(make_area, make_body):
    """Two bodies in two districts, one in both, one in none."""
    north, south = make_area("north", X, Y + 2000), make_area("south", X, Y)
    for name, areas in (("n", [north]), ("s", [south]), ("both", [north, south]), ("none", [])):
        make_body(name).areas.set(areas)
    return north, south


def test_territory_ends_a_reach(grant, make_user, districts, make_body):
    north, south = districts
    grant(roles=frozenset({Role.INSPECTOR}), limit=Limit.TERRITORY)
    everything = Organization.objects.all()
    user = make_user(Role.INSPECTOR)
    user.areas.add(north)
    assert names(visible(everything, user, "test.read")) == {"n", "both"}
    assert visible(everything, user, "test.read").count() == 2
    body = make_body("inspection")
    body.areas.add(south)
    member = make_user(Role.INSPECTOR, organization=body)
    assert names(visible(everything, member, "test.read")) == {"s", "both", "inspection"}
    member.areas.add(north)
    member = type(member).objects.get(pk=member.pk)
    assert names(visible(everything, member, "test.read")) == {"n", "both"}


def test_no_territory_no_rows_unless_city_wide(grant, make_user, districts):
    grant(roles=frozenset({Role.INSPECTOR}), limit=Limit.TERRITORY)
    everything = Organization.objects.all()
    assert not visible(everything, make_user(Role.INSPECTOR), "test.read").exists()
    assert visible(everything, make_user(Role.INSPECTOR, whole_city=True), "test.read").count() == 4


def test_both_limits_at_once_and_roles_together(grant, make_user, districts):
    north, _south = districts
    grant(
        roles=frozenset({Role.EXECUTOR, Role.INSPECTOR, Role.HEAD}),
        limits={Role.EXECUTOR: Limit.BODY | Limit.TERRITORY, Role.INSPECTOR: Limit.TERRITORY},
    )
    everything = Organization.objects.all()
    south_body = everything.get(name="s")
    user = make_user(Role.EXECUTOR, organization=south_body)
    user.areas.add(north)
    assert names(visible(everything, user, "test.read")) == set()
    both = make_user(Role.EXECUTOR, Role.INSPECTOR, organization=south_body)
    both.areas.add(north)
    assert names(visible(everything, both, "test.read")) == {"n", "both"}
    assert visible(everything, make_user(Role.HEAD, Role.EXECUTOR), "test.read").count() == 4


def test_a_model_that_says_nothing_is_a_mistake(grant, make_user):
    grant(roles=frozenset({Role.EXECUTOR}), limit=Limit.BODY)
    with pytest.raises(ImproperlyConfigured, match="access_paths must name bodies"):
        visible(Area.objects.all(), make_user(Role.EXECUTOR), "test.read")


def test_territory_is_found_by_index(grant, make_user, make_area, make_body):
    grant(roles=frozenset({Role.INSPECTOR}), limit=Limit.TERRITORY)
    for number in range(400):
        make_body(f"b{number}").areas.add(
            make_area(f"a{number}", X + number % 20 * 50, Y + number // 20 * 50, 40.0)
        )
    user = make_user(Role.INSPECTOR)
    user.areas.add(Area.objects.get(name="a0"))
    shown = visible(Organization.objects.all(), user, "test.read")
    assert names(shown) == {"b0"}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_area")
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = shown.explain()
    assert "accounts_area_geom" in plan
    assert "InitPlan" in plan


def view(request) -> HttpResponse:
    return HttpResponse("seen")


def test_requires_asks_in_the_right_order(grant, make_user, rf):
    grant(roles=frozenset({Role.HEAD}))
    guarded = requires("test.read")(view)
    assert guarded.permission == "test.read"
    request = rf.get("/page/?a=1")
    request.user = AnonymousUser()
    assert guarded(request).url == "/accounts/login/?next=/page/%3Fa%3D1"
    request.user = make_user(Role.ANALYST)
    with pytest.raises(PermissionDenied):
        guarded(request)
    request.user = make_user(Role.HEAD)
    assert guarded(request).content == b"seen"


def test_requires_under_the_api_answers_401(grant, rf):
    grant(roles=frozenset({Role.HEAD}))
    request = rf.get("/api/x/")
    request.user = AnonymousUser()
    answer = requires("test.read")(view)(request)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_points_outside_are_not_inside(grant, make_user, make_area):
    """The union of areas, not its box, is what counts."""
    area = make_area("square", X, Y)
    assert not Area.objects.filter(pk=area.pk, geom__intersects=Point(X - 1, Y, srid=city_srid()))
