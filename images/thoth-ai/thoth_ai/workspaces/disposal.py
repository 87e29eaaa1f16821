"""Getting rid of the rows of databases whose registration is gone."""

import logging
from collections.abc import Iterable

from django.conf import settings

from thoth_ai.errors import ServerError
from thoth_ai.postgres import schemas
from thoth_ai.values import places
from thoth_ai.workspaces import readers, storage
from thoth_ai.workspaces.models import Database

logger = logging.getLogger(__name__)


def discard(databases: Iterable[Database]) -> None:
    """Remove files and schemas; what cannot be removed now, the next sweep removes."""
    for database in databases:
        places.discard(database.file)
        if database.engine == readers.POSTGRES:
            _drop(database)
        else:
            storage.path_of(database).unlink(missing_ok=True)


def _drop(database: Database) -> None:
    try:
        with schemas.importer(settings.POSTGRES) as connection:
            schemas.drop(connection, database.file)
    except ServerError as error:
        logger.warning("a schema is left to the next sweep: %s", error)
