"""The demo database, built once for all tests."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from thoth_ai.demo import database


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.sqlite"
    database.build(path)
    return path


@pytest.fixture
def demo(demo_file: Path) -> Iterator[sqlite3.Connection]:
    uri = f"{demo_file.as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        yield connection
