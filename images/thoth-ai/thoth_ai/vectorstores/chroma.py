"""Chroma (1.0 or newer) over its HTTP API: a collection for each model and workspace."""

import itertools
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from thoth_ai.vectorstores import numbers
from thoth_ai.vectorstores.naming import Names
from thoth_ai.vectorstores.server import JsonServer
from thoth_ai.vectorstores.types import (
    Hit,
    Nearness,
    Point,
    Query,
    dimensions_of,
    ranked,
    wrong_dimensions,
)

API = "/api/v2"
COLLECTIONS = f"{API}/tenants/default_tenant/databases/default_database/collections"
GRAPH = {"space": "ip", "ef_construction": 200, "ef_search": 500, "max_neighbors": 32}
"""Inner products of vectors of length 1 are cosines; the rest trades some time for recall."""
KEY_HEADER = "x-chroma-token"
PAGE = 1000
LONGEST_VERSION = 20
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Collection:
    """What has to be known of a collection."""

    id: str
    name: str
    workspace: str
    dimensions: int


@dataclass(frozen=True)
class ChromaStore:
    """Remembers which collection has which id; any thread may call."""

    server: JsonServer
    names: Names
    _known: dict[str, Collection] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        return f"chroma {self.server.url}"

    @property
    def nearness(self) -> Nearness:
        return Nearness.SERVER

    def ensure(self, identity: str, dimensions: int) -> None:
        for collection in self._of_model(identity):
            self._check(collection, dimensions)

    def upsert(self, identity: str, workspace: str, points: Sequence[Point]) -> None:
        if not points:
            return
        dimensions = dimensions_of([point.vector for point in points], "chroma")
        name = self.names.collection(identity, workspace)
        self._check(self._made(identity, workspace, dimensions), dimensions)
        body = {
            "ids": [str(point.key) for point in points],
            "embeddings": [numbers.listed(point.vector) for point in points],
            "metadatas": [{"kind": point.kind} for point in points],
        }
        if self._on(name, "upsert", body) is None:  # the server was emptied meanwhile
            self._made(identity, workspace, dimensions)
            self._on(name, "upsert", body)

    def delete(self, identity: str, workspace: str, keys: Sequence[UUID]) -> None:
        if keys:
            name = self.names.collection(identity, workspace)
            self._on(name, "delete", {"ids": [str(key) for key in keys]})

    def search(self, identity: str, query: Query) -> list[Hit]:
        if query.workspace is None:
            names = [collection.name for collection in self._of_model(identity)]
        else:
            names = [self.names.collection(identity, query.workspace)]
        return ranked([hit for name in names for hit in self._search(name, query)], query.limit)

    def count(self, identity: str) -> int:
        found = (
            self.server.call("GET", f"{COLLECTIONS}/{collection.id}/count")
            for collection in self._of_model(identity)
        )
        return sum(self.server.read(number or 0, int) for number in found)

    def contents(self, identity: str) -> Iterator[tuple[str, UUID]]:
        for collection in self._of_model(identity):
            for key in self._keys(collection.id):
                yield collection.workspace, key

    def drop_workspace(self, workspace: str) -> None:
        for collection in self._ours():
            if collection.workspace == workspace:
                self._drop(collection)

    def drop_others(self, identity: str) -> None:
        kept = self.names.model(identity)
        for collection in self._ours():
            if not collection.name.startswith(kept):
                self._drop(collection)

    def tune(self, identity: str) -> None:
        """Do nothing: there is nothing to be asked for."""

    def health(self) -> str:
        version = self.server.require("GET", f"{API}/version")
        return f"chroma {self.server.read(version, lambda one: one[:LONGEST_VERSION])}"

    def _made(self, identity: str, workspace: str, dimensions: int) -> Collection:
        name = self.names.collection(identity, workspace)
        with self._lock:
            if known := self._known.get(name):
                return known
        body = {
            "name": name,
            "metadata": {"workspace": workspace, "model": identity, "dimensions": dimensions},
            "configuration": {"hnsw": GRAPH},
            "get_or_create": True,
        }
        return self._remember(self.server.require("POST", COLLECTIONS, body))

    def _check(self, collection: Collection, dimensions: int) -> None:
        if collection.dimensions != dimensions:
            raise wrong_dimensions("chroma", dimensions, collection.dimensions)

    def _search(self, name: str, query: Query) -> list[Hit]:
        if query.limit < 1 or (collection := self._found(name)) is None:
            return []
        self._check(collection, len(query.vector))
        body = {
            "query_embeddings": [numbers.listed(query.vector)],
            "n_results": query.limit,
            "where": {"kind": query.kind},
            "include": ["distances"],
        }
        found = self._on(name, "query", body)
        return self.server.read(found, _hits) if found else []

    def _on(self, name: str, verb: str, body: object) -> Any:  # noqa: ANN401 - JSON
        """Call a collection by its name; one that was made anew has another id."""
        for _ in range(2):
            collection = self._found(name)
            if collection is None:
                return None
            path = f"{COLLECTIONS}/{collection.id}/{verb}"
            if (answer := self.server.call("POST", path, body)) is not None:
                return answer
            self._forget(name)
        return None

    def _found(self, name: str) -> Collection | None:
        with self._lock:
            if known := self._known.get(name):
                return known
        found = self.server.call("GET", f"{COLLECTIONS}/{name}")
        return self._remember(found) if found is not None else None

    def _remember(self, document: object) -> Collection:
        collection = self.server.read(document, _collection)
        with self._lock:
            self._known[collection.name] = collection
        return collection

    def _forget(self, name: str) -> None:
        with self._lock:
            self._known.pop(name, None)

    def _of_model(self, identity: str) -> list[Collection]:
        kept = self.names.model(identity)
        return [one for one in self._ours() if one.name.startswith(kept)]

    def _ours(self) -> list[Collection]:
        found: list[Collection] = []
        for offset in itertools.count(step=PAGE):
            answer = self.server.require("GET", f"{COLLECTIONS}?limit={PAGE}&offset={offset}")
            found += self.server.read(answer, self._collections)
            if len(answer) < PAGE:
                break
        return found

    def _collections(self, document: list[Document]) -> list[Collection]:
        """Read a page, leaving out what others keep on the same server."""
        ours = (one for one in document if one["name"].startswith(self.names.prefix))
        return [_collection(one) for one in ours]

    def _keys(self, collection: str) -> Iterator[UUID]:
        path = f"{COLLECTIONS}/{collection}/get"
        for offset in itertools.count(step=PAGE):
            body = {"limit": PAGE, "offset": offset, "include": []}
            answer = self.server.call("POST", path, body)
            keys = self.server.read(answer, _keys) if answer is not None else []
            yield from keys
            if len(keys) < PAGE:
                return

    def _drop(self, collection: Collection) -> None:
        self._forget(collection.name)
        self.server.call("DELETE", f"{COLLECTIONS}/{collection.name}")


def _collection(document: Document) -> Collection:
    told = document["metadata"]
    return Collection(
        str(document["id"]), str(document["name"]), str(told["workspace"]), int(told["dimensions"])
    )


def _hits(document: Document) -> list[Hit]:
    if not document["ids"]:
        return []
    pairs = zip(document["ids"][0], document["distances"][0], strict=True)
    return [Hit(UUID(key), 1.0 - float(distance)) for key, distance in pairs]


def _keys(document: Document) -> list[UUID]:
    return [UUID(key) for key in document["ids"]]
