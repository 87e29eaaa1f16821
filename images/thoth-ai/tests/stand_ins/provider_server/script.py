"""What the server answers: rules, each with the answers it gives one after the other."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; all but the reply are faults. "After" counts pieces of text."""

    reply: str = "SELECT 1"
    status: int = 200
    code: str = ""
    message: str = "the script says so"
    """What an error says; {key} stands for the key that was sent."""
    retry_after: str = ""
    body: str = ""
    """Sent as it is, instead of all else."""
    content_type: str = ""
    redirect: str = ""
    wait: bool = False
    """Answers nothing until released."""
    stall_after: int | None = None
    """Says nothing more until released."""
    pause: float = 0.0
    """Seconds between pieces."""
    malformed_after: int | None = None
    half_closed_after: int | None = None
    """Ends the reply properly, but without the protocol's own end."""
    reset_after: int | None = None
    """Resets the connection; after 0 pieces before any header."""
    error_after: int | None = None
    """Sends an error document in the stream."""
    huge: int = 0
    """Repeats the reply until it is that long."""
    whole: bool = False
    """Sends plain JSON although a stream was asked for."""
    usage: bool = True
    stop: str = ""
    """The reason to stop, in the protocol's own word."""
    line_end: str = "\n"
    cut: int = 0
    """Writes so many bytes at a time."""
    embeddings: Sequence[object] | None = None
    """The vectors to send, instead of honest ones."""

    @property
    def text(self) -> str:
        """The reply, as long as wanted."""
        return (self.reply * (self.huge // len(self.reply) + 1))[: self.huge or None]


@dataclass(frozen=True, slots=True)
class Rule:
    """Applies when the last user message holds `match` and the path holds `path`."""

    match: str
    path: str
    answers: tuple[Answer, ...]


class Script:
    """Remembers how often each rule was used; the last answer of a rule repeats."""

    def __init__(self, rules: Sequence[Mapping[str, Any]]) -> None:
        self._rules = [_rule(rule) for rule in rules]
        self._used = [0] * len(self._rules)
        self._lock = threading.Lock()

    def answer(self, path: str, message: str | None) -> Answer | None:
        """Return the answer of the first rule that applies; calls without a message need a path."""
        with self._lock:
            for place, rule in enumerate(self._rules):
                speaks = message is not None and rule.match in message
                if rule.path in path and (speaks or (rule.path and not rule.match)):
                    turn = min(self._used[place], len(rule.answers) - 1)
                    self._used[place] += 1
                    return rule.answers[turn]
        return None


def _rule(rule: Mapping[str, Any]) -> Rule:
    unknown = set(rule) - {"match", "path", "reply", "fault", "then"}
    if unknown:
        raise ValueError(f"a rule knows no {', '.join(sorted(unknown))}")
    steps = rule.get("then") or [rule]
    return Rule(rule.get("match", ""), rule.get("path", ""), tuple(map(_answer, steps)))


def _answer(step: Mapping[str, Any]) -> Answer:
    told = {"reply": step.get("reply", Answer().reply), **step.get("fault", {})}
    unknown = set(told) - {field.name for field in fields(Answer)}
    if unknown:
        raise ValueError(f"a fault knows no {', '.join(sorted(unknown))}")
    if "retry_after" in told:
        told["retry_after"] = str(told["retry_after"])
    return Answer(**told)
