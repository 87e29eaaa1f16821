"""One request over the network: proxies, trust, time and size, and errors without a key."""

import logging
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property

import httpx

from thoth_ai.providers.documents import parse
from thoth_ai.providers.patience import PassingError, Patience, retry_after
from thoth_ai.providers.refusals import refusal
from thoth_ai.providers.secret import Secret
from thoth_ai.providers.types import Failure, ProviderError
from thoth_ai.providers.watchdog import Watchdog

logging.getLogger("httpcore").setLevel(logging.INFO)  # it would log headers, echoed keys too
CONNECT_SECONDS = 10.0
LARGEST_ERROR = 65_536
_NEW_SOCKET = (".connect_tcp.complete", ".start_tls.complete")


@dataclass(frozen=True, slots=True)
class Call:
    """What to post where; the path is relative to the base URL."""

    path: str
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that has begun to arrive."""

    chunks: Iterator[bytes]
    expect_more_within: Callable[[float], None]


@dataclass(frozen=True)
class Connection:
    """Posts to one provider."""

    provider: str
    base_url: str
    secret: Secret
    key_header: tuple[str, str]
    headers: Mapping[str, str]
    ca_bundle: str
    largest_reply: int
    patience: Patience
    needs_key: bool

    @contextmanager
    def post(self, call: Call, deadline: float) -> Iterator[Reply]:
        """Send; the reply is gone when the block ends, and nothing outlives the deadline."""
        self._check_key()
        left = max(deadline - self.patience.clock(), 0.01)
        with (
            Watchdog(left) as watchdog,
            self._client(left) as client,
            closing(self._send(client, call, watchdog)) as response,
        ):
            self._check(response, watchdog)
            chunks = self._chunks(response, watchdog, self.largest_reply)
            yield Reply(chunks, watchdog.expect_more_within)

    def _check_key(self) -> None:
        if self.needs_key and not self.secret:
            raise ProviderError(Failure.INVALID_KEY, f"{self.provider} needs a key, there is none")
        if not self.secret.is_sendable:
            message = f"the key for {self.provider} holds characters that no key has"
            raise ProviderError(Failure.INVALID_KEY, message)

    @cached_property
    def _trusted(self) -> ssl.SSLContext:
        return trust(self.ca_bundle)

    def _client(self, seconds: float) -> httpx.Client:
        timeout = httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS))
        try:
            return httpx.Client(verify=self._trusted, timeout=timeout, follow_redirects=False)
        except (ImportError, ValueError, httpx.InvalidURL):
            failure = "the proxy settings of the server cannot be used; see HTTPS_PROXY, ALL_PROXY"
        except OSError:
            failure = f"the certificates in {self.ca_bundle or 'SSL_CERT_FILE'} cannot be read"
        raise ProviderError(Failure.NETWORK, failure)

    def _send(self, client: httpx.Client, call: Call, watchdog: Watchdog) -> httpx.Response:
        request = client.build_request(
            "POST",
            self.base_url + call.path,
            json=call.body,
            headers={**self.headers, "accept-encoding": "identity"},
        )
        request.extensions["trace"] = _guarding(watchdog)
        try:
            return client.send(request, stream=True, auth=self.secret.header(*self.key_header))
        except httpx.HTTPError as error:
            failure = self._failure(error, watchdog)
        raise failure  # out here, so that no traceback leads into frames that hold the key

    def _check(self, response: httpx.Response, watchdog: Watchdog) -> None:
        if response.is_success:
            return
        if response.is_redirect:
            where = self.secret.quote(response.headers.get("location", "somewhere else"))
            message = f"{self.provider} answered that it has moved to {where}; set its base URL"
            raise ProviderError(Failure.BAD_REPLY, message)
        raise refusal(
            self.provider,
            response.status_code,
            self._error_document(response, watchdog),
            self.secret,
            retry_after(response.headers.get("retry-after", ""), response.headers.get("date", "")),
        )

    def _error_document(self, response: httpx.Response, watchdog: Watchdog) -> object:
        try:
            body = b"".join(self._chunks(response, watchdog, LARGEST_ERROR))
            return parse(body, self.provider)
        except ProviderError:
            return None

    def _chunks(
        self, response: httpx.Response, watchdog: Watchdog, largest: int
    ) -> Iterator[bytes]:
        size = 0
        stream = response.iter_bytes()
        while (chunk := self._next(stream, watchdog)) is not None:
            size += len(chunk)
            if size > largest:
                raise ProviderError(Failure.BAD_REPLY, f"the answer of {self.provider} is too long")
            yield chunk

    def _next(self, stream: Iterator[bytes], watchdog: Watchdog) -> bytes | None:
        try:
            chunk = next(stream, None)
        except httpx.HTTPError as error:
            failure = self._failure(error, watchdog)
        else:
            if not watchdog.has_bitten:
                return chunk
            failure = self._too_late()
        raise failure

    def _too_late(self) -> ProviderError:
        return ProviderError(Failure.TIMEOUT, f"{self.provider} took too long to answer")

    def _failure(self, error: httpx.HTTPError, watchdog: Watchdog) -> ProviderError:
        if watchdog.has_bitten or isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout):
            return self._too_late()
        name = self.provider
        if _is_distrust(error):
            message = f"the certificate of {name} is not trusted; name its authority (CA bundle)"
            return ProviderError(Failure.NETWORK, message)
        if isinstance(error, httpx.ProxyError | httpx.UnsupportedProtocol):
            message = f"the proxy on the way to {name} refused, or the base URL is wrong"
            return ProviderError(Failure.NETWORK, message)
        if isinstance(error, httpx.ConnectTimeout):
            return PassingError(Failure.TIMEOUT, f"{name} cannot be reached in time")
        if isinstance(error, httpx.ConnectError):
            where = self.secret.quote(self.base_url)
            return PassingError(Failure.NETWORK, f"{name} cannot be reached at {where}")
        return PassingError(Failure.NETWORK, f"the connection to {name} broke off")


def trust(ca_bundle: str) -> ssl.SSLContext:
    """Return whom to trust: SSL_CERT_FILE or else the usual, and the bundle besides."""
    context = httpx.create_ssl_context()
    if ca_bundle:
        context.load_verify_locations(cafile=ca_bundle)
    return context


def _guarding(watchdog: Watchdog) -> Callable[[str, Mapping[str, object]], None]:
    """Return what hears of each new socket; the transport has no other way to tell."""

    def trace(event: str, info: Mapping[str, object]) -> None:
        stream = info.get("return_value")
        if event.endswith(_NEW_SOCKET) and hasattr(stream, "get_extra_info"):
            watchdog.guard(stream.get_extra_info("socket"))

    return trace


def _is_distrust(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
