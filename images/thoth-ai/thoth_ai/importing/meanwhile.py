"""What people changed while an import was under way: that counts, not what it had read before."""

from dataclasses import replace

from thoth_ai.importing import documents, finding, taught, trial
from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.knowledge import Knowledge, TableText
from thoth_ai.importing.placing import Place
from thoth_ai.importing.prepared import Prepared
from thoth_ai.importing.taught import Before
from thoth_ai.workspaces import points
from thoth_ai.workspaces.models import Origin, Workspace
from thoth_ai.workspaces.sharing import may_be_told


def worked_in(name: str, prepared: Prepared, place: Place) -> Prepared:
    """Return what is to be committed by what people say now; call it in that transaction."""
    before = prepared.before
    Workspace.objects.select_for_update().filter(name=name).first()  # who changes it now waits
    now = taught.read(name, before.brought, appending=before.appending)
    if now == before:
        return prepared
    changed = _examples(prepared, now, place)
    return _indexed(replace(changed, knowledge=_knowledge(prepared, now), before=now))


def _examples(prepared: Prepared, now: Before, place: Place) -> Prepared:
    """Those that were taken away or changed go, and those that were added prove themselves."""
    before = prepared.before.examples
    gone = {(one.origin, one.question) for one in before if one not in now.examples}
    added = [one for one in now.examples if one not in before]
    asked = {one.question.casefold() for one in added}
    trials = trial.Trials(place.adopt, lambda _: None)
    trials.run(added, native=now.engine == place.engine)
    kept = [
        one
        for one in prepared.examples
        if (one.origin, one.question) not in gone
        and not (one.origin == Origin.GENERATED and one.question.casefold() in asked)
    ]
    rejected = [one for one in prepared.rejected if (one.proposal.origin, one.question) not in gone]
    return replace(
        prepared,
        examples=(*kept, *trials.accepted),
        rejected=(*rejected, *trials.rejected),
    )


def _knowledge(prepared: Prepared, now: Before) -> Knowledge:
    said, before = now.knowledge, prepared.before
    profiles = finding.profiles_of(prepared.tables, prepared.report)
    texts = dict(prepared.knowledge.tables)
    for table in prepared.tables:
        was = texts[table.name]
        text = _said(was, said.about(table.name))
        withheld = _may(before.shared, was, table) - _may(now.shared, text, table)
        told = finding.told_columns(text, profiles.get(table.name, {}), now.shared)
        if withheld:  # a model may have named some of it in what it wrote of the table
            told = replace(told, derived=finding.told_table(table, prepared.joins))
        texts[table.name] = _with_model(told, was, withheld)
    return replace(
        prepared.knowledge,
        title=said.title,
        notice=said.notice,
        evidence=said.evidence,
        tables=texts,
    )


def _said(text: TableText, now: TableText) -> TableText:
    """Only what nobody judged stays as it was guessed."""
    return replace(
        text,
        description=now.description,
        columns=now.columns,
        values=now.values,
        personal=(text.personal - now.judged) | (now.personal & now.judged),
        judged=now.judged,
    )


def _may(shared: str, text: TableText, table: TableSchema) -> frozenset[str]:
    """Return the columns whose values may be told."""
    return frozenset(
        one.name for one in table.columns if may_be_told(shared, personal=one.name in text.personal)
    )


def _with_model(text: TableText, was: TableText, withheld: frozenset[str]) -> TableText:
    """What a model wrote stays, unless it was told values that are to be kept back now."""
    kept = was.by_model - withheld - ({""} if withheld else set())
    written = {name: said for name, said in was.derived_columns.items() if name in kept}
    return replace(text, derived_columns={**text.derived_columns, **written}, by_model=kept)


def _indexed(prepared: Prepared) -> Prepared:
    """Give every text its vector; the same text has the same."""
    known = {one.document.text: one for one in prepared.indexed}
    wanted = documents.compose(prepared.tables, prepared.knowledge, prepared.examples)
    missing = [one for one in wanted if one.text not in known]
    known |= {one.document.text: one for one in points.index_soon(missing)}
    indexed = tuple(replace(known[one.text], document=one) for one in wanted)
    return replace(prepared, indexed=indexed)
