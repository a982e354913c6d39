"""The operator's desk by keyboard: a consultation, an appeal, a duplicate, and how many keys."""

import itertools
import json
import uuid
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, TIMEOUT_MS, House, MapPage

pytestmark = pytest.mark.e2e
_numbers = (f"870099988{number:02d}" for number in itertools.count(1))


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """Every state is waited for as long as a loaded machine needs."""
    expect.set_options(timeout=TIMEOUT_MS)
    yield
    expect.set_options(timeout=5000)


class Operator:
    """Presses keys and counts them; typed text is not counted, every other key is."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0
        # Somebody who has never called: no case of theirs moves the map.
        self.number = next(_numbers)
        self.part = lambda name: page.locator(f'#desk [data-part="{name}"]')

    def press(self, *keys: str) -> None:
        for key in keys:
            self.pressed += key.count("+") + 1 if len(key) > 1 else 1
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def begin(self, number: str | None = None) -> None:
        expect(self.page.locator("#desk-phone")).to_be_focused()
        self.type(self.number if number is None else number)
        self.press("Enter")
        expect(self.page.locator("#desk-question")).to_be_focused(timeout=TIMEOUT_MS)

    def find(self, house: House) -> None:
        """To the place card by `/`, the address, Enter; from the field that has the focus."""
        self.press("Escape", "/")
        self.type(house.question)
        expect(self.page.locator("[role=option]").first).to_be_visible()
        self.press("Enter")
        expect(self.page.locator("#card-title")).to_be_focused()
        # The place of the appeal is the one asked for, and what is near it is known.
        expect(self.page.locator("[data-place].known")).to_contain_text(house.number)

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
    expect(article).to_contain_text("отопление")
    operator.press("Enter", "c")
    expect(operator.part("result")).to_have_text("Consultation recorded")
    assert operator.pressed <= 3
    expect(operator.page.locator("#desk-phone")).to_be_focused()


def test_a_full_appeal_takes_at_most_twelve_keys(operator, house):
    page = operator.page
    operator.begin()
    operator.type("Холодные батареи во всей квартире")
    operator.find(house)
    expect(page.locator('#card [data-section="works"]')).to_be_visible()
    operator.appeal("weak heating")
    expect(page.locator('[data-way="body"] b')).not_to_be_empty(timeout=TIMEOUT_MS)
    expect(page.locator('[data-way="due"] b')).not_to_be_empty()
    expect(page.locator("#desk-text")).to_have_value("Холодные батареи во всей квартире")
    # The name is text; one key leads to it.
    operator.press("Tab")
    operator.type("Ахметова Дана")
    operator.press("Control+Enter")
    expect(operator.part("result")).to_contain_text("Registered: 109-")
    assert operator.pressed <= 12
    number = page.locator(".desk-done").get_attribute("data-number")
    page.goto(f"/desk/appeals/{number}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Weak heating")
    expect(page.locator(".desk-story b").first).to_have_text("Registered")

    # The next caller asks for the same: one key joins.
    MapPage(page).open(path="/desk/")
    operator.begin(next(_numbers))
    operator.type("Тоже холодно")
    operator.find(house)
    operator.appeal("weak heating")
    twin = page.locator(f'.desk-twin[data-number="{number}"]')
    expect(twin).to_be_visible(timeout=TIMEOUT_MS)
    twin.click()
    operator.press("j")
    expect(operator.part("result")).to_contain_text(f"Joined to {number}")


def test_danger_question_and_dropped_call(operator, house):
    page = operator.page
    operator.begin()
    operator.find(house)
    operator.appeal("smell of gas")
    expect(page.locator(".desk-danger")).to_contain_text("No fire")
    page.locator("#desk-text").fill("Пахнет газом")
    operator.press("Escape", "t")
    expect(page.locator("#desk-service")).to_have_value("104")
    operator.type("диспетчер Ли")
    operator.press("Enter")
    expect(operator.part("result")).to_contain_text("Transfer to 104")
    operator.press("Control+Enter")
    expect(operator.part("result")).to_contain_text("Registered: 109-")
    number = page.locator(".desk-done").get_attribute("data-number")

    operator.begin()
    expect(operator.part("caller")).to_contain_text(number)
    operator.press("Escape", "w", "Enter")
    expect(operator.part("result")).to_contain_text(f"about {number}")
    operator.begin("")
    expect(operator.part("caller")).to_contain_text("Anonymous")
    operator.press("Escape", "d")
    expect(operator.part("result")).to_contain_text("Dropped")


def ring(page: Page, number: str) -> None:
    """The exchange says that somebody calls."""
    cookies = page.context.cookies()
    csrf = next(one["value"] for one in cookies if one["name"] == "csrftoken")
    answer = page.request.post(
        "/api/calls/",
        data=json.dumps({"call_id": uuid.uuid4().hex, "phone": number}),
        headers={"X-CSRFToken": csrf, "Content-Type": "application/json"},
    )
    assert answer.status == 201


def test_a_call_of_the_exchange_rings_at_once(operator):
    ring(operator.page, operator.number)
    expect(operator.part("waiting").locator("[data-take]")).to_have_count(1)
    operator.press("Escape", "n")
    expect(operator.page.locator("#desk-question")).to_be_focused()
    operator.press("Escape", "d")
    expect(operator.part("result")).to_contain_text("Dropped")


def test_one_operator_at_night_manages_alone(operator):
    """Two ring at once: one is answered, the other waits and is next, nobody is lost."""
    page = operator.page
    ring(page, operator.number)
    ring(page, next(_numbers))
    waiting = operator.part("waiting").locator("[data-take]")
    expect(waiting).to_have_count(2)
    operator.press("Escape", "n")
    expect(page.locator("#desk-question")).to_be_focused()
    operator.type("когда включат отопление")
    expect(operator.part("articles").locator("[data-article]").first).to_contain_text("отопление")
    operator.press("Enter", "c")
    expect(operator.part("result")).to_have_text("Consultation recorded")
    expect(waiting).to_have_count(1)
    operator.press("Escape", "n")
    expect(page.locator("#desk-question")).to_be_focused()
    expect(waiting).to_have_count(0)
    operator.press("Escape", "d")
    expect(operator.part("result")).to_contain_text("Dropped")
    expect(page.locator("#desk-phone")).to_be_focused()
    # Three calls of the night: no more than seven keys besides the words.
    assert operator.pressed <= 8


def test_two_operators_answer_one_call_and_one_of_them_gets_it(
    operator, open_page, sign_in, page_problems
):
    other_page = open_page(locale="en-GB")
    sign_in(other_page, "coordinator")
    MapPage(other_page).open(path="/desk/")
    both = [operator, Operator(other_page)]
    ring(operator.page, operator.number)
    for one in both:
        expect(one.part("waiting").locator("[data-take]")).to_have_count(1)
    # Both keys before either answer.
    for key in ("Escape", "n"):
        for one in both:
            one.press(key)
    for one in both:
        expect(
            one.page.locator('[data-part="caller"]:visible, [data-part="trouble"]:visible')
        ).to_have_count(1)
    got = [one for one in both if one.part("caller").is_visible()]
    lost = [one for one in both if one.part("trouble").is_visible()]
    assert (len(got), len(lost)) == (1, 1)
    expect(lost[0].part("trouble")).to_contain_text("Another operator has taken this call.")
    expect(lost[0].part("waiting").locator("[data-take]")).to_have_count(0)
    got[0].press("Escape", "d")
    expect(got[0].part("result")).to_contain_text("Dropped")
    refused = [one for one in page_problems if "409" in one]
    assert len(refused) == len(page_problems) == 1
    page_problems.clear()


def test_where_is_my_request_is_one_key(operator, house):
    operator.begin()
    operator.find(house)
    operator.appeal("leaking roof")
    operator.page.locator("#desk-text").fill("Течёт крыша")
    operator.press("Control+Enter")
    result = operator.part("result")
    expect(result).to_contain_text("Registered: 109-")
    number = operator.page.locator(".desk-done").get_attribute("data-number")
    code = operator.page.locator(".desk-code b").text_content()

    operator.begin()
    case = operator.part("caller").locator(f'[data-number="{number}"]')
    expect(case).to_contain_text(code)
    before = operator.pressed
    operator.press("Escape", "w")
    expect(operator.page.locator("#desk-number")).to_have_value(number)
    operator.press("Enter")
    expect(result).to_contain_text(f"about {number}")
    assert operator.pressed - before == 3


@pytest.mark.parametrize("key, words, kind", [("p", "Line, ", "line"), ("o", "Area, ", "area")])
def test_a_place_is_drawn_by_keyboard(operator, key, words, kind):
    page = operator.page
    operator.begin()
    operator.press("Escape", key)
    canvas = page.locator("#map canvas")
    expect(canvas).to_be_focused()
    drawing = page.locator("[data-drawing]")
    expect(drawing.locator("[aria-pressed=true]")).to_have_attribute("data-draw", kind)
    for number, arrow in enumerate(("ArrowRight", "ArrowDown", "ArrowLeft"), start=1):
        operator.press("Enter")
        expect(drawing).to_have_attribute("data-points", str(number))
        centre = MapPage(page).hash()
        operator.press(arrow)
        page.wait_for_function("hash => location.hash !== hash", arg=centre)
    place = page.locator("[data-place]")
    expect(place).to_contain_text(words)
    drawn = place.text_content()
    operator.press("Enter")
    expect(place).not_to_have_text(drawn)
    operator.press("Backspace")
    expect(place).to_have_text(drawn)
    operator.press("Escape")
    expect(drawing.locator("[aria-pressed=true]")).to_have_count(0)
    operator.appeal("pothole")
    page.locator("#desk-text").fill("Ямы по всей улице")
    operator.press("Control+Enter")
    expect(operator.part("result")).to_contain_text("Registered: 109-")
    expect(page.locator("#desk [name=outline]")).to_have_value("")


def test_a_place_is_drawn_by_mouse_and_an_object_is_chosen_on_the_card(operator, house):
    page = operator.page
    operator.begin()
    operator.find(house)
    about = page.locator('#card [data-section="yard"] .desk-about')
    about.click()
    yard = operator.part("check").locator('[data-object^="yard:"]')
    expect(yard).to_have_attribute("aria-pressed", "true")
    page.locator('[data-draw="line"]').click()
    box = page.locator("#map canvas").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for number, east in enumerate((0, 60), start=1):
        page.mouse.click(middle[0] + east, middle[1])
        expect(page.locator("[data-drawing]")).to_have_attribute("data-points", str(number))
    expect(page.locator("[data-place]")).to_contain_text("Line, ")
    expect(page.locator("#desk [name=object]")).to_have_value("")
    page.locator('[data-draw="undo"]').click()
    expect(page.locator("#desk [name=outline]")).to_have_value("")


@pytest.mark.parametrize("locale", ["ru-RU", "kk-KZ"])
def test_the_numbers_of_the_statistics_are_on_the_map(open_page, sign_in, locale):
    page = open_page(locale=locale)
    sign_in(page, "analyst")
    page.goto("/statistics/cases/?measure=in_work")
    listed = page.locator("h1").text_content()
    page.locator('a[href*="/statistics/map/"]').click()
    MapPage(page).ready()
    expect(page.locator("h1")).to_have_text(listed)
    assert "measure=in_work" in page.locator("#map").get_attribute("data-places")
    expect(page.locator("#map canvas")).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


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
