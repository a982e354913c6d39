"""The demo's years: deterministic, seasonal, with what was planted; and written as they are."""

import datetime as dt
import json

import numpy as np
import pytest

from appeals.choices import State
from appeals.demo import part
from appeals.demo.bodies import BODY_OF_KIND
from appeals.demo.planning import City, plan_appeals, plan_contacts
from appeals.duplicates import candidates
from appeals.models import Appeal, AppealCounter, Category, Contact, Joining, Report, RoutingRule
from appeals.where import Where
from citymap.accounts.models import Organization
from citymap.demo import DemoOptions

LAST_DAY = dt.date(2026, 11, 20)


@pytest.fixture(scope="module")
def city() -> City:
    side = np.arange(40) * 50.0
    x, y = (grid.ravel() for grid in np.meshgrid(side, side))
    return City(x=x, y=y, weight=np.ones(len(x)), river_m=x)


@pytest.fixture(scope="module")
def leaves() -> dict[str, list[str]]:
    from_file = part.read_leaves()
    assert len(from_file) == 14
    return from_file


@pytest.fixture(scope="module")
def years(city, leaves):
    contacts = plan_contacts(LAST_DAY, years=3, scale=1, seed=109)
    return contacts, *plan_appeals(contacts, city, leaves, seed=109)


def test_a_real_centres_volume(years):
    contacts, appeals, _hotspots = years
    assert 275_000 <= len(contacts) <= 285_000
    assert len(appeals) / len(contacts) == pytest.approx(0.2, abs=0.01)
    assert contacts["at"].is_monotonic_increasing
    assert contacts["at"].iloc[-1].date() == LAST_DAY


def test_the_same_seed_makes_the_same_years_and_another_does_not(city, leaves):
    def made(seed):
        contacts = plan_contacts(LAST_DAY, years=1, scale=1, seed=seed)
        return plan_appeals(contacts, city, leaves, seed=seed)

    one, again, other = made(1), made(1), made(2)
    assert one[0].equals(again[0])
    assert one[1] == again[1]
    assert not one[0].head(1000).equals(other[0].head(1000))


def test_seasons(years):
    _contacts, appeals, _hotspots = years
    by_month = appeals.groupby(["group", appeals["at"].dt.month]).size().unstack(fill_value=0)
    assert by_month.loc["FLOOD"].idxmax() == 4
    assert by_month.loc["HEAT"].idxmax() == 10
    assert by_month.loc["SNOW", [6, 7, 8]].sum() <= by_month.loc["SNOW", 1] * 0.1


def test_floods_come_to_low_ground(years, city):
    _contacts, appeals, _hotspots = years
    floods = appeals[(appeals.group == "FLOOD") & (appeals.twin < 0)]
    assert (city.river_m[floods.house] < 700).mean() > 0.95


def test_what_was_planted_is_there(years):
    _contacts, appeals, hotspots = years
    assert len(hotspots) == 12
    for spot in hotspots:
        near = np.hypot(appeals.x - spot.x, appeals.y - spot.y) <= spot.radius_m + 30
        days = appeals["at"].dt.date.between(spot.first_day, spot.last_day)
        assert (near & days & (appeals.group == spot.group)).sum() >= spot.appeals * 0.9
    twins = appeals[appeals.twin >= 0]
    first = appeals.loc[twins.twin]
    apart = np.hypot(
        twins.x.to_numpy() - first.x.to_numpy(), twins.y.to_numpy() - first.y.to_numpy()
    )
    assert apart.max() < 60
    assert (twins.category.to_numpy() == first.category.to_numpy()).all()
    assert 0.03 < len(twins) / len(appeals) < 0.14


@pytest.fixture
def loaded(world, settings, tmp_path, monkeypatch):
    """A tenth of a year in a village of ten houses."""
    settings.CITYMAP_VAR = tmp_path
    Organization.objects.bulk_create(
        Organization(kind="utility", name=code, source="demo", source_id=code)
        for code in sorted(set(BODY_OF_KIND.values()))
    )
    for number in range(10):
        world.house(east_m=number * 60)
    monkeypatch.setattr(part, "PEOPLE_A_YEAR", 20)
    monkeypatch.setattr("appeals.demo.planning.CONTACTS_A_DAY", 12)
    said = []
    part.load_appeals(DemoOptions(years=1), said.append)
    return said


def test_the_years_are_written_and_only_once(loaded, tmp_path):
    appeals = Appeal.objects.filter(source="demo")
    assert appeals.count() > 700
    assert Contact.objects.count() > 4000
    assert Contact.objects.filter(kind="appeal").count() == appeals.count()
    states = set(appeals.values_list("state", flat=True))
    assert states >= {State.CLOSED, State.JOINED, State.WITHDRAWN}
    assert Report.objects.exclude(flags=[]).exists()
    assert Joining.objects.count() == appeals.filter(state=State.JOINED).count()
    for counter in AppealCounter.objects.all():
        serials = appeals.filter(year=counter.year).values_list("serial", flat=True)
        assert sorted(serials) == list(range(1, counter.last + 1))
    first = appeals.order_by("pk").first()
    assert first.history_events.get().pgh_context["command"] == "loaddemo"
    assert json.loads((tmp_path / "demo" / part.TRUTH_FILE).read_text())["hotspots"]
    said = []
    part.load_appeals(DemoOptions(years=1), said.append)
    assert said[-1] == "appeals are there already"


def test_planted_duplicates_are_found(loaded):
    """Recall at five, each duplicate asked for at the moment at which it came."""
    pairs = Appeal.objects.filter(state=State.JOINED).select_related(
        "joined_into", "category", "building"
    )
    found = total = 0
    for twin in pairs[:40]:
        shown = candidates(
            category=twin.category, where=Where(geom=twin.geom, building=twin.building),
            text=twin.text, now=twin.registered_at, before=twin,
        )  # fmt: skip
        total += 1
        found += twin.joined_into_id in [one.appeal.pk for one in shown]
    assert total >= 20
    assert found / total >= 0.9


def test_every_kind_of_body_has_one(loaded, db):
    kinds = set(Category.objects.leaves().values_list("body_kind", flat=True))
    assert kinds <= set(BODY_OF_KIND)
    assert RoutingRule.objects.count() >= 90
