"""The demo workspace, loaded once in the life of an installation."""

import io
import logging
import shutil
from pathlib import Path

from django.conf import settings

from thoth_ai.demo import database, knowledge
from thoth_ai.importing import importer, space, staging
from thoth_ai.importing.knowledge import Knowledge, TableText
from thoth_ai.importing.options import Options
from thoth_ai.importing.question_file import Proposal
from thoth_ai.importing.registering import Target
from thoth_ai.importing.reporting import Reporter
from thoth_ai.workspaces.models import Milestone, Workspace

logger = logging.getLogger(__name__)

MILESTONE = "demo"


def load_once() -> bool:
    """Load the demo unless it was loaded before, even if it has been removed since."""
    if Milestone.objects.filter(name=MILESTONE).exists():
        return False
    if Workspace.objects.filter(name=database.NAME).exists():
        logger.warning("the demo was not loaded: a workspace has its name")
        return False
    target = Target(
        database.NAME,
        create=True,
        replace=False,
        milestone=MILESTONE,
        options=Options(describe=False),
    )
    with staging.opened() as place:
        _fetch(place.database)
        importer.take_in(target, place, _knowledge(), Reporter(io.StringIO(), ndjson=False))
    return True


def _fetch(path: Path) -> None:
    """Take the file the image carries; a checkout builds its own."""
    with space.told():
        if settings.DEMO_FILE.is_file():
            shutil.copyfile(settings.DEMO_FILE, path)
        else:
            database.build(path)


def _knowledge() -> Knowledge:
    return Knowledge(
        title=database.TITLE,
        notice=database.NOTICE,
        origin="demo",
        tables={
            name: TableText(note.description, note.columns)
            for name, note in knowledge.describe().items()
        },
        proposals=tuple(
            Proposal(one.question, one.sql, one.evidence, one.difficulty, "demo")
            for one in knowledge.EXAMPLES
        ),
        evidence=tuple(knowledge.EVIDENCE),
    )
