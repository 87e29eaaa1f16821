"""The endpoints of workspaces of a running stack; always direct, never through a proxy."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from thothctl.adapters.local_client import local_client
from thothctl.adapters.server_http import silent, strange
from thothctl.errors import InvalidInputError, NetworkError, ThothctlError, UsageError
from thothctl.model.answer import Access, JsonObject

UNAUTHORIZED, NOT_FOUND, TOO_MANY = 401, 404, 429


class HttpWorkspaces:
    """Answers `world.Workspaces`."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def list(self, access: Access) -> tuple[JsonObject, ...]:
        found = self._call(access, "GET", "").get("workspaces")
        if not isinstance(found, list):
            raise strange(access.base)
        return tuple(dict(one) for one in found)

    def show(self, access: Access, name: str) -> JsonObject:
        return self._call(access, "GET", _path(name))

    def delete(self, access: Access, name: str) -> None:
        self._call(access, "DELETE", _path(name))

    def change(self, access: Access, name: str, details: JsonObject) -> None:
        self._call(access, "PATCH", _path(name), json=details)

    def describe(self, access: Access, name: str, words: JsonObject) -> None:
        self._call(access, "PATCH", _path(name, "descriptions"), json=words)

    def export(self, access: Access, name: str) -> JsonObject:
        return self._call(access, "GET", _path(name, "export"))

    def take(self, access: Access, name: str, document: bytes) -> JsonObject:
        headers = {"Content-Type": "application/json"}
        return self._call(access, "POST", _path(name, "import"), content=document, headers=headers)

    def examples(
        self, access: Access, name: str, *, limit: int, before: int | None, rejected: bool = False
    ) -> JsonObject:
        wanted: dict[str, str | int] = {"limit": limit, **({"before": before} if before else {})}
        wanted |= {"rejected": "true"} if rejected else {}
        return self._call(access, "GET", _path(name, "examples"), params=wanted)

    def add_example(self, access: Access, name: str, example: JsonObject) -> JsonObject:
        return self._call(access, "POST", _path(name, "examples"), json=example)

    def forget_example(self, access: Access, name: str, number: int) -> None:
        self._call(access, "DELETE", _path(name, "examples", str(number)))

    def _call(
        self,
        access: Access,
        method: str,
        path: str,
        **content: Any,  # noqa: ANN401 - handed to httpx
    ) -> dict[str, Any]:
        url = f"{access.base}/api/v1/workspaces{path}"
        given = content.pop("headers", {})
        headers = {**given, "Authorization": f"Bearer {access.token.reveal()}"}
        try:
            with local_client(self._home, access.seconds) as client:
                response = client.request(method, url, headers=headers, **content)
            said = response.json() if response.content else {}
        except httpx.HTTPError as error:
            raise silent(url, error) from error
        except ValueError as error:
            raise strange(url) from error
        if not isinstance(said, dict):
            raise strange(url)
        if response.is_error:
            raise _refused(response.status_code, said)
        return said


def _path(*parts: str) -> str:
    return "".join(f"/{quote(part, safe='')}" for part in parts)


def _refused(status: int, problem: Mapping[str, Any]) -> ThothctlError:
    detail = str(problem.get("detail") or f"the server answered {status}").rstrip(".")
    hint = str(problem.get("hint") or "see `thothctl logs app`")
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == TOO_MANY:
        return NetworkError(f"the server failed: {detail}", hint=hint)
    if status == NOT_FOUND:
        return UsageError(detail, hint=hint)
    if status == UNAUTHORIZED:
        return InvalidInputError(f"the server refused the API token: {detail}", hint=hint)
    return InvalidInputError(detail, hint=hint)
