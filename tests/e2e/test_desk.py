"""The operator's desk by keyboard: a consultation, an appeal, a duplicate, and how many keys."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, TIMEOUT_MS, MapPage

pytestmark = pytest.mark.e2e
NUMBER = "87009998801"


class Operator:
    """Presses keys and counts them; typed text is not counted, every other key is."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0
        self.part = lambda name: page.locator(f'#desk [data-part="{name}"]')

    def press(self, *keys: str) -> None:
        for key in keys:
            self.pressed += key.count("+") + 1 if len(key) > 1 else 1
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def begin(self, number: str = NUMBER) -> None:
        expect(self.page.locator("#desk-phone")).to_be_focused()
        self.type(number)
        self.press("Enter")
        expect(self.page.locator("#desk-question")).to_be_focused(timeout=TIMEOUT_MS)

    def find(self, address: str) -> None:
        """To the place card by `/`, the address, Enter; from the field that has the focus."""
        self.press("Escape", "/")
        self.type(address)
        self.press("Enter")
        # The card of the place asked for takes the focus; one of the caller's case does not.
        expect(self.page.locator("#card-title")).to_be_focused(timeout=TIMEOUT_MS)
        expect(self.page.locator("[data-place]")).to_have_class(
            "desk-place muted small known", timeout=TIMEOUT_MS
        )

    def appeal(self, category: str) -> None:
        self.press("a")
        self.type(category)
        expect(self.page.locator("#desk-category-list li").first).to_be_visible()
        self.press("Enter")
        expect(self.page.locator("#desk-text")).to_be_focused()


@pytest.fixture
def operator(page, sign_in) -> Operator:
    sign_in(page, "operator")
    MapPage(page).open(path="/desk/")
    return Operator(page)


def test_a_consultation_takes_three_keys(operator):
    operator.begin()
    operator.type("когда включат отопление")
    article = operator.part("articles").locator("[data-article]").first
    expect(article).to_contain_text("отопление", timeout=TIMEOUT_MS)
    operator.press("Enter", "c")
    expect(operator.part("result")).to_have_text("Consultation recorded", timeout=TIMEOUT_MS)
    assert operator.pressed <= 3
    expect(operator.page.locator("#desk-phone")).to_be_focused()


def test_a_full_appeal_takes_at_most_twelve_keys(operator, house):
    page = operator.page
    operator.begin()
    operator.type("Холодные батареи во всей квартире")
    operator.find(house.question)
    expect(page.locator('#card [data-section="works"]')).to_be_visible()
    operator.appeal("weak heating")
    expect(page.locator('[data-way="body"] b')).not_to_be_empty(timeout=TIMEOUT_MS)
    expect(page.locator('[data-way="due"] b')).not_to_be_empty()
    expect(page.locator("#desk-text")).to_have_value("Холодные батареи во всей квартире")
    # The name is text; one key leads to it.
    operator.press("Tab")
    operator.type("Ахметова Дана")
    operator.press("Control+Enter")
    expect(operator.part("result")).to_contain_text("Registered: 109-", timeout=TIMEOUT_MS)
    assert operator.pressed <= 12
    number = page.locator(".desk-done").get_attribute("data-number")
    page.goto(f"/desk/appeals/{number}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Weak heating")
    expect(page.locator(".desk-story b").first).to_have_text("Registered")

    # The next caller asks for the same: one key joins.
    MapPage(page).open(path="/desk/")
    operator.begin("87009998802")
    operator.type("Тоже холодно")
    operator.find(house.question)
    operator.appeal("weak heating")
    twin = page.locator(f'.desk-twin[data-number="{number}"]')
    expect(twin).to_be_visible(timeout=TIMEOUT_MS)
    twin.click()
    operator.press("j")
    expect(operator.part("result")).to_contain_text(f"Joined to {number}", timeout=TIMEOUT_MS)


def test_danger_question_and_dropped_call(operator, house):
    page = operator.page
    operator.begin()
    operator.find(house.question)
    operator.appeal("smell of gas")
    expect(page.locator(".desk-danger")).to_contain_text("No fire", timeout=TIMEOUT_MS)
    page.locator("#desk-text").fill("Пахнет газом")
    operator.press("Escape", "t")
    expect(page.locator("#desk-service")).to_have_value("104")
    operator.type("диспетчер Ли")
    operator.press("Enter")
    expect(operator.part("result")).to_contain_text("Transfer to 104", timeout=TIMEOUT_MS)
    operator.press("Control+Enter")
    expect(operator.part("result")).to_contain_text("Registered: 109-", timeout=TIMEOUT_MS)
    number = page.locator(".desk-done").get_attribute("data-number")

    operator.begin()
    expect(operator.part("caller")).to_contain_text(number)
    operator.press("Escape", "w", "Enter")
    expect(operator.part("result")).to_contain_text(f"about {number}", timeout=TIMEOUT_MS)
    operator.begin("")
    expect(operator.part("caller")).to_contain_text("Anonymous")
    operator.press("Escape", "d")
    expect(operator.part("result")).to_contain_text("Dropped", timeout=TIMEOUT_MS)


def test_a_call_of_the_exchange_rings_at_once(operator):
    page = operator.page
    token = page.context.cookies()
    csrf = next(one["value"] for one in token if one["name"] == "csrftoken")
    answer = page.request.post(
        "/api/calls/",
        data=json.dumps({"call_id": "e2e-1", "phone": "87009998803"}),
        headers={"X-CSRFToken": csrf, "Content-Type": "application/json"},
    )
    assert answer.status == 201
    expect(operator.part("waiting")).to_contain_text("Calls that ring", timeout=6000)
    operator.press("Escape", "n")
    expect(page.locator("#desk-question")).to_be_focused(timeout=TIMEOUT_MS)
    operator.press("Escape", "d")
    expect(operator.part("result")).to_contain_text("Dropped", timeout=TIMEOUT_MS)


def test_the_help_lists_the_keys(operator):
    operator.press("Escape")
    operator.page.locator(".desk-head").click(position={"x": 8, "y": 8})
    operator.press("?")
    expect(operator.page.locator("#keys")).to_contain_text("Join the marked appeal")


@pytest.mark.parametrize("locale", ["ru-RU", "kk-KZ"])
@pytest.mark.parametrize("size", [{"viewport": {"width": 1440, "height": 900}}, PHONE])
def test_axe_on_the_pages_of_the_desk(open_page, sign_in, locale, size):
    page = open_page(locale=locale, **size)
    sign_in(page, "coordinator")
    pages = ("appeals", "tray", "calls", "outages", "outages/new", "knowledge")
    paths = [f"/desk/{name}/" for name in (*pages, "knowledge/heating-season")]
    page.goto("/desk/appeals/?state=all")
    paths.append(page.locator("tbody a").first.get_attribute("href"))
    for path in paths:
        assert page.goto(path).status == 200, path
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert width <= 0, path
    MapPage(page).open(path="/desk/")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
