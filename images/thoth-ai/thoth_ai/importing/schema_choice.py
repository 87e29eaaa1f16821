"""How the schema of an import may be called, where PostgreSQL holds it."""

import re

from thoth_ai.errors import ServerError
from thoth_ai.workspaces import readers
from thoth_ai.workspaces.models import NAME_PATTERN, Database

_ITS_OWN = re.compile(r"pg_|(public|information_schema)$")


def require(workspace: str, wanted: str) -> None:
    """Refuse a name that PostgreSQL or another workspace has for itself."""
    name = wanted or workspace
    if wanted and (not re.match(NAME_PATTERN, wanted) or _ITS_OWN.match(wanted)):
        raise ServerError(
            f"{wanted!r} cannot be the name of a schema.",
            hint="Use 1 to 63 of the characters a-z, 0-9, _ and -, and none of PostgreSQL's own"
            " names.",
            code="invalid_name",
        )
    others = Database.objects.filter(engine=readers.POSTGRES, name=name)
    if taken := others.exclude(workspace__name=workspace).select_related("workspace").first():
        raise ServerError(
            f"The schema {name} holds the workspace {taken.workspace.name}.",
            hint="Choose another with --schema.",
            code="name_in_use",
        )
