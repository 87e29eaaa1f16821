"""Where the database files lie."""

from pathlib import Path

from django.conf import settings

from thoth_ai.workspaces.models import Database


def data() -> Path:
    """Return the folder of everything that must be kept."""
    return Path(settings.DATA_DIR)


def databases() -> Path:
    """Return the folder of imported databases."""
    return data() / "databases"


def incoming() -> Path:
    """Return the folder of imports under way."""
    return data() / "incoming"


def path_of(database: Database) -> Path:
    """Return the file of a database."""
    return databases() / database.file
