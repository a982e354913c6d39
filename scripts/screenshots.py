#!/usr/bin/env python3
"""Pictures of a running Citymap for the documentation: `make screenshots` (after `make run`).

Every picture of `docs/img/` is made here and nowhere else. Usage:

    python scripts/screenshots.py [--url http://127.0.0.1:8000] [--only map-phone ...]
"""

import argparse
import io
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from citymap.demo import DEMO_PASSWORD

FOLDER = ROOT / "docs" / "img"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
COLORS = 256
EXACT_COLORS = 32
MAX_BYTES = 300_000
READY = "html[data-map=ready]"
REST_MS = 250
WAIT_MS = 30_000


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One picture: where, how large, in which language and colours, after doing what."""

    name: str
    path: str = "/"
    size: dict[str, int] = field(default_factory=lambda: DESKTOP)
    locale: str = "ru-RU"
    scheme: str = "light"
    user: str = ""
    prepare: Callable[[Page], Any] = lambda page: None


def open_card(page: Page) -> None:
    """Search the way a person does: by the first house of the busiest street."""
    page.get_by_role("combobox").fill(example_address(page))
    page.get_by_role("option").first.click()
    page.locator("#card .card-section").first.wait_for(timeout=WAIT_MS)
    page.mouse.move(720, 880)


def example_address(page: Page) -> str:
    """An address with a yard and a playground: the list of playgrounds knows one nearby."""
    listing = page.request.get("/list/playground/?sort=-condition").text()
    cells = [part.split("</td>")[0] for part in listing.split("<td>")]
    return next(text for text in cells if ", " in text and text[-1].isdigit())


def three_d(page: Page) -> None:
    open_card(page)
    page.locator("#three-d").click()


SHOTS = (
    Shot(name="map", prepare=open_card),
    Shot(name="map-city"),
    Shot(name="map-kk", locale="kk-KZ", prepare=open_card),
    Shot(name="map-dark", scheme="dark", prepare=open_card),
    Shot(name="map-3d", prepare=three_d),
    Shot(name="map-phone", size=PHONE, prepare=open_card),
    Shot(name="desk", path="/desk/", user="operator", prepare=open_card),
    Shot(name="list", path="/list/"),
    Shot(name="table", path="/list/playground/"),
    Shot(name="login", path="/accounts/login/"),
)


def settle(page: Page) -> None:
    """Wait until two pictures in a row are the same."""
    before = b""
    for _ in range(WAIT_MS // REST_MS):
        after = page.screenshot()
        if after == before:
            return
        before = after
        page.wait_for_timeout(REST_MS)


def take(browser: Browser, url: str, shot: Shot) -> bytes:
    """The picture as a PNG of at most 256 colours."""
    context = browser.new_context(
        base_url=url, viewport=shot.size, locale=shot.locale, color_scheme=shot.scheme,
        timezone_id="Asia/Almaty", reduced_motion="reduce",
        **({"is_mobile": True, "has_touch": True} if shot.size is PHONE else {}),
    )  # fmt: skip
    page = context.new_page()
    if shot.user:
        page.goto("/accounts/login/")
        page.locator("[name=username]").fill(shot.user)
        page.locator("[name=password]").fill(DEMO_PASSWORD)
        page.locator("main button[type=submit]").click()
        page.wait_for_url(lambda there: "/login/" not in there)
    page.goto(shot.path)
    if page.locator("#map").count():
        page.locator(READY).wait_for(state="attached", timeout=WAIT_MS)
    shot.prepare(page)
    settle(page)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    context.close()
    small = io.BytesIO()
    reduced(picture).save(small, "PNG", optimize=True)
    return small.getvalue()


def reduced(picture: Image.Image) -> Image.Image:
    """A picture in 256 colours: the commonest exactly, the others by their variety.

    A colour of the rest counts by the logarithm of its pixels: otherwise the many greys of
    the map take the place of the few pixels of a legend.
    """
    counts = sorted(picture.getcolors(picture.width * picture.height), reverse=True)
    exact = [color for _, color in counts[:EXACT_COLORS]]
    votes = [color for count, color in counts for _ in range(count.bit_length())]
    sample = Image.new("RGB", (len(votes), 1))
    sample.putdata(votes)
    rest = sample.quantize(COLORS - EXACT_COLORS, kmeans=4).getpalette()
    palette = Image.new("P", (1, 1))
    palette.putpalette([*(part for color in exact for part in color), *rest][: COLORS * 3])
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--url", default=os.environ.get("URL") or "http://127.0.0.1:8000")
    parser.add_argument("--only", nargs="*", default=[], choices=[shot.name for shot in SHOTS])
    wanted = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    too_large = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--enable-unsafe-swiftshader"],
        )
        for shot in SHOTS:
            if wanted.only and shot.name not in wanted.only:
                continue
            data = take(browser, wanted.url, shot)
            (FOLDER / f"{shot.name}.png").write_bytes(data)
            print(f"docs/img/{shot.name}.png  {len(data) / 1000:.0f} kB", flush=True)
            if len(data) > MAX_BYTES:
                too_large.append(shot.name)
        browser.close()
    if too_large:
        print(f"over {MAX_BYTES // 1000} kB: {', '.join(too_large)}", file=sys.stderr)
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())
