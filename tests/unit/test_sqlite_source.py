"""A SQLite file in any state a user may have it is copied whole, or refused with a reason."""

import hashlib
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from thothctl.adapters import sqlite_copy, sqlite_source
from thothctl.errors import InvalidInputError, NoSpaceError
from thothctl.model.answer import DatabaseSource

ROWS = 500
FILL = f"""
CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
INSERT INTO t SELECT i, 'row ' || i FROM n;
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    return folder / "mine.sqlite"


def fill(path: Path, *pragmas: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        for pragma in pragmas:
            database.execute(f"PRAGMA {pragma}")
        database.executescript(FILL)


def rows_of(copy: Path) -> int:
    with closing(sqlite3.connect(copy)) as database:
        return int(database.execute("SELECT count(*) FROM t").fetchone()[0])


def taken(home: Path, source: Path) -> int:
    """The rows of a snapshot; proves that the source's folder is as it was."""
    before = sorted(path.name for path in source.parent.iterdir())
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    with sqlite_source.snapshot(home, DatabaseSource(source), lambda _: None) as snapshot:
        rows = rows_of(snapshot.path)
        assert snapshot.sha256 == hashlib.sha256(snapshot.path.read_bytes()).hexdigest()
    assert sorted(path.name for path in source.parent.iterdir()) == before
    assert hashlib.sha256(source.read_bytes()).hexdigest() == digest
    assert not list((home / "work").iterdir())
    return rows


def test_a_plain_database(source: Path, tmp_path: Path) -> None:
    fill(source)

    assert taken(tmp_path / "home", source) == ROWS


def test_a_wal_database_closed_cleanly(source: Path, tmp_path: Path) -> None:
    fill(source, "journal_mode=WAL")

    assert taken(tmp_path / "home", source) == ROWS


def test_a_wal_database_in_use_with_rows_only_in_its_log(source: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(source)) as user:
        user.execute("PRAGMA journal_mode=WAL")
        user.execute("PRAGMA wal_autocheckpoint=0")
        user.executescript(FILL)

        assert taken(tmp_path / "home", source) == ROWS


def killed(script: str, source: Path) -> None:
    """Run a writer that is killed with its work half done."""
    code = f"import os, signal, sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\n{script}\n"
    code += "os.kill(os.getpid(), signal.SIGKILL)"
    done = subprocess.run([sys.executable, "-c", code, str(source)], check=False)
    assert done.returncode == -signal.SIGKILL


def test_a_wal_database_whose_writer_was_killed(source: Path, tmp_path: Path) -> None:
    killed(
        f"c.execute('PRAGMA journal_mode=WAL'); c.executescript('''{FILL}''')",
        source,
    )
    source.with_name("mine.sqlite-shm").unlink()  # as after a copy to another machine

    assert source.with_name("mine.sqlite-wal").stat().st_size > 0
    assert taken(tmp_path / "home", source) == ROWS


def test_a_hot_journal_is_rolled_back_in_the_copy_only(source: Path, tmp_path: Path) -> None:
    fill(source)
    killed(
        "c.execute('PRAGMA cache_size=1'); c.execute('BEGIN')\n"
        'c.execute("UPDATE t SET b = b || hex(zeroblob(2000))")',
        source,
    )

    assert source.with_name("mine.sqlite-journal").stat().st_size > 0
    assert taken(tmp_path / "home", source) == ROWS


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_wal_database_in_a_folder_one_may_only_read(source: Path, tmp_path: Path) -> None:
    fill(source, "journal_mode=WAL")
    source.parent.chmod(0o555)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() == "root" and not folder.stat().st_mode & 0o001:
            folder.chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o777)

    assert as_nobody(lambda: taken(home, source)) == 0


def as_nobody(act: Callable[[], object]) -> int | None:
    def become() -> None:
        os.setgid(65534)
        os.setuid(65534)
        act()

    process = multiprocessing.get_context("fork").Process(target=become)
    process.start()
    process.join(30)
    return process.exitcode


@pytest.mark.parametrize("name", ["with space.sqlite", "ünï — köde.db", "-dash.db", "a?b#c%20.db"])
def test_any_file_name_will_do(name: str, source: Path, tmp_path: Path) -> None:
    odd = source.with_name(name)
    fill(odd, "journal_mode=WAL")
    assert taken(tmp_path / "home", odd) == ROWS
    fill(source)
    assert taken(tmp_path / "home", source) == ROWS


def refused(home: Path, source: Path) -> InvalidInputError:
    with (
        pytest.raises(InvalidInputError) as caught,
        sqlite_source.snapshot(home, DatabaseSource(source), lambda _: None),
    ):
        pass
    assert not home.exists() or not list((home / "work").glob("*"))
    return caught.value


def _text(path: Path) -> None:
    path.write_text("id,name\n1,x\n")


def _empty(path: Path) -> None:
    path.touch()


def _truncated(path: Path) -> None:
    fill(path)
    with path.open("r+b") as stream:
        stream.truncate(path.stat().st_size // 2)


def _damaged(path: Path) -> None:
    fill(path)
    with path.open("r+b") as stream:
        stream.seek(4096)
        stream.write(b"\xff" * 4096)


def _encrypted(path: Path) -> None:
    path.write_bytes(os.urandom(8192))


def _without_tables(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version=1")


def _folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_text, "is not a SQLite database"),
        (_empty, "is empty"),
        (_truncated, "is damaged"),
        (_damaged, "is damaged"),
        (_damaged, "Page 2: "),
        (_encrypted, "encrypted"),
        (_without_tables, "has no tables"),
        (_folder, "is a folder"),
        (lambda _: None, "there is no file"),
    ],
)
def test_what_is_no_database_is_refused_with_a_hint(
    make: Callable[[Path], None], words: str, source: Path, tmp_path: Path
) -> None:
    make(source)

    error = refused(tmp_path / "home", source)

    assert words in error.message
    assert error.hint


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_copy, "LOCK_SECONDS", 0.2)


def test_a_database_that_stays_locked_is_refused(
    source: Path, tmp_path: Path, impatient: None
) -> None:
    fill(source)
    with closing(sqlite3.connect(source)) as user:
        user.execute("BEGIN EXCLUSIVE")

        error = refused(tmp_path / "home", source)

    assert "locked by another program" in error.message
    assert taken(tmp_path / "home", source) == ROWS


def test_a_writer_that_is_at_work_is_waited_for(source: Path, tmp_path: Path) -> None:
    fill(source)
    user = sqlite3.connect(source, check_same_thread=False)
    user.execute("BEGIN EXCLUSIVE")
    with sqlite3.connect(source, timeout=0) as other, pytest.raises(sqlite3.OperationalError):
        other.execute("SELECT * FROM t")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(taken, tmp_path / "home", source)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.5)
        user.rollback()
        user.close()
        assert waiting.result(timeout=20) == ROWS


def test_too_little_space_is_said_before_anything_is_written(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(source)
    monkeypatch.setattr(sqlite_source, "RESERVE", 1 << 60)

    with (
        pytest.raises(NoSpaceError),
        sqlite_source.snapshot(tmp_path / "home", DatabaseSource(source), lambda _: None),
    ):
        pass
    assert not list((tmp_path / "home/work").iterdir())
