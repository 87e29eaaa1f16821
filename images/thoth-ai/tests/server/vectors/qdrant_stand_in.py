"""Stands in for Qdrant where there is no server: its REST API over its client's local mode.

It shows that we send what the API documents and read what it answers, and that the model behind
it, which is Qdrant's own, gives what we expect; not how a real server behaves under load. Set
THOTH_TEST_QDRANT_URL (and _KEY) to run the same tests against a real one.
"""

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from qdrant_client import QdrantClient, models

Body = dict[str, Any]
KEY = "a-key-for-the-stand-in"
POINTS = re.compile(r"^/collections/([^/?]+)(?:/([a-z/]+))?(?:\?wait=true)?$")


class QdrantStandIn:
    """Keeps its points when it is stopped and started, as a server keeps those on its disk."""

    def __init__(self) -> None:
        self.client = QdrantClient(":memory:")
        self.lock = threading.Lock()
        self._http = self._listen(0)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def kill(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def start(self) -> None:
        self._http = self._listen(self._http.server_port)

    def _listen(self, port: int) -> ThreadingHTTPServer:
        handler = type("Handler", (_Handler,), {"stand_in": self})
        http = ThreadingHTTPServer(("127.0.0.1", port), handler)
        threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
        return http


class _Handler(BaseHTTPRequestHandler):
    stand_in: QdrantStandIn

    def do_GET(self) -> None:
        self._reply()

    do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815 - the names http.server looks for

    def _reply(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        if self.path == "/":
            return self._send(200, {"title": "qdrant", "version": "local mode"})
        if self.headers.get("api-key") != KEY:
            return self._send(401, {"status": {"error": f"no: {self.headers.get('api-key')}"}})
        with self.stand_in.lock:
            status, result = _answer(self.stand_in.client, self.command, self.path, body)
        return self._send(status, {"result": result, "status": "ok"})

    def _send(self, status: int, document: object) -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


def _answer(client: QdrantClient, method: str, path: str, body: Body) -> tuple[int, object]:
    if path == "/collections":
        return 200, client.get_collections().model_dump(mode="json")
    found = POINTS.match(path)
    assert found, path
    name, verb = found[1], found[2] or ""
    exists = client.collection_exists(name)
    if (method, verb) == ("PUT", ""):
        return _create(client, name, body) if not exists else (409, None)
    if not exists:
        return 404, None
    return 200, VERBS[method, verb](client, name, body)


def _create(client: QdrantClient, name: str, body: Body) -> tuple[int, object]:
    client.create_collection(
        name,
        vectors_config=models.VectorParams.model_validate(body["vectors"]),
        optimizers_config=models.OptimizersConfigDiff.model_validate(body["optimizers_config"]),
    )
    return 200, True


def _describe(client: QdrantClient, name: str, _: Body) -> object:
    return client.get_collection(name).model_dump(mode="json")


def _upsert(client: QdrantClient, name: str, body: Body) -> object:
    client.upsert(name, [models.PointStruct.model_validate(one) for one in body["points"]])
    return {"status": "completed"}


def _delete(client: QdrantClient, name: str, body: Body) -> object:
    chosen = models.FilterSelector(filter=models.Filter.model_validate(body["filter"]))
    client.delete(name, chosen)
    return {"status": "completed"}


def _query(client: QdrantClient, name: str, body: Body) -> object:
    body["query_filter"] = models.Filter.model_validate(body.pop("filter"))
    return client.query_points(name, **body).model_dump(mode="json")


def _scroll(client: QdrantClient, name: str, body: Body) -> object:
    body["with_vectors"] = body.pop("with_vector")
    points, following = client.scroll(name, **body)
    return {
        "points": [point.model_dump(mode="json") for point in points],
        "next_page_offset": following,
    }


def _drop(client: QdrantClient, name: str, _: Body) -> object:
    return client.delete_collection(name)


def _count(client: QdrantClient, name: str, body: Body) -> object:
    return client.count(name, exact=body["exact"]).model_dump(mode="json")


def _index(_client: QdrantClient, _name: str, _body: Body) -> object:
    return {"status": "completed"}  # the local mode looks at every payload


VERBS: dict[tuple[str, str], Callable[[QdrantClient, str, Body], object]] = {
    ("GET", ""): _describe,
    ("DELETE", ""): _drop,
    ("PUT", "index"): _index,
    ("PUT", "points"): _upsert,
    ("POST", "points/delete"): _delete,
    ("POST", "points/query"): _query,
    ("POST", "points/scroll"): _scroll,
    ("POST", "points/count"): _count,
}
