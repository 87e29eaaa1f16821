"""Every store with a real server behind it, where one can be had."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connections

from tests.server.vectors import applications, chroma_server, postgres_server
from tests.server.vectors.applications import Application
from tests.server.vectors.benches import Bench
from tests.server.vectors.processes import Process
from tests.server.vectors.qdrant_stand_in import KEY, QdrantStandIn
from thoth_ai.providers.secret import Secret
from thoth_ai.vectorstores.chroma import KEY_HEADER as CHROMA_HEADER
from thoth_ai.vectorstores.chroma import ChromaStore
from thoth_ai.vectorstores.embedded import EmbeddedStore
from thoth_ai.vectorstores.naming import Names
from thoth_ai.vectorstores.pgvector import PgvectorStore
from thoth_ai.vectorstores.qdrant import KEY_HEADER as QDRANT_HEADER
from thoth_ai.vectorstores.qdrant import QdrantStore
from thoth_ai.vectorstores.server import JsonServer

STORES = ("embedded", "pgvector", "chroma", "qdrant")
DATABASE = "vectors"


@pytest.fixture(scope="session")
def cache() -> Path:
    """Programs that were fetched stay here from one run to the next."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "thoth-ai-tests"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def place() -> Path:
    """A name nobody uses, in a folder that servers which are not root can reach."""
    return Path(tempfile.gettempdir()) / f"thoth-{secrets.token_hex(6)}"


@pytest.fixture(scope="session")
def chroma(cache: Path, place: Path) -> Iterator[Process]:
    folder = place.with_suffix(".chroma")
    server = chroma_server.make(cache, folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)
    server.log.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def postgres(cache: Path, place: Path) -> Iterator[Process]:
    folder = place.with_suffix(".postgres")
    server = postgres_server.make(cache, folder)
    server.start()
    with postgres_server.connect(server.port) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}")
    with postgres_server.connect(server.port, DATABASE) as connection:
        connection.execute("CREATE EXTENSION vector")
    connections.settings[DATABASE] = described(server.port)
    yield server
    server.stop()
    postgres_server.discard(cache, folder)
    server.log.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def qdrant() -> Iterator[QdrantStandIn]:
    server = QdrantStandIn()
    yield server
    server.kill()


@pytest.fixture(params=STORES)
def bench(request: pytest.FixtureRequest, data: Path) -> Bench:
    return make(request, request.param)


def make(request: pytest.FixtureRequest, name: str) -> Bench:
    """Return a store that holds nothing: to others' vectors it is another installation."""
    names = Names(secrets.token_hex(8))
    if name == "embedded":
        return Bench(EmbeddedStore())
    if name == "qdrant":
        return _qdrant(request, names)
    server: Process = request.getfixturevalue("chroma" if name == "chroma" else "postgres")
    if name == "pgvector":
        return Bench(PgvectorStore(names, DATABASE), server)
    url = f"http://127.0.0.1:{server.port}"
    return Bench(ChromaStore(JsonServer("chroma", url, Secret(""), CHROMA_HEADER), names), server)


def _qdrant(request: pytest.FixtureRequest, names: Names) -> Bench:
    if url := os.environ.get("THOTH_TEST_QDRANT_URL"):
        key = Secret(os.environ.get("THOTH_TEST_QDRANT_KEY", ""))
        return Bench(QdrantStore(JsonServer("qdrant", url, key, QDRANT_HEADER), names))
    server: QdrantStandIn = request.getfixturevalue("qdrant")
    store = QdrantStore(JsonServer("qdrant", server.url, Secret(KEY), QDRANT_HEADER), names)
    return Bench(store, server)


def described(port: int) -> dict[str, object]:
    return {
        **connections.settings["default"],
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "USER": "postgres",
        "PASSWORD": "",
        "OPTIONS": {},
    }


@pytest.fixture(params=STORES[1:])
def application(
    request: pytest.FixtureRequest, data: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Application]:
    """Run the application with each of the stores beside the rows."""
    made = applications.server_of(request, request.param)
    applications.use(monkeypatch, made.settings)
    with ExitStack() as stack:
        if isinstance(made.server, Process) and request.param == "pgvector":
            port = made.server.port
            stack.enter_context(applications.on_postgres(port, described(port)))
        yield made


@pytest.fixture(params=("chroma", "qdrant"))
def beside(
    request: pytest.FixtureRequest, data: Path, monkeypatch: pytest.MonkeyPatch
) -> Application:
    """Run the application with each of the stores that are not its own database."""
    made = applications.server_of(request, request.param)
    applications.use(monkeypatch, made.settings)
    return made
