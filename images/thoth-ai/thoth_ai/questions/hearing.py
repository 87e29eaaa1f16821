"""What can be heard while a question is answered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of answering; `title` is for people."""

    name: Literal["examples", "schema", "model", "check", "run", "repair"]
    title: str
    state: Literal["running", "done", "failed"] = "running"
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that a language model has just written."""

    text: str


Hear = Callable[[Step | Piece], None]


def silent(_: Step | Piece) -> None:
    """Let it pass."""
