"""Whether rows, files and vectors belong together, as after a restore."""

import hashlib
from dataclasses import asdict, dataclass, field
from pathlib import Path

from thoth_ai import embedding_model
from thoth_ai.vectorstores import chosen
from thoth_ai.workspaces import following, readers, storage
from thoth_ai.workspaces.models import Database, VectorPoint

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Soundness:
    """What was looked at, and what does not fit together."""

    databases: int
    points: int
    waiting: int
    problems: list[str] = field(default_factory=list)

    def as_document(self) -> dict[str, object]:
        """Return it as plain values."""
        return {"sound": not self.problems, **asdict(self)}


def examine() -> Soundness:
    """Read every file and every vector's key; changes nothing."""
    databases = list(Database.objects.select_related("workspace"))
    problems = [*_databases(databases), *_vectors()]
    return Soundness(
        databases=len(databases),
        points=following.placed().count(),
        waiting=following.waiting().count(),
        problems=problems,
    )


def _databases(databases: list[Database]) -> list[str]:
    lost = set(readers.missing(databases))
    problems = [f"the database {name} is not where its registration says" for name in sorted(lost)]
    for database in databases:
        if database.engine == readers.SQLITE and database.name not in lost:
            path = storage.path_of(database)
            if database.sha256 and _sha256(path) != database.sha256:
                problems.append(f"the file of {database.name} is not the one that was imported")
    return problems


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _vectors() -> list[str]:
    held = {key for _, key in chosen.current().contents(embedding_model.identity())}
    expected = set(following.placed().values_list("key", flat=True))
    known = set(VectorPoint.objects.values_list("key", flat=True))
    problems = []
    if lost := expected - held:
        problems.append(f"{len(lost)} of {len(expected)} vectors are missing in their store")
    if strays := held - known:
        problems.append(f"{len(strays)} vectors in the store belong to no row")
    return problems
