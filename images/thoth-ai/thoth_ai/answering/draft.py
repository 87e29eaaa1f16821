"""What a language model replied: a draft of SQL, or that there is none."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_ASSUMPTIONS = 8
LONGEST_SENTENCE = 600
_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"```[ \t]*(\w*)[ \t]*\r?\n(.*?)```", re.DOTALL)
_BARE_SQL = re.compile(r"\A(?:SELECT|WITH)\b", re.IGNORECASE)
_LOOKS_LIKE_SQL = re.compile(r"\bSELECT\b.+\bFROM\b|[{`]", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Draft:
    """SQL that a model proposes, unchecked; `question` restates a follow-up so it stands alone."""

    sql: str
    explanation: str = ""
    assumptions: tuple[str, ...] = ()
    question: str = ""

    def as_reply(self) -> str:
        """Return the draft as a model would have to say it."""
        return json.dumps({"sql": self.sql}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Declined:
    """The model says that the tables hold no answer."""

    why: str


class UnreadableReplyError(Exception):
    """The reply holds neither SQL nor a reason why there is none."""


def read(reply: str) -> Draft | Declined:
    """Read a reply in the form asked for, or in one that models fall back to.

    Those are JSON between other words, a fenced block, and bare SQL; words alone are a no.
    Raises UnreadableReplyError for anything else, such as JSON that was cut off.
    """
    text = _THOUGHT.sub("", reply).strip()
    for document in _documents(text):
        if found := _from_document(document):
            return found
    if sql := _fenced_sql(text):
        return Draft(sql, _sentence(_FENCE.sub(" ", text)))
    if _BARE_SQL.match(text):
        return Draft(text.removesuffix("```").strip())
    if text and not _LOOKS_LIKE_SQL.search(text):
        return Declined(_sentence(text))
    raise UnreadableReplyError("The reply is not the JSON object that was asked for.")


def _documents(text: str) -> Iterator[dict[str, object]]:
    fenced = [body for _, body in _FENCE.findall(text)]
    braces = text[text.find("{") : text.rfind("}") + 1]
    for candidate in (text, *fenced, braces):
        if candidate.lstrip().startswith("{"):
            try:
                document = json.loads(candidate, strict=False)
            except (ValueError, RecursionError):
                continue
            if isinstance(document, dict):
                yield document


def _from_document(document: dict[str, object]) -> Draft | Declined | None:
    sql, why = document.get("sql"), document.get("no_answer")
    if isinstance(sql, str) and sql.strip():
        return Draft(
            sql.strip(),
            _text(document.get("explanation")),
            _assumptions(document.get("assumptions")),
            _text(document.get("question")),
        )
    if why:
        return Declined(_sentence(why if isinstance(why, str) else "There is no answer."))
    return None


def _text(given: object) -> str:
    return _sentence(given) if isinstance(given, str) else ""


def _assumptions(given: object) -> tuple[str, ...]:
    listed = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    texts = [_sentence(text) for text in listed if isinstance(text, str) and text.strip()]
    return tuple(texts[:MOST_ASSUMPTIONS])


def _fenced_sql(text: str) -> str | None:
    for language, body in _FENCE.findall(text):
        if language.lower() in {"sql", "sqlite", "postgresql"} or _BARE_SQL.match(body.strip()):
            return str(body).strip()
    return None


def _sentence(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST_SENTENCE else flat[: LONGEST_SENTENCE - 1] + "…"
