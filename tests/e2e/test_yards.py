"""The public yards: the list before the map, one page, following; scenarios; the PDF."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, READY

pytestmark = pytest.mark.e2e
MAX_BYTES = 300_000
READY_MS = 20_000


def expect_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def weigh(page: Page, path: str) -> tuple[int, list[str]]:
    """Bytes over the wire until the page is loaded, and the addresses asked for by then."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes, asked = [], {}
    session.on(
        "Network.requestWillBeSent", lambda e: asked.update({e["requestId"]: e["request"]["url"]})
    )
    session.on(
        "Network.loadingFinished", lambda e: sizes.append((e["requestId"], e["encodedDataLength"]))
    )
    page.goto(path, wait_until="load")
    until_load = list(sizes)
    return round(sum(size for _key, size in until_load)), [
        asked.get(key, "") for key, _size in until_load
    ]


def first_yard(page: Page) -> str:
    page.goto("/yards/")
    return (
        page.get_by_role("table")
        .get_by_role("row")
        .nth(1)
        .get_by_role("link")
        .get_attribute("href")
    )


def test_pages_are_light_and_whole_before_the_map(open_page):
    yard = first_yard(open_page(locale="ru-RU"))
    for path in ("/yards/", yard):
        # A page of its own: what another one still loads is not counted.
        page = open_page(locale="ru-RU")
        size, asked = weigh(page, path)
        assert size < MAX_BYTES, (path, size)
        assert not [url for url in asked if "maplibre" in url or "/tiles/" in url], path
        expect(page.get_by_role("table").first).to_be_visible()


RESOURCES = """() => performance.getEntriesByType('navigation')
    .concat(performance.getEntriesByType('resource'))
    .map(({ name, transferSize, startTime }) =>
        [name, transferSize, performance.timeOrigin + startTime])"""


def loaded(page: Page) -> list[tuple[str, int, float]]:
    """Address, bytes over the wire and beginning of all that page and workers asked for."""
    return page.evaluate(RESOURCES) + [
        one for worker in page.workers for one in worker.evaluate(RESOURCES)
    ]


def is_tile(address: str) -> bool:
    return bool(re.search(r"/tiles/.+/\d+/\d+/\d+\.", address))


def before_tiles(page: Page) -> list[tuple[int, str]]:
    """Bytes and addresses of all that was asked for before the first tile, the heaviest last."""
    page.wait_for_load_state("networkidle")
    seen = loaded(page)
    tiles = [begun for address, _bytes, begun in seen if is_tile(address)]
    assert tiles, "no tile was asked for"
    return sorted((size, url) for url, size, begun in seen if begun < min(tiles))


@pytest.mark.parametrize("locale", ["ru-RU", "kk-KZ"])
@pytest.mark.parametrize("path", ["/", "/yards/", "yard"])
def test_maps_are_light_before_their_tiles(open_page, path, locale):
    """All of a first visit until the map asks for a tile: page, styles, modules, library."""
    if path == "yard":
        path = first_yard(open_page(locale=locale))
    page = open_page(locale=locale, viewport={"width": 1440, "height": 900})
    page.goto(path, wait_until="load")
    map_is_there = READY if path == "/" else "#yard-map[data-map=ready]"
    page.locator(map_is_there).wait_for(state="attached", timeout=READY_MS)
    before = before_tiles(page)
    total = sum(size for size, _url in before)
    print(f"{path} ({locale}): {total} bytes before the first tile")
    assert any("maplibre" in url for _size, url in before)
    assert total < MAX_BYTES, before[-12:]
    # Our fonts come after it, and are there from the start on the next page.
    fonts = page.locator("head > link[href*='css/fonts']")
    expect(fonts).to_have_count(1)
    assert not [url for _size, url in before if "css/fonts" in url]
    page.reload(wait_until="commit")
    expect(fonts).to_have_count(1)


def test_the_map_comes_afterwards_and_is_tied_to_the_list(open_page):
    page = open_page(locale="ru-RU", viewport={"width": 1440, "height": 900})
    page.goto("/yards/")
    expect(page.locator("#yard-map[data-map=ready]")).to_be_visible(timeout=READY_MS)
    row = page.get_by_role("table").get_by_role("row").nth(2)
    row.get_by_role("cell").first.click()
    expect(row).to_have_class(re.compile("chosen"))


def test_a_yard_without_javascript_says_it_all(open_page):
    page = open_page(locale="kk-KZ", java_script_enabled=False)
    page.goto("/yards/?show=done")
    page.get_by_role("table").get_by_role("row").nth(1).get_by_role("link").click()
    expect(page.get_by_role("heading", name="Дейін және кейін")).to_be_visible()
    expect(page.get_by_role("img").first).to_be_visible()
    expect(page.get_by_role("heading", name="Аула паспорты")).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "search", "why", "email", "follow", "sent"),
    [
        ("ru-RU", "Найти", "Почему двор на месте", "Эл. почта", "Подписаться",
         "отправили на него письмо"),
        ("kk-KZ", "Іздеу", "Неге аула", "Эл. пошта", "Жазылу", "хат жібердік"),
    ],
)  # fmt: skip
def test_a_citizen_finds_the_yard_on_a_phone_and_follows_it(
    open_page, house, locale, search, why, email, follow, sent
):
    page = open_page(**PHONE, locale=locale, bypass_csp=True)
    page.goto("/yards/")
    page.get_by_role("searchbox").fill(house.street)
    page.get_by_role("button", name=search).click()
    # The table fits: no value is beyond the edge.
    assert page.locator(".table-wrap").evaluate("one => one.scrollWidth - one.clientWidth") <= 1
    page.get_by_role("table").get_by_role("row").nth(1).get_by_role("link").click()
    expect(page.get_by_role("heading", name=re.compile(why))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_label(email).fill(f"{locale}@example.kz")
    page.get_by_role("button", name=follow).click()
    expect(page.get_by_text(sent)).to_be_visible()
    expect_accessible(page)


def test_a_flaw_is_reported_from_the_yard_and_acknowledged(open_page, page_problems):
    page = open_page(locale="en-GB", bypass_csp=True)
    page.goto("/yards/?show=done")
    page.get_by_role("table").get_by_role("row").nth(3).get_by_role("link").click()
    label = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("link", name="This is not done").click()
    expect(page.get_by_label("What is wrong")).to_have_value(re.compile("are called done, but"))
    page.go_back()
    page.get_by_role("link", name="Report a flaw").click()
    expect(page.get_by_text("It is about:")).to_contain_text(label)
    category = page.get_by_label("What is it about")
    category.select_option(category.locator("optgroup option").nth(5).get_attribute("value"))
    page.get_by_label("What is wrong").fill("The new swing already leans to one side")
    mine = page.get_by_label("No, mine is another problem")
    page.get_by_role("button", name="Send").click()
    page.wait_for_load_state()
    if mine.count():
        # The form came back with what may be the same: 409, and the browser says so.
        page_problems.clear()
        mine.check()
        page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Your request is registered")).to_be_visible()
    page.get_by_role("button", name="See how it stands").click()
    expect(page.get_by_text(re.compile("Received")).first).to_be_visible()


def test_programmes_are_public_with_their_list_as_pdf(open_page):
    page = open_page(locale="kk-KZ", bypass_csp=True)
    page.goto("/yards/programmes/")
    page.get_by_role("heading", level=2).get_by_role("link").first.click()
    expect(page.get_by_role("table").first).to_be_visible()
    expect_accessible(page)
    answer = page.request.get(page.get_by_role("link", name="PDF").get_attribute("href"))
    assert answer.body().startswith(b"%PDF-")


def test_a_planner_tries_scenarios_side_by_side(open_page, sign_in):
    page = open_page(locale="en-GB", bypass_csp=True)
    sign_in(page, "planner")
    for name, weights in (("People first", (70, 20, 10)), ("Size first", (20, 20, 60))):
        page.goto("/plan/queue/")
        page.get_by_text("Try a scenario").click()
        form = page.locator("form[action$='/scenarios/']")
        form.get_by_label("Name").fill(name)
        for label, weight in zip(("apartments", "complaints", "the area"), weights, strict=True):
            form.get_by_label(f"Weight of {label}").fill(str(weight))
        form.get_by_role("button", name="Compare").click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        expect(page.get_by_role("columnheader", name="Why")).to_be_visible()
    page.goto("/plan/queue/compare/")
    page.get_by_label("People first").first.check()
    page.get_by_label("Size first").first.check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("columnheader", name="Size first").first).to_be_visible()
    expect_accessible(page)


@pytest.mark.parametrize("path", ["proposal", "repairs", "prices", "surveys", "stages", "holds"])
def test_the_planner_s_pages_are_accessible(open_page, sign_in, path):
    page = open_page(locale="ru-RU", bypass_csp=True)
    sign_in(page, "planner")
    page.goto(f"/plan/{path}/")
    for part in page.locator("details > summary").all():
        part.click()
    expect_accessible(page)
