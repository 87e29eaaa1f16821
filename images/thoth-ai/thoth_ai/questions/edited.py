"""Answers with SQL that a person wrote or changed."""

import time

from thoth_ai.answering import chart
from thoth_ai.answering.reading import Limits, Result
from thoth_ai.questions import background, written
from thoth_ai.questions.answers import Answer, Source
from thoth_ai.workspaces import readers
from thoth_ai.workspaces.models import Database

EXPORT = Limits(seconds=60, rows=100_000, bytes=200_000_000)


def run(database: Database, sql: str, *, limits: Limits | None = None) -> Result:
    """Run it; raises RefusedSqlError, UnknownNameError, QueryFailedError, QueryTimeoutError."""
    checked = written.check(sql, background.schema_of(database))
    return readers.reader_of(database).run(checked, limits or readers.limits())


def answer(database: Database, sql: str, question: str) -> Answer:
    """Run it and return the rows as an answer to the question."""
    started = time.monotonic()
    result = run(database, sql)
    return Answer(
        workspace=database.workspace.name,
        question=question,
        sql=sql.strip().removesuffix(";").rstrip(),
        columns=result.columns,
        rows=result.rows,
        row_count=len(result.rows),
        truncated=result.truncated,
        notice=database.workspace.notice,
        source=Source("edited"),
        elapsed_ms=round((time.monotonic() - started) * 1000),
        chart=chart.suited(result.columns, result.rows),
    )
