"""Without a mouse; on a phone; without WebGL; without JavaScript."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE, MapPage

pytestmark = pytest.mark.e2e


def test_from_search_to_card_and_back_by_keys_alone(map_page, house):
    map_page.open()
    keys = map_page.page.keyboard
    keys.press("/")
    expect(map_page.search).to_be_focused()
    keys.type(house.question)
    expect(map_page.page.get_by_role("option").first).to_be_visible()
    keys.press("ArrowDown")
    keys.press("Enter")
    map_page.expect_card(house.number)
    expect(map_page.title).to_be_focused()
    keys.press("Tab")
    expect(map_page.page.get_by_role("button", name="Copy the link")).to_be_focused()
    keys.press("Escape")
    expect(map_page.card).to_be_hidden()
    expect(map_page.search).to_be_focused()


def test_the_slash_is_found_on_a_russian_keyboard(map_page):
    """There the key beside the right shift types a full stop."""
    map_page.open()
    map_page.page.evaluate(
        "dispatchEvent(new KeyboardEvent('keydown', {key: '.', code: 'Slash', cancelable: true}))"
    )
    expect(map_page.search).to_be_focused()


def test_keys_typed_into_the_search_do_nothing_else(map_page):
    map_page.open()
    map_page.search.focus()
    map_page.page.keyboard.type("l3?/")
    expect(map_page.search).to_have_value("l3?/")
    expect(map_page.layers).to_be_visible()
    expect(map_page.page.locator("#keys")).to_be_hidden()


def test_the_crosshair_asks_for_the_middle_of_the_map(map_page, house):
    map_page.open(f"#at=18/{house.lat:.5f}/{house.lon:.5f}")
    map_page.settle()
    map_page.page.keyboard.press("m")
    expect(map_page.canvas).to_be_focused()
    expect(map_page.page.locator("#crosshair")).to_be_visible()
    map_page.page.keyboard.press("Enter")
    map_page.expect_card(house.number)
    expect(map_page.title).to_be_focused()


def test_arrows_move_the_map(map_page, house):
    map_page.open(f"#at=16/{house.lat:.5f}/{house.lon:.5f}")
    map_page.settle()
    before = map_page.hash()
    map_page.canvas.focus()
    map_page.page.keyboard.press("ArrowRight")
    map_page.page.wait_for_function("before => location.hash !== before", arg=before)


def test_the_question_mark_lists_the_keys(map_page):
    map_page.open()
    map_page.page.keyboard.press("?")
    dialog = map_page.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator("kbd", has_text="/").first).to_be_visible()
    map_page.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_letters_switch_layers_and_dimensions(map_page):
    map_page.open()
    map_page.page.keyboard.press("l")
    expect(map_page.layers).to_be_hidden()
    map_page.page.keyboard.press("3")
    map_page.wait_for_hash("3d=1")


def test_every_control_shows_its_focus(map_page):
    map_page.open()
    map_page.page.keyboard.press("Tab")
    seen = set()
    for _ in range(60):
        name, outlined = map_page.page.evaluate(
            """() => {
                const node = document.activeElement;
                if (node === document.body) return ["", true];
                const shown = [node, node.parentElement, node.closest(".search-card")];
                const outlined = shown.filter(Boolean).some((one) => {
                    const { outlineStyle, boxShadow } = getComputedStyle(one);
                    return outlineStyle !== "none" || boxShadow !== "none";
                });
                return [node.id || node.textContent.trim() || node.className, outlined];
            }"""
        )
        assert outlined, name
        seen.add(name)
        map_page.page.keyboard.press("Tab")
    assert {"search-input", "layers-toggle", "three-d", "zoom-in", "layer-yard"} <= seen


def test_the_first_tab_skips_to_the_content(map_page):
    map_page.open()
    map_page.page.keyboard.press("Tab")
    expect(map_page.page.locator(".skip-link")).to_be_focused()
    expect(map_page.page.locator(".skip-link")).to_be_in_viewport()


def overflow(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


@pytest.mark.parametrize(
    "path", ["/", "/list/", "/list/yard/", "/organizations/", "/accounts/login/"]
)
def test_nothing_is_wider_than_a_phone(phone, path):
    phone.page.goto(path)
    assert overflow(phone.page) <= 0


def test_the_card_is_a_sheet_that_is_dragged(phone, house):
    phone.open(f"#at=17/{house.lat:.5f}/{house.lon:.5f}&place=building:{house.building_id}")
    phone.expect_card(house.number)
    expect(phone.layers).to_be_hidden()
    box = phone.card.bounding_box()
    assert box["x"] == 0
    assert box["width"] == 390
    assert 844 * 0.4 < box["height"] < 844 * 0.5
    handle = phone.page.get_by_role("button", name="Height of the panel")

    def drag(to: float) -> None:
        grip = handle.bounding_box()
        phone.page.mouse.move(195, grip["y"] + 12)
        phone.page.mouse.down()
        phone.page.mouse.move(195, to, steps=6)
        phone.page.mouse.up()
        phone.page.wait_for_timeout(300)

    drag(150)
    assert phone.card.bounding_box()["height"] > 844 * 0.8
    expect(handle).to_have_attribute("aria-expanded", "true")
    drag(430)
    assert phone.card.bounding_box()["height"] < 844 * 0.5
    drag(800)
    expect(phone.card).to_be_hidden()


def test_the_sheet_listens_to_keys(phone, house):
    phone.open(f"#place=building:{house.building_id}")
    phone.expect_card(house.number)
    handle = phone.page.get_by_role("button", name="Height of the panel")
    handle.focus()
    phone.page.keyboard.press("ArrowUp")
    expect(handle).to_have_attribute("aria-expanded", "true")
    phone.page.keyboard.press("Escape")
    expect(phone.card).to_be_hidden()


def test_a_tap_on_a_phone_opens_the_card_above_the_point(phone, house):
    phone.open(f"#at=18/{house.lat:.5f}/{house.lon:.5f}")
    phone.settle()
    phone.page.touchscreen.tap(195, 422)
    phone.expect_card(house.number)
    phone.page.wait_for_timeout(900)
    pin = phone.page.locator(".map-pin").bounding_box()
    assert 72 < pin["y"] < phone.card.bounding_box()["y"]


def test_the_menu_of_a_phone_has_language_and_list(phone):
    phone.open()
    phone.page.get_by_role("button", name="Menu").click()
    menu = phone.page.locator("#menu")
    expect(menu.get_by_role("link", name="List")).to_be_visible()
    menu.get_by_role("button", name="Қазақша").click()
    expect(phone.page.locator("html")).to_have_attribute("lang", "kk")


def test_layers_of_a_phone_are_a_sheet(phone):
    phone.open()
    expect(phone.layers).to_be_hidden()
    phone.page.get_by_role("button", name="Layers", exact=True).tap()
    expect(phone.layers).to_be_visible()
    assert phone.layers.bounding_box()["width"] == 390
    phone.layer("Yards").tap()
    phone.wait_for_hash("layers=-yard")


def test_touch_targets_are_large_enough(phone):
    """WCAG 2.2, 2.5.8: at least 24 by 24 px; ours are 40 and more."""
    phone.open()
    for button in phone.page.locator("button:visible, a.button:visible").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 40, button.get_attribute("id")


NO_WEBGL = """
const original = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind.startsWith("webgl") ? null : original.call(this, kind, ...rest);
};
"""


def test_without_webgl_search_and_card_work_and_the_list_is_offered(open_page, house):
    page = open_page(locale="en-GB")
    page.add_init_script(NO_WEBGL)
    page.goto("/")
    alert = page.locator("#map-failed")
    expect(alert).to_contain_text("WebGL 2 is missing")
    shown = MapPage(page)
    shown.search.fill(house.question)
    page.get_by_role("option").first.click()
    shown.expect_card(house.number)
    alert.get_by_role("link", name="The same as a list").click()
    expect(page.get_by_role("heading", name="The map as lists")).to_be_visible()


def test_without_javascript_the_lists_work(open_page):
    page = open_page(locale="en-GB", java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="The same as a list").click()
    page.get_by_role("link", name="Playgrounds", exact=True).click()
    rows = page.locator("tbody tr")
    assert rows.count() >= 2
    page.get_by_role("searchbox").fill("no such playground")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("main")).to_contain_text("Nothing in this layer matches")


def test_from_the_list_to_the_map(map_page):
    map_page.page.goto("/list/playground/")
    map_page.page.get_by_role("link", name="Show").first.click()
    map_page.ready()
    expect(map_page.card).to_be_visible()
    map_page.wait_for_hash("place=point:")


def test_a_phone_turned_sideways(open_page, house):
    shown = MapPage(open_page(**PHONE | {"viewport": {"width": 844, "height": 390}}))
    shown.open(f"#place=building:{house.building_id}")
    shown.expect_card(house.number)
    assert overflow(shown.page) <= 0
