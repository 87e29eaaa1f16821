"""The store in use, one for the whole process."""

import functools

from django.conf import settings

from thoth_ai.providers.secret import Secret
from thoth_ai.vectorstores import chroma, configuration, qdrant
from thoth_ai.vectorstores.configuration import VectorSettings
from thoth_ai.vectorstores.embedded import EmbeddedStore
from thoth_ai.vectorstores.naming import Names
from thoth_ai.vectorstores.pgvector import PgvectorStore
from thoth_ai.vectorstores.server import JsonServer
from thoth_ai.vectorstores.types import VectorStore
from thoth_ai.workspaces import revisions


def current() -> VectorStore:
    """Return the store that the settings name."""
    if settings.VECTORS.store == configuration.EMBEDDED:
        return rows()
    return _made(settings.VECTORS, revisions.installation())


@functools.lru_cache(maxsize=1)
def rows() -> EmbeddedStore:
    """Return the vectors that the rows hold: all of them, or those no other store has yet."""
    return EmbeddedStore()


@functools.lru_cache(maxsize=4)
def _made(chosen: VectorSettings, installation: str) -> VectorStore:
    names = Names(installation)
    if chosen.store == configuration.PGVECTOR:
        return PgvectorStore(names)
    header = chroma.KEY_HEADER if chosen.store == configuration.CHROMA else qdrant.KEY_HEADER
    server = JsonServer(chosen.store, chosen.url, Secret(chosen.key), header, chosen.ca_bundle)
    if chosen.store == configuration.CHROMA:
        return chroma.ChromaStore(server, names)
    return qdrant.QdrantStore(server, names)
