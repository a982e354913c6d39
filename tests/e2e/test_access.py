"""Who gets in where, axe on every page, and what a page weighs."""

import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from citymap.demo import DEMO_LOGINS
from tests.e2e.conftest import PHONE, MapPage, tab_to

pytestmark = pytest.mark.e2e
WITHOUT_A_DESK = {"executor"}
HOMES = {
    "operator": "/desk/", "coordinator": "/desk/", "executor": "/inbox/", "inspector": "/field/",
    "analyst": "/statistics/", "lawyer": "/works/claims/", "works": "/works/", "planner": "/plan/",
    "head": "/morning/", "akim": "/morning/", "auditor": "/audit/", "admin": "/admin/",
}  # fmt: skip


@pytest.mark.parametrize("name", DEMO_LOGINS)
def test_every_role_signs_in_and_out(open_page, sign_in, name):
    page = open_page(locale="en-GB", viewport={"width": 1900, "height": 900})
    sign_in(page, name)
    assert urlsplit(page.url).path == HOMES[name]
    page.goto("/")
    desk = page.locator(".tools-card").get_by_role("link", name="Desk")
    expect(desk).to_have_count(0 if name in WITHOUT_A_DESK else 1)
    page.locator(".tools-card").get_by_role("button", name="Sign out").click()
    expect(page.locator(".tools-card").get_by_role("link", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("name", ["operator", "admin"])
@pytest.mark.parametrize("width", [1850, 1440, 1250, 1000, 760])
def test_staff_find_their_rooms_at_every_width(open_page, sign_in, name, width):
    """Either the bar fits, or the menu takes its place; nothing is cut off."""
    page = open_page(locale="ru-RU", viewport={"width": width, "height": 800})
    sign_in(page, name)
    for path in ("/desk/", "/list/"):
        page.goto(path)
        if page.get_by_role("button", name="Меню").is_visible():
            page.get_by_role("button", name="Меню").click()
        link = page.get_by_role("link", name="Пульт").filter(visible=True)
        expect(link).to_be_in_viewport(ratio=1)
        expect(page.get_by_role("button", name="Выйти").filter(visible=True)).to_be_in_viewport(
            ratio=1
        )


# What of the header stands on top of what: pairs of names; and what is cut off.
OVERLAPS = """() => {
    const shown = [...document.querySelectorAll(
        ".site-header > *, .search-card, .tools-card, .menu:popover-open > *")]
        .filter((node) => node.checkVisibility() && !node.matches(".menu"));
    const inside = (one, other) => one.contains(other) || other.contains(one);
    const found = [];
    for (const one of shown) for (const other of shown) {
        if (one === other || inside(one, other)) continue;
        if (Boolean(one.closest(".menu")) !== Boolean(other.closest(".menu"))) continue;
        const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
        const across = a.left < b.right - 1 && b.left < a.right - 1;
        if (across && a.top < b.bottom - 1 && b.top < a.bottom - 1)
            found.push([one.className, other.className]);
    }
    return found;
}"""


@pytest.mark.parametrize("width", [390, 768, 1024, 1440])
def test_every_room_is_reached_by_keys(open_page, sign_in, width):
    """Administrators have most rooms: none is hidden, cut off or out of the way of the keys."""
    page = open_page(locale="kk-KZ", viewport={"width": width, "height": 844}, bypass_csp=True)
    sign_in(page, "admin")
    for path in ("/list/", "/"):
        page.goto(path)
        menu = page.get_by_role("button", name="Мәзір")
        tab_to(page, menu)
        page.keyboard.press("Enter")
        rooms = page.locator(".menu .site-nav a")
        expect(rooms.first).to_be_visible()
        names = rooms.all_inner_texts()
        assert len(names) == len(set(names)) > 15
        for room in rooms.all():
            tab_to(page, room)
            expect(room).to_be_in_viewport(ratio=0.99)
        assert page.evaluate(OVERLAPS) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert Axe().run(page, context=".menu").violations_count == 0
        page.keyboard.press("Escape")
        expect(rooms.first).to_be_hidden()


@pytest.mark.parametrize(
    ("name", "rooms"),
    [
        ("executor", {"/inbox/"}), ("inspector", {"/field/"}),
        ("coordinator", {"/inbox/", "/field/", "/morning/", "/cards/moderation/"}),
        ("head", {"/inbox/", "/morning/", "/cards/moderation/"}), ("operator", set()),
        ("analyst", {"/morning/"}),
    ],
)  # fmt: skip
def test_rooms_of_appeals_are_in_the_navigation_of_who_may(open_page, sign_in, name, rooms):
    page = open_page(locale="ru-RU")
    sign_in(page, name)
    page.goto("/list/")
    found = page.locator(".menu .site-nav a").evaluate_all("all => all.map((a) => a.pathname)")
    assert set(found) & {"/inbox/", "/field/", "/morning/", "/cards/moderation/"} == rooms
    for room in sorted(rooms):
        assert page.goto(room).status == 200


def test_a_wrong_password_is_said(page):
    page.goto("/accounts/login/")
    page.locator("[name=username]").fill("operator")
    page.locator("[name=password]").fill("wrong")
    page.locator("main button[type=submit]").click()
    expect(page.get_by_role("alert")).to_have_text("Wrong user name or password.")


def test_an_executor_is_kept_out_of_the_desk(page, sign_in, page_problems):
    sign_in(page, "executor")
    response = page.goto("/desk/")
    assert response.status == 403
    expect(page.get_by_role("heading", name="No access")).to_be_visible()
    page_problems.clear()


def test_cameras_are_for_staff(open_page, sign_in, house):
    citizen = MapPage(open_page(locale="en-GB")).open()
    expect(citizen.layer("Yards")).to_be_visible()
    expect(citizen.layer("Cameras")).to_have_count(0)
    page = open_page(locale="en-GB")
    sign_in(page, "operator")
    staff = MapPage(page).open(f"#at=15/{house.lat:.5f}/{house.lon:.5f}", path="/desk/")
    # The operator's panel comes before the layers.
    page.locator("#layers-toggle").click()
    expect(staff.layer("Cameras")).to_be_visible()
    staff.settle()
    assert page.request.get("/tiles/city-staff.json").status == 200
    assert citizen.page.request.get("/tiles/city-staff.json").status == 403


def check(page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["/list/", "/list/yard/?sort=houses", "/accounts/login/", "/nothing/"]
)
def test_axe_on_ordinary_pages(open_page, scheme, path, page_problems):
    page = open_page(color_scheme=scheme)
    page.goto(path)
    check(page)
    if path == "/nothing/":
        page_problems.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [{}, PHONE], ids=["desktop", "phone"])
def test_axe_on_the_map_with_card_search_and_keys(open_page, scheme, size, house):
    shown = MapPage(open_page(locale="en-GB", color_scheme=scheme, **size))
    shown.open(f"#at=17/{house.lat:.5f}/{house.lon:.5f}&layers=network_heat,manhole")
    check(shown.page)
    shown.page.keyboard.press("?")
    check(shown.page)
    shown.page.keyboard.press("Escape")
    shown.search.fill(house.street)
    expect(shown.page.get_by_role("option").first).to_be_visible()
    check(shown.page)
    shown.search.press("Enter")
    shown.search.fill(house.question)
    shown.search.press("Enter")
    shown.expect_card(house.number)
    check(shown.page)


# Kilobytes over the wire, compressed, without tiles. MapLibre GL JS with its worker is 237 of
# them (Brotli), fonts that come after the tiles 73; what we wrote ourselves must stay small.
OWN_BUDGET_KB = 50
WHOLE_BUDGET_KB = 400


def test_the_map_page_stays_light(open_page, house):
    page = open_page()
    weights = {}

    def weigh(request) -> None:
        path = re.sub(r"https?://[^/]+", "", request.url)
        # Workers and fonts are reported without a size of their own.
        stated = int(request.response().headers.get("content-length", 0))
        weights[path] = stated or request.sizes()["responseBodySize"]

    page.on("requestfinished", weigh)
    MapPage(page).open(f"#at=14/{house.lat:.5f}/{house.lon:.5f}").settle()
    before_tiles = {path: size for path, size in weights.items() if "/tiles/" not in path}
    own = {
        path: size
        for path, size in before_tiles.items()
        if "/vendor/" not in path and "/lib/" not in path
    }
    report = "\n".join(f"{size:8} {path}" for path, size in sorted(before_tiles.items()))
    print(f"own {sum(own.values())} whole {sum(before_tiles.values())}\n{report}")
    assert sum(own.values()) <= OWN_BUDGET_KB * 1000, report
    assert sum(before_tiles.values()) <= WHOLE_BUDGET_KB * 1000, report
