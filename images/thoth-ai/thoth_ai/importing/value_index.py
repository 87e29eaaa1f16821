"""The index of values that an import brings: built in its folder, and gone with it if it fails."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from django.conf import settings

from thoth_ai.importing.inspection import TableSchema
from thoth_ai.importing.placing import Place
from thoth_ai.importing.postgres.report import Report
from thoth_ai.importing.reporting import Phase, Progress
from thoth_ai.importing.staging import Staging
from thoth_ai.values import making, places, renewing
from thoth_ai.values.index import ValueIndex
from thoth_ai.values.making import Described
from thoth_ai.workspaces.models import Database

Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Brought:
    """What was loaded, and from what."""

    tables: Sequence[TableSchema]
    report: Report
    sha256: str


def build(workspace: str, staging: Staging, place: Place, brought: Brought, way: Progress) -> Facts:
    """Build it from the rows that were just loaded; columns that did not change are taken over."""
    if not settings.VALUE_INDEX.enabled:
        return {}
    prints = renewing.prints(brought.report.as_document())
    described = Described(brought.sha256, tuple(brought.tables), prints)

    def told(done: int, total: int) -> None:
        way.progress(Phase.VALUES, done, total, "steps")

    with closing(place.values()) as values:
        made = making.make(staging.values, described, values, _older(workspace), told)
    return made.as_document()


def _older(workspace: str) -> ValueIndex | None:
    replaced = Database.objects.filter(workspace__name=workspace).first()
    return making.older(places.path_of(replaced.file)) if replaced else None
