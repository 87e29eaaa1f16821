"""A vector server behind HTTP: JSON both ways, errors of one type, and the key in no message."""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from thoth_ai.providers.connection import trust
from thoth_ai.providers.secret import Secret
from thoth_ai.vectorstores.types import Failure, VectorStoreError

T = TypeVar("T")
CONNECT_SECONDS = 2.0
SECONDS = 15.0
_BROKE_OFF = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
_KEY_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_PASSING = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT})


@dataclass(frozen=True)
class JsonServer:
    """Calls one server; connections are kept, and any thread may call."""

    name: str
    url: str
    secret: Secret
    key_header: str
    ca_bundle: str = ""
    seconds: float = SECONDS

    def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """Return the document that answers, None if what is asked for is not there."""
        if not self.secret.is_sendable:
            raise self._key_refused("holds characters that no key has")
        response = self._answer(method, path, body)
        if response.status_code == HTTPStatus.NOT_FOUND:
            return None
        if not response.is_success:
            raise self._refusal(response)
        try:
            return response.json() if response.content else {}
        except ValueError:
            raise self._bad_reply() from None

    def require(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """Return the document that answers; what is not there is a failure."""
        document = self.call(method, path, body)
        if document is None:
            raise self._bad_reply()
        return document

    def read(self, document: object, reader: Callable[[Any], T]) -> T:
        """Take from a document what is wanted; one of another shape is a failure."""
        try:
            return reader(document)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            raise self._bad_reply() from None

    @cached_property
    def _client(self) -> httpx.Client:
        return httpx.Client(
            base_url=self.url.rstrip("/"),
            verify=trust(self.ca_bundle),
            timeout=httpx.Timeout(self.seconds, connect=min(self.seconds, CONNECT_SECONDS)),
            trust_env=not _is_inside(self.url),
            follow_redirects=False,
        )

    def _answer(self, method: str, path: str, body: object) -> httpx.Response:
        """Ask once more when a connection kept open turns out to be dead."""
        try:
            return self._send(method, path, body)
        except _BROKE_OFF:
            pass
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            raise self._unreachable("cannot be reached") from None
        try:
            return self._send(method, path, body)
        except (httpx.HTTPError, OSError):
            raise self._unreachable("broke off the connection") from None

    def _send(self, method: str, path: str, body: object) -> httpx.Response:
        auth = self.secret.header(self.key_header, "{}")
        return self._client.request(method, path, json=body, auth=auth)

    def _refusal(self, response: httpx.Response) -> VectorStoreError:
        status = response.status_code
        if status in _KEY_REFUSED:
            return self._key_refused(f"was refused with status {status}")
        if response.is_server_error or status in _PASSING:
            return self._unreachable(f"failed with status {status}")
        said = self.secret.quote(response.text)
        return VectorStoreError(
            Failure.REFUSED,
            f"{self.name} refused with status {status}: {said}",
            hint=f"Check that VECTOR_URL names a server of {self.name} and its version.",
        )

    def _key_refused(self, how: str) -> VectorStoreError:
        return VectorStoreError(
            Failure.REFUSED,
            f"The key for {self.name} {how}.",
            hint="Check that VECTOR_API_KEY is the key the server was started with.",
        )

    def _unreachable(self, how: str) -> VectorStoreError:
        where = self.secret.quote(self.url)
        return VectorStoreError(
            Failure.UNREACHABLE,
            f"{self.name} at {where} {how}.",
            hint=f"See `thothctl logs {self.name}`; what waits is indexed once it answers.",
        )

    def _bad_reply(self) -> VectorStoreError:
        return VectorStoreError(
            Failure.BAD_REPLY,
            f"What answers as {self.name} does not speak its protocol.",
            hint=f"Check that VECTOR_URL names a server of {self.name} and its version.",
        )


def _is_inside(url: str) -> bool:
    """Tell a neighbour, which no proxy stands before, from a server elsewhere."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host
