"""The layer tree, three dimensions, themes, language, and the view in the URL."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import difference

pytestmark = pytest.mark.e2e
# Shares of pixels: labels may settle a little differently after a change of style.
SAME, CHANGED = 0.02, 0.05


def test_switching_a_layer_off_takes_it_off_the_map(map_page, house):
    """Yards are drawn twice: their states lie over the yards themselves."""
    map_page.open(f"#at=17/{house.lat:.5f}/{house.lon:.5f}")
    map_page.settle()
    pictures = [map_page.picture()]
    titles = {"yard_state": "Yards by programme and queue", "yard": "Yards"}
    for name, title in titles.items():
        map_page.layer(title).uncheck()
        map_page.page.wait_for_function(
            "name => /layers=([^&]*)/.exec(location.hash)?.[1].split(',').includes(name)",
            arg=f"-{name}",
        )
        map_page.settle()
        assert difference(map_page.picture(), pictures[-1]) > CHANGED, name
        pictures.append(map_page.picture())
    for title in titles.values():
        map_page.layer(title).check()
    map_page.settle()
    assert "layers=" not in map_page.hash()
    assert difference(map_page.picture(), pictures[0]) < SAME


def test_chosen_layers_survive_a_reload(map_page, house):
    map_page.open(f"#at=16/{house.lat:.5f}/{house.lon:.5f}")
    map_page.layer("Heat").check()
    map_page.layer("Bus stops").uncheck()
    map_page.wait_for_hash("layers=-bus_stop,network_heat")
    map_page.page.reload()
    map_page.ready()
    expect(map_page.layer("Heat")).to_be_checked()
    expect(map_page.layer("Bus stops")).not_to_be_checked()


def test_the_legend_is_drawn_for_every_layer(map_page):
    map_page.open()
    rows = map_page.layers.locator(".layer-row")
    expect(rows.first).to_be_visible()
    assert rows.count() >= 15
    assert all(row.locator("svg.swatch").count() == 1 for row in rows.all())


def test_layers_not_drawn_at_this_zoom_say_so(map_page, house):
    map_page.open(f"#at=12/{house.lat:.5f}/{house.lon:.5f}")
    row = map_page.layers.locator("li[data-min-zoom]", has_text="Bus stops")
    expect(row.get_by_text("zoom in")).to_be_visible()
    map_page.open(f"#at=16/{house.lat:.5f}/{house.lon:.5f}")
    expect(row.get_by_text("zoom in")).to_be_hidden()


def test_closing_and_opening_the_layer_panel(map_page):
    map_page.open()
    map_page.layers.get_by_role("button", name="Close").click()
    expect(map_page.layers).to_be_hidden()
    toggle = map_page.page.get_by_role("button", name="Layers", exact=True)
    expect(toggle).to_be_focused()
    toggle.click()
    expect(map_page.layers).to_be_visible()


def test_buildings_rise_in_three_dimensions(map_page, house):
    map_page.open(f"#at=16.5/{house.lat:.5f}/{house.lon:.5f}")
    map_page.settle()
    flat = map_page.picture()
    button = map_page.page.get_by_role("button", name="Buildings in 3D")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    map_page.wait_for_hash("3d=1")
    map_page.settle()
    assert difference(map_page.picture(), flat) > CHANGED
    map_page.page.reload()
    map_page.ready()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    map_page.settle()
    assert difference(map_page.picture(), flat) < SAME


def test_moving_the_map_writes_the_view(map_page, house):
    map_page.open(f"#at=15/{house.lat:.5f}/{house.lon:.5f}")
    map_page.page.get_by_role("button", name="Zoom in").click()
    map_page.wait_for_hash("at=16.00/")
    map_page.page.get_by_role("button", name="Zoom out").click()
    map_page.wait_for_hash("at=15.00/")
    map_page.page.mouse.move(640, 400)
    map_page.page.mouse.down()
    map_page.page.mouse.move(540, 350, steps=5)
    map_page.page.mouse.up()
    map_page.page.wait_for_function(
        "lon => Number(location.hash.match(/at=[^/]+\\/[^/]+\\/([\\d.]+)/)[1]) > lon",
        arg=house.lon + 0.0005,
    )


def test_an_edited_hash_is_followed(map_page, house):
    map_page.open(f"#at=15/{house.lat:.5f}/{house.lon:.5f}")
    there = f"#at=17/{house.lat:.5f}/{house.lon:.5f}&place=building:{house.building_id}"
    map_page.page.evaluate("there => { location.hash = there; }", there)
    map_page.expect_card(house.number)


@pytest.mark.parametrize(
    "hash_",
    [
        "#at=x/y/z", "#at=99/0/0", "#at=12", "#place=building:abc", "#place=point:NaN,1",
        "#date=2026-99-99x", "#layers=,,,-,nothing", "#%E0%A4%A", "#place=building:9" * 50,
    ],
)  # fmt: skip
def test_a_broken_hash_shows_the_city(map_page, hash_):
    map_page.open(hash_)
    expect(map_page.card).to_be_hidden()


def test_hash_of_every_state_reads_back_the_same(map_page):
    """The two halves of url-state.js undo each other."""
    states = [
        {"zoom": 12.5, "lat": 54.87654, "lon": 69.12345, "bearing": 0, "layers": {}, "date": None,
         "place": None, "threeD": False},
        {"zoom": 18, "lat": 54.8, "lon": 69.1, "bearing": -45, "date": "2026-05-15",
         "layers": {"yard": False, "network_heat": True},
         "place": {"kind": "building", "id": "42"}, "threeD": True},
        {"zoom": 0, "lat": -0.5, "lon": -179.5, "bearing": 0, "layers": {"a": True}, "date": None,
         "place": {"kind": "point", "lon": 69.1234, "lat": -54.5}, "threeD": False},
    ]  # fmt: skip
    map_page.open()
    for state in states:
        again = map_page.page.evaluate(
            """async (state) => {
                const { format, parse } = await import("citymap/url-state");
                return parse(format(state));
            }""",
            state,
        )
        assert again == state


def test_colours_follow_the_switch_and_stay(map_page):
    map_page.open()
    map_page.settle()
    light = map_page.picture()
    map_page.page.locator(".tools-card").get_by_role("button", name="Dark").click()
    expect(map_page.page.locator("html")).to_have_attribute("data-theme", "dark")
    map_page.settle()
    assert difference(map_page.picture(), light) > 0.5
    map_page.page.reload()
    map_page.ready()
    expect(map_page.page.locator("html")).to_have_attribute("data-theme", "dark")
    map_page.page.locator(".tools-card").get_by_role("button", name="Light").click()
    map_page.settle()
    assert difference(map_page.picture(), light) < 0.2


def test_layers_keep_their_state_when_colours_change(map_page):
    map_page.open()
    map_page.layer("Yards").uncheck()
    map_page.page.locator(".tools-card").get_by_role("button", name="Dark").click()
    map_page.settle()
    expect(map_page.layer("Yards")).not_to_be_checked()


def test_auto_colours_follow_the_device(open_page):
    page = open_page(color_scheme="dark")
    page.goto("/list/")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.emulate_media(color_scheme="light")
    assert page.evaluate(ground) != dark


@pytest.mark.parametrize(
    ("button", "language", "layers"),
    [("Русский", "ru", "Слои"), ("Қазақша", "kk", "Қабаттар"), ("English", "en", "Layers")],
)
def test_the_language_changes_and_the_view_stays(map_page, house, button, language, layers):
    hash_ = f"#at=16.00/{house.lat:.5f}/{house.lon:.5f}&place=building:{house.building_id}"
    map_page.open(hash_)
    map_page.page.locator(".tools-card").get_by_role("button", name=button).click()
    expect(map_page.page.locator("html")).to_have_attribute("lang", language)
    map_page.ready()
    expect(map_page.layers.locator("h2")).to_have_text(layers)
    map_page.expect_card(house.number)
    assert f"place=building:{house.building_id}" in map_page.hash()


LATIN_WORD = re.compile(r"\b[A-Za-z]{3,}\b")
NOT_TRANSLATED = {"OpenStreetMap", "English", "Esc", "Enter"}


@pytest.mark.parametrize("language", ["ru-RU", "kk-KZ"])
@pytest.mark.parametrize(
    "path", ["/", "/list/", "/organizations/", "/accounts/login/", "/list/yard/", "/nothing/"]
)
def test_no_english_is_left(open_page, language, path, page_problems):
    page = open_page(locale=language)
    page.goto(path)
    if path == "/":
        page.locator("html[data-map=ready]").wait_for(state="attached", timeout=20_000)
    text = page.evaluate("document.body.innerText")
    labels = page.evaluate(
        """["aria-label", "title", "placeholder", "alt"].flatMap((name) =>
            [...document.querySelectorAll(`[${name}]`)].map((node) => node.getAttribute(name)))
            .join(" ")"""
    )
    assert set(LATIN_WORD.findall(f"{text} {labels}")) <= NOT_TRANSLATED
    if path == "/nothing/":
        page_problems.clear()


def test_the_attribution_is_always_in_sight(map_page, phone, house):
    for shown in (map_page, phone):
        for hash_ in ("", f"#place=building:{house.building_id}"):
            shown.open(hash_)
            attribution = shown.page.locator(".maplibregl-ctrl-attrib")
            expect(attribution).to_contain_text("OpenStreetMap")
            box = attribution.bounding_box()
            top = shown.page.evaluate(
                """([x, y]) => Boolean(
                    document.elementFromPoint(x, y).closest(".maplibregl-ctrl-attrib"))""",
                [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2],
            )
            assert top, hash_


def test_the_date_slider_waits_for_dated_layers(map_page):
    """Works have dates, so it is there; a style without dated layers hides it."""
    map_page.open()
    expect(map_page.page.locator("#date")).to_be_visible()
    hidden = map_page.page.evaluate(
        """async () => {
            const { DateSlider } = await import("citymap/date");
            const element = document.getElementById("date");
            const layers = [{ name: "yard", dated: null, styleLayers: ["yard-0"] }];
            new DateSlider({ element, today: "2026-05-10", onChange: () => {} }).adopt({
                metadata: { "citymap:layers": layers }, layers: [{ id: "yard-0" }],
            });
            return element.hidden;
        }"""
    )
    assert hidden


def test_the_date_slider_filters_what_is_dated(map_page):
    """A style with a dated layer shows the slider, which filters by day and keeps other filters."""
    map_page.open()
    answer = map_page.page.evaluate(
        """async () => {
            const { DateSlider } = await import("citymap/date");
            const element = document.getElementById("date");
            const chosen = [];
            const slider = new DateSlider({
                element, today: "2026-05-10", onChange: (date) => chosen.push(date),
            });
            const plain = ["==", ["get", "kind"], "road"];
            const style = {
                metadata: { "citymap:layers": [
                    { name: "works", dated: { from: "a", to: "b" }, styleLayers: ["works-0"] },
                    { name: "yard", dated: null, styleLayers: ["yard-0"] },
                ] },
                layers: [{ id: "works-0", filter: plain }, { id: "yard-0" }],
            };
            slider.adopt(style);
            const input = element.querySelector("input");
            input.value = "5";
            input.dispatchEvent(new Event("input"));
            input.dispatchEvent(new Event("change"));
            const shown = element.querySelector("output").textContent;
            element.querySelector("[data-date-today]").click();
            return {
                hidden: element.hidden, first: style.layers[0].filter.slice(0, 2), chosen, shown,
                other: style.layers[1].filter ?? null,
                now: element.querySelector("output").textContent,
            };
        }"""
    )
    assert answer == {
        "hidden": False,
        "first": ["all", ["==", ["get", "kind"], "road"]],
        "chosen": ["2026-05-15", None],
        "shown": "15 May 2026",
        "other": None,
        "now": "today",
    }


def test_dates_are_filtered_and_written_out(map_page):
    map_page.open()
    answer = map_page.page.evaluate(
        """async () => {
            const { dateFilter, dayAfter, daysBetween } = await import("citymap/date");
            const { longDate } = await import("citymap/format");
            return [dayAfter("2026-02-28", 1), dayAfter("2024-02-28", 1),
                    daysBetween("2026-01-01", "2027-01-01"), longDate("2026-05-15"),
                    dateFilter({ from: "a", to: "b" }, "2026-05-15")];
        }"""
    )
    assert answer[:4] == ["2026-03-01", "2024-02-29", 365, "15 May 2026"]
    assert json.dumps(answer[4]).count("2026-05-15") == 2


def test_the_map_is_saved_as_a_picture(map_page, house):
    map_page.open(f"#at=16/{house.lat:.5f}/{house.lon:.5f}")
    map_page.settle()
    with map_page.page.expect_download() as waiting:
        map_page.page.get_by_role("button", name="Save as a picture").click()
    file = waiting.value.path().read_bytes()
    assert waiting.value.suggested_filename.endswith(".png")
    assert file.startswith(b"\x89PNG")
    width, height = int.from_bytes(file[16:20]), int.from_bytes(file[20:24])
    assert width == 1280
    assert height > 800


def test_the_scale_bar_of_the_picture_is_right(map_page):
    map_page.open()
    bar = map_page.page.evaluate(
        """async () => {
            const { metresPerPixel, scaleBar } = await import("citymap/picture");
            return [metresPerPixel(0, 0), metresPerPixel(60, 10), scaleBar(1.0, 140)];
        }"""
    )
    assert bar[0] == pytest.approx(40_075_016.686 / 512)
    assert bar[1] == pytest.approx(40_075_016.686 / 512 / 1024 / 2)
    assert bar[2] == {"metres": 100, "px": 100}
