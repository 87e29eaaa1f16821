"""What is told of a database that stays one SQLite file."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from thoth_ai.importing.checks import UNREADABLE, damaged, opened
from thoth_ai.importing.options import OBSERVED, VERBATIM, Options
from thoth_ai.importing.postgres import views

STAYS = "for the database stays one file"


def told(path: Path, options: Options) -> Iterator[str]:
    """Return a sentence for every wish that means nothing here, and for what is not asked."""
    if options.names != VERBATIM:
        yield f"the names stay as they are, {STAYS}"
    if options.types != OBSERVED:
        yield f"the types stay as they are, {STAYS}"
    if options.max_rejects is not None:
        yield f"no value is diverted, {STAYS}"
    if options.schema:
        yield f"there is no schema, {STAYS}"
    try:
        with closing(opened(path)) as source:
            yield from views.told_of_a_file(source)
    except UNREADABLE as error:
        raise damaged(str(error)) from error
