"""Check from the command line that the data belongs together and answers."""

import argparse
import json
import sys

from django.core.management.base import BaseCommand

from thoth_ai.errors import ExitCode
from thoth_ai.questions.ask import Asker
from thoth_ai.questions.asked import Asked
from thoth_ai.workspaces import soundness
from thoth_ai.workspaces.models import Example, Workspace


class Command(BaseCommand):
    """Prints what was found as JSON."""

    help = "Check rows, files and vectors against each other; --ask puts a stored question, too."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--ask", action="store_true")

    def handle(self, *, ask: bool, **_: object) -> None:
        """Look; the exit code says whether all is well."""
        document = soundness.examine().as_document()
        asked = [_asked(workspace) for workspace in Workspace.objects.all()] if ask else []
        document["asked"] = [one for one in asked if one]
        self.stdout.write(json.dumps(document, ensure_ascii=False))
        if not document["sound"] or not all(one["answered"] for one in asked if one):
            sys.exit(ExitCode.CHECK_FAILED)


def _asked(workspace: Workspace) -> dict[str, object]:
    """The first stored question of a workspace, asked again; nothing where there is none."""
    example = Example.objects.filter(workspace=workspace).order_by("id").first()
    if example is None:
        return {}
    reply = Asker().ask(Asked(example.question, workspace.name))
    return {
        "workspace": workspace.name,
        "question": example.question,
        "answered": reply.answered,
        "rows": getattr(reply, "row_count", 0),
    }
