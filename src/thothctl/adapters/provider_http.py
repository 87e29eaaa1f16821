"""Calls of providers' APIs that prove a key: all at once, within one limit of time."""

import json
import threading
import time
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import httpx

from thothctl.adapters.http_trust import trust
from thothctl.adapters.proxies import proxy_for
from thothctl.model.answer import JsonObject
from thothctl.model.provider import KeyClass, KeyReply, KeyRequest
from thothctl.model.provider_address import for_host

LARGEST_REPLY = 8 * 1024 * 1024
HIDDEN = "********"


class HttpProviders:
    """Answers `world.Providers`; proxies and CA certificates are those of the environment."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def ask(self, requests: Sequence[KeyRequest], *, seconds: float) -> tuple[KeyReply, ...]:
        """A name server that hangs cannot be interrupted: its thread is left to end by itself."""
        deadline = time.monotonic() + seconds
        late = KeyReply(failure=KeyClass.NETWORK, detail=f"no answer within {seconds:.0f} s")
        replies = dict.fromkeys(range(len(requests)), late)

        def run(index: int) -> None:
            replies[index] = self._one(requests[index], deadline, late)

        threads = [threading.Thread(target=run, args=(i,), daemon=True) for i in replies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return tuple(replies[index] for index in range(len(requests)))

    def _one(self, request: KeyRequest, deadline: float, late: KeyReply) -> KeyReply:
        base = for_host(request.base_url or request.provider.base_url)
        proxy = proxy_for(base, self._environment)
        try:
            with self._client(proxy) as client:
                return _proved(client, request, base, deadline)
        except httpx.TimeoutException:
            return late
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, ImportError) as error:
            return _silence(error, base, proxy)

    def _client(self, proxy: str | None) -> httpx.Client:
        return httpx.Client(
            verify=trust(self._environment), trust_env=False, proxy=proxy, follow_redirects=False
        )


def _proved(client: httpx.Client, request: KeyRequest, base: str, deadline: float) -> KeyReply:
    """The reply to the check, with the list of models where that is another call."""
    provider, headers = request.provider, _headers(request)
    url = provider.url(base, provider.check.path)
    status, text = _fetch(client, provider.check.method, url, headers, deadline)
    if request.key is not None:  # some gateways repeat what they refuse
        text = text.replace(request.key.reveal(), HIDDEN)
    listing = None
    if status == httpx.codes.OK and provider.models != provider.check.path:
        _, listed = _fetch(client, "GET", provider.url(base, provider.models), headers, deadline)
        listing = _parsed(listed)
    return KeyReply(status, _parsed(text), text[:500], listing)


def _headers(request: KeyRequest) -> dict[str, str]:
    headers = {"Accept": "application/json", **dict(request.provider.extra)}
    if request.key is not None:
        headers[request.provider.header] = request.provider.scheme + request.key.reveal()
    return headers


def _fetch(
    client: httpx.Client, method: str, url: str, headers: Mapping[str, str], deadline: float
) -> tuple[int, str]:
    """Status and body; raises a timeout when the whole of it is not there by the deadline."""
    content = bytearray()
    left = max(0.01, deadline - time.monotonic())
    with client.stream(method, url, headers=dict(headers), timeout=left) as response:
        for piece in response.iter_bytes():
            content += piece
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("the reply drips")
            if len(content) > LARGEST_REPLY:
                raise ValueError("the reply has no end")
    return response.status_code, content.decode(errors="replace")


def _parsed(text: str) -> JsonObject | None:
    try:
        body = json.loads(text)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _silence(error: Exception, base: str, proxy: str | None) -> KeyReply:
    """Why nothing came back; the words of the libraries are not repeated, save for names."""
    host = urlsplit(base).hostname or "the provider"
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return _lost(f"the certificate of {host} is not trusted here; give --ca-bundle FILE")
    if proxy is not None and isinstance(
        error, httpx.ProxyError | httpx.ConnectError | ValueError | ImportError
    ):
        by = urlsplit(proxy).hostname or "the proxy"
        reason = str(error) if isinstance(error, httpx.ProxyError) else type(error).__name__
        return KeyReply(
            failure=KeyClass.PROXY, detail=f"the proxy {by} gave no connection ({reason})"
        )
    reason = "refused or not found" if isinstance(error, httpx.ConnectError) else "broken off"
    return _lost(f"no connection to {host}: {reason}")


def _lost(detail: str) -> KeyReply:
    return KeyReply(failure=KeyClass.NETWORK, detail=detail)
