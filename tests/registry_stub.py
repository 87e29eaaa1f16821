"""A registry on loopback that behaves as a test says: logins, lists by architecture, lies."""

import base64
import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

OCI = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass
class RegistryStub:
    """Serves what was put into it; `login` is `basic`, `bearer` or empty."""

    login: str = ""
    user: str = "tester"
    password: str = "let-me-in"  # noqa: S105 - a test's
    tampered: str = ""
    """What begins with this path is given with one byte changed."""
    status: int = 200
    page: int = 2
    content: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    tags: dict[str, list[str]] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                stub.answer(self)

            def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - its name

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def put(self, name: str, tag: str, labels: Mapping[str, str], *architectures: str) -> str:
        """Offer an image, as a list where architectures are named; returns its digest."""
        config = json.dumps({"config": {"Labels": dict(labels)}}).encode()
        self._keep(f"/v2/{name}/blobs/{digest_of(config)}", "application/json", config)
        layer = {"size": 1000, "digest": digest_of(b"layer")}
        manifest = {"config": {"digest": digest_of(config)}, "layers": [layer, layer]}
        one = json.dumps(manifest).encode()
        last = digest_of(one)
        self._keep(f"/v2/{name}/manifests/{last}", OCI, one)
        if architectures:
            entries = [
                {"digest": last, "platform": {"os": "linux", "architecture": a}}
                for a in architectures
            ]
            one = json.dumps({"manifests": entries}).encode()
            last = digest_of(one)
            self._keep(f"/v2/{name}/manifests/{last}", INDEX, one)
        self._keep(f"/v2/{name}/manifests/{tag}", INDEX if architectures else OCI, one)
        self.tags.setdefault(name, []).append(tag)
        return last

    def _keep(self, path: str, kind: str, content: bytes) -> None:
        self.content[path] = (kind, content)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(request.path)
        held = request.headers.get("Authorization", "")
        self.seen.append((request.path, held.partition(" ")[0]))
        if parts.path == "/token":
            self._token(request, held)
        elif self.login and not self._is_known(held):
            self._challenge(request)
        elif self.status != 200:
            self._send(request, self.status, "text/plain", b"no")
        elif parts.path.endswith("/tags/list"):
            self._list(request, parts.path.split("/")[2:-2], parse_qs(parts.query))
        else:
            kind, content = self.content.get(parts.path, ("", b""))
            if self.tampered and parts.path.startswith(self.tampered):
                content = content.replace(b"1", b"2", 1).replace(b"{", b"{ ", 1)
            self._send(request, 200 if kind else 404, kind or "text/plain", content)

    def _is_known(self, held: str) -> bool:
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return held == (f"Basic {pair}" if self.login == "basic" else "Bearer good-token")

    def _challenge(self, request: BaseHTTPRequestHandler) -> None:
        bearer = f'Bearer realm="http://{self.host}/token",service="stub",scope="repository:x:pull"'
        challenge = bearer if self.login == "bearer" else 'Basic realm="stub"'
        self._send(request, 401, "text/plain", b"who?", {"WWW-Authenticate": challenge})

    def _token(self, request: BaseHTTPRequestHandler, held: str) -> None:
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        good = held == f"Basic {pair}"
        content = json.dumps({"token": "good-token"}).encode() if good else b"{}"
        self._send(request, 200 if good else 401, "application/json", content)

    def _list(
        self, request: BaseHTTPRequestHandler, name: list[str], query: dict[str, list[str]]
    ) -> None:
        path = "/".join(name)
        known = sorted(self.tags.get(path, ()))
        if not known:
            self._send(request, 404, "application/json", b"{}")
            return
        after = query.get("last", [""])[0]
        shown = [tag for tag in known if tag > after][: self.page]
        more = shown and shown[-1] != known[-1]
        link = f'</v2/{path}/tags/list?last={shown[-1]}>; rel="next"' if more else ""
        content = json.dumps({"tags": shown}).encode()
        headers = {"Link": link} if link else {}
        self._send(request, 200, "application/json", content, headers)

    def _send(
        self,
        request: BaseHTTPRequestHandler,
        status: int,
        kind: str,
        content: bytes,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(content)
