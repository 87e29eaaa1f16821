"""As much of Qdrant's protocol as backups need: collections of points, and snapshots of them."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote

COLLECTIONS, SNAPSHOTS = Path("/vectors/collections"), Path("/vectors/snapshots")
ALL_IS_WELL = "/readyz"


def serve() -> None:
    """Serve until the container ends."""
    for folder in (COLLECTIONS, SNAPSHOTS):
        folder.mkdir(exist_ok=True)
    ThreadingHTTPServer(("", 6333), Handler).serve_forever()


class Handler(BaseHTTPRequestHandler):
    """One request of somebody who knows the key."""

    def do_GET(self) -> None:
        match self._words():
            case ["collections"]:
                names = sorted(unquote(path.name) for path in COLLECTIONS.iterdir())
                self._answer({"collections": [{"name": name} for name in names]})
            case ["collections", name]:
                self._answer({"points_count": len(json.loads(_file(name).read_bytes()))})
            case ["collections", _, "snapshots", snapshot]:
                self._send((SNAPSHOTS / quote(snapshot, safe="")).read_bytes())

    def do_PUT(self) -> None:
        match self._words():
            case ["collections", name, "points"]:
                points = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self._answer(_file(name).write_text(json.dumps(points["points"])))

    def do_POST(self) -> None:
        match self._words():
            case ["collections", name, "snapshots"]:
                made = f"{name}-1.snapshot"
                size = (SNAPSHOTS / quote(made, safe="")).write_bytes(_file(name).read_bytes())
                self._answer({"name": made, "size": size})
            case ["collections", name, "snapshots", "upload"]:
                content = self._chunks().split(b"\r\n\r\n", 1)[1]
                self._answer(_file(name).write_bytes(content.rpartition(b"\r\n--")[0]))

    def do_DELETE(self) -> None:
        match self._words():
            case ["collections", _, "snapshots", snapshot]:
                (SNAPSHOTS / quote(snapshot, safe="")).unlink()
                self._answer(result=True)
            case ["collections", name]:
                _file(name).unlink()
                self._answer(result=True)

    def log_message(self, *_: object) -> None:
        """Keep still."""

    def _words(self) -> list[str]:
        """The path; none for somebody who does not know the key."""
        path = self.path.partition("?")[0]
        key = Path(os.environ["VECTORS_KEY_FILE"]).read_text(encoding="utf-8").strip()
        if path == ALL_IS_WELL:
            self._send(b"all shards are ready")
        elif self.headers["api-key"] != key:
            self._send(b"Must provide an API key", 401)
        else:
            return [unquote(word) for word in path.split("/")[1:]]
        return []

    def _chunks(self) -> bytes:
        content = b""
        while size := int(self.rfile.readline(), 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return content

    def _answer(self, result: object) -> None:
        self._send(json.dumps({"result": result, "status": "ok", "time": 0}).encode())

    def _send(self, body: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _file(name: str) -> Path:
    return COLLECTIONS / quote(name, safe="")


if __name__ == "__main__":
    serve()
