"""Type or click an address and see what is there."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e


def test_typing_an_address_opens_its_card(map_page, house):
    map_page.open()
    map_page.search.fill(house.question)
    first = map_page.page.get_by_role("option").first
    expect(first).to_contain_text(house.number)
    first.click()
    map_page.expect_card(house.number)
    map_page.wait_for_hash(f"place=address:{house.address_id}")
    expect(map_page.card.locator("[data-section]").first).to_be_visible()
    zoom = float(re.search(r"at=([\d.]+)/", map_page.hash()).group(1))
    map_page.page.wait_for_function("location.hash.includes('at=17.')")
    assert zoom <= 17.1


def test_enter_takes_the_best_answer_without_waiting_for_the_list(map_page, house):
    map_page.open()
    map_page.search.press_sequentially(house.question)
    map_page.search.press("Enter")
    map_page.expect_card(house.number)


def test_arrows_walk_through_the_answers(map_page, house):
    map_page.open()
    map_page.search.fill(house.street)
    options = map_page.page.get_by_role("option")
    expect(options.nth(1)).to_be_visible()
    expect(map_page.search).to_have_attribute("aria-expanded", "true")
    map_page.search.press("ArrowDown")
    map_page.search.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(map_page.search).to_have_attribute("aria-activedescendant", "search-option-1")
    map_page.search.press("ArrowUp")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    map_page.search.press("Escape")
    expect(map_page.search).to_have_attribute("aria-expanded", "false")


def test_nothing_found_is_said(map_page):
    map_page.open()
    map_page.search.fill("ъъъъъъъъъъ")
    expect(map_page.page.locator("[data-search-note]")).to_contain_text("Nothing found")


def test_clearing_the_search(map_page, house):
    map_page.open()
    map_page.search.fill(house.street)
    expect(map_page.page.get_by_role("option").first).to_be_visible()
    map_page.page.get_by_role("button", name="Clear").click()
    expect(map_page.search).to_have_value("")
    expect(map_page.search).to_be_focused()
    expect(map_page.page.get_by_role("listbox", include_hidden=True)).to_be_hidden()


def test_clicking_the_map_opens_the_card_of_that_point(map_page, house):
    map_page.open(f"#at=18/{house.lat:.5f}/{house.lon:.5f}")
    map_page.settle()
    map_page.page.mouse.click(640, 400)
    map_page.expect_card(house.number)
    map_page.wait_for_hash("place=point:")
    expect(map_page.page.locator(".map-pin")).to_be_visible()


def test_the_card_of_a_house_tells_address_yard_and_responsible(map_page, house):
    map_page.open(f"#place=building:{house.building_id}")
    map_page.expect_card(house.number)
    names = map_page.card.locator("[data-section]").evaluate_all(
        "sections => sections.map(section => section.dataset.section)"
    )
    assert {"organizations", "yard", "facts"} <= set(names)
    for section in map_page.card.locator("[data-section]").all():
        assert section.locator("li, p").count() >= 1


def test_closing_the_card_and_going_back(map_page, house):
    map_page.open(f"#at=17/{house.lat:.5f}/{house.lon:.5f}")
    map_page.page.mouse.click(640, 400)
    map_page.expect_card(house.number)
    map_page.page.get_by_role("button", name="Close").first.click()
    expect(map_page.card).to_be_hidden()
    expect(map_page.page.locator(".map-pin")).to_be_hidden()
    assert "place=" not in map_page.hash()
    map_page.page.go_back()
    map_page.expect_card(house.number)
    map_page.page.go_forward()
    expect(map_page.card).to_be_hidden()


def test_an_object_of_the_card_is_shown_on_the_map(map_page, house):
    map_page.open(f"#at=15/{house.lat:.5f}/{house.lon:.5f}&place=building:{house.building_id}")
    map_page.expect_card(house.number)
    before = map_page.hash()
    map_page.card.get_by_role("button", name=re.compile("^Show on the map")).last.click()
    map_page.page.wait_for_function("before => location.hash !== before", arg=before)


def test_a_point_outside_the_city_is_said_in_words(map_page, page_problems):
    map_page.open("#place=point:60.0,50.0")
    expect(map_page.title).to_have_text("This place cannot be shown")
    expect(map_page.card.get_by_role("alert")).to_be_visible()
    assert all("404" in problem for problem in page_problems)
    page_problems.clear()


def test_without_a_network_the_card_says_so_and_can_try_again(map_page, house, page_problems):
    map_page.open(f"#at=17/{house.lat:.5f}/{house.lon:.5f}")
    map_page.settle()
    map_page.page.context.set_offline(True)
    map_page.page.mouse.click(640, 400)
    expect(map_page.card.get_by_role("alert")).to_contain_text("No connection to the server")
    map_page.page.context.set_offline(False)
    map_page.card.get_by_role("button", name="Try again").click()
    map_page.expect_card(house.number)
    assert all("ERR_INTERNET_DISCONNECTED" in problem for problem in page_problems)
    page_problems.clear()


def test_the_link_to_the_view_is_copied(map_page, house):
    map_page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    map_page.open(f"#at=17/{house.lat:.5f}/{house.lon:.5f}&place=building:{house.building_id}")
    map_page.expect_card(house.number)
    map_page.page.get_by_role("button", name="Copy the link").click()
    expect(map_page.page.locator("#toast")).to_contain_text("is copied")
    assert map_page.page.evaluate("navigator.clipboard.readText()") == map_page.page.url


def test_where_am_i(map_page, house):
    context = map_page.page.context
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"latitude": house.lat, "longitude": house.lon})
    map_page.open()
    map_page.page.get_by_role("button", name="Where am I").click()
    map_page.expect_card(house.number)


def test_where_am_i_outside_the_city(map_page):
    context = map_page.page.context
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"latitude": 43.24, "longitude": 76.91})
    map_page.open()
    map_page.page.get_by_role("button", name="Where am I").click()
    expect(map_page.page.locator("#toast")).to_contain_text("outside the city")
    expect(map_page.card).to_be_hidden()
