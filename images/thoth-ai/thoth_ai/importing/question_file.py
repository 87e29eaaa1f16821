"""Question files in the format of the BIRD benchmark."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from thoth_ai.answering.words import fold, singular
from thoth_ai.errors import ServerError
from thoth_ai.importing.storable import storable

SQL_KEYS = ("SQL", "sql", "query")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question with SQL that still has to prove itself."""

    question: str
    sql: str
    evidence: str
    difficulty: str
    origin: str


def read(path: Path, names: frozenset[str]) -> tuple[Proposal, ...]:
    """Return the questions about this database, each once."""
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise _invalid("It is not JSON.") from error
    except OSError as error:
        raise _invalid(f"{path} cannot be read.") from error
    if not isinstance(document, list) or not all(isinstance(entry, dict) for entry in document):
        raise _invalid("It is not a list of objects.")
    ids = same_database((str(one["db_id"]) for one in document if _has_id(one)), names)
    ours = (one for one in document if not _has_id(one) or str(one["db_id"]) in ids)
    return tuple({(one.question, one.sql): one for one in _proposals(ours)}.values())


def _has_id(entry: dict[str, object]) -> bool:
    return entry.get("db_id") is not None


def same_database(ids: Iterable[str], names: frozenset[str]) -> set[str]:
    """Return the ids meant by these names; case and number may differ where none is the same."""
    given = set(ids)
    for spelled in (str.casefold, _spelled):
        wanted = {spelled(name) for name in names}
        if found := {one for one in given if spelled(one) in wanted}:
            return found
    return set()


def _spelled(name: str) -> str:
    return "_".join(singular(word) for word in re.split(r"[\W_]+", fold(name)))


def _proposals(entries: Iterator[dict[str, object]]) -> Iterator[Proposal]:
    for entry in entries:
        question = " ".join(_text(entry.get("question")).split())
        sql = next((_text(entry[key]) for key in SQL_KEYS if key in entry), "").strip()
        if not question or not sql:
            raise _invalid("An entry has no question or no SQL.")
        yield Proposal(
            question=question,
            sql=sql,
            evidence=_text(entry.get("evidence")).strip(),
            difficulty=_text(entry.get("difficulty"))[:40],
            origin="bird",
        )


def _text(value: object) -> str:
    return storable(value) if isinstance(value, str) else ""


def _invalid(reason: str) -> ServerError:
    return ServerError(
        f"The question file cannot be used. {reason}",
        hint='Give a JSON list of {"question", "SQL", "evidence", "difficulty", "db_id"}.',
        code="invalid_questions",
    )
