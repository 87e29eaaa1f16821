"""A provider on this machine that answers as it is told; optionally with TLS, or as a proxy."""

import datetime as dt
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

MODELS: dict[str, Any] = {"data": [{"id": "gpt-4.1-mini"}, {"id": "text-embedding-3-small"}]}


class Handler(BaseHTTPRequestHandler):
    """Records what was asked, then answers what its server holds ready."""

    server: "Stub"

    def do_GET(self) -> None:
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        answer = self.server.answer
        status, body = answer(self) if callable(answer) else answer
        if status == 0:
            return
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        if status in {301, 302, 307}:
            self.send_header("Location", "http://elsewhere.invalid/")
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815 - the base looks for these names
    do_CONNECT = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


Answer = tuple[int, Any]


class Stub(ThreadingHTTPServer):
    """Listens on a free port of the loopback."""

    daemon_threads = True

    def __init__(self, answer: Answer | Callable[[Handler], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.over = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def provider(
    answer: Answer | Callable[[Handler], Answer], tls: Path | None = None
) -> Iterator[Stub]:
    """A provider for the length of a test; `tls` is a file with key and certificate."""
    stub = Stub(answer)
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls)
        stub.socket = context.wrap_socket(stub.socket, server_side=True)
    thread = threading.Thread(target=stub.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.over.set()
        stub.shutdown()
        stub.server_close()


def by_key(good: str, models: dict[str, Any] | None = None) -> Callable[[Handler], Answer]:
    """Takes this bearer key and no other."""

    def answer(handler: Handler) -> Answer:
        given = handler.headers.get("Authorization", "")
        if given == f"Bearer {good}":
            return 200, models or MODELS
        return 401, {"error": {"message": f"Incorrect API key provided: {given[7:]}"}}

    return answer


def certificate(folder: Path) -> tuple[Path, Path]:
    """A private CA, and a server's key with a certificate signed by it."""
    authority, identity = ec.generate_private_key(ec.SECP256R1()), _name("Test CA")
    root = _sign(identity, identity, authority.public_key(), authority, ca=True)
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = _sign(_name("127.0.0.1"), identity, key.public_key(), authority, ca=False)
    bundle, server = folder / "ca.pem", folder / "server.pem"
    bundle.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    server.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + leaf.public_bytes(serialization.Encoding.PEM)
    )
    return bundle, server


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _sign(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    signer: ec.EllipticCurvePrivateKey,
    *,
    ca: bool,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(names, critical=False)
        .sign(signer, hashes.SHA256())
    )
