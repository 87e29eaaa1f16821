"""What a question gets, in the shapes of the contract."""

from dataclasses import asdict, dataclass
from enum import StrEnum

from thoth_ai.answering.chart import NONE, Chart
from thoth_ai.providers.types import Usage


class Reason(StrEnum):
    """Why there is no answer."""

    NO_CLOSE_EXAMPLE = "no_close_example"
    NO_WORKSPACE = "no_workspace"
    DECLINED = "declined"
    MODEL_UNAVAILABLE = "model_unavailable"
    REFUSED = "refused"
    FAILED = "failed"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the SQL of an answer comes from: `kind` is example, model or edited."""

    kind: str
    question: str | None = None
    similarity: float | None = None
    origin: str | None = None
    provider: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Nearest:
    """A stored question that resembles the one asked."""

    question: str
    workspace: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows, the SQL that gave them, and why that SQL.

    `restated` is a follow-up said so that it stands alone, `previous` the question it follows.
    """

    workspace: str
    question: str
    sql: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    row_count: int
    truncated: bool
    notice: str
    source: Source
    elapsed_ms: int
    evidence: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    explanation: str = ""
    restated: str = ""
    attempts: int = 0
    usage: Usage | None = None
    chart: Chart = NONE
    previous: int | None = None
    id: int | None = None
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
    sql: str = ""
    usage: Usage | None = None
    previous: int | None = None
    id: int | None = None
    answered: bool = False


Reply = Answer | NoAnswer


def as_document(reply: Reply) -> dict[str, object]:
    """Return the reply as the JSON document of the contract."""
    document: dict[str, object] = asdict(reply)
    if isinstance(reply, Answer):
        source = asdict(reply.source)
        document["source"] = {key: value for key, value in source.items() if value is not None}
    return document
