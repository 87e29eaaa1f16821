"""Makes sure that a commit is on the disk before what it replaces is removed."""

from django.db import connection


def require() -> None:
    """Let the next commit wait for the disk; PostgreSQL's always do."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")
