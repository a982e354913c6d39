"""The demo's bodies: of our own making, the same every time, all that a city has."""

from collections import Counter

import pytest

from citymap.accounts.bin import is_valid
from citymap.accounts.choices import OrganizationKind
from citymap.accounts.demo.bodies import demo_bin, plan_bodies
from citymap.accounts.demo.part import GROUPS, load_accounts
from citymap.accounts.models import Organization, User
from citymap.demo import DemoOptions

SEED = 109


def test_the_same_seed_makes_the_same_bodies():
    assert plan_bodies(SEED) == plan_bodies(SEED)
    assert plan_bodies(SEED) != plan_bodies(SEED + 1)


def test_bodies_are_whole_and_different():
    bodies = plan_bodies(SEED)
    names = Counter(body.values["name"] for body in bodies)
    assert [name for name, count in names.items() if count > 1] == []
    assert len({body.id for body in bodies}) == len(bodies)
    bins = [body.values["bin"] for body in bodies]
    assert all(map(is_valid, bins))
    assert len(set(bins)) == len(bins)
    assert {body.values["kind"] for body in bodies} == set(OrganizationKind.values)
    assert all(
        body.values[name] for body in bodies for name in ("name_ru", "name_kk", "name_en", "phone")
    )
    assert {group for body in bodies for group in body.groups} <= set(GROUPS)


@pytest.mark.parametrize("seed", range(12))
def test_numbers_are_different_for_every_seed(seed):
    bins = [body.values["bin"] for body in plan_bodies(seed)]
    assert len(set(bins)) == len(bins)


def test_parents_come_first():
    seen = {""}
    for body in plan_bodies(SEED):
        assert body.parent in seen
        seen.add(body.id)


def test_numbers_of_never_issued_sums_are_passed_over():
    assert all(is_valid(demo_bin(SEED, str(number))) for number in range(2000))


@pytest.mark.django_db
def test_loading_twice_changes_nothing():
    said = []
    load_accounts(DemoOptions(), said.append)
    load_accounts(DemoOptions(), said.append)
    total = len(plan_bodies(SEED))
    assert said == [
        f"organisations: {total} created, 0 updated; logins: 12 created, 0 updated",
        "organisations: 0 created, 0 updated; logins: 0 created, 0 updated",
    ]
    assert Organization.objects.get(source_id="lighting").parent.source_id == "housing"
    assert Organization.objects.get(source_id="police").schedule.is_round_the_clock
    assert User.objects.get(username="executor").organization.source_id == "heat"
    Organization.objects.filter(source_id="heat").update(phone="1")
    load_accounts(DemoOptions(), said.append)
    assert "0 created, 1 updated" in said[-1]
