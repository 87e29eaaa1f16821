"""The running stack's server, the providers it uses, and the way of data into it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from thothctl.model.answer import (
    Access,
    Answer,
    DatabaseFolder,
    DatabaseSource,
    ImportRequest,
    ImportResult,
    Inquiry,
    JsonObject,
    NoAnswer,
    ServiceHealth,
)
from thothctl.model.provider import KeyReply, KeyRequest
from thothctl.model.recorded import Snapshot
from thothctl.model.secret import Secret


class Server(Protocol):
    """The HTTP interface of a running stack; `base` is its URL on this machine."""

    def health(self, base: str, *, seconds: float = 5) -> tuple[ServiceHealth, ...]: ...
    def health_inside(self, container: str) -> tuple[ServiceHealth, ...]:
        """The same from within the container, where nginx does not let it out."""

    def lives(self, base: str) -> bool: ...
    def ask(self, base: str, token: Secret, inquiry: Inquiry) -> Answer | NoAnswer: ...


class Workspaces(Protocol):
    """What the server knows of its databases; an unknown name raises UsageError with the others."""

    def list(self, access: Access) -> tuple[JsonObject, ...]: ...
    def show(self, access: Access, name: str) -> JsonObject: ...
    def delete(self, access: Access, name: str) -> None: ...
    def change(self, access: Access, name: str, details: JsonObject) -> None:
        """Say something else of the workspace itself."""

    def describe(self, access: Access, name: str, words: JsonObject) -> None:
        """Say something else of its tables and columns."""

    def export(self, access: Access, name: str) -> JsonObject: ...
    def take(self, access: Access, name: str, document: bytes) -> JsonObject:
        """Add the knowledge of an exported document; says what was added and what was not."""

    def examples(
        self, access: Access, name: str, *, limit: int, before: int | None, rejected: bool = False
    ) -> JsonObject: ...
    def add_example(self, access: Access, name: str, example: JsonObject) -> JsonObject: ...
    def forget_example(self, access: Access, name: str, number: int) -> None: ...


class Providers(Protocol):
    """The providers' own APIs, asked only what proves a key; never a prompt."""

    def ask(self, requests: Sequence[KeyRequest], *, seconds: float) -> tuple[KeyReply, ...]:
        """The replies in the order of the requests, all asked at once within this time."""


class Importer(Protocol):
    """Takes a database file on the host into the running stack."""

    def obtained(self, place: str, sha256: str) -> AbstractContextManager[Path]:
        """A file or folder of this machine: what is an address is fetched, an archive unpacked."""

    def find(self, path: Path) -> DatabaseFolder:
        """What lies at this path: a file, a folder of BIRD's with one database, or a root."""

    def snapshot(self, source: DatabaseSource) -> AbstractContextManager[Snapshot]:
        """A checked, consistent copy that lives as long as the context."""

    def send(self, container: str, request: ImportRequest) -> ImportResult: ...
