"""What the server answered to a question, and what came of an import."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
class ImportRequest:
    """A validated snapshot on the host, ready to be streamed; `bytes` is its size."""

    name: str
    origin: str
    database: str
    bytes: int
    sha256: str
    questions: str = ""
    replace: bool = False


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What the server says it took."""

    workspace: str
    rows: int
    tables: tuple[JsonObject, ...]
    details: JsonObject = field(default_factory=dict)
