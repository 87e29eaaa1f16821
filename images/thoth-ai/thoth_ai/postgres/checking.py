"""Whether a PostgreSQL that somebody else runs is one to work with; changes nothing there."""

from collections.abc import Callable
from typing import Any

import psycopg

from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.postgres import readiness
from thoth_ai.postgres.connecting import Postgres, Role

Connection = psycopg.Connection[tuple[object, ...]]
Demand = Callable[[Connection], None]

PATIENCE = 30.0


def check(postgres: Postgres, *, vectors: bool) -> None:
    """Come in as each role and look at its rights; raises ServerError for the first fault."""
    for role, database, demands in _roles(postgres, vectors=vectors):
        readiness.await_ready(postgres, role, database, seconds=PATIENCE)
        with psycopg.connect(**_arguments(postgres, role, database)) as connection:
            for demand in (*demands, _ordinary):
                demand(connection)


def _roles(postgres: Postgres, *, vectors: bool) -> list[tuple[Role, str, tuple[Demand, ...]]]:
    database, data = postgres.database, postgres.data_database
    app = (_has_vector, _makes_vectors) if vectors else ()
    return [
        (postgres.migrator, database, (_makes_tables,)),
        (postgres.app, database, app),
        (postgres.importer, data, (_makes_schemas,)),
        (postgres.reader, data, ()),
    ]


def _makes_tables(connection: Connection) -> None:
    _require(
        connection,
        "SELECT has_schema_privilege('public', 'CREATE')",
        "may not make tables in its schema public",
        "GRANT USAGE, CREATE ON SCHEMA public TO {user};",
    )


def _makes_schemas(connection: Connection) -> None:
    _require(
        connection,
        "SELECT has_database_privilege(current_database(), 'CREATE')",
        "may not make schemas there",
        "GRANT CREATE ON DATABASE {database} TO {user};",
    )


def _has_vector(connection: Connection) -> None:
    try:
        readiness.require_extension(connection, "vector")
    except ServerError as error:
        raise ServerError(
            str(error),
            hint=f"{error.hint} Or keep vectors elsewhere: --vector embedded.",
            code=error.code,
            exit_code=error.exit_code,
        ) from error


def _makes_vectors(connection: Connection) -> None:
    _require(
        connection,
        "SELECT coalesce(bool_or(has_schema_privilege(oid, 'CREATE')), false)"
        " FROM pg_namespace WHERE nspname = 'vectors'",
        "may not make tables in a schema vectors",
        "CREATE SCHEMA IF NOT EXISTS vectors; ALTER SCHEMA vectors OWNER TO {user};",
    )


def _ordinary(connection: Connection) -> None:
    """Generated SQL would be a superuser's, and a reader's limits those of nobody."""
    _require(
        connection,
        "SELECT NOT rolsuper AND NOT rolbypassrls FROM pg_roles WHERE rolname = current_user",
        "is a superuser, or as good as one",
        "ALTER ROLE {user} NOSUPERUSER NOBYPASSRLS;",
    )


def _require(connection: Connection, question: str, fault: str, statement: str) -> None:
    row = connection.execute(question.encode()).fetchone()
    if row is not None and row[0]:
        return
    user, database = connection.info.user, connection.info.dbname
    raise ServerError(
        f"The role {user} {fault} (database {database}).",
        hint=f"As the superuser of {database} run: "
        + statement.format(user=user, database=database),
        code="postgres_rights",
        exit_code=ExitCode.CHECK_FAILED,
    )


def _arguments(postgres: Postgres, role: Role, database: str) -> dict[str, Any]:
    return dict(postgres.parameters(role, database))
