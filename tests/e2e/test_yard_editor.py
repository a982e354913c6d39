"""A planner redraws, merges, splits and groups yards in a real browser, by mouse and by keys."""

import math
import re
from dataclasses import dataclass

import psycopg2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

TIMEOUT_MS = 30_000
# Two neighbours of one block with a long common border, and labels that name them alone.
PAIR_SQL = """
WITH named AS (
    SELECT id, label, houses, geom FROM layers_yard
    WHERE valid_to IS NULL AND origin = 'derived' AND quarter_id IS NULL AND area_m2 < 15000
        AND label IN (SELECT label FROM layers_yard WHERE valid_to IS NULL
                      GROUP BY label HAVING count(*) = 1)
)
SELECT a.id, a.label, b.id, b.label,
    (SELECT far.label FROM named far ORDER BY far.geom <-> a.geom DESC, far.id LIMIT 1)
FROM named a
JOIN named b ON a.id <> b.id AND ST_DWithin(a.geom, b.geom, 0.5)
WHERE a.houses = 2
    AND ST_Length(ST_Intersection(ST_Buffer(a.geom, 0.5), ST_Boundary(b.geom))) > 30
ORDER BY a.id, b.id
LIMIT 1
"""


@dataclass(frozen=True)
class Pair:
    """A yard of two houses, a neighbour that it can be merged with, and a yard far away."""

    yard: int
    label: str
    neighbour: int
    neighbour_label: str
    far_label: str


@pytest.fixture(scope="session")
def pair(live_server_process) -> Pair:
    session = psycopg2.connect(live_server_process.city.environ["DATABASE_URL"])
    with session, session.cursor() as cursor:
        cursor.execute(PAIR_SQL)
        found = Pair(*cursor.fetchone())
    session.close()
    return found


class EditorPage:
    """The yard editor as a planner uses it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.chosen = page.locator("#chosen li")
        self.done = page.locator("#done")

    def open(self) -> "EditorPage":
        self.page.goto("/plan/yards/")
        self.page.locator("html[data-map=ready]").wait_for(state="attached", timeout=TIMEOUT_MS)
        return self

    def find(self, label: str, *, more: bool = False) -> None:
        """Find a yard by its whole label and choose it (`more`: beside those chosen)."""
        field = self.page.get_by_role("searchbox")
        field.fill(re.sub(r"[;≈…]", " ", label))
        field.press("Enter")
        hit = self.page.locator("#found").get_by_role("button", name=label, exact=True)
        hit.click(modifiers=["Shift"] if more else [])
        expect(self.chosen.filter(has_text=label)).to_be_visible()
        self.page.wait_for_function(
            "() => Number(document.getElementById('map').dataset.yards) > 0", timeout=TIMEOUT_MS
        )

    def act(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def save(self, reason: str) -> None:
        form = self.page.locator("[data-form]:visible")
        form.get_by_label("Reason").fill(reason)
        form.get_by_role("button", name="Save").click()

    def expect_done(self, text: str) -> None:
        expect(self.done).to_contain_text(text, timeout=TIMEOUT_MS)

    def undo(self) -> None:
        self.done.get_by_role("button", name="Undo").click()
        expect(self.done).to_be_hidden(timeout=TIMEOUT_MS)

    def api(self, path: str) -> dict:
        return self.page.request.get(f"/api/plan/yards/{path}").json()

    def split_handle(self, yard: int) -> tuple[float, float]:
        """Where on the page the middle of the suggested line is, once the yard fills the map
        (80 px around it, zoom 18 at most, tiles of 512 px)."""
        answer = self.api(f"{yard}/")
        ring = [_mercator(*point) for point in answer["geometry"]["coordinates"][0]]
        (west, east), (north, south) = ((min(v), max(v)) for v in zip(*ring, strict=True))
        box = self.page.locator("#map").bounding_box()
        free = ((box["width"] - 160) / (east - west), (box["height"] - 160) / (south - north))
        scale = min(512 * 2**18, *free)
        ends = [_mercator(*point) for point in answer["properties"]["split_line"]]
        x, y = ((a + b) / 2 for a, b in zip(*ends, strict=True))
        return (
            box["x"] + box["width"] / 2 + (x - (west + east) / 2) * scale,
            box["y"] + box["height"] / 2 + (y - (north + south) / 2) * scale,
        )

    def version(self, yard: int) -> str:
        return self.api(f"{yard}/")["properties"]["version"]


def _mercator(lon: float, lat: float) -> tuple[float, float]:
    """Web Mercator with the world as the unit square, y downwards."""
    y = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))
    return lon / 360 + 0.5, 0.5 - y / (2 * math.pi)


@pytest.fixture
def page(open_page) -> Page:
    """English, and the map jumps where it would fly."""
    return open_page(locale="en-GB", reduced_motion="reduce")


@pytest.fixture
def editor(page, sign_in) -> EditorPage:
    sign_in(page, "planner")
    return EditorPage(page).open()


def longest_edge(ring: list[list[float]]) -> int:
    """Number of the point behind which the longest edge lies."""
    scale = math.cos(math.radians(ring[0][1]))
    lengths = [
        math.hypot((b[0] - a[0]) * scale, b[1] - a[1]) for a, b in zip(ring, ring[1:], strict=False)
    ]
    return lengths.index(max(lengths))


def test_redraw_by_keys_and_undo(editor, pair):
    """A point is added on the longest edge and moved four metres; then all is put back."""
    before = editor.version(pair.yard)
    editor.find(pair.label)
    editor.act("Redraw yard")
    points = editor.page.locator("[data-points]:visible")
    expect(points).to_be_focused()
    expect(points).to_contain_text("Point 1 of")
    outline = editor.api(f"{pair.yard}/")["geometry"]["coordinates"][0]
    for _ in range(longest_edge(outline)):
        points.press("n")
    points.press("a")
    expect(points).to_contain_text(f"of {len(outline)}")
    edge = outline[longest_edge(outline)], outline[longest_edge(outline) + 1]
    flat = abs(edge[1][0] - edge[0][0]) > abs(edge[1][1] - edge[0][1])
    for _ in range(4):
        points.press("ArrowUp" if flat else "ArrowRight")
    editor.save("The drive belongs to the other court")
    editor.expect_done("The yard is redrawn.")
    changed = editor.api(f"{pair.yard}/")["properties"]
    assert changed["origin"] == "corrected"
    assert changed["version"] != before
    editor.undo()
    assert editor.version(pair.yard) == before


def test_merge_and_undo(editor, pair):
    before = editor.version(pair.yard)
    editor.find(pair.label)
    editor.find(pair.neighbour_label, more=True)
    expect(editor.chosen).to_have_count(2)
    editor.act("Merge yards")
    editor.save("One court")
    editor.expect_done("The yards are merged.")
    expect(editor.chosen).to_have_count(1)
    editor.undo()
    assert editor.version(pair.yard) == before


def test_split_by_mouse_and_undo_from_the_list(editor, pair):
    """The middle of the line is dragged; the correction is undone on the page of corrections."""
    before = editor.version(pair.yard)
    editor.find(pair.label)
    editor.act("Split yard")
    page = editor.page
    points = page.locator("[data-points]:visible")
    expect(points).to_contain_text("Point 1 of 2")
    x, y = editor.split_handle(pair.yard)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 3, y + 3, steps=4)
    page.mouse.up()
    expect(points).to_contain_text("Point 2 of 3")
    editor.save("A fence")
    editor.expect_done("The yard is split.")
    expect(editor.chosen).to_have_count(2)
    page.goto("/plan/yards/corrections/")
    row = page.get_by_role("row").filter(has_text="A fence").first
    row.get_by_role("button", name="Undo").click()
    expect(page.locator(".message.success")).to_contain_text("The correction is undone.")
    assert editor.version(pair.yard) == before


def test_what_cannot_be_a_yard_is_refused_with_a_reason(editor, pair, page_problems):
    editor.find(pair.label)
    editor.find(pair.far_label, more=True)
    editor.act("Merge yards")
    editor.save("A mistake")
    form = editor.page.locator("[data-form=merge]")
    expect(form.locator("[data-error]")).to_contain_text(
        "These yards do not meet", timeout=TIMEOUT_MS
    )
    editor.page.keyboard.press("Escape")
    expect(form).to_be_hidden()
    # Chromium reports the 422 itself.
    assert all("422" in problem for problem in page_problems)
    page_problems.clear()


def test_yards_are_grouped_in_a_quarter(editor, pair):
    editor.find(pair.label)
    editor.act("Put in a quarter")
    editor.page.get_by_label("Name of the new quarter").fill("Old town, east")
    editor.page.locator("[data-form=quarter]").get_by_role("button", name="Save").click()
    editor.expect_done("The quarter is saved.")
    expect(editor.chosen).to_contain_text("Old town, east")
    editor.page.goto("/plan/yards/quarters/")
    expect(editor.page.get_by_label("Name")).to_have_value("Old town, east")
    editor.open().find(pair.label)
    editor.act("Put in a quarter")
    editor.page.get_by_label("Quarter", exact=True).select_option("none")
    editor.page.locator("[data-form=quarter]").get_by_role("button", name="Save").click()
    editor.expect_done("The quarter is saved.")
    expect(editor.chosen).not_to_contain_text("Old town, east")


@pytest.mark.parametrize("path", ["/plan/yards/", "/plan/yards/corrections/"])
def test_only_planners_come_in(page, sign_in, page_problems, path):
    assert page.goto(path).status == 403
    sign_in(page, "operator")
    assert page.goto(path).status == 403
    page_problems.clear()


def check(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_axe_on_the_editor(editor, pair):
    check(editor.page)
    editor.find(pair.label)
    for action in ("Redraw yard", "Put in a quarter"):
        editor.act(action)
        expect(editor.page.locator("[data-form]:visible")).to_be_visible()
        check(editor.page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_on_the_lists(open_page, sign_in, scheme):
    page = open_page(color_scheme=scheme)
    sign_in(page, "planner")
    for path in ("/plan/yards/corrections/", "/plan/yards/quarters/"):
        page.goto(path)
        check(page)
