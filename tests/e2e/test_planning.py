"""A citizen asks why a yard is where it is; a planner makes a programme and publishes it."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e


def expect_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def first_yard(page: Page):
    """The link to the first yard of the list."""
    return page.get_by_role("table").get_by_role("row").nth(1).get_by_role("link")


def test_a_citizen_reads_why(open_page):
    page = open_page(viewport={"width": 390, "height": 844}, locale="en-GB", bypass_csp=True)
    page.goto("/yards/")
    expect_accessible(page)
    label = first_yard(page).inner_text()
    street = re.sub(r"[\d,;/].*", "", label).strip()
    page.get_by_role("searchbox").fill(street)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=label, exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("Why it is number 1 of"))).to_be_visible()
    expect(page.get_by_text("Together")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect_accessible(page)


def test_a_planner_publishes_a_programme(open_page, sign_in):
    page = open_page(locale="en-GB", bypass_csp=True)
    sign_in(page, "planner")
    page.goto("/plan/programmes/")
    page.get_by_label("Name").fill("Yards of 2031")
    page.get_by_label("First year").fill("2031")
    page.get_by_label("Budgets by year, tenge").fill("900000000")
    page.get_by_label("Reason").fill("The city's budget")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Best choice").click()
    expect(page.get_by_text("greedy one")).to_be_visible()
    expect_accessible(page)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("cannot be changed any more")).to_be_visible()
    expect(page.get_by_role("button", name="Best choice")).to_have_count(0)

    citizen = open_page(locale="en-GB")
    citizen.goto("/yards/?show=planned")
    row = citizen.get_by_role("row").filter(has_text="In a programme of later years, 2031").first
    expect(row).to_be_visible()
    row.get_by_role("link").click()
    expect(citizen.get_by_role("heading", name="Planned for 2031")).to_be_visible()


def test_choosing_says_that_it_works_and_is_sent_once(open_page, sign_in):
    page = open_page(locale="en-GB", bypass_csp=True)
    sign_in(page, "planner")
    page.goto("/plan/programmes/")
    page.get_by_label("Name").fill("Yards of 2041")
    page.get_by_label("First year").fill("2041")
    page.get_by_label("Budgets by year, tenge").fill("300000000")
    page.get_by_label("Reason").fill("The city's budget")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="Choose by computer")).to_be_visible()
    # Nothing leaves the page here: what would have been sent is counted.
    page.evaluate("""() => {
        window.sent = [];
        for (const kind of ["submit", "click"]) window.addEventListener(kind, (event) => {
            if (kind === "click" && !event.target.closest("a")) return;
            window.sent.push(!event.defaultPrevented);
            event.preventDefault();
        });
    }""")
    button = page.get_by_role("button", name="Best choice")
    button.click()
    line = page.locator("form [role=status]")
    expect(line).to_contain_text("The computer is choosing; it takes about 8 s at most")
    expect(line).to_contain_text("1 s so far")
    expect(button).to_have_attribute("aria-disabled", "true")
    button.click(force=True)
    page.get_by_role("link", name="Side by side").click(force=True)
    assert page.evaluate("window.sent") == [True, False, False]
    expect_accessible(page)
    # Back by the browser's button from wherever it led: as before.
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(line).to_be_empty()
    expect(page.locator("[aria-busy], [aria-disabled]")).to_have_count(0)


def test_a_planner_makes_a_heatmap(open_page, sign_in):
    page = open_page(locale="en-GB", bypass_csp=True)
    sign_in(page, "planner")
    page.goto("/plan/")
    page.get_by_label("Theme").select_option(label="Water")
    page.get_by_role("button", name="Show").click()
    drawn = page.locator("#heat-first")
    expect(drawn).to_be_visible()
    expect(drawn).not_to_have_attribute("aria-busy", "true", timeout=60_000)
    expect_accessible(page)
    # What happened there, and the chronicle of the place.
    drawn.click(position={"x": 300, "y": 300})
    expect(page.get_by_text(re.compile(r"events? within 300 m"))).to_be_visible()
    # Months, by the keyboard.
    slider = page.get_by_role("slider", name="Month")
    slider.press("End")
    expect(page.locator("#month-name")).not_to_have_text("The whole period")
    page.get_by_role("button", name="The whole period").click()
    expect(page.locator("#month-name")).to_have_text("The whole period")
    for name, ending in (("Picture", ".png"), ("GeoTIFF", ".tif")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name, exact=True).click()
        assert download.value.suggested_filename.endswith(ending)
    page.get_by_role("button", name="Search this theme and period").click()
    expect(page.get_by_text(re.compile("Searched: events"))).to_be_visible()
    page.get_by_role("link", name="Chronicle", exact=True).click()
    expect(page.get_by_role("heading", name="Chronicle of a place")).to_be_visible()
    expect_accessible(page)


@pytest.mark.parametrize("locale, word", [("ru-RU", "Тепловая карта"), ("kk-KZ", "Жылу картасы")])
def test_the_heatmap_on_a_phone(open_page, sign_in, locale, word):
    page = open_page(viewport={"width": 390, "height": 844}, locale=locale, bypass_csp=True)
    sign_in(page, "planner")
    page.goto("/plan/?theme=roads&since=2026-01-01&until=2026-04-01"
              "&since2=2026-05-01&until2=2026-08-01")  # fmt: skip
    expect(page.get_by_role("heading", level=1)).to_contain_text(word)
    expect(page.locator("#heat-second")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect_accessible(page)


PAGES = ("problems", "floods", "reports", "queue", "surveys", "stages", "holds", "programmes",
         "prices", "proposal", "repairs", "chronicle")  # fmt: skip
TOO_WIDE = """() => [...document.querySelectorAll("html, .table-wrap, .plan-nav")]
    .filter((one) => one.scrollWidth > one.clientWidth + 1).length"""


@pytest.mark.parametrize("locale", ["ru-RU", "kk-KZ"])
def test_planning_fits_a_phone(open_page, sign_in, locale):
    """Nothing is scrolled to the side, tables neither; the rooms take two or three rows."""
    page = open_page(viewport={"width": 390, "height": 844}, locale=locale, bypass_csp=True)
    sign_in(page, "planner")
    for name in PAGES:
        page.goto(f"/plan/{name}/")
        assert page.evaluate(TOO_WIDE) == 0, name
        assert page.locator(".plan-nav").bounding_box()["height"] < 130, name
        expect(page.locator(".plan-nav [aria-current=page]")).to_have_count(1)
    # Each value stands beside the name of its column.
    page.goto("/plan/prices/")
    cell = page.locator("table.fold tbody td").first
    assert cell.evaluate("node => getComputedStyle(node, '::before').content") not in ("", "none")
    expect_accessible(page)


def test_clusters_and_the_chronicle_are_found(open_page, sign_in, house):
    page = open_page(locale="ru-RU", bypass_csp=True)
    sign_in(page, "planner")
    page.goto("/plan/?theme=water")
    page.locator("#heat[data-map=ready]").wait_for(timeout=60_000)
    row = page.locator("tr[data-cluster]").first
    row.get_by_role("button").click()
    expect(row).to_have_class(re.compile("chosen"))
    expect(page.get_by_text("Скопление с номером")).to_be_visible()
    page.goto("/plan/chronicle/")
    page.get_by_role("searchbox").fill(house.question)
    page.get_by_role("button", name="Найти").click()
    page.locator("main ul").get_by_role("link", name=house.street).first.click()
    expect(page.locator("main .lead")).to_contain_text(house.number)
    expect_accessible(page)


def test_an_analyst_opens_a_flood_zone_and_reads_a_report(open_page, sign_in):
    page = open_page(locale="en-GB", bypass_csp=True)
    sign_in(page, "analyst")
    page.goto("/plan/floods/")
    expect_accessible(page)
    page.get_by_role("link", name=re.compile("Open a problem for cluster")).first.click()
    page.get_by_label("Problem", exact=True).fill("Low bank")
    page.get_by_role("button", name="Open the problem").click()
    expect(page.get_by_role("heading", name="Low bank")).to_be_visible()
    page.get_by_label("What is done").fill("Clean the ditch")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Clean the ditch")).to_be_visible()
    expect_accessible(page)
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_text(re.compile("done on"))).to_be_visible()
    page.get_by_role("link", name="Reports", exact=True).click()
    page.get_by_role("link", name="Report of the quarter").first.click()
    expect(page.get_by_role("heading", name="How bodies reply")).to_be_visible()
    expect_accessible(page)
