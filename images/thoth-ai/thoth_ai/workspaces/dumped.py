"""Rows of another installation's `dumpdata`, put beside what is here; all of them or none."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core import serializers
from django.core.serializers.base import DeserializationError
from django.db import connection, models

from thoth_ai.accounts.models import User
from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.questions.models import Question
from thoth_ai.workspaces.models import (
    Column,
    Database,
    Evidence,
    Example,
    ForeignKey,
    Milestone,
    RejectedExample,
    Table,
    VectorPoint,
    Workspace,
)

ORDER: tuple[type[models.Model], ...] = (
    User, Workspace, Database, Table, Column, ForeignKey, Example, RejectedExample, Evidence,
    VectorPoint, Question,
)  # fmt: skip
"""What a row refers to comes before it."""
LEFT_OUT = frozenset({
    "accounts.apitoken", "admin.logentry", "auth.group", "auth.permission", "jobs.job",
    "contenttypes.contenttype", "sessions.session", "workspaces.indexrevision",
    "workspaces.milestone",
})  # fmt: skip
"""What belongs to the installation it comes from."""
MARK = "dump-"
MARK_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Dump:
    """The rows of a dump by their kind, and how many are of no use here."""

    rows: Mapping[type[models.Model], list[Any]]
    left_out: int

    @property
    def files(self) -> set[str]:
        """Return the names of the database files that rows speak of."""
        return {database.file for database in self.rows[Database]}


@dataclass(slots=True)
class Taken:
    """What became of it: new rows by kind, and the new key of each old one."""

    keys: dict[type[models.Model], dict[object, object]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    databases: dict[str, Database] = field(default_factory=dict)
    """By the name of the file in the dump."""


def read(text: bytes) -> Dump:
    """Read a dump; raises ServerError for what is none of this application."""
    try:
        documents = json.loads(text)
        kinds = Counter(str(one["model"]) for one in documents)
    except (ValueError, TypeError, KeyError):
        raise _refused("It is no JSON of Django's dumpdata.") from None
    own = {model._meta.label_lower: model for model in ORDER}  # noqa: SLF001 - Django's public name
    if strange := sorted(set(kinds) - set(own) - LEFT_OUT):
        raise ServerError(
            f"It holds rows of another application: {', '.join(strange[:5])}.",
            hint="Dump `accounts workspaces questions` of this application.",
            code="incompatible",
            exit_code=ExitCode.INCOMPATIBLE,
        )
    wanted = [one for one in documents if str(one["model"]) in own]
    rows: dict[type[models.Model], list[Any]] = {model: [] for model in ORDER}
    try:
        for one in serializers.deserialize("python", wanted, ignorenonexistent=True):
            rows[type(one.object)].append(one.object)
    except DeserializationError as error:
        raise _refused(f"A row cannot be read: {error}.") from None
    _refuse_other_engines(rows[Database])
    return Dump(rows, len(documents) - len(wanted))


def _refuse_other_engines(databases: Iterable[Database]) -> None:
    if others := [one.name for one in databases if one.engine != "sqlite"]:
        raise ServerError(
            f"The rows of {', '.join(others)} are in PostgreSQL, not in a file.",
            hint="Move such an installation by `thothctl backup create` and `restore`.",
            code="incompatible",
            exit_code=ExitCode.INCOMPATIBLE,
        )


def is_taken(dump: Dump, digest: str) -> bool:
    """Say whether this very dump came in before and its workspaces are still here."""
    names = {one.name for one in dump.rows[Workspace]}
    here = Workspace.objects.filter(name__in=names).count()
    return Milestone.objects.filter(name=_mark(digest)).exists() and here == len(names)


def take(dump: Dump, digest: str, files: Mapping[str, str]) -> Taken:
    """Write every row under a new key; call it in a transaction. `files` are the new names."""
    _refuse_taken_names(dump)
    if lost := sorted(dump.files - set(files)):
        raise _refused(f"These database files are missing: {', '.join(lost)}.")
    taken = Taken({model: {} for model in ORDER})
    for model in ORDER:
        for row in dump.rows[model]:
            _write(model, row, taken, files)
    connection.check_constraints()
    Milestone.objects.get_or_create(name=_mark(digest))
    return taken


def _write(
    model: type[models.Model],
    row: Any,  # noqa: ANN401 - of any of these kinds
    taken: Taken,
    files: Mapping[str, str],
) -> None:
    old = row.pk
    if model is User and (known := User.objects.filter(email=row.email.lower()).first()):
        taken.keys[User][old] = known.pk
        return
    _point_anew(row, taken)
    row.pk, row._state.adding = None, True  # noqa: SLF001 - a new row, as Django documents it
    if isinstance(row, Database):
        taken.databases[row.file], row.file = row, files[row.file]
    if isinstance(row, VectorPoint):
        row.vector, row.model, row.place = b"", "", ""
        row.key = VectorPoint._meta.get_field("key").get_default()  # noqa: SLF001 - likewise
    models.Model.save_base(row, raw=True, force_insert=True)
    taken.keys[model][old] = row.pk
    taken.counts[model._meta.label_lower] += 1  # noqa: SLF001 - likewise


def _point_anew(row: models.Model, taken: Taken) -> None:
    """References go to the rows that came along; raises ServerError for one that did not."""
    for one in row._meta.concrete_fields:  # noqa: SLF001 - Django's public name
        if not isinstance(one, models.ForeignKey):
            continue
        old = getattr(row, one.attname)
        new = taken.keys.get(one.related_model, {}).get(old)
        if old is not None and new is None and not one.null:
            raise _refused(
                f"A {type(row).__name__} refers to {one.name} {old}, which is not in it."
            )
        setattr(row, one.attname, new)


def _refuse_taken_names(dump: Dump) -> None:
    names = [one.name for one in dump.rows[Workspace]]
    if here := Workspace.objects.filter(name__in=names).values_list("name", flat=True):
        raise ServerError(
            f"These workspaces are here already: {', '.join(sorted(here))}.",
            hint="Remove them first, `thothctl workspace delete`, or leave them out of the dump.",
            code="name_in_use",
        )


def _mark(digest: str) -> str:
    return MARK + digest[:MARK_LENGTH]


def _refused(message: str) -> ServerError:
    hint = "Dump it again: `manage.py dumpdata accounts workspaces questions`, with its files."
    return ServerError(message, hint=hint, code="not_verified", exit_code=ExitCode.NOT_VERIFIED)
