"""How a database is to be taken in."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from thoth_ai.errors import ServerError
from thoth_ai.importing.inspection import TableSchema

OBSERVED, DECLARED = "observed", "declared"
TYPES = (OBSERVED, DECLARED)
VERBATIM, SNAKE = "verbatim", "snake"
NAMES = (VERBATIM, SNAKE)


@dataclass(frozen=True, slots=True)
class Options:
    """What may be chosen; the defaults take everything as it is."""

    names: str = VERBATIM
    types: str = OBSERVED
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    max_rejects: int | None = None
    dry_run: bool = False
    describe: bool = True
    """Let the language model, where there is one, describe what nobody did."""
    index: bool = True
    append_metadata: bool = False
    """Keep the questions and evidence of earlier imports beside those of this one."""
    schema: str = ""
    """The schema of PostgreSQL; else it is called as the workspace."""

    def __post_init__(self) -> None:
        if self.names not in NAMES or self.types not in TYPES:
            raise ValueError(f"unknown option: {self.names}, {self.types}")

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Return what a job's row says."""
        lists = {name: tuple(document.get(name, ())) for name in ("only", "exclude")}
        return cls(**{**document, **lists})

    def as_document(self) -> dict[str, Any]:
        """Return it for a job's row."""
        return asdict(self)

    def chosen(self, tables: Sequence[TableSchema]) -> tuple[TableSchema, ...]:
        """Return the tables that are wanted; a name that no table has is a mistake."""
        known = {table.name.lower() for table in tables}
        for name in (*self.only, *self.exclude):
            if name.lower() not in known:
                raise _no_table(name)
        only, out = _lowered(self.only) or known, _lowered(self.exclude)
        found = tuple(one for one in tables if one.name.lower() in only - out)
        if not found:
            raise _no_table("(any)")
        return found


def _lowered(names: Sequence[str]) -> set[str]:
    return {name.lower() for name in names}


def _no_table(name: str) -> ServerError:
    return ServerError(
        f"There is no table {name} to import.",
        hint="Name tables of the database with --only and --exclude, and leave at least one.",
        code="no_table",
    )
