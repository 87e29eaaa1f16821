"""The document in which the knowledge of a workspace travels, checked to the last field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from thoth_ai.answering import sql_guard
from thoth_ai.importing.question_file import Proposal
from thoth_ai.workspaces.editing import ColumnWords, Details, Words
from thoth_ai.workspaces.models import Origin
from thoth_ai.workspaces.sharing import Shared

FORMAT = "thoth-workspace/1"
FIELDS = ("format", "title", "notice", "tables", "columns", "evidence", "examples")
COLUMN_FIELDS = ("description", "values", "personal")
EXAMPLE_FIELDS = ("question", "sql", "evidence", "difficulty", "origin")
ORIGINS = tuple(origin for origin in Origin.values if origin != Origin.GENERATED)
LONGEST_TITLE = 200
LONGEST_QUESTION = 2_000
LONGEST_TEXT = 20_000
SHOWN = 10


class RefusedDocumentError(ValueError):
    """The document is not what it has to be; the message names every place."""


@dataclass(frozen=True, slots=True)
class KnowledgeDocument:
    """What the document says; None where it says nothing."""

    title: str | None
    notice: str | None
    words: Words
    evidence: tuple[str, ...]
    examples: tuple[Proposal, ...]


def parse(document: object) -> KnowledgeDocument:
    """Read a whole document, or refuse it whole; raises RefusedDocumentError."""
    check = _Check()
    fields = check.fields("the document", document, FIELDS)
    if fields and fields.get("format") != FORMAT:
        check.complain("format", f"must be {FORMAT!r}")
    title = check.text("title", fields.get("title"), LONGEST_TITLE) if "title" in fields else None
    notice = check.text("notice", fields.get("notice")) if "notice" in fields else None
    words = _words(check, fields)
    evidence = check.items("evidence", fields.get("evidence", []))
    examples = check.items("examples", fields.get("examples", []))
    read = KnowledgeDocument(
        title=title or None,
        notice=notice or None,
        words=words,
        evidence=tuple(check.filled(place, one) for place, one in evidence),
        examples=tuple(
            _example(check, f"{place}.", check.fields(place, one, EXAMPLE_FIELDS))
            for place, one in examples
        ),
    )
    check.finish()
    return read


def parse_words(document: object) -> Words:
    """Read new words about tables and columns; raises RefusedDocumentError."""
    check = _Check()
    words = _words(check, check.fields("the body", document, ("tables", "columns")))
    check.finish()
    return words


def parse_details(document: object) -> Details:
    """Read what is new about the workspace itself; raises RefusedDocumentError."""
    check = _Check()
    fields = check.fields("the body", document, ("title", "notice", "values_shared"))
    title = check.filled("title", fields["title"], LONGEST_TITLE) if "title" in fields else None
    notice = check.text("notice", fields["notice"]) if "notice" in fields else None
    shared = fields.get("values_shared")
    if shared is not None and shared not in Shared.values:
        check.complain("values_shared", f"must be one of {', '.join(Shared.values)}")
    check.finish()
    return Details(title, notice, shared)


def parse_example(document: object) -> Proposal:
    """Read one question with its SQL; raises RefusedDocumentError."""
    check = _Check()
    fields = check.fields("the body", document, ("question", "sql", "evidence"))
    example = _example(check, "", fields)
    check.finish()
    return example


def _words(check: "_Check", fields: Mapping[str, Any]) -> Words:
    tables = check.mapping("tables", fields.get("tables", {}))
    columns = check.mapping("columns", fields.get("columns", {}))
    return Words(
        {name: check.text(f"tables.{name}", text) for name, text in tables.items()},
        {
            table: {
                name: _column(check, f"columns.{table}.{name}", said)
                for name, said in check.mapping(f"columns.{table}", given).items()
            }
            for table, given in columns.items()
        },
    )


def _column(check: "_Check", place: str, said: object) -> ColumnWords:
    if isinstance(said, str):
        return ColumnWords(description=check.text(place, said))
    fields = check.fields(place, said, COLUMN_FIELDS)
    texts = {
        name: check.text(f"{place}.{name}", fields[name])
        for name in ("description", "values")
        if name in fields
    }
    personal = fields.get("personal")
    if personal is not None and not isinstance(personal, bool):
        check.complain(f"{place}.personal", "must be true or false")
    return ColumnWords(**texts, personal=personal)


def _example(check: "_Check", dot: str, fields: Mapping[str, Any]) -> Proposal:
    origin = fields.get("origin", Origin.USER.value)
    if origin not in ORIGINS:
        check.complain(f"{dot}origin", f"must be one of {', '.join(ORIGINS)}")
    question = check.filled(f"{dot}question", fields.get("question"), LONGEST_QUESTION)
    return Proposal(
        question=" ".join(question.split()),
        sql=check.filled(f"{dot}sql", fields.get("sql"), sql_guard.LONGEST).strip(),
        evidence=check.text(f"{dot}evidence", fields.get("evidence", "")),
        difficulty=check.text(f"{dot}difficulty", fields.get("difficulty", ""), 40),
        origin=str(origin),
    )


@dataclass(slots=True)
class _Check:
    """Collects what is wrong, so that it can be told all at once."""

    complaints: list[str] = field(default_factory=list)

    def complain(self, place: str, what: str) -> None:
        self.complaints.append(f"{place} {what}")

    def finish(self) -> None:
        if not self.complaints:
            return
        more = len(self.complaints) - SHOWN
        shown = "; ".join(self.complaints[:SHOWN]) + (f"; and {more} more" if more > 0 else "")
        raise RefusedDocumentError(f"{shown}.")

    def mapping(self, place: str, value: object) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            self.complain(place, "must be an object")
            return {}
        for name in value:
            self._unicode(f"a name in {place}", name)
        return value

    def fields(self, place: str, value: object, known: tuple[str, ...]) -> Mapping[str, Any]:
        given = self.mapping(place, value)
        for name in given:
            if name not in known:
                self.complain(place, f"has the unknown field {name!r}")
        return given

    def items(self, place: str, value: object) -> Iterator[tuple[str, object]]:
        if not isinstance(value, list):
            self.complain(place, "must be a list")
            return
        for number, one in enumerate(value):
            yield f"{place}[{number}]", one

    def text(self, place: str, value: object, longest: int = LONGEST_TEXT) -> str:
        if not isinstance(value, str):
            self.complain(place, "must be a text")
            return ""
        if len(value) > longest:
            self.complain(place, f"is longer than {longest:,} characters")
        self._unicode(place, value)
        return value

    def filled(self, place: str, value: object, longest: int = LONGEST_TEXT) -> str:
        if value is None:
            self.complain(place, "is missing")
            return ""
        text = self.text(place, value, longest)
        if isinstance(value, str) and not text.strip():
            self.complain(place, "is empty")
        return text

    def _unicode(self, place: str, text: str) -> None:
        if any("\ud800" <= character <= "\udfff" for character in text):
            self.complain(place.encode("utf-8", "replace").decode(), "is not valid Unicode")
