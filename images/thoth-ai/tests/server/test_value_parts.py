"""The folder of an index's parts: one holder at a time, and nothing left but by a kill."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from thoth_ai.errors import PutBackError
from thoth_ai.importing import staging
from thoth_ai.values.parts import LOCK, PARTS_LIVE, parts

LONG_AGO = time.time() - PARTS_LIVE - 60


@pytest.fixture
def folder(data: Path) -> Path:
    return data / "values"


def left(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def killed(folder: Path, key: str, when: float) -> None:
    for path in (folder / f"parts-{key}" / "a.part", (folder / f"parts-{key}").with_suffix(LOCK)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (when, when))


def test_those_who_come_at_once_have_it_one_after_the_other(folder: Path) -> None:
    holders: list[int] = []

    def hold(number: int) -> int:
        for _ in range(20):
            with parts("a") as given:
                holders.append(number)
                assert left(given) == []
                (given / "one").write_text("1")
                assert holders == [number]
                (given / "one").unlink()
                holders.remove(number)
        return number

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(hold, range(8))) == list(range(8))
    assert left(folder) == []


def test_what_a_killed_one_left_is_given_to_the_next(folder: Path) -> None:
    killed(folder, "a", time.time())

    with parts("a") as given:
        assert left(given) == ["a.part"]

    assert left(folder) == []


def test_what_was_left_long_ago_is_removed_by_whoever_comes(folder: Path) -> None:
    killed(folder, "a", LONG_AGO)
    killed(folder, "b", time.time())

    with parts("c"):
        assert left(folder) == ["parts-b", "parts-b.lock", "parts-c", "parts-c.lock"]


def test_what_is_held_is_not_swept_however_old_it_is(folder: Path) -> None:
    with parts("a"):
        os.utime(folder / "parts-a.lock", (LONG_AGO, LONG_AGO))
        with parts("b"):
            assert "parts-a" in left(folder)


def test_what_was_left_long_ago_goes_with_the_next_start_too(folder: Path) -> None:
    killed(folder, "a", LONG_AGO)
    (folder.parent / "incoming").mkdir()

    staging.sweep()

    assert left(folder) == []


def test_whoever_is_told_to_stop_leaves_them_and_who_fails_does_not(folder: Path) -> None:
    def hold(key: str, error: type[Exception]) -> None:
        with parts(key) as given:
            (given / "a.part").touch()
            raise error

    with pytest.raises(PutBackError):
        hold("stopped", PutBackError)
    with pytest.raises(LookupError):
        hold("failed", LookupError)

    assert left(folder) == ["parts-stopped", "parts-stopped.lock"]
