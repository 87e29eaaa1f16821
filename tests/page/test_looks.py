"""Every state in light and dark, narrow and wide: a screenshot, and nothing that axe finds."""

import itertools
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # has none
from page import states
from page.conftest import sign_in
from page.held_stream import HeldStream
from page.served import Served, serve
from playwright.sync_api import Browser, BrowserContext, Page, expect

SIZES = {"narrow": (360, 740), "wide": (1440, 900)}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
JUDGED = {("narrow", "dark"), ("wide", "light")}
FAILED_ON_PURPOSE = "Failed to load resource"


@pytest.mark.parametrize("state", states.WAYS)
def test_every_state_fits_and_reads_well(
    page: Page, artefacts: Path, complaints: list[str], state: str
) -> None:
    states.WAYS[state](page)

    _look(page, artefacts, state)

    complaints[:] = [said for said in complaints if FAILED_ON_PURPOSE not in said]


def test_streaming_fits_and_reads_well(page: Page, stream: HeldStream, artefacts: Path) -> None:
    states.stream_steps(page, stream)

    _look(page, artefacts, "streaming")


def test_signing_in_fits_and_reads_well(page: Page, artefacts: Path) -> None:
    page.context.clear_cookies()
    page.goto("/")

    _look(page, artefacts, "login")


def test_an_empty_server_says_how_to_import(
    browser: Browser, tmp_path: Path, artefacts: Path
) -> None:
    """A real server of its own, without the demo."""
    with serve(tmp_path, demo=False) as empty:
        page = browser.new_page()
        sign_in(page, empty)

        expect(page.get_by_text("thothctl import-bird mydb.sqlite")).to_be_visible()
        _look(page, artefacts, "nothing-imported")
        page.close()


def test_the_switch_beats_the_system_and_is_remembered(page: Page) -> None:
    def background() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light = background()

    page.get_by_role("button", name="Light or dark").click()
    dark = background()
    page.reload()

    assert dark != light
    assert background() == dark
    page.get_by_role("button", name="Light or dark").click()
    assert background() == light
    assert page.evaluate("localStorage.length") == 0


def test_the_system_decides_until_then(context: BrowserContext, served: Served) -> None:
    page = context.new_page()
    page.goto("/login/")
    colour = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)

    page.emulate_media(color_scheme="dark")

    assert page.evaluate(colour) != light


def _look(page: Page, artefacts: Path, name: str) -> None:
    for scheme, (size, (width, height)) in itertools.product(SCHEMES, SIZES.items()):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=artefacts / f"{name}-{size}-{scheme}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size
        if (size, scheme) in JUDGED:
            found = Axe().run(page)
            assert found.violations_count == 0, f"{size}, {scheme}: {found.generate_report()}"
