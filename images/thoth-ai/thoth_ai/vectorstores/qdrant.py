"""Qdrant over its REST API: a collection for each model, workspaces told apart by payload."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
    VectorStoreError,
    dimensions_of,
    ranked,
    wrong_dimensions,
)

EXACT_BELOW_KB = 200_000  # about 50,000 vectors of 1,024 numbers; below, all are looked at
KEY_HEADER = "api-key"
PAGE = 1000
Document = dict[str, Any]


@dataclass(frozen=True)
class QdrantStore:
    """Holds no state but its connections; any thread may call."""

    server: JsonServer
    names: Names

    @property
    def address(self) -> str:
        return f"qdrant {self.server.url}"

    @property
    def nearness(self) -> Nearness:
        return Nearness.SERVER

    def ensure(self, identity: str, dimensions: int) -> None:
        path = self._path(identity)
        held = self._dimensions(identity)
        if held is None:
            held = self._make(path, identity, dimensions)
        if held != dimensions:
            raise wrong_dimensions("qdrant", dimensions, held)

    def upsert(self, identity: str, workspace: str, points: Sequence[Point]) -> None:
        if not points:
            return
        self.ensure(identity, dimensions_of([point.vector for point in points], "qdrant"))
        written = [
            {
                "id": str(point.key),
                "vector": numbers.listed(point.vector),
                "payload": {"workspace": workspace, "kind": point.kind},
            }
            for point in points
        ]
        path = f"{self._path(identity)}/points?wait=true"
        self.server.require("PUT", path, {"points": written})

    def delete(self, identity: str, workspace: str, keys: Sequence[UUID]) -> None:
        if not keys:
            return
        ours = _matching(workspace=workspace)["must"]
        chosen = {"must": [*ours, {"has_id": [str(key) for key in keys]}]}
        self._delete(self._path(identity), chosen)

    def search(self, identity: str, query: Query) -> list[Hit]:
        if query.limit < 1:
            return []
        body = {
            "query": numbers.listed(query.vector),
            "filter": _matching(workspace=query.workspace, kind=query.kind),
            "limit": query.limit,
            "with_payload": False,
        }
        held = self._dimensions(identity)
        if held is None:
            return []
        if held != len(query.vector):
            raise wrong_dimensions("qdrant", len(query.vector), held)
        found = self.server.call("POST", f"{self._path(identity)}/points/query", body)
        return ranked(self.server.read(found, _hits) if found else [], query.limit)

    def count(self, identity: str) -> int:
        found = self.server.call("POST", f"{self._path(identity)}/points/count", {"exact": True})
        return self.server.read(found, lambda one: int(one["result"]["count"])) if found else 0

    def contents(self, identity: str) -> Iterator[tuple[str, UUID]]:
        offset: object = None
        while page := self._page(identity, offset):
            yield from self.server.read(page, _contents)
            offset = self.server.read(page, lambda one: one.get("next_page_offset"))
            if offset is None:
                return

    def drop_workspace(self, workspace: str) -> None:
        for name in self._ours():
            self._delete(f"/collections/{name}", _matching(workspace=workspace))

    def drop_others(self, identity: str) -> None:
        for name in self._ours():
            if name != self.names.model(identity):
                self.server.call("DELETE", f"/collections/{name}")

    def tune(self, identity: str) -> None:
        """Do nothing: there is nothing to be asked for."""

    def health(self) -> str:
        self.server.require("GET", "/collections")  # the next one answers without a key
        about = self.server.require("GET", "/")
        return f"qdrant {self.server.read(about, lambda one: one['version'])}"

    def _path(self, identity: str) -> str:
        return f"/collections/{self.names.model(identity)}"

    def _make(self, path: str, identity: str, dimensions: int) -> int:
        """Make a collection, unless another thread was faster."""
        try:
            self.server.require("PUT", path, _room(dimensions))
        except VectorStoreError:
            held = self._dimensions(identity)
            if held is None:
                raise
            return held
        for name in ("workspace", "kind"):
            index = {"field_name": name, "field_schema": "keyword"}
            self.server.require("PUT", f"{path}/index?wait=true", index)
        return dimensions

    def _dimensions(self, identity: str) -> int | None:
        found = self.server.call("GET", self._path(identity))
        return self.server.read(found, _size) if found is not None else None

    def _page(self, identity: str, offset: object) -> Any:  # noqa: ANN401 - JSON
        body = {"limit": PAGE, "with_payload": ["workspace"], "with_vector": False}
        if offset is not None:
            body["offset"] = offset
        found = self.server.call("POST", f"{self._path(identity)}/points/scroll", body)
        return self.server.read(found, lambda one: one["result"]) if found else None

    def _delete(self, path: str, chosen: object) -> None:
        self.server.call("POST", f"{path}/points/delete?wait=true", {"filter": chosen})

    def _ours(self) -> list[str]:
        names = self.server.read(self.server.require("GET", "/collections"), _names)
        return [name for name in names if name.startswith(self.names.prefix)]


def _size(document: Document) -> int:
    return int(document["result"]["config"]["params"]["vectors"]["size"])


def _names(document: Document) -> list[str]:
    return [str(one["name"]) for one in document["result"]["collections"]]


def _hits(document: Document) -> list[Hit]:
    return [Hit(UUID(one["id"]), float(one["score"])) for one in document["result"]["points"]]


def _contents(page: Document) -> list[tuple[str, UUID]]:
    return [(str(one["payload"]["workspace"]), UUID(one["id"])) for one in page["points"]]


def _room(dimensions: int) -> dict[str, Any]:
    """Dot products of vectors of length 1 are cosines, and those of zero vectors are 0."""
    return {
        "vectors": {"size": dimensions, "distance": "Dot"},
        "optimizers_config": {"indexing_threshold": EXACT_BELOW_KB},
    }


def _matching(**wanted: str | None) -> dict[str, Any]:
    conditions = [
        {"key": name, "match": {"value": value}}
        for name, value in wanted.items()
        if value is not None
    ]
    return {"must": conditions}
