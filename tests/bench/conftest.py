"""The same wheel, engine and machines as the end-to-end tests; a bench ends with its summary."""

import signal

import pytest
from bench.section import SUMMARY
from e2e.conftest import engine, images, images_home, program, stack

__all__ = ["engine", "images", "images_home", "program", "stack"]


def pytest_configure() -> None:
    """Who is told to end cleans up like one who is interrupted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    if line := config.stash.get(SUMMARY, ""):
        print(line)  # noqa: T201 - what it is run for
