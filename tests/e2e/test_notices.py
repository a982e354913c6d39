"""The bell and the pages of notices in a real browser: keys, languages, phone, axe."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE
from tests.support.databases import run_program

pytestmark = pytest.mark.e2e

TIMEOUT_MS = 30_000
PROTOCOLS_OPENED = 3
PROTOCOLS = """
from citymap.history.models import ProtocolKind
from citymap.history.protocols import open_protocol
for number in range(3):
    open_protocol(kind=ProtocolKind.values[0], what=f"measured {number}", context={})
"""
HEADINGS = {"ru-RU": "Уведомления", "kk-KZ": "Хабарламалар", "en-GB": "Notices"}


@pytest.fixture(scope="module")
def protocols(live_server_process) -> None:
    """Three protocols: head and auditor are owed a notice of each; the worker delivers them."""
    run_program("manage.py", "shell", "-c", PROTOCOLS, env=live_server_process.city.environ)


def check(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def wait_for_bell(page: Page) -> None:
    """Until the worker has rung it for all."""
    for _ in range(30):
        page.goto("/notices/mine/")
        if page.locator(".bell-list > li").count() >= PROTOCOLS_OPENED:
            return
        page.wait_for_timeout(500)
    pytest.fail("the bell did not ring")


@pytest.mark.usefixtures("protocols")
def test_bell_by_keys(open_page, sign_in):
    page = open_page(locale="en-GB", viewport={"width": 1500, "height": 900})
    sign_in(page, "auditor")
    wait_for_bell(page)
    page.goto("/list/")
    bell = page.get_by_role("link", name="My notices")
    unread = int(bell.locator("[data-bell-count]").inner_text())
    assert unread >= PROTOCOLS_OPENED
    bell.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("My notices")
    check(page)
    first = page.get_by_role("button", name=re.compile("^Mark as read")).first
    first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{unread - 1} are unread.")).to_be_visible(timeout=TIMEOUT_MS)
    page.get_by_role("button", name="Mark all as read").press("Enter")
    expect(page.get_by_text("All are read.")).to_be_visible(timeout=TIMEOUT_MS)
    expect(bell.locator("[data-bell-count]")).to_be_hidden()


@pytest.mark.usefixtures("protocols")
@pytest.mark.parametrize("locale", HEADINGS)
def test_pages_of_the_outbox(open_page, sign_in, locale):
    page = open_page(locale=locale, **PHONE)
    sign_in(page, "head")
    wait_for_bell(page)
    for path in (
        "/notices/mine/",
        "/notices/?state=undelivered",
        "/notices/kinds/",
        "/notices/kinds/protocol_opened/kk/",
        "/notices/",
    ):
        page.goto(path)
        check(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADINGS[locale])
    page.locator("table.data tbody a").first.click()
    expect(page.locator(".delivery-log li").first).to_be_visible()
    check(page)
