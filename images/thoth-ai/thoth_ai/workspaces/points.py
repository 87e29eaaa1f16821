"""Documents become vectors that lie beside the rows they describe."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import F

from thoth_ai.answering import embedding
from thoth_ai.workspaces.models import IndexRevision, VectorPoint, Workspace

EXAMPLE = "example"
BATCH = 256


@dataclass(frozen=True, slots=True)
class Document:
    """A text worth finding, and what it is about."""

    kind: str
    ref: str
    text: str


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document with the bytes of its vector."""

    document: Document
    vector: bytes


def index(
    documents: Sequence[Document], *, done: Callable[[int], None] = lambda _: None
) -> Iterator[IndexedDocument]:
    """Embed documents in batches; says after each how many it held."""
    for start in range(0, len(documents), BATCH):
        batch = documents[start : start + BATCH]
        vectors = embedding.embed([document.text for document in batch])
        for document, vector in zip(batch, vectors, strict=True):
            yield IndexedDocument(document, vector.astype("<f4").tobytes())
        done(len(batch))


def store(workspace: Workspace, indexed: Sequence[IndexedDocument]) -> None:
    """Write points and tell every cache; call it inside the transaction of the rows."""
    VectorPoint.objects.bulk_create(
        (
            VectorPoint(
                workspace=workspace,
                kind=entry.document.kind,
                ref=entry.document.ref,
                text=entry.document.text,
                model=embedding.MODEL_ID,
                vector=entry.vector,
            )
            for entry in indexed
        ),
        batch_size=BATCH,
    )
    changed()


def changed() -> None:
    """Move the revision on, so that caches load again."""
    if not IndexRevision.objects.filter(pk=1).update(number=F("number") + 1):
        IndexRevision.objects.create(pk=1, number=1)


def revision() -> int:
    """Return the number that changes whenever a point does."""
    return IndexRevision.objects.filter(pk=1).values_list("number", flat=True).first() or 0


def refresh_stale() -> int:
    """Embed again what another model embedded; return how many points that were."""
    stale = list(VectorPoint.objects.exclude(model=embedding.MODEL_ID))
    documents = [Document(point.kind, point.ref, point.text) for point in stale]
    for point, entry in zip(stale, index(documents), strict=True):
        point.vector = entry.vector
        point.model = embedding.MODEL_ID
    VectorPoint.objects.bulk_update(stale, ["vector", "model"], batch_size=BATCH)
    if stale:
        changed()
    return len(stale)
