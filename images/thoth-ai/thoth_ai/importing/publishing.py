"""Moving a received file to where it is read, so that it is whole on the disk by then."""

import os

from thoth_ai.importing.staging import Staging
from thoth_ai.workspaces import storage
from thoth_ai.workspaces.models import Database


def publish(staging: Staging, database: Database) -> None:
    """Move the file into place; should the commit fail, the next sweep finds it without a row."""
    path = storage.path_of(database)
    staging.database.chmod(0o400)
    descriptor = os.open(staging.database, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    staging.database.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
