"""Documents become vectors that lie beside the rows they describe."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import transaction
from django.db.models import QuerySet
from numpy.typing import NDArray

from thoth_ai import embedding_model
from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.providers.types import ProviderError
from thoth_ai.workspaces.models import IndexRevision, VectorPoint, Workspace

EXAMPLE, EVIDENCE, TABLE, COLUMN = "example", "evidence", "table", "column"
BATCH = 256


@dataclass(frozen=True, slots=True)
class Document:
    """A text worth finding, and what it is about."""

    kind: str
    ref: str
    text: str


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document with the bytes of its vector, and the model they come from."""

    document: Document
    vector: bytes
    model: str


def index(
    documents: Sequence[Document], *, done: Callable[[int], None] = lambda _: None
) -> Iterator[IndexedDocument]:
    """Embed documents in batches; says after each how many it held; raises ServerError."""
    for start in range(0, len(documents), BATCH):
        batch = documents[start : start + BATCH]
        vectors = _embedded([document.text for document in batch])
        identity = embedding_model.identity()
        for document, vector in zip(batch, vectors, strict=True):
            yield IndexedDocument(document, vector.astype("<f4").tobytes(), identity)
        done(len(batch))


def index_later(documents: Sequence[Document]) -> tuple[IndexedDocument, ...]:
    """Return documents without vectors, which `refresh_stale` embeds when it can."""
    return tuple(IndexedDocument(document, b"", "") for document in documents)


def _embedded(texts: Sequence[str]) -> NDArray[np.float32]:
    try:
        return embedding_model.current().embed(texts)
    except ProviderError as error:
        raise ServerError(
            f"The embedding provider gave no vectors: {error.message}",
            hint="Check the key with `thothctl keys check`, or embed locally: `thothctl setup"
            " --embedding-provider local`.",
            code="embedding",
            exit_code=ExitCode.NETWORK,
        ) from error


def store(workspace: Workspace, indexed: Sequence[IndexedDocument]) -> None:
    """Write points and tell every cache; call it inside the transaction of the rows."""
    VectorPoint.objects.bulk_create(
        (
            VectorPoint(
                workspace=workspace,
                kind=entry.document.kind,
                ref=entry.document.ref,
                text=entry.document.text,
                model=entry.model,
                vector=entry.vector,
            )
            for entry in indexed
        ),
        batch_size=BATCH,
    )
    changed()


def changed() -> None:
    """Set another revision, so that caches load again; by chance, so that none ever comes back."""
    IndexRevision.objects.update_or_create(pk=1, defaults={"number": secrets.randbits(62)})


def revision() -> int:
    """Return the number that changes whenever a point does."""
    return IndexRevision.objects.filter(pk=1).values_list("number", flat=True).first() or 0


def stale() -> QuerySet[VectorPoint]:
    """Return the points that another model embedded."""
    return VectorPoint.objects.exclude(model=embedding_model.identity())


def refresh_stale() -> int:
    """Embed again what another model embedded, batch by batch, so that it can be cut off.

    Returns how many points that were; raises ServerError with the finished batches kept.
    """
    renewed = 0
    while batch := list(stale().order_by("id")[:BATCH]):
        documents = [Document(point.kind, point.ref, point.text) for point in batch]
        for point, entry in zip(batch, index(documents), strict=True):
            point.vector, point.model = entry.vector, entry.model
        with transaction.atomic():
            VectorPoint.objects.bulk_update(batch, ["vector", "model"])
            changed()
        renewed += len(batch)
    return renewed
