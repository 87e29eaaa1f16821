"""What the application may do with the tables that the migrator owns."""

from django.db import connection
from psycopg import sql

from thoth_ai.postgres.connecting import Postgres

_ROWS, _NUMBERS = "SELECT, INSERT, UPDATE, DELETE", "USAGE, SELECT, UPDATE"
_NEW = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT"
_GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {app}",
    f"GRANT {_ROWS} ON ALL TABLES IN SCHEMA public TO {{app}}",
    f"GRANT {_NUMBERS} ON ALL SEQUENCES IN SCHEMA public TO {{app}}",
    f"{_NEW} {_ROWS} ON TABLES TO {{app}}",
    f"{_NEW} {_NUMBERS} ON SEQUENCES TO {{app}}",
)


def grant(postgres: Postgres) -> None:
    """Let the application read and write rows, and nothing else; run it as the migrator."""
    app = sql.Identifier(postgres.app.user)
    with connection.cursor() as cursor:
        for text in _GRANTS:
            cursor.execute(sql.SQL(text).format(app=app).as_string(cursor.connection))
