"""What SQLite does by itself and PostgreSQL on request, and the other way round."""

from django.db import connection


def one_at_a_time(name: str) -> None:
    """Let transactions on one name wait for each other; SQLite lets all of them."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def require() -> None:
    """Let the next commit wait for the disk; PostgreSQL's always do."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")
