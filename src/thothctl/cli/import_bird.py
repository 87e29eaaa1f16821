"""`thothctl import-bird`: databases into the running stack, ready to be asked."""

import dataclasses
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from thothctl.cli.envelope import Outcome
from thothctl.cli.import_view import show_imported
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.errors import NotHealthyError, NotInstalledError, ThothctlError
from thothctl.model.answer import ImportResult
from thothctl.operations.import_database import (
    Chosen,
    Imported,
    ImportOrder,
    choose,
    import_databases,
)

Source = Annotated[
    str,
    typer.Argument(
        metavar="PATH",
        help="A SQLite database, which may be in use; a database folder or root of BIRD or Spider;"
        " a folder of CSV or Parquet files; a zip or tar archive of these; or an https address of"
        " one.",
    ),
]
Sha256 = Annotated[
    str, typer.Option("--sha256", metavar="HEX", help="Checksum that the file has to have.")
]
Name = Annotated[
    str, typer.Option("--name", metavar="NAME", help="Name of the workspace; else the file's.")
]
Database = Annotated[
    list[str] | None,
    typer.Option("--db", metavar="ID", help="A database of a BIRD root; may be given again."),
]
All = Annotated[bool, typer.Option("--all", metavar="", help="Every database of a BIRD root.")]
Questions = Annotated[
    Path | None,
    typer.Option("--questions", metavar="FILE", help="Question-SQL pairs in BIRD's JSON format."),
]
Descriptions = Annotated[
    Path | None,
    typer.Option("--descriptions", metavar="FOLDER", help="BIRD's CSV files, one for each table."),
]
Replace = Annotated[
    bool, typer.Option("--replace", metavar="", help="Replace a workspace of that name.")
]


class Spelling(StrEnum):
    """How tables and columns are called."""

    VERBATIM = "verbatim"
    SNAKE = "snake"


class Types(StrEnum):
    """Whether values may widen what was declared."""

    OBSERVED = "observed"
    DECLARED = "declared"


Names = Annotated[
    Spelling,
    typer.Option("--names", help="Names as they are, or in lower case with underscores."),
]
TypesFrom = Annotated[
    Types,
    typer.Option("--types", help="Widen a column that too many values do not fit, or never."),
]
Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="TABLE", help="Take only this table; may be given again."),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="TABLE", help="Leave this table out; may be given again."),
]
MaxRejects = Annotated[
    int | None,
    typer.Option("--max-rejects", metavar="N", min=0, help="Fail when more values do not fit."),
]


NoDescribe = Annotated[
    bool,
    typer.Option("--no-describe", metavar="", help="Ask no language model for descriptions."),
]


NoIndex = Annotated[
    bool, typer.Option("--no-index", metavar="", help="Build no index of the values.")
]
AppendMetadata = Annotated[
    bool,
    typer.Option(
        "--append-metadata",
        metavar="",
        help="Replace the rows; keep earlier questions and evidence beside the new ones.",
    ),
]
Schema = Annotated[
    str,
    typer.Option(
        "--schema", metavar="NAME", help="Schema of PostgreSQL; else called as the workspace."
    ),
]


@command
def import_bird(  # noqa: PLR0913, PLR0917 - one for each option
    session: Session,
    source: Source,
    name: Name = "",
    db: Database = None,
    every: All = False,
    questions: Questions = None,
    descriptions: Descriptions = None,
    replace: Replace = False,
    names: Names = Spelling.VERBATIM,
    types: TypesFrom = Types.OBSERVED,
    only: Only = None,
    exclude: Exclude = None,
    max_rejects: MaxRejects = None,
    no_describe: NoDescribe = False,
    no_index: NoIndex = False,
    append_metadata: AppendMetadata = False,
    schema: Schema = "",
    sha256: Sha256 = "",
) -> Outcome:
    """Import SQLite databases as workspaces; the source is only read."""
    wishes = [f"--names={names}", f"--types={types}"]
    wishes += [f"--only={table}" for table in only or ()]
    wishes += [f"--exclude={table}" for table in exclude or ()]
    wishes += [] if max_rejects is None else [f"--max-rejects={max_rejects}"]
    wishes += [f"--schema={schema}"] * bool(schema) + ["--no-index"] * no_index
    wishes += ["--append-metadata"] * append_metadata
    wishes += ["--no-describe"] * no_describe + ["--dry-run"] * session.options.dry_run
    order = ImportOrder(
        Path(source),
        name,
        questions,
        descriptions,
        tuple(db or ()),
        every=every,
        replace=replace,
        wishes=tuple(wishes),
    )
    if session.options.dry_run and "://" in source:
        return _fetching(source)
    with session.world.importer.obtained(source, sha256) as path:
        return _imported(session, dataclasses.replace(order, path=path))


def _fetching(source: str) -> Outcome:
    """What an address holds is known when it has been fetched, which a dry run does not do."""

    def show(console: Console) -> None:
        console.print(f"Would fetch {source} and import what it holds.\nNothing was changed.")

    return Outcome({"source": source}, show)


def _imported(session: Session, order: ImportOrder) -> Outcome:
    chosen = choose(session.world, order)
    if session.options.dry_run:
        return _tried(session, chosen)
    with session.locked("import-bird"), session.watched():
        done = import_databases(session.world, session.install, chosen)
    return Outcome(
        _data(done),
        lambda console: _show(console, done),
        warnings=[*chosen.warnings, *_warnings(done)],
        error=_failure(done),
    )


def _tried(session: Session, chosen: Chosen) -> Outcome:
    """Have the server read everything and keep nothing; without one, say what would be read."""
    try:
        with session.watched():
            done = import_databases(session.world, session.install, chosen)
    except (NotHealthyError, NotInstalledError):
        return _planned(chosen)

    def show(console: Console) -> None:
        _show(console, done)
        console.print("Nothing was kept: this was a trial.", markup=False)

    warnings = [*chosen.warnings, *_warnings(done)]
    return Outcome({**_data(done), "kept": False}, show, warnings=warnings, error=_failure(done))


def _planned(chosen: Chosen) -> Outcome:
    names = [name for name, _ in chosen.sources]
    lines = [f"Would import {one.file} as the workspace {name}." for name, one in chosen.sources]

    def show(console: Console) -> None:
        console.print("\n".join([*lines, "Nothing was changed."]), markup=False, soft_wrap=True)

    data = {"workspace": names[0]} if len(names) == 1 else {"workspaces": names}
    return Outcome(data, show, warnings=chosen.warnings)


def _data(done: Imported) -> dict[str, object]:
    """One database gives its own facts; several give a list, and the refused ones another."""
    facts = [
        {**result.details, "tables": result.tables, "rows": result.rows} for result in done.results
    ]
    if len(facts) == 1 and not done.failures:
        return dict(facts[0])
    failed = [
        {"workspace": name, "code": error.code, "message": error.message}
        for name, error in done.failures
    ]
    return {"workspaces": facts, "failed": failed}


def _failure(done: Imported) -> ThothctlError | None:
    """The first refusal stands for all: its kind, and how many there were."""
    if not done.failures:
        return None
    first = done.failures[0][1]
    listed = "; ".join(f"{name}: {error.message}" for name, error in done.failures)
    count = len(done.failures)
    return type(first)(
        f"{count} of {count + len(done.results)} databases were not imported: {listed}",
        hint=first.hint,
    )


def _warnings(done: Imported) -> list[str]:
    several = len(done.results) + len(done.failures) > 1
    found: list[str] = []
    for result in done.results:
        own = _of_one(result)
        found += [f"{result.workspace}: {text}" for text in own] if several else own
    return found


def _of_one(result: ImportResult) -> list[str]:
    told = result.details.get("warnings")
    found = [str(one) for one in told] if isinstance(told, list) else []
    rejected = result.details.get("rejected_examples")
    if isinstance(rejected, list) and rejected:
        found.append(f"{len(rejected)} question-SQL pairs were left out; see --output json")
    return found


def _show(console: Console, done: Imported) -> None:
    for result in done.results:
        show_imported(console, result)
