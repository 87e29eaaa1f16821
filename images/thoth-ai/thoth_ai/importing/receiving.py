"""Where an import's database and the words about it come from."""

from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from thoth_ai.importing import (
    bundle,
    description_source,
    importer,
    local_file,
    placing,
    question_file,
    schema_names,
    space,
    staging,
    standard_input,
)
from thoth_ai.importing.bird_folder import Source
from thoth_ai.importing.description_files import DescriptionFile
from thoth_ai.importing.knowledge import Knowledge
from thoth_ai.importing.registering import Target
from thoth_ai.importing.reporting import Progress
from thoth_ai.importing.summary import Summary
from thoth_ai.importing.tabular import converting


def from_source(target: Target, source: Source, reporter: Progress) -> Summary:
    """Import what lies in the container."""
    _make_room(target)
    with staging.opened() as place, space.told():
        if source.file.is_dir():
            converting.convert(source.file, place.database, reporter)
        else:
            local_file.snapshot(source.file, place, reporter)
        names = {source.database_id} if source.database_id else {target.name, source.file.stem}
        files = description_source.from_folder(source.descriptions) if source.descriptions else ()
        knowledge = _told(source, frozenset(names), files)
        return importer.take_in(target, place, knowledge, reporter)


def from_file(target: Target, path: Path, origin: str, reporter: Progress) -> Summary:
    """Import a bare file that was sent under a name."""
    _make_room(target)
    with staging.opened() as place, space.told():
        local_file.snapshot(path, place, reporter)
        return importer.take_in(target, place, Knowledge(origin=origin), reporter)


def from_bundle(target: Target, stream: BinaryIO, reporter: Progress) -> Summary:
    """Import a tar stream; what it holds lies in the staging folder meanwhile."""
    _make_room(target)
    with staging.opened() as place, space.told(), ExitStack() as stack:
        received = bundle.receive(stream, place, reporter)
        if received.attended:
            stack.enter_context(standard_input.attended(stream))
        source = Source(
            Path(received.origin),
            received.database_id,
            questions=place.questions if place.questions.exists() else None,
            tables=place.tables if place.tables.exists() else None,
        )
        names = {source.database_id} if source.database_id else {target.name, source.file.stem}
        packed = place.descriptions
        files = description_source.from_bundle(packed) if packed.exists() else ()
        knowledge = _told(source, frozenset(names), files)
        return importer.take_in(target, place, knowledge, reporter)


def _make_room(target: Target) -> None:
    staging.sweep()
    placing.sweep(spare_begun=True)
    importer.require_free(target)


def _told(source: Source, names: frozenset[str], files: tuple[DescriptionFile, ...]) -> Knowledge:
    proposals = question_file.read(source.questions, names) if source.questions else ()
    readable = schema_names.read(source.tables, names) if source.tables else {}
    nobody_asks = source.questions and not proposals
    shown = ", ".join(sorted(names))
    return Knowledge(
        origin=source.file.name,
        proposals=proposals,
        evidence=tuple(dict.fromkeys(one.evidence for one in proposals if one.evidence)),
        files=files,
        readable=readable,
        warnings=(f"the question file has no question about {shown}",) if nobody_asks else (),
    )
