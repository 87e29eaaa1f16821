"""Documents become vectors that lie beside the rows they describe."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import transaction
from django.db.models import Q, QuerySet
from numpy.typing import NDArray

from thoth_ai import embedding_model
from thoth_ai.errors import ExitCode, ServerError
from thoth_ai.providers.types import ProviderError
from thoth_ai.vectorstores import chosen, numbers
from thoth_ai.vectorstores.types import Nearness
from thoth_ai.workspaces import following, revisions
from thoth_ai.workspaces.models import VectorPoint, Workspace

EXAMPLE, EVIDENCE, TABLE, COLUMN = "example", "evidence", "table", "column"
NO_VECTORS = "embedding"
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
            yield IndexedDocument(document, numbers.packed(vector), identity)
        done(len(batch))


def index_as_far(
    documents: Sequence[Document], *, done: Callable[[int], None]
) -> tuple[tuple[IndexedDocument, ...], str]:
    """Embed what a provider gives vectors for; return why the rest is left to later, if it is.

    One that gives none at all is not set up, which somebody should know at once: ServerError.
    """
    found: list[IndexedDocument] = []
    try:
        for entry in index(documents, done=done):
            found.append(entry)  # noqa: PERF402 - what came before a failure counts
    except ServerError as error:
        if not found or error.code != NO_VECTORS:
            raise
        return (*found, *index_later(documents[len(found) :])), str(error)
    return tuple(found), ""


def index_later(documents: Sequence[Document]) -> tuple[IndexedDocument, ...]:
    """Return documents without vectors, which `refresh_stale` embeds when it can."""
    return tuple(IndexedDocument(document, b"", "") for document in documents)


def index_soon(documents: Sequence[Document]) -> tuple[IndexedDocument, ...]:
    """Embed documents here, or leave those of a provider, which takes its time, to later."""
    return tuple(index(documents)) if embedding_model.is_local() else index_later(documents)


def _embedded(texts: Sequence[str]) -> NDArray[np.float32]:
    try:
        return embedding_model.current().embed(texts)
    except ProviderError as error:
        raise ServerError(
            f"The embedding provider gave no vectors: {error.message}",
            hint="Check the key with `thothctl keys check`, or embed locally: `thothctl setup"
            " --embedding-provider local`.",
            code=NO_VECTORS,
            exit_code=ExitCode.NETWORK,
        ) from error


def store(workspace: Workspace, indexed: Sequence[IndexedDocument]) -> None:
    """Write points and tell every cache; call it inside the transaction of the rows."""
    rows = [
        VectorPoint(
            workspace=workspace,
            kind=entry.document.kind,
            ref=entry.document.ref,
            text=entry.document.text,
            model=entry.model,
            vector=entry.vector,
        )
        for entry in indexed
    ]
    following.put(workspace, rows)
    VectorPoint.objects.bulk_create(rows, batch_size=BATCH)
    changed()


def changed() -> None:
    """Tell every cache, and once this is committed the vector store; call it in a transaction."""
    revisions.advance()
    if chosen.current().nearness is not Nearness.ROWS:
        transaction.on_commit(following.follow_if_possible)


def stale() -> QuerySet[VectorPoint]:
    """Return the points to be embedded: another model's, and those that no store of ours has."""
    lost = Q(vector=b"") & ~Q(place=chosen.current().address)
    return VectorPoint.objects.filter(lost | ~Q(model=embedding_model.identity()))


def refresh_stale() -> int:
    """Embed again what is stale, batch by batch, so that it can be cut off.

    Returns how many points that were; raises ServerError with the finished batches kept.
    """
    renewed = 0
    while batch := list(stale().order_by("id")[:BATCH]):
        documents = [Document(point.kind, point.ref, point.text) for point in batch]
        for point, entry in zip(batch, index(documents), strict=True):
            point.vector, point.model, point.place = entry.vector, entry.model, ""
        with transaction.atomic():
            VectorPoint.objects.bulk_update(batch, ["vector", "model", "place"])
            changed()
        renewed += len(batch)
    return renewed
