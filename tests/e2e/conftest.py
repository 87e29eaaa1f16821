"""Fixtures of the end-to-end tests: the built wheel, the engine, machines that clean up."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter
from e2e.fault_cells import NEW, OLD, Ground
from e2e.fault_table import gathered, keep, summary, table
from e2e.fault_trying import prepared
from e2e.machine import KEEP, Machine
from e2e.own_images import Yard
from e2e.registry_box import RegistryBox
from e2e.stand_in import VERSIONS, Shelf, older_postgres

ROOT = Path(__file__).parents[2]
KEPT_IN = "THOTH_FAULTS"
"""Names the file that keeps what became of each fault; set by `make faults`."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.e2e)


def pytest_terminal_summary(terminalreporter: TerminalReporter, exitstatus: int) -> None:
    """Shows what became of each fault at each step, and keeps it of a run that came to its end."""
    found = gathered(terminalreporter.stats)
    if found:
        terminalreporter.write_line(table(found))
    ended = exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
    if found and ended and (file := os.environ.get(KEPT_IN)):
        keep(Path(file), found)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A fault that nobody could try here was not survived."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get(KEPT_IN) and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line of `make faults`."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get(KEPT_IN) and reporter and not hasattr(config, "workerinput"):
        sys.stdout.write(f"{summary(reporter.stats)}\n")


@contextmanager
def one_at_a_time(factory: pytest.TempPathFactory) -> Iterator[None]:
    """What every worker needs is made by the first; the others find it."""
    with (factory.getbasetemp().parent / "making").open("w") as note:
        fcntl.flock(note, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def engine() -> None:
    """The real engine; `make test` installs and starts one where there is none."""
    done = subprocess.run(["docker", "info"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.fail(f"these tests need a Docker engine; `make test` brings one: {done.stderr}")


@pytest.fixture(scope="session")
def program(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """`thothctl` from the built wheel, in a folder that any user may read."""
    folder = Path(tempfile.mkdtemp(prefix="thothctl-e2e-"))
    folder.chmod(0o755)
    python = _python_for_everybody()
    subprocess.run([python, "-m", "venv", folder / "venv"], check=True)
    pip = [str(folder / "venv/bin/pip"), "install", "--quiet", "--disable-pip-version-check"]
    with one_at_a_time(tmp_path_factory):
        subprocess.run([*pip, str(ROOT)], check=True)
    yield folder / "venv/bin/thothctl"
    shutil.rmtree(folder, ignore_errors=True)


def _python_for_everybody() -> str:
    """A Python that a user other than root may run: pyenv and the like sit in a private home."""
    for candidate in ("/usr/bin/python3", "/usr/local/bin/python3", sys.executable):
        check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"
        if (
            Path(candidate).exists()
            and subprocess.run([candidate, "-c", check], check=False).returncode == 0
        ):
            return candidate
    return sys.executable


@pytest.fixture(scope="session")
def images(program: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The images are built once; every later setup finds them."""
    builder = Machine(program, tmp_path_factory.mktemp("images"))
    with one_at_a_time(tmp_path_factory):
        builder.ok("images", "build")


@pytest.fixture
def machine(program: Path, images: None, tmp_path: Path) -> Iterator[Machine]:
    """A machine with nothing installed yet."""
    with Machine(program, tmp_path / "home") as made:
        yield made


@pytest.fixture(scope="module")
def stack(
    program: Path, images: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """A healthy stack with the demo, shared by the tests of one module."""
    with Machine(program, tmp_path_factory.mktemp("stack")) as made:
        made.set_up("--demo")
        yield made


@pytest.fixture(scope="session")
def images_home(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where builds of single images work."""
    return tmp_path_factory.mktemp("images-home")


@pytest.fixture(scope="module")
def yard(images_home: Path) -> Iterator[Yard]:
    """A place for containers of our own images, shared by the tests of one module."""
    with tempfile.TemporaryDirectory(prefix="thothctl-yard-") as folder:
        made = Yard(Path(folder), images_home)
        yield made
        if not KEEP:
            made.clean()


@contextmanager
def shelved(images_home: Path, versions: Iterable[str]) -> Iterator[Shelf]:
    """A registry with these versions; what failed half way is removed, too."""
    registry = RegistryBox(images_home).start()
    try:
        made = Shelf(registry, images_home)
        for version in versions:
            made.put(version)
        yield made
    finally:
        if not KEEP:
            registry.clean()


@pytest.fixture(scope="session")
def shelf(images_home: Path) -> Iterator[Shelf]:
    """A registry with every version; 1.0.2 was withdrawn, 2.0.0 has a stop, 3.0.0 is too new."""
    with shelved(images_home, VERSIONS) as made:
        made.put("1.0.2", DATABASE_REVISION="0001", YANKED="it forgets rows")
        made.put("2.0.0", DATABASE_REVISION="0001", UPGRADE_FROM="1.9.0")
        made.put("3.0.0", DATABASE_REVISION="0001", REQUIRES_THOTHCTL="99.0.0")
        yield made


@pytest.fixture(scope="session")
def pair(images_home: Path) -> Iterator[Shelf]:
    """A registry with the two versions that plans are cut off between."""
    with shelved(images_home, (OLD, NEW)) as made:
        yield made


@pytest.fixture(scope="session")
def majors(images_home: Path) -> Iterator[Shelf]:
    """As `pair`, and the older version runs PostgreSQL 15."""
    with shelved(images_home, (NEW,)) as made:
        made.put(OLD, postgres=older_postgres(images_home))
        yield made


@pytest.fixture
def bare(program: Path, tmp_path: Path) -> Iterator[Machine]:
    """A machine with nothing installed, and no image built for it."""
    with Machine(program, tmp_path / "home") as made:
        yield made


@pytest.fixture(scope="session")
def chinook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real Chinook file where the test data is, else one of the same kind."""
    if data := os.environ.get("THOTH_TEST_DATA"):
        return Path(data) / "chinook/Chinook_Sqlite.sqlite"
    file = tmp_path_factory.mktemp("music") / "music.sqlite"
    with closing(sqlite3.connect(file)) as database:
        database.executescript(
            "CREATE TABLE [Artist] ([ArtistId] INTEGER PRIMARY KEY, [Name] NVARCHAR(120));"
            "CREATE TABLE [Album] ([AlbumId] INTEGER PRIMARY KEY, [Title] NVARCHAR(160) NOT NULL,"
            " [ArtistId] INTEGER NOT NULL REFERENCES [Artist]([ArtistId]));"
        )
        database.executemany(
            "INSERT INTO Artist VALUES (?, ?)", [(n, f"Artist {n}") for n in range(275)]
        )
        database.executemany(
            "INSERT INTO Album VALUES (?, ?, ?)", [(n, f"Album {n}", n % 275) for n in range(347)]
        )
        database.commit()
    return file


@pytest.fixture(scope="module")
def ground(
    program: Path, pair: Shelf, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    yield from prepared(program, pair, tmp_path_factory.mktemp("ground"), "both")
