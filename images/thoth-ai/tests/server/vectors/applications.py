"""The whole application with a vector store of its own, in standalone and on PostgreSQL."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction

from tests.server.vectors import postgres_server
from tests.server.vectors.benches import Killable
from tests.server.vectors.processes import Process
from tests.server.vectors.qdrant_stand_in import KEY, QdrantStandIn
from thoth_ai import embedding_model
from thoth_ai.vectorstores import chosen
from thoth_ai.vectorstores.configuration import VectorSettings
from thoth_ai.vectorstores.types import VectorStore
from thoth_ai.workspaces import points
from thoth_ai.workspaces.models import Database, VectorPoint, Workspace
from thoth_ai.workspaces.points import Document
from thoth_ai.workspaces.reindexing import Reindexer

TEMPLATE = "application"


@dataclass(frozen=True)
class Application:
    """What the settings name, and the server behind it."""

    settings: VectorSettings
    server: Killable

    @property
    def store(self) -> VectorStore:
        return chosen.current()

    def held(self) -> set[str]:
        """Return the keys of what the store holds of the model in use."""
        return {str(key) for _, key in self.store.contents(embedding_model.identity())}


def server_of(request: pytest.FixtureRequest, store: str) -> Application:
    if store == "qdrant":
        stand_in: QdrantStandIn = request.getfixturevalue("qdrant")
        return Application(VectorSettings(store, stand_in.url, KEY), stand_in)
    process = request.getfixturevalue("chroma" if store == "chroma" else "postgres")
    assert isinstance(process, Process)
    if store == "chroma":
        url = f"http://127.0.0.1:{process.port}"
        return Application(VectorSettings(store, url), process)
    return Application(VectorSettings(store), process)


@contextmanager
def on_postgres(port: int, described: dict[str, object]) -> Iterator[None]:
    """Let the application's own database be a migrated one of this server."""
    name = f"application_{secrets.token_hex(4)}"
    with postgres_server.connect(port) as connection:
        made = connection.execute("SELECT FROM pg_database WHERE datname = %s", (TEMPLATE,))
        if made.fetchone() is None:
            connection.execute(f"CREATE DATABASE {TEMPLATE}")
            with postgres_server.connect(port, TEMPLATE) as template:
                template.execute("CREATE EXTENSION vector")
            with default_database(described | {"NAME": TEMPLATE}):
                call_command("migrate", verbosity=0)
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    with default_database(described | {"NAME": name}):
        yield


@contextmanager
def default_database(described: dict[str, object]) -> Iterator[None]:
    """Put another database in the place of the application's, and that back again."""
    before = connections.settings["default"]
    _put(described)
    try:
        yield
    finally:
        _put(before)


def _put(described: dict[str, object]) -> None:
    connections["default"].close()
    del connections["default"]
    connections.settings["default"] = described


def workspace(name: str = "zoo") -> Workspace:
    made = Workspace.objects.create(name=name, title=name)
    Database.objects.create(
        workspace=made, name=name, file=secrets.token_hex(8), bytes=1, sha256=""
    )
    return made


def write(owner: Workspace, *texts: str) -> None:
    """Write documents as an import does: embedded first, then committed at once."""
    indexed = list(points.index([Document(points.TABLE, text, text) for text in texts]))
    with transaction.atomic():
        points.store(owner, indexed)


def keys() -> set[str]:
    return {str(key) for key in VectorPoint.objects.values_list("key", flat=True)}


def reindex() -> bool:
    return Reindexer().work()


def use(monkeypatch: pytest.MonkeyPatch, chosen_settings: VectorSettings) -> None:
    monkeypatch.setattr(settings, "VECTORS", chosen_settings)
