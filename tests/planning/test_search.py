"""The search for hotspots: what is planted is found, numbers last, settings are checked."""

import datetime as dt

import numpy as np
import pytest
from django.contrib.gis.geos import MultiPolygon, Point

from citymap.geo import city_srid
from layers.choices import TerritoryKind
from layers.models import Territory
from planning.choices import EmergingClass, Theme
from planning.models import Cluster, ClusterEvent, Event, HotspotCell, HotspotRun
from planning.services.errors import PlanningRefusedError
from planning.services.hotspots import SearchSettings, find_hotspots
from planning.services.routine import KEPT, search_all_themes
from tests.planning.town import ALMATY, X, Y

pytestmark = pytest.mark.django_db
SINCE, UNTIL = dt.date(2025, 1, 1), dt.date(2026, 1, 1)


@pytest.fixture
def city():
    area = Point(X, Y, srid=city_srid()).buffer(4000)
    return Territory.objects.create(
        source="manual", source_id="city", valid_from=dt.date(2020, 1, 1),
        kind=TerritoryKind.CITY, name="City", geom=MultiPolygon(area),
    )  # fmt: skip


def scatter(xy, *, months=range(1, 13), first=0):
    Event.objects.bulk_create(
        Event(
            source="test", source_id=str(first + number), theme=Theme.WATER,
            occurred_at=dt.datetime(
                2025, list(months)[number % len(months)], 10, 23, tzinfo=ALMATY
            ),
            geom=Point(X + x, Y + y, srid=city_srid()),
        )
        for number, (x, y) in enumerate(xy)
    )  # fmt: skip


def search(**changes):
    return find_hotspots(theme=Theme.WATER, since=SINCE, until=UNTIL, **changes)


def test_a_planted_place_is_found(city):
    rng = np.random.default_rng(1)
    scatter(rng.uniform(-2800, 2800, (400, 2)))
    scatter(rng.normal(0, 60, (300, 2)) + [1000, 1000], first=1000)
    run = search()
    assert run.events == 700
    assert sum(HotspotCell.objects.values_list("events", flat=True)) == 700
    hot = HotspotCell.objects.filter(hot=True)
    assert hot.filter(geom__contains=Point(X + 1000, Y + 1000, srid=city_srid())).exists()
    assert not hot.filter(geom__dwithin=(Point(X - 1500, Y - 1500, srid=city_srid()), 900)).exists()
    steady = hot.get(geom__contains=Point(X + 1000, Y + 1000, srid=city_srid()))
    assert steady.emerging == EmergingClass.PERSISTENT
    biggest = Cluster.objects.order_by("-events").first()
    assert biggest.events >= 290
    assert biggest.geom.contains(Point(X + 1000, Y + 1000, srid=city_srid()))


def test_numbers_last_from_search_to_search(city):
    scatter([(0, n) for n in range(8)])
    scatter([(2000, n) for n in range(6)], first=100)
    search()
    first = {cluster.events: cluster.number for cluster in Cluster.objects.all()}
    # One event goes, others come beside: the place keeps its number; a new place gets a new one.
    Event.objects.filter(source_id="0").delete()
    scatter([(10, n) for n in range(20)], first=200)
    scatter([(-2000, n) for n in range(9)], first=300)
    run = search()
    second = {cluster.events: cluster.number for cluster in Cluster.objects.of_run(run)}
    assert second[27] == first[8]
    assert second[6] == first[6]
    assert second[9] == max(first.values()) + 1
    assert ClusterEvent.objects.filter(cluster__run=run).count() == 42


def numbers(run) -> set[int]:
    return set(Cluster.objects.of_run(run).values_list("number", flat=True))


def test_a_number_is_never_given_again(city):
    scatter([(0, n) for n in range(8)])
    scatter([(2000, n) for n in range(6)], first=100)
    assert numbers(search()) == {1, 2}
    # The second place falls silent; another one later is a third place and not the second.
    Event.objects.filter(source_id__gte="100", source_id__lt="106").delete()
    assert numbers(search()) == {1}
    scatter([(-2000, n) for n in range(9)], first=300)
    assert numbers(search()) == {1, 3}


def test_each_theme_has_numbers_of_its_own(city):
    """A search of another theme in between changes nothing."""
    scatter([(0, n) for n in range(8)])
    scatter([(2000, n) for n in range(6)], first=100)
    for number, spot in enumerate([(-2000, 0), (-2000, 900), (2000, 0)]):
        happened(theme=Theme.ROADS, place=spot, months=[24 + number], counts=[7 + number])
    first = search()
    kept = {one.number: one.first_at for one in Cluster.objects.of_run(first)}
    roads = find_hotspots(theme=Theme.ROADS, since=SINCE, until=UNTIL)
    assert numbers(roads) == {1, 2, 3}
    again = search()
    assert {one.number: one.first_at for one in Cluster.objects.of_run(again)} == kept


def test_places_that_grow_together_and_apart_keep_the_larger_one_s_number(city):
    scatter([(0, 10 * n) for n in range(12)])
    scatter([(300, 10 * n) for n in range(6)], first=100)
    assert numbers(search()) == {1, 2}
    sizes = dict(Cluster.objects.values_list("number", "events"))
    large = max(sizes, key=sizes.get)
    # What happens between them makes them one place: the larger one's.
    scatter([(50 * n, 30 + beside) for n in range(1, 6) for beside in (0, 1)], first=200)
    joined = search()
    assert numbers(joined) == {large}
    # The bridge goes: each part is a place again, the larger with the number, the smaller anew.
    Event.objects.filter(source_id__in=[str(200 + n) for n in range(10)]).delete()
    apart = {one.events: one.number for one in Cluster.objects.of_run(search())}
    assert apart == {12: large, 6: 3}


def test_one_event_more_changes_no_number(city):
    scatter([(0, n) for n in range(8)])
    scatter([(2000, n) for n in range(6)], first=100)
    search()
    before = dict(Cluster.objects.values_list("events", "number"))
    scatter([(2000, 20)], first=50)
    after = dict(Cluster.objects.of_run(search()).values_list("events", "number"))
    assert after == {8: before[8], 7: before[6]}


def test_noise_is_no_hotspot_though_single_cells_stand_out(city):
    """A cell in twenty is beyond 5 % by chance: none of them is believed."""
    rng = np.random.default_rng(3)
    far, angle = 4000 * np.sqrt(rng.random(900)), rng.uniform(0, 2 * np.pi, 900)
    scatter(np.column_stack([far * np.cos(angle), far * np.sin(angle)]))
    cells = search().cells
    assert cells.filter(p__lte=0.05, z__gt=0).count() >= 3
    assert not cells.filter(hot=True).exists()


def test_the_same_search_finds_the_same(city):
    rng = np.random.default_rng(2)
    scatter(rng.uniform(-1000, 1000, (200, 2)))
    fields = ("cell", "events", "z", "p", "hot", "emerging")
    found = [list(search().cells.order_by("cell").values_list(*fields)) for _ in range(2)]
    assert found[0] == found[1]


def test_a_short_period_has_no_classes(city):
    scatter(np.zeros((30, 2)), months=[2])
    find_hotspots(theme=Theme.WATER, since=dt.date(2025, 2, 1), until=dt.date(2025, 3, 1))
    assert set(HotspotCell.objects.values_list("emerging", flat=True)) == {EmergingClass.NONE}


def happened(*, theme=Theme.WATER, place, months, counts):
    """So many events at a place in each month since January 2023, in its middle."""
    Event.objects.bulk_create(
        Event(
            source="test", source_id=f"{theme} {place} {month} {number}", theme=theme,
            occurred_at=dt.datetime(2023 + month // 12, 1 + month % 12, 20, 12, tzinfo=ALMATY),
            geom=Point(X + place[0], Y + place[1], srid=city_srid()),
        )
        for month, count in zip(months, counts, strict=True)
        for number in range(int(count))
    )  # fmt: skip


def class_at(run, place):
    spot = Point(X + place[0], Y + place[1], srid=city_srid())
    return run.cells.get(geom__contains=spot).emerging


# A place of several cells: one cell alone could be in any surroundings by chance.
PLACE = [(0, 0), (320, 0), (-320, 0), (160, 300), (-160, -300)]
ELSEWHERE = [(600 * (n % 4 - 5), 600 * (n // 4 - 1)) for n in range(12)]


def test_growth_is_seen_under_the_rhythm_of_the_year(city):
    """Years are compared month by month where there are two of them."""
    rhythm = np.tile([1, 1, 2, 8, 2, 1, 1, 1, 1, 4, 2, 1], 3)
    for spot in PLACE:
        happened(place=spot, months=range(36), counts=rhythm * (8 + np.arange(36) // 12))
    for spot in ELSEWHERE:
        happened(place=spot, months=range(36), counts=rhythm // 2)
    run = find_hotspots(theme=Theme.WATER, since=dt.date(2023, 1, 1), until=UNTIL)
    assert class_at(run, (0, 0)) == EmergingClass.INTENSIFYING


def test_a_month_seen_in_part_is_no_month(city):
    for spot in PLACE:
        happened(place=spot, months=range(7), counts=[20] * 7)
    for spot in ELSEWHERE:
        happened(place=spot, months=range(7), counts=[1] * 7)
    since, until = dt.date(2023, 1, 1), dt.date(2023, 7, 1)
    whole = find_hotspots(theme=Theme.WATER, since=since, until=until)
    assert class_at(whole, (0, 0)) == EmergingClass.PERSISTENT
    # Five whole months and a half are too few; six between two halves are enough.
    short = find_hotspots(theme=Theme.WATER, since=since.replace(day=15), until=until)
    assert short.cells.filter(hot=True).exists()
    assert class_at(short, (0, 0)) == EmergingClass.NONE
    longer = find_hotspots(
        theme=Theme.WATER, since=since.replace(day=15), until=until.replace(month=8, day=2)
    )
    assert class_at(longer, (0, 0)) == EmergingClass.PERSISTENT


def test_against_all_themes_a_crowded_place_is_no_hotspot(city):
    """It has much of everything; a place with more of the theme than its share is one."""
    crowded, special = (-1500, 1500), (1500, 1500)
    for middle, roads in ((crowded, 100), (special, 20)):
        for x, y in PLACE:
            spot = (middle[0] + x, middle[1] + y)
            happened(place=spot, months=[0], counts=[20])
            happened(theme=Theme.ROADS, place=spot, months=[0], counts=[roads])
    for spot in ELSEWHERE:
        happened(place=spot, months=[0], counts=[3])
        happened(theme=Theme.ROADS, place=spot, months=[0], counts=[15])

    def hot(**changes):
        run = find_hotspots(
            theme=Theme.WATER, since=dt.date(2023, 1, 1), until=dt.date(2023, 2, 1),
            settings=SearchSettings(**changes),
        )  # fmt: skip
        cells = run.cells.filter(hot=True)
        return [
            cells.filter(geom__contains=Point(X + x, Y + y, srid=city_srid())).exists()
            for x, y in (crowded, special)
        ]

    assert hot() == [True, True]
    assert hot(against_all=True) == [False, True]


def test_nothing_happened(city):
    run = search()
    assert (run.events, run.cells.count(), run.clusters.count()) == (0, 0, 0)


def test_events_outside_the_city_do_not_break_it():
    """There is no boundary here, and the event lies beyond the box."""
    scatter([(90_000, 90_000)])
    assert search().cells.get().events == 1


@pytest.mark.parametrize(
    "since, until",
    [(UNTIL, SINCE), (SINCE, SINCE), (dt.date(1990, 1, 1), dt.date(2020, 1, 1))],
)
def test_periods_that_make_no_sense(since, until):
    with pytest.raises(PlanningRefusedError):
        find_hotspots(theme=Theme.WATER, since=since, until=until)
    assert not HotspotRun.objects.exists()


@pytest.mark.parametrize(
    "change",
    [{"edge_m": 1}, {"edge_m": float("nan")}, {"level": 0}, {"least_events": 0}, {"reach_m": 1e9}],
)
def test_settings_that_make_no_sense(change):
    with pytest.raises(PlanningRefusedError):
        SearchSettings(**change)


def test_the_daily_search_is_made_once_a_day_and_forgets_old_cells(city):
    scatter([(0, n) for n in range(8)])
    for day in range(6):
        today = UNTIL + dt.timedelta(day)
        assert search_all_themes(today=today) == 1
        assert search_all_themes(today=today) == 0
    assert HotspotRun.objects.count() == 6
    assert HotspotCell.objects.values("run").distinct().count() == KEPT
    # The number that was given stays with its place, and is never given again.
    assert set(Cluster.objects.values_list("number", flat=True)) == {1}
    assert Cluster.objects.count() == 6
