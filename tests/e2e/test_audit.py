"""The auditor's pages and the pages of personal data, in a browser."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE

pytestmark = pytest.mark.e2e
PAGES = ("/audit/", "/audit/changes/", "/audit/looks/", "/audit/protocols/", "/audit/chain/")
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
# A telephone of the demo's people (citymap/personal/demo.py).
TELEPHONE = "8 700 000 01 04"


def check(page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def reveal_as_head(open_page, sign_in, **options):
    """Somebody of the demo, looked at by the head; the page and the person's number."""
    page = open_page(locale="en-GB", **(options or DESKTOP))
    sign_in(page, "head")
    page.goto("/personal/")
    page.get_by_label("Telephone").fill(TELEPHONE)
    page.get_by_role("button", name="Find", exact=True).click()
    page.locator("table.data tbody a").first.click()
    number = page.locator("h1").text_content().split()[-1]
    page.get_by_role("checkbox", name="Telephones").check()
    page.locator("[name=reveal-why]").fill("call back on 109-2026-000123")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("+77000000104")).to_be_visible()
    return page, number


def test_a_look_is_shown_once_and_found_by_the_auditor(open_page, sign_in):
    page, number = reveal_as_head(open_page, sign_in)
    check(page)
    page.goto(f"/personal/{number}/")
    expect(page.get_by_text("+77000000104")).to_have_count(0)
    auditor = open_page(locale="en-GB", **DESKTOP)
    sign_in(auditor, "auditor")
    auditor.goto("/audit/looks/")
    auditor.get_by_label("Number of the person").fill(number)
    auditor.keyboard.press("Enter")
    row = auditor.locator("table.data tbody tr").first
    expect(row).to_contain_text("call back on 109-2026-000123")
    expect(row).to_contain_text("Рахимов")
    assert "+77000000104" not in auditor.content()


def test_history_is_searched_sorted_and_opened_by_keyboard(open_page, sign_in):
    reveal_as_head(open_page, sign_in)
    page = open_page(locale="en-GB", **DESKTOP)
    sign_in(page, "auditor")
    page.goto("/audit/changes/")
    page.get_by_label("What", exact=True).select_option(label="Look at personal data")
    page.get_by_label("Who").fill("Рахимов")
    page.keyboard.press("Enter")
    expect(page.locator("table.data tbody tr").first).to_contain_text("Рахимов")
    heading = page.get_by_role("link", name="When")
    heading.focus()
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=ascending]")).to_be_visible()
    page.locator("table.data tbody th a").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Fields before and after")).to_be_visible()
    expect(page.get_by_role("heading", name="In the chain")).to_be_visible()
    check(page)


def test_a_download_is_the_list(open_page, sign_in):
    page = open_page(locale="en-GB", **DESKTOP)
    sign_in(page, "auditor")
    page.goto("/audit/looks/")
    with page.expect_download() as started:
        page.get_by_role("link", name="Download CSV").click()
    assert re.fullmatch(r"looks-[\d-]+\.csv", started.value.suggested_filename)


def test_the_chain_is_verified_on_request_while_one_watches(open_page, sign_in):
    """The worker takes the request up; the page follows it and shows the result."""
    page = open_page(locale="en-GB", **DESKTOP)
    sign_in(page, "auditor")
    page.goto("/audit/chain/")
    button = page.get_by_role("button", name="Verify now")
    if button.count():
        button.click()
    expect(page.get_by_text("the chain holds").first).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Verify now")).to_be_visible(timeout=60_000)
    check(page)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("locale", ["ru-RU", "kk-KZ"])
def test_pages_are_accessible_and_fit(open_page, sign_in, size, locale):
    page = open_page(locale=locale, **size)
    sign_in(page, "auditor")
    for path in PAGES:
        page.goto(path)
        check(page)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{path} is {wide} px too wide"


def test_dark_pages_are_accessible(open_page, sign_in):
    page = open_page(color_scheme="dark", **DESKTOP)
    sign_in(page, "auditor")
    for path in PAGES:
        page.goto(path)
        check(page)


def test_an_operator_is_kept_out(open_page, sign_in, page_problems):
    page = open_page(locale="en-GB", **DESKTOP)
    sign_in(page, "operator")
    assert page.goto("/audit/").status == 403
    expect(page.get_by_role("link", name="Audit")).to_have_count(0)
    page_problems.clear()
