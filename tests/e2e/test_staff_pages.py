"""The pages of roles, history, notices, jobs and calendars: axe, keyboard, languages, widths."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Page, expect

from citymap.demo import DEMO_PASSWORD
from tests.e2e.conftest import PHONE

pytestmark = pytest.mark.e2e

DESKTOP = {"viewport": {"width": 1280, "height": 800}}
WIDE = {"viewport": {"width": 1440, "height": 900}}
LOCALES = {"ru": "ru-RU", "kk": "kk-KZ", "en": "en-GB"}
CYRILLIC = re.compile("[а-яёәғқңөұүһі]", re.IGNORECASE)
# Page -> a login that may see it.
PAGES = {
    "/jobs/": "admin",
    "/jobs/log/jobs.log/": "admin",
    "/jobs/log/notices/": "admin",
    "/jobs/log/jobs.log/?failed=1": "admin",
    "/calendar/": "admin",
    "/calendar/?year=2024&schedule=six-day": "admin",
    "/organizations/": "admin",
    "/accounts/security/": "admin",
    "/accounts/password/": "admin",
    "/accounts/tokens/": "admin",
    "/accounts/tokens/all/": "auditor",
    "/notices/": "admin",
    "/notices/kinds/": "admin",
    "/notices/mine/": "admin",
    "/audit/": "auditor",
    "/audit/changes/": "auditor",
    "/audit/looks/": "auditor",
    "/audit/protocols/": "auditor",
    "/audit/chain/": "auditor",
    "/history/roots/": "auditor",
    "/personal/": "head",
}
# Parts of pages, files, and steps that a page leads through.
NO_PAGES = re.compile(
    r"\.(csv|json)$|^/jobs/(board|accept-clock)/|^/accounts/(login|logout|second-factor)/"
    r"|^/accounts/security/.+|^/notices/(retry|mine/.+)|^/audit/chain/.+"
)
ROOMS = ("/jobs/", "/calendar/", "/organizations/", "/accounts/", "/notices/", "/audit/",
         "/history/", "/personal/")  # fmt: skip


def plain_routes(patterns=None, prefix="/"):
    """Addresses of all routes without a parameter."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(entry.pattern)
        if "<" in path or "^" in path:
            continue
        if isinstance(entry, URLResolver):
            yield from plain_routes(entry.url_patterns, path)
        elif isinstance(entry, URLPattern):
            yield path


def test_every_page_is_visited():
    """A new page of these rooms must be added here."""
    there = {
        path for path in plain_routes() if path.startswith(ROOMS) and not NO_PAGES.search(path)
    }
    assert there - set(PAGES) == set()


def enter(page: Page, name: str) -> None:
    """Sign in, whoever was signed in before."""
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(DEMO_PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(lambda url: "/login/" not in url)


def visit(page: Page):
    """Every page in turn, by whoever may see it."""
    for name in sorted(set(PAGES.values())):
        enter(page, name)
        for path in (path for path, login in PAGES.items() if login == name):
            response = page.goto(path)
            assert response.status == 200, path
            yield path


def violations(page: Page, path: str) -> list[str]:
    """What axe finds on the page, a line each."""
    return [
        f"{path}: {found['id']}: {found['nodes'][0]['html'][:200]}"
        for found in Axe().run(page).response["violations"]
    ]


# What programs wrote into the database: told in the reader's language.
RETOLD = ".told"


@pytest.mark.parametrize("screen", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("language", LOCALES)
def test_axe_language_and_width(open_page, language, screen):
    page = open_page(locale=LOCALES[language], **screen)
    wrong = []
    for path in visit(page):
        wrong += violations(page, path)
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.locator("h1")).to_have_count(1)
        heading = page.locator("h1").inner_text()
        if bool(CYRILLIC.search(heading)) == (language == "en"):
            wrong.append(f"{path}: heading in another language: {heading}")
        for told in page.locator(RETOLD).all_inner_texts():
            if language != "en" and re.search("[a-z]", told) and not CYRILLIC.search(told):
                wrong.append(f"{path}: told in English: {told}")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > screen["viewport"]["width"]:
            wrong.append(f"{path}: {width} px wide")
    assert not wrong, "\n".join(wrong)


def test_axe_in_the_dark(open_page):
    page = open_page(locale="ru-RU", color_scheme="dark", **DESKTOP)
    wrong = [line for path in visit(page) for line in violations(page, path)]
    assert not wrong, "\n".join(wrong)


FOCUS = """() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    return {
        inMain: !!element.closest('main'),
        text: element.textContent.trim().slice(0, 40) || element.name || element.id,
        shown: box.width > 0 && box.height > 0,
        // A date's own button inside the field is marked by the browser.
        marked: style.outlineStyle !== 'none' || style.boxShadow !== 'none'
            || (element.type === 'date' && element.matches(':focus-within')),
    };
}"""


def test_every_page_is_walked_by_keys(open_page):
    """Skip link first; then the controls of the page, each visible and marked when focused."""
    page = open_page(locale="en-GB", **DESKTOP)
    wrong = []
    for path in visit(page):
        # A form may take the focus by itself; else the first stop is the skip link.
        if page.evaluate("document.activeElement === document.body"):
            page.keyboard.press("Tab")
            expect(page.locator(".skip-link")).to_be_focused()
            page.keyboard.press("Enter")
        controls = page.locator("main :is(a[href], button, input, select, [tabindex='0'])").count()
        for _ in range(min(controls, 12)):
            page.keyboard.press("Tab")
            focus = page.evaluate(FOCUS)
            if focus is None or not focus["inMain"]:
                break
            if not focus["shown"] or not focus["marked"]:
                wrong.append(f"{path}: {focus['text']!r} is not seen to be focused")
    assert not wrong, "\n".join(wrong)


def test_a_job_is_started_by_keys_and_the_page_renews_itself(open_page):
    page = open_page(locale="en-GB", **DESKTOP)
    enter(page, "admin")
    page.goto("/jobs/")
    expect(page.get_by_text("at work")).to_be_visible()
    page.locator("[id='run-jobs.log']").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("is asked to run")
    page.locator("[id='log-jobs.log']").focus()
    said = page.locator("#board > p").last.inner_text()
    expect(page.locator("#board > p").last).not_to_have_text(said, timeout=20_000)
    # Who reads on by keys is not thrown back to the start by the renewal.
    expect(page.locator("[id='log-jobs.log']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("cell", name="admin").first).to_be_visible()


def test_the_calendar_prints_without_what_is_for_the_screen(open_page):
    page = open_page(locale="ru-RU", **DESKTOP)
    page.goto("/calendar/?year=2026")
    page.emulate_media(media="print")
    expect(page.locator(".site-header")).to_be_hidden()
    expect(page.locator("#schedule")).to_be_hidden()
    expect(page.locator(".month")).to_have_count(12)


CUT_OFF = """() => [...document.querySelectorAll('#content :is(input, select, textarea)')]
    .filter((field) => field.offsetParent && field.getBoundingClientRect().right > innerWidth)
    .map((field) => field.name || field.id)"""


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_forms_of_the_administration_fit_a_desktop(open_page, language):
    """The widest ones: an organisation with contacts and substitutions, a user, a work schedule."""
    page = open_page(locale=LOCALES[language], **WIDE)
    enter(page, "admin")
    wrong = []
    for model in ("accounts/organization", "accounts/user", "calendars/workschedule"):
        page.goto(f"/admin/{model}/")
        page.locator("#result_list tbody th a").first.click()
        page.locator(".submit-row").first.wait_for()
        # An empty row of every table, as one who adds something sees it.
        for button in page.locator(".add-row a").all():
            button.click()
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > WIDE["viewport"]["width"]:
            wrong.append(f"{page.url}: {width} px wide")
        cut = page.evaluate(CUT_OFF)
        wrong += [f"{page.url}: {name} is cut off" for name in cut]
    assert not wrong, "\n".join(wrong)
