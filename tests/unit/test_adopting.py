"""A project is copied as of one moment, and only the moment holds it still."""

import pytest
from played_outsiders import ROWS, PlayedDatabase, other, server, world_of

from thothctl.adapters.bundles import TemplateBundles
from thothctl.errors import EngineRefusedError, IntegrityError, NoSpaceError, ThothctlError
from thothctl.operations.adopting import CopyProject

STACK = TemplateBundles().stack("thoth-ai")
POSTGRES = {"POSTGRES_HOST": "db"}


def copied(database: PlayedDatabase, mode: str = "production") -> list[str]:
    """What was run, and what the sessions were told."""
    environment = POSTGRES if mode == "production" else {}
    web = server("web", environment=environment)
    worker = server("worker", environment=environment)
    world = world_of(web, worker, other("db"), toolbox=database)
    settings = STACK.complete({"mode": mode})
    CopyProject("default", "p", settings, 9, why="").apply(world)
    return database.calls


def within(calls: list[str]) -> list[str]:
    return calls[calls.index("pause web,worker") + 1 : calls.index("go on")]


def test_the_pause_holds_all_writers_and_lasts_as_long_as_the_files() -> None:
    calls = copied(PlayedDatabase())

    assert within(calls) == ["thoth: BEGIN", "thoth_data: BEGIN", "thoth-take /from"]
    after = calls[calls.index("go on") :]
    assert [one for one in after if one.startswith("pg_")] == [
        "pg_dumpall -U", "pg_dump -U", "pg_dump -U"
    ]  # fmt: skip


def test_what_a_killed_try_left_is_ended_and_emptied_first() -> None:
    calls = copied(PlayedDatabase())

    assert calls[0] == "clear"
    assert calls.index("find /store") < calls.index("thoth-stage /store")


def test_a_project_of_files_alone_is_copied_without_a_question() -> None:
    calls = copied(PlayedDatabase(), "standalone")

    assert within(calls) == ["thoth-take /from"]
    assert calls[0] == "clear"
    assert not [one for one in calls if one.startswith(("psql", "pg_"))]


def test_rows_that_did_not_come_along_are_noticed() -> None:
    database = PlayedDatabase(loaded=ROWS.replace("3", "2"))

    with pytest.raises(IntegrityError, match="other numbers of rows"):
        copied(database)


@pytest.mark.parametrize("failing", ["thoth-take", "thoth-load"])
def test_a_copy_that_fails_is_told_as_an_import(failing: str) -> None:
    with pytest.raises(EngineRefusedError, match="could not be imported"):
        copied(PlayedDatabase(failing=failing))


@pytest.mark.parametrize(("status", "error"), [(12, IntegrityError), (14, NoSpaceError)])
def test_what_is_no_backup_is_not_told_to_verify_one(
    status: int, error: type[ThothctlError]
) -> None:
    with pytest.raises(error) as caught:
        copied(PlayedDatabase(failing="thoth-take", status=status))

    assert "backup" not in caught.value.hint
    assert "restore" not in f"{caught.value} {caught.value.hint}"
