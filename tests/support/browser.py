"""A real browser on the real server, with every complaint of the page collected."""

import os
import shutil
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

LOCAL_SCHEMES = ("data", "blob", "about", "file")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Debian's Chromium; software WebGL, and no sandbox since root has none."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    return {
        **browser_type_launch_args,
        **({"executable_path": chromium} if chromium else {}),
        "args": ["--no-sandbox", "--enable-unsafe-swiftshader"],
    }


@pytest.fixture
def page_problems() -> list[str]:
    """Console errors, uncaught exceptions and outside requests of the test's pages."""
    return []


def _watch(context: BrowserContext, host: str, problems: list[str]) -> None:
    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def on_request(request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in LOCAL_SCHEMES and url.netloc != host:
            problems.append(f"request to another host: {request.url}")

    context.on("console", on_console)
    context.on("weberror", lambda error: problems.append(f"exception: {error.error}"))
    context.on("request", on_request)


@pytest.fixture
def open_page(
    new_context, live_server_process, page_problems: list[str]
) -> Iterator[Callable[..., Page]]:
    """Opens pages on the live server; fails the test at its end if one had a problem."""

    def open_one(**options) -> Page:
        context = new_context(
            **{
                "base_url": live_server_process.url,
                "locale": "ru-RU",
                "timezone_id": "Asia/Almaty",
                "viewport": {"width": 1280, "height": 800},
                **options,
            }
        )
        _watch(context, urlsplit(live_server_process.url).netloc, page_problems)
        return context.new_page()

    yield open_one
    assert not page_problems, "the page complained:\n" + "\n".join(page_problems)


@pytest.fixture
def page(open_page) -> Page:
    """One page on the live server."""
    return open_page()
