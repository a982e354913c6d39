"""What is asked is what is answered: every field of the form reaches the events and the picture."""

import datetime as dt
import io

import numpy as np
import pytest
from PIL import Image

from citymap.geo import lon_lat
from layers.choices import TerritoryKind
from layers.models import Address
from planning.choices import Theme
from planning.console.heatforms import HeatForm
from planning.heatmap import Heatmap, Question
from planning.heatnumbers import by_territory, known_since, totals
from planning.models import Event
from planning.png import CHANGES, RAMP
from planning.querysets import VOICES
from planning.services.hotspots import find_hotspots
from tests.planning.town import ALMATY, make_district, make_event

pytestmark = pytest.mark.django_db
EN = {"accept-language": "en"}
ASKED = {"theme": "yards", "since": "2025-07-01", "until": "2026-06-30", "radius_m": "150"}
BASE = {
    "theme": "yards", "since": dt.date(2025, 7, 1), "until": dt.date(2026, 7, 1), "radius_m": 150,
}  # fmt: skip


@pytest.fixture
def desk(client, planner):
    client.force_login(planner)
    return client


def question(**asked) -> Question:
    form = HeatForm({**ASKED, **asked})
    assert form.is_valid(), form.errors
    return form.cleaned_data["question"]


def heat(**changes) -> Heatmap:
    return Heatmap(Question(**{**BASE, **changes}))


def test_every_field_is_part_of_the_question():
    district = make_district("first", first=0, last=0)
    assert question() == Question(**BASE)
    found = question(
        theme="water", season="winter", territory=str(district.pk), radius_m="77",
        since2="2024-07-01", until2="2025-06-30",
    )  # fmt: skip
    assert found == Question(
        theme="water", since=BASE["since"], until=BASE["until"], radius_m=77, season="winter",
        territory=district.pk, since2=dt.date(2024, 7, 1), until2=dt.date(2025, 7, 1),
    )  # fmt: skip
    assert found.second == Question(
        theme="water", since=dt.date(2024, 7, 1), until=dt.date(2025, 7, 1), radius_m=77,
        season="winter", territory=district.pk,
    )  # fmt: skip


def test_the_question_survives_its_address():
    """What the page hands to its map, its pictures and its exports is the whole question."""
    district = make_district("first", first=0, last=0)
    form = HeatForm(
        {
            **ASKED, "season": "winter", "territory": str(district.pk), "since2": "2024-07-01",
            "until2": "2025-06-30", "view": "change",
        }
    )  # fmt: skip
    assert form.is_valid()
    again = HeatForm(form.query())
    assert again.is_valid()
    assert again.cleaned_data == form.cleaned_data


def shown(desk, event, **asked) -> int:
    """How many events the click at an event lists."""
    lon, lat = lon_lat(event.geom)
    page = desk.get("/plan/events/", {**ASKED, **asked, "lon": lon, "lat": lat}, headers=EN)
    assert page.status_code == 200
    return len(page.context["events"])


def test_a_click_lists_what_was_asked_and_nothing_else(desk):
    here = make_event(0, day=dt.date(2026, 6, 10))
    for number in (1, 2):
        make_event(number, day=dt.date(2026, 1, 15))
    make_event(3, dx=210.0)
    make_event(4, theme=Theme.WATER)
    make_event(5, day=dt.date(2024, 6, 1))
    make_event(6)
    Event.objects.filter(source_id="6").update(source=VOICES)
    assert shown(desk, here) == 3
    assert shown(desk, here, radius_m="170") == 4
    assert shown(desk, here, season="winter") == 2
    assert shown(desk, here, season="summer") == 1
    assert shown(desk, here, season="autumn") == 0
    assert shown(desk, here, theme="water") == 1
    assert shown(desk, here, since="2024-01-01", until="2024-12-31") == 1
    # The last day is in it, the newest event comes first.
    assert shown(desk, here, until="2026-06-10") == 3
    assert shown(desk, here, until="2026-06-09") == 2
    lon, lat = lon_lat(here.geom)
    page = desk.get("/plan/events/", {**ASKED, "lon": lon, "lat": lat}, headers=EN)
    days = [event.occurred_at for event in page.context["events"]]
    assert days == sorted(days, reverse=True)


@pytest.fixture
def three_places():
    """In June at the first yard, in January at the third, a year ago at the fifth."""
    for number in range(10):
        make_event(number, dx=4.0 * number, day=dt.date(2026, 6, 10))
    for number in range(10, 14):
        make_event(number, yard=2, day=dt.date(2026, 1, 15))
    for number in range(20, 24):
        make_event(number, yard=4, day=dt.date(2025, 1, 15))


@pytest.mark.parametrize(
    "asked",
    [
        {"season": "winter"}, {"radius_m": "400"}, {"since": "2026-03-01"},
        {"until": "2026-03-01"}, {"which": "second"}, {"which": "change"}, {"month": "2026-01"},
        {"month": "2025-01", "which": "second"},
    ],
)  # fmt: skip
def test_each_picture_is_of_what_was_asked(desk, three_places, asked):
    both = {"since2": "2024-07-01", "until2": "2025-06-30"}
    usual = desk.get("/plan/heatmap.png", {**ASKED, **both}).content
    found = desk.get("/plan/heatmap.png", {**ASKED, **both, **asked}).content
    assert found != usual
    more = {name: value for name, value in asked.items() if name not in ("which", "month")}
    picture = Heatmap(question(**both, **more))
    month = dt.date.fromisoformat(f"{asked['month']}-01") if "month" in asked else None
    assert found == picture.picture(asked.get("which", "first"), month)


@pytest.mark.parametrize("address", ["heatmap.tif", "heatmap-sheet.png"])
def test_exports_are_of_the_period_that_was_asked(desk, three_places, address):
    both = {**ASKED, "since2": "2024-07-01", "until2": "2025-06-30"}
    found = {
        desk.get(f"/plan/{address}", {**both, **more}).content
        for more in ({}, {"which": "second"}, {"which": "change"}, {"season": "winter"})
    }
    assert len(found) == 4


# --- figures ------------------------------------------------------------------------------------


def peak(picture: Heatmap, which: str = "density") -> float:
    return float(getattr(picture, which).max())


def test_figures_are_per_km2_and_year_of_each_period():
    """One event a quarter and one a year are the same density over 3 and 12 months."""
    make_event(0, day=dt.date(2026, 6, 1))
    make_event(1, yard=4, day=dt.date(2025, 2, 1))
    picture = heat(
        since=dt.date(2026, 4, 1), until=dt.date(2026, 7, 1), since2=dt.date(2024, 7, 1),
        until2=dt.date(2025, 7, 1),
    )  # fmt: skip
    top = 3 / (np.pi * 150**2) * 1e6
    assert peak(picture) == pytest.approx(top * 365.25 / 91, rel=0.05)
    assert peak(picture, "second_density") == pytest.approx(top, rel=0.05)
    # The first period less the second: more is above zero.
    assert picture.change.max() == picture.density.max()
    assert picture.change.min() == -picture.second_density.max()


def test_the_days_of_a_season_are_its_year():
    make_event(0, day=dt.date(2026, 1, 10))
    whole, winter = heat(), heat(season="winter")
    assert peak(winter) == pytest.approx(peak(whole) * 365 / 90, rel=1e-9)


def test_a_month_is_drawn_as_a_year_like_it():
    for number in range(3):
        make_event(number, day=dt.date(2026, 1, 10))
    make_event(5, day=dt.date(2026, 6, 10))
    picture = heat()
    january = picture.month_density(dt.date(2026, 1, 1)).max()
    assert january == pytest.approx(3 * 12 * peak(heat(since=dt.date(2026, 6, 1))) * 30 / 365.25)
    # Classes are those of the worst month, not of the whole year.
    assert picture.month_bounds()[-1] > picture.bounds[-1]


def test_each_period_plays_its_own_months():
    make_event(0, day=dt.date(2026, 1, 10))
    for number in range(1, 5):
        make_event(number, day=dt.date(2025, 1, 10))
    picture = heat(since2=dt.date(2024, 7, 1), until2=dt.date(2025, 7, 1))
    first, second = dt.date(2026, 1, 1), dt.date(2025, 1, 1)
    one = picture.month_density(first).max()
    assert one > 0
    assert picture.month_density(second, "second").max() == pytest.approx(4 * one)
    assert not picture.month_density(first, "second").any()
    assert not picture.month_density(second).any()
    # Of both the classes are those of the worst month.
    assert picture.month_bounds()[-1] > one


def test_events_of_weight_weigh():
    make_event(0)
    one = peak(heat())
    Event.objects.update(weight=3.0)
    assert peak(heat()) == pytest.approx(3 * one)


def test_both_periods_share_the_larger_one_s_classes():
    make_event(0, day=dt.date(2026, 6, 1))
    for number in range(1, 31):
        make_event(number, yard=1, day=dt.date(2025, 2, 1))
    picture = heat(since2=dt.date(2024, 7, 1), until2=dt.date(2025, 7, 1))
    assert picture.bounds[-1] < peak(picture, "second_density") <= 2.6 * picture.bounds[-1]


def test_at_the_edge_of_a_territory_nothing_is_missing():
    """What happened just beyond the border counts on this side: density does not fall there."""
    district = make_district("first", first=0, last=0)
    border = district.geom.extent[2]
    event = make_event(0)
    event.geom.x = border + 5
    event.save()
    picture = heat(territory=district.pk)
    assert picture.events == 0
    assert peak(picture) > 0.8 * 3 / (np.pi * 150**2) * 1e6
    x, y = np.meshgrid(picture.lattice.x, picture.lattice.y)
    assert not picture.density[x > border].any()


def test_months_and_seasons_are_local():
    """Half past midnight on the first of January in the city is still December in Greenwich."""
    event = make_event(0)
    event.occurred_at = dt.datetime(2026, 3, 1, 0, 30, tzinfo=ALMATY)
    event.save()
    picture = heat()
    assert picture.month_density(dt.date(2026, 3, 1)).any()
    assert not picture.month_density(dt.date(2026, 2, 1)).any()
    assert question(season="spring").events().count() == 1
    assert question(season="winter").events().count() == 0


def test_the_picture_lies_where_its_points_are():
    """Half a step around the outer points, on all sides."""
    make_event(0)
    picture = heat()
    west, south, east, north = picture.box
    half = picture.lattice.step_m / 2
    assert (west, east) == (picture.lattice.x[0] - half, picture.lattice.x[-1] + half)
    assert (south, north) == (picture.lattice.y[0] - half, picture.lattice.y[-1] + half)


# --- in numbers ---------------------------------------------------------------------------------


def test_totals_of_both_periods_are_compared_by_the_month():
    for number in range(24):
        make_event(number, day=dt.date(2026, 5, 1))
    for number in range(30, 46):
        make_event(number, day=dt.date(2025, 2, 1))
    both = {
        "since": dt.date(2026, 4, 1), "until": dt.date(2026, 7, 1), "since2": dt.date(2025, 1, 1),
        "until2": dt.date(2025, 2, 15),
    }  # fmt: skip
    found = totals(heat(**both))
    assert (found.events, found.before) == (24, 16)
    assert found.monthly == pytest.approx(24 / 91 * 365.25 / 12)
    # Sixteen in half as many days are more a month than twenty-four.
    assert found.change == -round(100 * (1 - 24 / 91 / (16 / 45)))
    assert found.fewer == -found.change
    assert totals(heat()).before is None
    # Of a handful, and of many times as much, figures say more than a percentage.
    day = {"since": dt.date(2026, 5, 1), "until": dt.date(2026, 5, 2)}
    assert totals(heat(**{**both, **day})).change is None
    Event.objects.filter(source_id__gte="38", source_id__lt="46").delete()
    assert totals(heat(**both)).change is None


def test_territories_have_their_events_and_the_reader_s_names(desk):
    first, second = (make_district(name, first=at, last=at) for name, at in (("a", 0), ("b", 2)))
    second.name_ru, second.name_kk = "Второй", "Екінші"
    second.save()
    for number in range(3):
        make_event(number, yard=2)
    make_event(10)
    make_event(11, day=dt.date(2025, 2, 1))
    picture = heat(since2=dt.date(2024, 7, 1), until2=dt.date(2025, 7, 1))
    found = by_territory(picture)
    assert [(one.pk, one.events, one.before) for one in found] == [
        (second.pk, 3, 0), (first.pk, 1, 1),
    ]  # fmt: skip
    years = 365 / 365.25
    assert found[0].density == pytest.approx(3 / (second.geom.area / 1e6) / years)
    assert by_territory(heat(territory=first.pk)) == []
    for language, name in (("ru", "Второй"), ("kk", "Екінші"), ("en", "b")):
        page = desk.get("/plan/", ASKED, headers={"accept-language": language}).content.decode()
        assert f'territory={second.pk}">{name}</a>' in page
        assert f">{name}</option>" in page
    # Suburbs and microdistricts where there are any; a district would count them twice.
    first.kind = TerritoryKind.SUBURB
    first.save()
    assert [one.pk for one in by_territory(picture)] == [first.pk]


def test_it_is_said_since_when_events_are_known(desk):
    make_event(0, day=dt.date(2026, 1, 15))
    make_event(1, theme=Theme.WATER, day=dt.date(2020, 1, 1))
    assert known_since(Question(**BASE)) == dt.date(2026, 1, 15)
    assert known_since(Question(**{**BASE, "since": dt.date(2025, 12, 20)})) is None
    assert known_since(Question(**{**BASE, "theme": "water"})) is None
    assert known_since(Question(**{**BASE, "theme": "snow"})) is None
    since = {"since": dt.date(2026, 1, 10), "since2": dt.date(2024, 1, 1)}
    assert known_since(Question(**{**BASE, **since})) == dt.date(2026, 1, 15)
    page = desk.get("/plan/", ASKED, headers=EN).content.decode()
    assert "known from 15 January 2026" in page


@pytest.mark.parametrize("day", ["9999-12-31", "2026-06-30"])
def test_a_period_is_of_one_day_at_least_and_ends_in_the_calendar(desk, day):
    form = HeatForm({**ASKED, "since": day, "until": day})
    assert form.is_valid() is (day == "2026-06-30")
    assert desk.get("/plan/", {**ASKED, "since": day, "until": day}).status_code == 200
    assert not HeatForm({**ASKED, "since2": "2026-06-30", "until2": "2026-06-29"}).is_valid()


def test_a_cluster_says_where_it_is(desk):
    for number in range(8):
        make_event(number, dx=2.0 * number)
    spot = make_event(20, theme=Theme.WATER).geom
    Address.objects.create(
        source="t", source_id="a", valid_from=dt.date(2020, 1, 1), street_name="Abay",
        house_number="7", geom=spot,
    )  # fmt: skip
    find_hotspots(theme=Theme.YARDS, since=BASE["since"], until=BASE["until"])
    page = desk.get("/plan/", ASKED, headers=EN)
    assert "7" in page.context["clusters"][0].place
    assert page.context["clusters"][0].place in page.content.decode()
    assert "1 July 2025 – 30 June 2026, events: 8" in page.content.decode()


def test_the_map_is_told_the_months_of_both_periods(desk):
    make_event(0)
    both = {"since2": "2024-12-15", "until2": "2025-01-31"}
    heat = desk.get("/plan/", {**ASKED, **both}).context["map_config"]["heat"]
    assert [one["key"] for one in heat["months2"]] == ["2024-12", "2025-01"]
    assert (heat["months"][0]["key"], heat["months"][-1]["key"]) == ("2025-07", "2026-06")
    assert desk.get("/plan/", ASKED).context["map_config"]["heat"]["months2"] == []


def test_a_sheet_s_legend_is_that_of_its_picture(desk, three_places):
    """Of a difference the colours of more and of less, and not those of a density."""
    both = {**ASKED, "since2": "2024-07-01", "until2": "2025-06-30"}

    def colours(which: str) -> set[str]:
        answer = desk.get("/plan/heatmap-sheet.png", {**both, "which": which})
        with Image.open(io.BytesIO(answer.content)) as sheet:
            found = sheet.convert("RGB").getcolors(1_000_000)
        # Swatches are plain; the map's own colours are mixed with its ground.
        return {f"#{r:02x}{g:02x}{b:02x}" for count, (r, g, b) in found if count > 300}

    assert set(RAMP) <= colours("first")
    assert set(CHANGES) <= colours("change")
    assert not set(CHANGES) & colours("first")
