"""A real Chromium for the tests of a module or of one page."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

STEADY = Path(__file__).with_name("steady_chromium.py")
QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-sync", "--no-first-run")


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Chromium as it is on this machine: Playwright runs once only in a process."""
    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=STEADY, args=QUIET)
        yield browser
        browser.close()
