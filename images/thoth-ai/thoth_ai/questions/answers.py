"""What a question gets, in the shapes of the contract."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why there is no answer."""

    NO_CLOSE_EXAMPLE = "no_close_example"
    NO_WORKSPACE = "no_workspace"
    REFUSED = "refused"
    FAILED = "failed"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Source:
    """The stored example an answer was taken from."""

    question: str
    similarity: float
    origin: str
    kind: str = "example"


@dataclass(frozen=True, slots=True)
class Nearest:
    """A stored question that resembles the one asked."""

    question: str
    workspace: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows, the SQL that gave them, and why that SQL."""

    workspace: str
    question: str
    sql: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    row_count: int
    truncated: bool
    notice: str
    source: Source
    evidence: tuple[str, ...]
    elapsed_ms: int
    answered: bool = True


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """An honest no, with what would help."""

    workspace: str | None
    question: str
    reason: Reason
    message: str
    hint: str
    nearest: tuple[Nearest, ...]
    elapsed_ms: int
    answered: bool = False


def as_document(reply: Answer | NoAnswer) -> dict[str, object]:
    """Return the reply as the JSON document of the contract."""
    return asdict(reply)
