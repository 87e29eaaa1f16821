"""A browser on the real server; a page that complained about anything fails its test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import open_browser
from page.held_stream import HeldStream
from page.served import EMAIL, PASSWORD, Served, serve
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    StorageState,
)

PATIENCE = 10_000


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server with the demo."""
    with serve(tmp_path_factory.mktemp("served"), demo=True) as server:
        yield server


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where the screenshots go."""
    folder = Path(os.environ.get("THOTH_TEST_ARTEFACTS", "artefacts")) / "page"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for the tests of a module."""
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def session(browser: Browser, served: Served) -> StorageState:
    """The cookies of somebody who is signed in."""
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, served)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def context(browser: Browser, served: Served, session: StorageState) -> Iterator[BrowserContext]:
    """A browser of somebody who is signed in."""
    context = browser.new_context(
        base_url=served.url,
        storage_state=session,
        viewport={"width": 1280, "height": 900},
        permissions=["clipboard-read", "clipboard-write"],
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about; a test takes out what it provoked."""
    return []


@pytest.fixture
def page(context: BrowserContext, complaints: list[str]) -> Iterator[Page]:
    """The page to ask, open."""
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def hear(said: ConsoleMessage) -> None:
        if said.type == "error":
            complaints.append(said.text)

    page.on("console", hear)
    page.goto("/")
    yield page
    assert complaints == []


@pytest.fixture
def stream(page: Page) -> Iterator[HeldStream]:
    """The answer to the next question, event by event."""
    stream = HeldStream(page)
    yield stream
    stream.close()


def sign_in(page: Page, served: Served) -> None:
    """Sign in as the administrator."""
    page.goto(f"{served.url}/login/")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{served.url}/")
