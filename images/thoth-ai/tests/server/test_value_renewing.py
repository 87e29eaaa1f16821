"""Indexes are made anew by one at a time and not with every question, and leave nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connections

from tests.server import databases, imports
from thoth_ai.importing import staging
from thoth_ai.values import locks, opened, places, renewing
from thoth_ai.values.index import Effort, ValueIndex
from thoth_ai.values.opened import Opened
from thoth_ai.values.reading import PostgresValues, SqliteValues
from thoth_ai.workspaces.models import Database

SHOPS = "CREATE TABLE shops (id INTEGER PRIMARY KEY, city TEXT); INSERT INTO shops VALUES (1, 'A')"


@pytest.fixture
def shops(data: Path, tmp_path: Path) -> Database:
    assert data
    path = databases.make(tmp_path / "shops.sqlite", SHOPS)
    assert imports.from_file(path, name="shops").status == 0
    return Database.objects.select_related("workspace").get()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count the columns that are read from the database."""
    seen: list[str] = []
    for reader in (SqliteValues, PostgresValues):
        different = reader.different

        def counted(self, column, most, different=different):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            seen.append(column.column)
            return different(self, column, most)

        monkeypatch.setattr(reader, "different", counted)
    return seen


def left() -> list[str]:
    return sorted(path.name for path in places.folder().iterdir())


def asked(held: Opened, database: Database) -> bool:
    found = held.of(database)
    if thread := held.renewed.get(database.file):
        thread.join(30)
    return found is not None


def test_what_could_not_be_made_is_not_tried_with_every_question(
    shops: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    places.path_of(shops.file).unlink()
    tried: list[Database] = []

    def fail(database: Database) -> None:
        tried.append(database)
        raise OSError("the disk is full")

    now = 0.0
    held = Opened(clock=lambda: now)
    with monkeypatch.context() as broken:
        broken.setattr(renewing, "renew", fail)
        assert not any(asked(held, shops) for _ in range(5))
        assert len(tried) == 1
        now = opened.PAUSE
        assert not asked(held, shops)
        assert len(tried) == 2

    now = 2 * opened.PAUSE
    assert not asked(held, shops)
    assert asked(held, shops)


def test_what_somebody_else_made_meanwhile_is_taken_at_once(
    shops: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = places.path_of(shops.file)
    content = path.read_bytes()
    path.unlink()
    held = Opened(clock=lambda: 0.0)
    monkeypatch.setattr(renewing, "renew", lambda _: 1 / 0)
    assert not asked(held, shops)

    path.write_bytes(content)

    assert asked(held, shops)


def test_an_index_that_was_removed_is_let_go_of(shops: Database, tmp_path: Path) -> None:
    held = Opened()
    assert asked(held, shops)
    old = places.path_of(shops.file)

    assert imports.from_file(tmp_path / "shops.sqlite", "--replace", name="shops").status == 0
    assert asked(held, Database.objects.get())

    assert old not in held.held
    assert len(held.held) == len(held.opening) == 1


def test_an_index_that_is_being_read_keeps_no_other_waiting(
    shops: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert imports.from_file(tmp_path / "shops.sqlite", name="large").status == 0
    large = Database.objects.exclude(pk=shops.pk).get()
    begun, go_on = threading.Event(), threading.Event()
    held = Opened()

    def slowly(path: Path, effort: Effort) -> ValueIndex:
        if path == places.path_of(large.file):
            begun.set()
            assert go_on.wait(30)
        return ValueIndex(path, effort)

    monkeypatch.setattr(opened, "ValueIndex", slowly)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(asked, held, large)
        assert begun.wait(30)
        others = asked(held, shops)
        go_on.set()
        assert first.result(30)
    assert others


def test_those_who_make_it_at_once_make_it_once(shops: Database, reads: list[str]) -> None:
    places.path_of(shops.file).unlink()

    def make(_: int) -> bool:
        try:
            return renewing.renew(shops) is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(make, range(4)))

    assert sorted(reads) == ["city", "id"]
    assert sum(made) == 1
    assert left() == [f"{shops.file}.values"]


def test_what_a_killed_making_left_is_swept(shops: Database) -> None:
    whole = left()
    for name in (shops.file, "nobodys"):
        for ending in (".fresh", ".fresh.texts", ".fresh.runs", ".fresh.postings", ".lock"):
            (places.folder() / f"{name}{ending}").write_bytes(b"Fresno")
    (places.folder() / "stray").write_bytes(b"Fresno")

    staging.sweep()

    assert left() == whole


def test_what_is_being_made_is_not_swept(shops: Database) -> None:
    fresh = places.fresh_of(shops.file)
    with places.locked(shops.file):
        fresh.write_bytes(b"half")
        staging.sweep()
        assert fresh.exists()
        with pytest.raises(BlockingIOError), locks.held(fresh.with_suffix(".lock"), wait=False):
            pass
    staging.sweep()
    assert not fresh.exists()
