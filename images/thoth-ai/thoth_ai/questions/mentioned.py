"""The values of a database that a question speaks of, in words for a language model."""

import logging

from thoth_ai.answering.schema_text import one_line, quoted
from thoth_ai.values import mentions
from thoth_ai.values.index import Place
from thoth_ai.values.mentions import Mention
from thoth_ai.values.opened import OPENED
from thoth_ai.workspaces.models import Column, Database
from thoth_ai.workspaces.sharing import Shared, may_be_told

logger = logging.getLogger(__name__)
LONGEST_VALUE = 120


def told(question: str, database: Database) -> list[str]:
    """Return a line for each value; none while there is no index to trust."""
    shared = database.workspace.values_shared
    index = OPENED.of(database) if shared != Shared.NONE else None
    if index is None:
        return []
    return [_line(mention) for mention in mentions.found(question, index, _personal(database))]


def _personal(database: Database) -> frozenset[Place]:
    shared = database.workspace.values_shared
    columns = Column.objects.filter(table__database=database)
    return frozenset(
        Place(table, name)
        for table, name, personal in columns.values_list("table__name", "name", "personal")
        if not may_be_told(shared, personal=personal)
    )


def _line(mention: Mention) -> str:
    places = ", ".join(f"{quoted(one.table)}.{quoted(one.column)}" for one in mention.places)
    value = one_line(mention.value, LONGEST_VALUE).replace("'", "''")
    if mention.exact:
        return f"'{value}' is a value of {places}"
    said = one_line(mention.said, LONGEST_VALUE)
    return f"'{value}' is a value of {places}, and may be what is meant by {said}"
