"""Heatmaps in detail: seasons, territories, two periods, months, exports, lists, the chronicle."""

import datetime as dt
import io

import numpy as np
import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.gis.gdal import GDALRaster
from PIL import Image

from citymap.geo import lon_lat
from earthworks.first_rows import fill_empty_tables
from planning import chronicle
from planning.choices import Theme
from planning.chronicle import chronicle_of, titles_of
from planning.heatmap import Heatmap, Question
from planning.heatsheet import UNIT, geotiff
from planning.models import Event
from planning.querysets import VOICES
from planning.services.hotspots import find_hotspots
from planning.services.queue import hold_yard
from tests.earthworks.world import draft
from tests.planning.town import (
    ALMATY,
    TODAY,
    make_district,
    make_event,
    make_yard,
    survey,
)

pytestmark = pytest.mark.django_db
EN = {"accept-language": "en"}
PERIOD = "theme=yards&since=2025-12-01&until=2026-06-30&radius_m=300"
QUESTION = {
    "theme": "yards", "since": dt.date(2025, 7, 1), "until": dt.date(2026, 7, 1), "radius_m": 200.0,
}  # fmt: skip


@pytest.fixture
def desk(client, planner):
    client.force_login(planner)
    return client


@pytest.fixture
def events():
    """Ten in June at the first yard, two in January at the third one."""
    for number in range(10):
        make_event(number, dx=4.0 * number)
    for number in range(10, 12):
        make_event(number, yard=2, day=dt.date(2026, 1, 15))


def heat(**changes) -> Heatmap:
    return Heatmap(Question(**{**QUESTION, **changes}))


def total(density: np.ndarray, picture: Heatmap, years: float) -> float:
    """Events in a picture, when none of their kernels is cut off."""
    return float(density.sum()) * picture.lattice.step_m**2 / 1e6 * years


def test_a_season_has_its_events_and_its_days(events):
    winter = Question(**QUESTION, season="winter")
    assert winter.years == pytest.approx(90 / 365.25)
    assert winter.events().count() == 2
    assert Question(**QUESTION).years == pytest.approx(365 / 365.25)
    assert [month.month for month in winter.whole_months()] == [12, 1, 2]


def test_density_sums_to_the_events(events):
    picture = heat()
    assert total(picture.density, picture, 365 / 365.25) == pytest.approx(12, rel=0.03)


def test_of_a_territory_nothing_outside_is_shown(events):
    district = make_district("first", first=0, last=0)
    picture = heat(territory=district.pk)
    assert picture.events == 10
    west, south, east, north = district.geom.extent
    x, y = np.meshgrid(picture.lattice.x, picture.lattice.y)
    outside = (x < west) | (x > east) | (y < south) | (y > north)
    assert outside.any()
    assert not picture.density[outside].any()
    assert picture.density.any()


def test_two_periods_lie_on_one_lattice(events):
    picture = heat(
        since=dt.date(2026, 4, 1), until=dt.date(2026, 7, 1), since2=dt.date(2025, 12, 1),
        until2=dt.date(2026, 3, 1),
    )  # fmt: skip
    assert picture.second_density.shape == picture.density.shape
    assert picture.change.max() == picture.density.max() > 0
    assert picture.change.min() == -picture.second_density.max() < 0
    assert len(picture.legend("change")) == 6


def test_months_share_one_scale(events):
    picture = heat()
    assert picture.month_density(dt.date(2026, 6, 1)).max() > picture.month_bounds()[-1]
    assert not picture.month_density(dt.date(2026, 3, 1)).any()
    assert not picture.pixels(month=dt.date(2026, 3, 1))[..., 3].any()


def test_a_geotiff_has_the_figures_and_the_place(events):
    picture = heat()
    raster = GDALRaster(geotiff(picture))
    assert raster.srs.srid == 32642
    band = np.array(raster.bands[0].data()).reshape(raster.height, raster.width)
    assert np.array_equal(band[::-1], picture.density)
    west, south, east, north = picture.box
    assert raster.extent == pytest.approx([west, south, east, north])
    assert raster.metadata["DEFAULT"]["units"] == UNIT


@pytest.mark.parametrize("which", ["first", "second", "change"])
def test_exports(desk, events, which):
    query = f"{PERIOD}&since2=2025-12-01&until2=2026-03-01&which={which}"
    response = desk.get(f"/plan/heatmap-sheet.png?{query}", headers=EN)
    assert response.headers["Content-Disposition"].startswith("attachment")
    with Image.open(io.BytesIO(response.content)) as picture:
        assert picture.width >= 900
        # The map's ink, the legend's colours and text: many more than the paper's one colour.
        assert len(picture.convert("RGB").getcolors(1_000_000)) > 50
    assert desk.get(f"/plan/heatmap.tif?{query}").content[:2] in (b"II", b"MM")
    assert desk.get(f"/plan/heatmap.png?{query}").status_code == 200


def test_a_month_as_a_picture(desk, events):
    first = desk.get(f"/plan/heatmap.png?{PERIOD}&month=2026-06").content
    assert first != desk.get(f"/plan/heatmap.png?{PERIOD}&month=2026-03").content
    assert desk.get(f"/plan/heatmap.png?{PERIOD}&month=nonsense").status_code == 400


def test_half_a_second_period_is_refused(desk):
    assert desk.get(f"/plan/heatmap.png?{PERIOD}&since2=2025-01-01").status_code == 400
    page = desk.get(f"/plan/?{PERIOD}&since2=2025-01-01", headers=EN).content.decode()
    assert "both days are needed" in page


def test_a_click_lists_the_events_there(desk, events):
    lon, lat = lon_lat(make_event(50).geom)
    page = desk.get(f"/plan/events/?{PERIOD}&lon={lon}&lat={lat}", headers=EN).content.decode()
    assert "11 events within 300 m" in page
    assert "/plan/chronicle/?lon=" in page
    for nonsense in ("lon=x&lat=1", "lon=1", "lon=1&lat=1", f"lon={lon}&lat=nan"):
        assert desk.get(f"/plan/events/?{PERIOD}&{nonsense}").status_code == 400


def test_the_chronicle_of_a_place(desk, events, planner):
    yard = make_yard(0)
    survey(yard)
    make_event(60, theme=Theme.WATER, day=dt.date(2024, 3, 1))
    point = make_event(61).geom
    found = chronicle_of(point, radius_m=60, user=planner)
    assert [year for year, _facts in found.years()] == [2026, 2024]
    assert found.themes()[0][0] == Theme.YARDS
    assert any(fact.kind == "yard" for fact in found.facts)
    lon, lat = lon_lat(point)
    page = desk.get(f"/plan/chronicle/?lon={lon}&lat={lat}", headers=EN).content.decode()
    assert "Survey: Poor" in page
    assert "2024" in page


def test_a_chronicle_is_found_by_words(desk, events):
    page = desk.get("/plan/chronicle/", {"q": "<b>nowhere</b>" * 40}, headers=EN).content.decode()
    assert "Nothing was found." in page
    assert "<b>nowhere" not in page


@pytest.mark.parametrize("query", ["lon=x&lat=2", "lon=1&lat=2", "lon=69.1", "lon=inf&lat=54.8"])
def test_a_chronicle_of_nowhere(desk, query):
    assert desk.get(f"/plan/chronicle/?{query}").status_code == 400


def test_hotspots_are_drawn_for_planners_only(desk, events, client):
    find_hotspots(theme=Theme.YARDS, since=TODAY - dt.timedelta(300), until=TODAY + dt.timedelta(9))
    assert desk.get("/tiles/hotspots.json").status_code == 200
    client.logout()
    assert client.get("/tiles/hotspots.json").status_code in (302, 403)


def test_the_page_asks_a_bounded_number_of_questions(desk, events, django_assert_max_num_queries):
    find_hotspots(theme=Theme.YARDS, since=TODAY - dt.timedelta(300), until=TODAY + dt.timedelta(9))
    with django_assert_max_num_queries(24):
        assert desk.get(f"/plan/?{PERIOD}").status_code == 200


# --- chronicle ------------------------------------------------------------------------------------


def test_a_chronicle_is_of_the_place_and_tells_each_fact_once(planner):
    point = make_event(0).geom
    make_event(1, dx=100.0)
    make_event(2, dx=175.0)
    Event.objects.filter(pk=make_event(3).pk).update(source=VOICES)

    def count(radius_m: int) -> int:
        return len(chronicle_of(point, radius_m=radius_m, user=planner).facts)

    assert [count(radius) for radius in (30, 60, 120, 250)] == [1, 2, 2, 3]


def test_a_chronicle_is_in_order_of_local_days(planner):
    """What the rooms say and what the yard says stand on one line of time."""
    yard = make_yard(0)
    survey(yard)
    hold_yard(yard=yard, reason="Heat main first", user=planner)
    late = make_event(0, day=dt.date(2020, 1, 1))
    Event.objects.filter(pk=late.pk).update(
        occurred_at=dt.datetime(2026, 5, 2, 0, 30, tzinfo=ALMATY)
    )
    make_event(1, day=dt.date(2026, 4, 30))
    found = chronicle_of(late.geom, radius_m=60, user=planner)
    days = [fact.when for fact in found.facts]
    assert days == sorted(days, reverse=True)
    assert days[1:] == [dt.date(2026, 5, 2), dt.date(2026, 5, 1), dt.date(2026, 4, 30)]
    assert found.facts[0].title == "Put on hold: Heat main first"
    assert found.whole


def test_a_chronicle_has_an_end_and_says_so(planner, monkeypatch):
    monkeypatch.setattr(chronicle, "MOST", 3)
    for number in range(4):
        make_event(number, day=TODAY - dt.timedelta(number))
    found = chronicle_of(make_event(9, day=TODAY).geom, radius_m=60, user=planner)
    assert not found.whole
    assert [fact.when for fact in found.facts] == [TODAY, TODAY, TODAY - dt.timedelta(1)]


def test_orders_are_linked_for_who_may_read_works(planner):
    fill_empty_tables(sender=None)
    order = draft()
    event = make_event(0)
    Event.objects.filter(pk=event.pk).update(source="orders", source_id=str(order.pk))
    rows = list(Event.objects.all())
    key = ("orders", str(order.pk))
    assert titles_of(rows, linked=True)[key][1] == f"/works/orders/{order.pk}/"
    assert titles_of(rows, linked=False)[key][1] == ""
    (fact,) = chronicle_of(event.geom, radius_m=60, user=planner).facts
    assert fact.url == f"/works/orders/{order.pk}/"
    (fact,) = chronicle_of(event.geom, radius_m=60, user=AnonymousUser()).facts
    assert fact.title
    assert not fact.url
