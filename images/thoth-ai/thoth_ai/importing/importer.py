"""The procedure of an import: prepare everything, then commit once."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from thoth_ai import language_model
from thoth_ai.errors import ServerError
from thoth_ai.importing import (
    checks,
    describing,
    descriptions,
    documents,
    finding,
    generated,
    inspection,
    local_file,
    placing,
    taught,
    trial,
    value_index,
)
from thoth_ai.importing.descriptions import Described
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.knowledge import Knowledge
from thoth_ai.importing.placing import Batch, Place
from thoth_ai.importing.postgres.loading import Loaded
from thoth_ai.importing.prepared import Prepared
from thoth_ai.importing.question_file import Proposal
from thoth_ai.importing.registering import Target, refuse_taken, register
from thoth_ai.importing.reporting import Phase, Progress
from thoth_ai.importing.staging import Staging
from thoth_ai.importing.summary import Summary
from thoth_ai.importing.taught import Before
from thoth_ai.importing.trial import Rejection
from thoth_ai.workspaces import points
from thoth_ai.workspaces.models import NAME_PATTERN


def require_free(target: Target) -> None:
    """Refuse a bad or taken name before anything is received."""
    if not re.match(NAME_PATTERN, target.name):
        raise ServerError(
            f"{target.name!r} cannot be the name of a workspace.",
            hint="Use 1 to 63 of the characters a-z, 0-9, _ and -.",
            code="invalid_name",
        )
    refuse_taken(target)


def take_in(target: Target, staging: Staging, told: Knowledge, reporter: Progress) -> Summary:
    """Check, read and index a received database, then commit it."""
    reporter.progress(Phase.CHECK, 0, 1, "tables")
    checks.check(staging.database)
    reporter.progress(Phase.CHECK, 1, 1, "tables")
    found = target.options.chosen(_inspected(staging, reporter))
    with placing.chosen(staging) as place:
        told = replace(told, warnings=(*told.warnings, *place.narrow(found, target.options)))
        batch = Batch(found, local_file.sha256(staging.database), target.options)
        loaded = place.load(batch, reporter)
        return _take_in(target, staging, told, loaded, _Way(place, reporter, batch.sha256))


def _inspected(staging: Staging, reporter: Progress) -> tuple[TableSchema, ...]:
    """What passed the checks may still have tables nobody can read."""
    try:
        return inspection.inspect(staging.database, reporter)
    except checks.UNREADABLE as error:
        raise checks.damaged(str(error)) from error


def _take_in(
    target: Target, staging: Staging, told: Knowledge, loaded: Loaded, way: "_Way"
) -> Summary:
    tables, report = loaded.tables, loaded.report
    described = _describe(_warned(told, loaded.warnings), loaded)
    appending = target.options.append_metadata
    before = taught.read(target.name, described.knowledge, appending=appending)
    found = finding.find(loaded, before, staging.database, way.reporter)
    written = _written(target, loaded, replace(before, knowledge=found.knowledge), way.reporter)
    proved = _proved(loaded, before, written.knowledge, way)
    described = replace(described, knowledge=_warned(written.knowledge, proved.warnings))
    prepared = Prepared(
        way.sha256, tables, written.knowledge, proved.examples, proved.rejected, proved.indexed,
        report, found.joins, before, written.model, written.told,
    )  # fmt: skip
    values = _values(target, staging, loaded, way)
    replaced = not target.options.dry_run and _registered(target, staging, prepared, way)
    return Summary(
        target.name, tables, len(proved.examples), proved.rejected, len(proved.indexed), replaced,
        described, report, found.joins, written, values,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Proved:
    """Questions whose SQL runs, those whose does not, and every document with its vector."""

    examples: tuple[Proposal, ...]
    rejected: tuple[Rejection, ...]
    indexed: tuple[points.IndexedDocument, ...]
    warnings: tuple[str, ...]


def _proved(loaded: Loaded, before: Before, knowledge: Knowledge, way: "_Way") -> _Proved:
    tables, kept = loaded.tables, before.examples
    given = kept + knowledge.proposals
    profiles = finding.profiles_of(tables, loaded.report)
    profiled = generated.of_profiles(tables, profiles, knowledge)
    ours = _not_asked([*generated.proposals(tables), *profiled], given)
    work = _Work(way.reporter, documents.count(tables, knowledge) + 2 * len(given + ours))
    trials = trial.Trials(way.place.adopt, work.step)
    trials.run(kept, native=before.engine == way.place.engine)
    trials.run(knowledge.proposals, native=False)
    rejected = tuple(trials.rejected)
    # A generated question that does not run is nobody's mistake and nobody's news.
    trials.run(ours, native=True)
    examples = tuple(trials.accepted)
    composed = documents.compose(tables, knowledge, examples)
    indexed, trouble = points.index_as_far(composed, done=work.step)
    work.finish()
    left = sum(not one.vector for one in indexed)
    told = f"{left} of {len(indexed)} documents get their vectors later, by themselves: {trouble}"
    return _Proved(examples, rejected, indexed, (told,) if left else ())


def _written(
    target: Target, loaded: Loaded, before: Before, reporter: Progress
) -> describing.Written:
    """Let the language model describe what nobody did, unless that is not wanted."""
    model = language_model.current()
    if model is None or not target.options.describe or target.options.dry_run:
        return describing.Written(before.knowledge)
    profiles = finding.profiles_of(loaded.tables, loaded.report)
    task = describing.Task(model, loaded.tables, profiles, before.shared)
    return task.run(before.knowledge, reporter)


def _values(target: Target, staging: Staging, loaded: Loaded, way: "_Way") -> value_index.Facts:
    if target.options.dry_run or not target.options.index:
        return {}
    brought = value_index.Brought(loaded.tables, loaded.report, way.sha256)
    return value_index.build(target.name, staging, way.place, brought, way.reporter)


def _registered(target: Target, staging: Staging, prepared: Prepared, way: "_Way") -> bool:
    way.reporter.progress(Phase.REGISTER, 0, 1, "tables")
    replaced = register(target, staging, prepared, way.place)
    way.reporter.progress(Phase.REGISTER, 1, 1, "tables")
    return replaced


def _warned(told: Knowledge, more: Iterable[str]) -> Knowledge:
    return replace(told, warnings=(*told.warnings, *more))


def _describe(told: Knowledge, loaded: Loaded) -> Described:
    """Work in the files, which speak of the names in the database."""
    described = descriptions.work_in(told, loaded.sources)
    renamed = descriptions.renamed(described.knowledge, loaded.sources, loaded.declared)
    return replace(described, knowledge=renamed)


@dataclass(frozen=True, slots=True)
class _Way:
    """Where the rows go, and who is told about it."""

    place: Place
    reporter: Progress
    sha256: str


@dataclass(slots=True)
class _Work:
    """The progress of indexing: each example is tried and embedded, the rest only embedded."""

    reporter: Progress
    total: int
    done: int = 0

    def step(self, count: int) -> None:
        self.done += count
        self.reporter.progress(Phase.INDEX, min(self.done, self.total), self.total, "documents")

    def finish(self) -> None:
        self.reporter.progress(Phase.INDEX, self.total, self.total, "documents")


def _not_asked(proposals: Iterable[Proposal], given: tuple[Proposal, ...]) -> tuple[Proposal, ...]:
    asked = {proposal.question.casefold() for proposal in given}
    return tuple(one for one in proposals if one.question.casefold() not in asked)
