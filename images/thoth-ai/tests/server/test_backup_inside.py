"""A backup from inside holds one moment of the data folder, for whoever has the key."""

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from thoth_ai import secret_files
from thoth_ai.keeping import point
from thoth_ai.workspaces import storage
from thoth_ai.workspaces.models import Database


def on_sqlite(data: Path) -> None:
    name = Path(str(settings.DATABASES["default"]["NAME"]))
    if not (data / point.DATABASE).exists():
        shutil.copy(name, data / point.DATABASE)


def test_the_point_holds_rows_and_files_and_nothing_of_other_work(
    cards: Client, data: Path
) -> None:
    on_sqlite(data)
    (data / "backups").mkdir()
    (data / "backups/old.thoth-backup").write_bytes(b"x")

    with point.taken(data) as held:
        counts = point.counted(held)
        names = {path.relative_to(held).as_posix() for path in held.rglob("*") if path.is_file()}
        with closing(sqlite3.connect(held / point.DATABASE)) as copied:
            assert copied.execute("PRAGMA quick_check").fetchone() == ("ok",)

    assert counts["thoth.sqlite#workspaces_workspace"] == 1
    assert f"databases/{Database.objects.get().file}" in names
    assert not [name for name in names if name.startswith(("backups", "incoming", "."))]
    assert not (data / point.ASIDE).exists()


def test_a_point_of_the_toolbox_is_left_alone_and_left_out(cards: Client, data: Path) -> None:
    on_sqlite(data)
    (data / ".thoth-backup").mkdir()
    (data / ".thoth-backup/half").write_text("x")

    with point.taken(data) as held:
        assert not list(held.rglob("half"))

    assert (data / ".thoth-backup/half").exists()


def test_secrets_are_no_part_of_the_data(cards: Client, data: Path) -> None:
    on_sqlite(data)
    secret_files.ensure(data, secret_files.SECRET_KEY)
    canary = secret_files.read(data, secret_files.SECRET_KEY).encode()

    with point.taken(data) as held:
        there = b"".join(path.read_bytes() for path in held.rglob("*") if path.is_file())

    assert canary not in there


def test_a_second_backup_waits_for_the_first_which_keeps_its_point(
    cards: Client, data: Path
) -> None:
    on_sqlite(data)
    taken, begun, other = threading.Event(), threading.Event(), []

    def second() -> None:
        begun.set()
        with point.taken(data) as held:
            taken.set()
            other.append(point.counted(held))

    with point.taken(data) as held:
        waiting = threading.Thread(target=second)
        waiting.start()
        begun.wait(10)
        assert not taken.wait(0.5)
        counts = point.counted(held)
    waiting.join(30)

    assert other == [counts]


def test_a_file_that_is_gone_while_its_row_is_there_makes_no_backup(
    cards: Client, data: Path
) -> None:
    on_sqlite(data)
    storage.path_of(Database.objects.get()).unlink()

    with pytest.raises(Exception, match="removed while they were saved"), point.taken(data):
        pass

    assert not (data / point.ASIDE).exists()
