"""Registries over their HTTP API: tags, manifests by architecture and labels, nothing pulled."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import httpx

from thothctl.adapters.http_trust import trust
from thothctl.adapters.proxies import proxy_for
from thothctl.adapters.registry_login import login_for
from thothctl.adapters.registry_place import (
    NOT_FOUND,
    UNAUTHORIZED,
    Place,
    down,
    is_loopback,
    refusal,
    tampered,
    words,
)
from thothctl.errors import IncompatibleError, NetworkError
from thothctl.model.observed import Layout, OfferedImage

SECONDS = 15
LARGEST = 4 * 1024 * 1024
PAGES = 100
ONE = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
MANY = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}
CHALLENGE = re.compile(r'(\w+)="([^"]*)"')


class HttpRegistry:
    """Answers `world.Registry`; signs in as the docker CLI did."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._tokens: dict[str, str] = {}

    def tags(self, repository: str) -> tuple[str, ...]:
        place = Place(repository)
        found: list[str] = []
        url: str | None = f"{place.base}/tags/list?n=1000"
        for _ in range(PAGES):
            if url is None:
                break
            answer = self._get(place, url, (), missing_is_none=True)
            if answer is None:
                break
            found += [str(tag) for tag in _document(answer, place).get("tags") or ()]
            following = answer.links.get("next", {}).get("url")
            url = str(answer.url.join(following)) if following else None
        return tuple(found)

    def image(self, repository: str, name: str, architecture: str) -> OfferedImage:
        place = Place(repository)
        digest, manifest = self._manifest(place, name)
        if (own := _of_architecture(manifest, architecture)) is not None:
            if not own:
                raise IncompatibleError(
                    f"{repository}:{name} is not offered for {architecture}",
                    hint="take another version, or build it here: --images build",
                )
            _, manifest = self._manifest(place, own)
        config = manifest.get("config") or {}
        labels = self._config(place, str(config.get("digest"))).get("config") or {}
        layers = manifest.get("layers") or ()
        return OfferedImage(
            f"{repository}@{digest}",
            {str(k): str(v) for k, v in (labels.get("Labels") or {}).items()},
            sum(int(layer.get("size", 0)) for layer in layers),
            {str(layer.get("digest")): int(layer.get("size", 0)) for layer in layers},
            Layout.of(labels),
        )

    def _manifest(self, place: Place, name: str) -> tuple[str, dict[str, Any]]:
        """A manifest with the digest it has, which is compared with the one that was asked for."""
        answer = self._get(place, f"{place.base}/manifests/{name}", (*ONE, *MANY))
        assert answer is not None  # noqa: S101 - only None where it may be missing
        digest = f"sha256:{hashlib.sha256(answer.content).hexdigest()}"
        claimed = (
            name if name.startswith("sha256:") else answer.headers.get("docker-content-digest")
        )
        if claimed is not None and claimed != digest:
            raise tampered(f"{place.repository}@{claimed}", digest)
        return digest, _document(answer, place)

    def _config(self, place: Place, digest: str) -> dict[str, Any]:
        answer = self._get(place, f"{place.base}/blobs/{digest}", ())
        assert answer is not None  # noqa: S101 - only None where it may be missing
        found = f"sha256:{hashlib.sha256(answer.content).hexdigest()}"
        if found != digest:
            raise tampered(f"{place.repository}@{digest}", found)
        return _document(answer, place)

    def _get(
        self, place: Place, url: str, accept: tuple[str, ...], *, missing_is_none: bool = False
    ) -> httpx.Response | None:
        answer = self._ask(place, url, accept)
        if answer.status_code == UNAUTHORIZED:
            self._tokens[place.repository] = self._sign_in(place, answer)
            answer = self._ask(place, url, accept)
        if answer.status_code == NOT_FOUND and missing_is_none:
            return None
        if answer.status_code != httpx.codes.OK:
            raise refusal(place, answer)
        return answer

    def _ask(self, place: Place, url: str, accept: tuple[str, ...]) -> httpx.Response:
        headers = {"Accept": ", ".join(accept)} if accept else {}
        if place.repository in self._tokens:
            headers["Authorization"] = self._tokens[place.repository]
        return self._fetch(place, url, headers)

    def _sign_in(self, place: Place, answer: httpx.Response) -> str:
        """The header that the challenge asks for: the password itself, or a token for it."""
        login = login_for(place.host, self._environment)
        challenge = answer.headers.get("www-authenticate", "")
        kind, _, rest = challenge.partition(" ")
        if kind.lower() != "bearer":
            if login is None:
                raise refusal(place, answer)
            return login.header
        asked = dict(CHALLENGE.findall(rest))
        query = {key: asked[key] for key in ("service", "scope") if key in asked}
        url = httpx.URL(asked.get("realm", place.base), params=query)
        private = url.scheme == "https" or is_loopback(url.host)
        headers = {"Authorization": login.header} if login and private else {}
        token = self._fetch(place, str(url), headers)
        if token.status_code != httpx.codes.OK:
            raise refusal(place, token)
        given = _document(token, place)
        return f"Bearer {given.get('token') or given.get('access_token')}"

    def _fetch(self, place: Place, url: str, headers: Mapping[str, str]) -> httpx.Response:
        """One answer, redirects followed; a login goes to no other host than the one it is for."""
        proxy = proxy_for(url, self._environment)
        client = httpx.Client(
            verify=trust(self._environment), trust_env=False, proxy=proxy, follow_redirects=True
        )
        try:
            with client, client.stream("GET", url, headers=headers, timeout=SECONDS) as answer:
                content = bytearray()
                for piece in answer.iter_bytes():
                    content += piece
                    if len(content) > LARGEST:
                        raise NetworkError(
                            f"the answer of {place.host} has no end",
                            hint="look at the registry's address and at proxies before it",
                        )
            return httpx.Response(
                answer.status_code,
                headers=_kept(answer.headers),
                content=bytes(content),
                request=answer.request,
            )
        except httpx.TimeoutException as error:
            raise down(place, f"no answer within {SECONDS} s") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise down(place, words(error)) from error


def _of_architecture(manifest: Mapping[str, Any], architecture: str) -> str | None:
    """The digest of a list's entry, empty where there is none; None when this is no list."""
    if "manifests" not in manifest:
        return None
    wanted = ARCHITECTURES.get(architecture, architecture)
    for entry in manifest["manifests"]:
        platform = entry.get("platform") or {}
        if platform.get("architecture") == wanted and platform.get("os", "linux") == "linux":
            return str(entry.get("digest", ""))
    return ""


def _kept(headers: httpx.Headers) -> dict[str, str]:
    """What is read later; the content is decoded already."""
    names = ("link", "www-authenticate", "docker-content-digest", "content-type")
    return {name: headers[name] for name in names if name in headers}


def _document(answer: httpx.Response, place: Place) -> dict[str, Any]:
    try:
        found = json.loads(answer.content)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise NetworkError(
            f"what answers at {place.host} is not a registry",
            hint="give --registry as HOST[:PORT][/PATH], without a scheme",
        )
    return found
