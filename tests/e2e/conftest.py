"""What browser tests of the map share."""

import io
from dataclasses import dataclass

import psycopg2
import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Locator, Page, expect

from citymap.demo import DEMO_PASSWORD

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
READY = "html[data-map=ready]"
TIMEOUT_MS = 20_000


@dataclass(frozen=True, kw_only=True)
class House:
    """An apartment house with an address and a yard."""

    address_id: int
    building_id: int
    street: str
    number: str
    yard: str
    lon: float
    lat: float

    @property
    def question(self) -> str:
        return f"{self.street} {self.number}"


# Asked directly: the browser's event loop and the ORM do not go together.
HOUSE_SQL = """
SELECT address.id, building.id, street.name, address.house_number, yard.label,
       ST_X(place.point), ST_Y(place.point)
FROM layers_address AS address
JOIN layers_building AS building ON building.id = address.building_id
JOIN layers_street AS street ON street.id = address.street_id
JOIN layers_yard AS yard ON yard.id = building.yard_id
CROSS JOIN LATERAL (SELECT ST_Transform(building.point, 4326) AS point) AS place
WHERE building.use = 'apartments' AND address.valid_to IS NULL AND building.valid_to IS NULL
ORDER BY address.id
LIMIT 1
"""


@pytest.fixture(scope="session")
def house(live_server_process) -> House:
    """An apartment house of the demo city, with an address and a yard."""
    session = psycopg2.connect(live_server_process.city.environ["DATABASE_URL"])
    with session, session.cursor() as cursor:
        cursor.execute(HOUSE_SQL)
        names = ("address_id", "building_id", "street", "number", "yard", "lon", "lat")
        found = House(**dict(zip(names, cursor.fetchone(), strict=True)))
    session.close()
    return found


def difference(one: bytes, other: bytes) -> float:
    """Share of pixels (0..1) whose colour differs visibly between two PNG pictures."""
    pictures = [Image.open(io.BytesIO(data)).convert("RGB") for data in (one, other)]
    changed = ImageChops.difference(*pictures).convert("L").point(lambda value: value > 8)
    return sum(changed.get_flattened_data()) / (changed.width * changed.height)


def tab_to(page: Page, target: Locator, most: int = 80) -> None:
    """Go there as somebody without a mouse does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if target.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"{most} presses of Tab do not reach {target}")


class MapPage:
    """The map page as a person uses it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.search = page.get_by_role("combobox")
        self.card = page.locator("#card")
        self.title = self.card.locator("h2")
        self.layers = page.locator("#layers")
        self.canvas = page.locator("#map canvas")

    def open(self, hash_: str = "", path: str = "/") -> "MapPage":
        """Load the page afresh and wait until the map can be used."""
        self.page.goto("about:blank")
        self.page.goto(f"{path}{hash_}")
        return self.ready()

    def ready(self) -> "MapPage":
        self.page.locator(READY).wait_for(state="attached", timeout=TIMEOUT_MS)
        return self

    def hash(self) -> str:
        return self.page.evaluate("location.hash")

    def wait_for_hash(self, part: str) -> None:
        self.page.wait_for_function("part => location.hash.includes(part)", arg=part)

    def layer(self, title: str) -> Locator:
        return self.layers.get_by_role("checkbox", name=title, exact=True)

    def settle(self) -> None:
        """Wait until the map is no longer busy and its picture no longer changes."""
        self.page.wait_for_timeout(50)
        expect(self.page.locator("#map")).not_to_have_attribute(
            "aria-busy", "true", timeout=TIMEOUT_MS
        )
        before = None
        for _ in range(60):
            after = self.picture()
            if after == before:
                return
            before = after
            self.page.wait_for_timeout(250)
        raise AssertionError("the map does not come to rest")

    def picture(self) -> bytes:
        """The middle of the map, without panels."""
        box = self.page.viewport_size
        return self.page.screenshot(
            clip={"x": box["width"] / 2 - 120, "y": 160, "width": 240, "height": 280}
        )

    def expect_card(self, title: str) -> None:
        expect(self.title).to_contain_text(title, timeout=TIMEOUT_MS)
        expect(self.card).not_to_have_attribute("aria-busy", "true")


@pytest.fixture
def map_page(page) -> MapPage:
    """The map page, English, not yet opened."""
    return MapPage(page)


@pytest.fixture
def page(open_page) -> Page:
    return open_page(locale="en-GB")


@pytest.fixture
def phone(open_page) -> MapPage:
    return MapPage(open_page(locale="en-GB", **PHONE))


@pytest.fixture
def sign_in():
    """Sign a page in as one of the demo logins."""

    def as_user(page: Page, name: str) -> None:
        page.goto("/accounts/login/")
        page.locator("[name=username]").fill(name)
        page.locator("[name=password]").fill(DEMO_PASSWORD)
        page.locator("main button[type=submit]").click()
        page.wait_for_url(lambda url: "/login/" not in url)

    return as_user
