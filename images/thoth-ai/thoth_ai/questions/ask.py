"""The procedure from a question to an answer."""

import logging
from dataclasses import replace

from django.conf import settings

from thoth_ai import language_model
from thoth_ai.metrics import registry
from thoth_ai.providers.types import ProviderError
from thoth_ai.questions import background, stored
from thoth_ai.questions.answers import Answer, NoAnswer, Reason, Reply
from thoth_ai.questions.asked import Asked, no_answer
from thoth_ai.questions.hearing import Step
from thoth_ai.questions.kept import KEPT
from thoth_ai.questions.point_index import Found, PointIndex, Search
from thoth_ai.questions.written import Writer
from thoth_ai.workspaces import points, revisions
from thoth_ai.workspaces.models import Database, Workspace

logger = logging.getLogger(__name__)

ATTEMPTS = 3
CANDIDATES = 20
LEAST_ALIKE = 0.05
KINDS = (points.EXAMPLE, points.EVIDENCE, points.TABLE)


class Asker:
    """Answers from stored examples, else with a language model if there is one; says which."""

    def __init__(self) -> None:
        self._index = PointIndex()

    def ask(self, asked: Asked) -> Reply:
        """Answer, or say honestly why not; raises BusyError when the model has no free place."""
        reply = self._reply(replace(asked, question=" ".join(asked.question.split())))
        outcome = reply.source.kind if isinstance(reply, Answer) else reply.reason.value
        registry.QUESTIONS.labels(outcome=outcome).inc()
        registry.QUESTION_SECONDS.labels(outcome=outcome).observe(reply.elapsed_ms / 1000)
        logger.info(
            "question asked",
            extra={
                "outcome": outcome,
                "workspace": reply.workspace,
                "duration_ms": reply.elapsed_ms,
            },
        )
        return reply

    def _reply(self, asked: Asked) -> Reply:
        if refusal := _missing_workspace(asked):
            return refusal
        for _ in range(ATTEMPTS):
            try:
                return self._once(asked)
            except stored.ReplacedError:
                continue
        return no_answer(asked, Reason.FAILED, "The database's file is missing.")

    def _once(self, asked: Asked) -> Reply:
        search = self._search(asked)
        near = search.nearest(points.EXAMPLE, asked.workspace, CANDIDATES) if search else []
        if search and not search.is_whole:
            search = None  # the vector store is away: words alone have to do
        if not asked.earlier and (reply := _from_examples(asked, search, near)):
            return reply
        model = language_model.current()
        if model is None:
            message = "No stored example is close enough to answer this safely."
            return no_answer(asked, Reason.NO_CLOSE_EXAMPLE, message, near)
        database = _database(asked, search)
        if isinstance(database, NoAnswer):
            return database
        return _write(asked, database, model, search, near)

    def _search(self, asked: Asked) -> Search | None:
        """Return None when the embedding provider is away: then words alone have to do."""
        try:
            return self._index.search(asked.question)
        except ProviderError as error:
            logger.warning("no vectors for a question: %s", error)
            return None


def _missing_workspace(asked: Asked) -> NoAnswer | None:
    if asked.workspace is None:
        if Workspace.objects.exists():
            return None
        return no_answer(asked, Reason.NO_WORKSPACE, "There is no workspace yet.")
    if Workspace.objects.filter(name=asked.workspace).exists():
        return None
    message = f"There is no workspace named {asked.workspace!r}."
    return no_answer(asked, Reason.NO_WORKSPACE, message)


def _from_examples(asked: Asked, search: Search | None, near: Found) -> Reply | None:
    title = "Looking through the stored examples"
    asked.hear(Step("examples", title))
    match = stored.match(asked, near) if search else stored.match_without_vectors(asked)
    asked.hear(Step("examples", title, "done", "one asks the same" if match else "none asks this"))
    return stored.answer(asked, match, near) if match else None


def _database(asked: Asked, search: Search | None) -> Database | NoAnswer:
    """Return the database that is meant: named, the only one, or the most alike."""
    databases = Database.objects.select_related("workspace").order_by("workspace__name", "id")
    if asked.workspace is None and Workspace.objects.count() > 1:
        name = _likeliest(search) if search else None
        if name is None:
            message = "It is not clear which workspace is meant."
            hint = "Name the workspace: thothctl ask --workspace NAME, or choose it on the page."
            return no_answer(asked, Reason.NO_WORKSPACE, message, hint=hint)
        databases = databases.filter(workspace__name=name)
    elif asked.workspace is not None:
        databases = databases.filter(workspace__name=asked.workspace)
    found = databases.first()
    if found is None:
        message = "The workspace holds no database."
        return no_answer(asked, Reason.NO_WORKSPACE, message)
    return found


def _likeliest(search: Search) -> str | None:
    best = [near[0] for kind in KINDS if (near := search.nearest(kind, None, 1))]
    entry, score = max(best, key=lambda pair: pair[1], default=(None, 0.0))
    return entry.workspace if entry and score >= LEAST_ALIKE else None


def _write(
    asked: Asked,
    database: Database,
    model: language_model.LanguageModel,
    search: Search | None,
    near: Found,
) -> Reply:
    key = (database.pk, asked.question, asked.earlier, model.chat.model, revisions.current())
    if kept := KEPT.find(key, asked, settings.CACHE_SECONDS):
        asked.hear(Step("run", "Taking the answer from before", "done"))
        return kept
    asked.hear(Step("schema", "Reading the schema"))
    known = background.gather(asked, database, search)
    count = len(known.schema.tables)
    asked.hear(Step("schema", "Reading the schema", "done", f"{count} tables"))
    reply = Writer(asked, database, model, known, near).answer()
    if isinstance(reply, Answer) and asked.workspace is None and Workspace.objects.count() > 1:
        note = f"The question is about the workspace {database.workspace.name}."
        reply = replace(reply, assumptions=(note, *reply.assumptions))
    if isinstance(reply, Answer):
        KEPT.keep(key, reply, settings.CACHE_SECONDS)
    return reply
