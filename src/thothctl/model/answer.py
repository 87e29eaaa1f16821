"""What the server answered to a question, and what came of an import."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from thothctl.model.secret import Secret

JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]
JsonObject = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question, where to ask it, and the answer it follows up on."""

    question: str
    workspace: str = ""
    previous: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """SQL and rows, and where they come from; `usage` is what a language model consumed."""

    workspace: str
    question: str
    sql: str
    columns: tuple[str, ...]
    rows: tuple[tuple[JsonValue, ...], ...]
    truncated: bool
    notice: str
    source: JsonObject
    evidence: tuple[str, ...]
    elapsed_ms: int
    id: int | None = None
    assumptions: tuple[str, ...] = ()
    explanation: str = ""
    usage: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why there is no answer, and the stored questions that come nearest."""

    question: str
    reason: str
    message: str
    hint: str
    nearest: tuple[JsonObject, ...] = ()
    id: int | None = None
    sql: str = ""


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """One check of a health endpoint; `ok` counts "not configured" and "degraded" as fine."""

    name: str
    ok: bool
    status: str
    detail: str

    @property
    def is_degraded(self) -> bool:
        """It works, though less well than it should."""
        return self.status == "degraded"


@dataclass(frozen=True, slots=True)
class DatabaseSource:
    """A database file on the host and what lies there to tell about it; the id is BIRD's."""

    file: Path
    id: str = ""
    descriptions: Path | None = None
    questions: Path | None = None
    tables: Path | None = None


@dataclass(frozen=True, slots=True)
class DatabaseFolder:
    """What is found where the user points: one database, or the many of a root."""

    sources: tuple[DatabaseSource, ...]
    is_root: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """A validated snapshot on the host, ready to be streamed; `bytes` is its size.

    `wishes` are words for the server's import: which tables, and how they are to be taken.
    """

    name: str
    source: DatabaseSource
    database: Path
    bytes: int
    sha256: str
    replace: bool = False
    wishes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What the server says it took."""

    workspace: str
    rows: int
    tables: tuple[JsonObject, ...]
    details: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Access:
    """Where the server of an install answers, and the token it wants."""

    base: str
    token: Secret
    seconds: float = 60.0
