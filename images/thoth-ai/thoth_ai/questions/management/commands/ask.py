"""Ask a question from the command line."""

import argparse
import json
import sys

from django.core.management.base import BaseCommand

from thoth_ai.errors import ExitCode
from thoth_ai.questions.answers import as_document
from thoth_ai.questions.ask import Asker
from thoth_ai.questions.asked import Asked


class Command(BaseCommand):
    """Prints the answer of the API as JSON."""

    help = "Ask a question; the answer is the API's JSON document."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("question")
        parser.add_argument("--workspace", default=None)

    def handle(self, *, question: str, workspace: str | None, **_: object) -> None:
        """Answer; the exit code says whether there was one."""
        reply = Asker().ask(Asked(question, workspace))
        document = json.dumps(as_document(reply), ensure_ascii=False, indent=2)
        self.stdout.write(document)
        if not reply.answered:
            sys.exit(ExitCode.NO_ANSWER)
