"""The HTTP interface of a running stack; always direct, never through a proxy."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from thothctl.adapters import answer_stream
from thothctl.adapters.local_client import local_client
from thothctl.adapters.process import output
from thothctl.errors import InvalidInputError, NetworkError, UsageError
from thothctl.model.answer import Answer, Inquiry, NoAnswer, ServiceHealth
from thothctl.model.event import Progress
from thothctl.model.secret import Secret
from thothctl.world import Report

FINE = frozenset({"ok", "not configured", "degraded"})
UNAUTHORIZED, NOT_FOUND = 401, 404


class HttpServer:
    """Answers `world.Server`."""

    def __init__(self, home: Path, environment: Mapping[str, str], report: Report) -> None:
        self._home, self._environment, self._report = home, environment, report

    def health(self, base: str, *, seconds: float = 5) -> tuple[ServiceHealth, ...]:
        return _checks(self._call("GET", f"{base}/health/", seconds=seconds)[1], base)

    def health_inside(self, container: str) -> tuple[ServiceHealth, ...]:
        argv = ["docker", "exec", container, "healthcheck", "--report"]
        _, text = output(argv, environment=self._environment, seconds=10)
        try:
            body = json.loads(text)
        except ValueError as error:
            raise NetworkError(
                "the server does not say how it is", hint="see `thothctl logs app`"
            ) from error
        return _checks(body, container)

    def lives(self, base: str) -> bool:
        try:
            return self._call("GET", f"{base}/health/live/", seconds=5)[0] == httpx.codes.OK
        except NetworkError:
            return False

    def ask(self, base: str, token: Secret, inquiry: Inquiry) -> Answer | NoAnswer:
        try:
            with local_client(self._home, answer_stream.SILENCE) as client:
                status, said = answer_stream.ask(client, base, token.reveal(), inquiry, self._hear)
        except httpx.HTTPError as error:
            raise silent(base, error) from error
        except ValueError as error:
            raise strange(base) from error
        if not isinstance(said, dict):
            raise strange(base)
        if status >= httpx.codes.BAD_REQUEST:
            raise _refused(status, said)
        return _answer(said) if said.get("answered") else _no_answer(said)

    def _hear(self, step: Mapping[str, Any]) -> None:
        """A stored example answers before one could read what is going on."""
        if step.get("name") != "examples" and step.get("state") == "running":
            self._report(Progress("answer", str(step.get("title", ""))))

    def _call(
        self,
        method: str,
        url: str,
        *,
        seconds: float,
        **content: Any,  # noqa: ANN401 - handed to httpx
    ) -> tuple[int, dict[str, Any]]:
        try:
            with local_client(self._home, seconds) as client:
                response = client.request(method, url, **content)
            body = response.json()
        except httpx.HTTPError as error:
            raise silent(url, error) from error
        except ValueError as error:
            raise strange(url) from error
        if not isinstance(body, dict):
            raise strange(url)
        return response.status_code, body


def _checks(body: object, source: str) -> tuple[ServiceHealth, ...]:
    checks = body.get("checks") if isinstance(body, Mapping) else None
    if not isinstance(checks, Mapping):
        raise strange(source)
    return tuple(
        ServiceHealth(
            name=str(name),
            ok=str(check.get("status")) in FINE,
            status=str(check.get("status", "")),
            detail=str(check.get("detail", "")),
        )
        for name, check in checks.items()
    )


def silent(url: str, error: httpx.HTTPError) -> NetworkError:
    """Return the error of a server that cannot be reached."""
    return NetworkError(
        f"nothing answers at {url} ({type(error).__name__})",
        hint="run `thothctl status`; `thothctl start` starts a stopped stack",
    )


def strange(url: str) -> NetworkError:
    """Return the error of something else that answers there."""
    return NetworkError(
        f"what answers at {url} is not this stack",
        hint="see who holds the port: `thothctl status`; change it with `thothctl setup --port`",
    )


def _refused(status: int, problem: Mapping[str, Any]) -> Exception:
    detail = str(problem.get("detail") or problem.get("title") or f"status {status}")
    hint = str(problem.get("hint") or "see `thothctl logs app`")
    if status == UNAUTHORIZED:
        return InvalidInputError(f"the server refused the API token: {detail}", hint=hint)
    if status < httpx.codes.INTERNAL_SERVER_ERROR:
        return UsageError(detail, hint=hint)
    return NetworkError(f"the server failed: {detail}", hint=hint)


def _answer(said: Mapping[str, Any]) -> Answer:
    return Answer(
        workspace=str(said["workspace"]),
        question=str(said["question"]),
        sql=str(said["sql"]),
        columns=tuple(str(column) for column in said["columns"]),
        rows=tuple(tuple(row) for row in said["rows"]),
        truncated=bool(said.get("truncated")),
        notice=str(said.get("notice") or ""),
        source=dict(said.get("source") or {}),
        evidence=tuple(str(one) for one in said.get("evidence") or ()),
        elapsed_ms=int(said.get("elapsed_ms") or 0),
        id=said.get("id"),
        assumptions=tuple(str(one) for one in said.get("assumptions") or ()),
        explanation=str(said.get("explanation") or ""),
        usage=said.get("usage"),
    )


def _no_answer(said: Mapping[str, Any]) -> NoAnswer:
    return NoAnswer(
        question=str(said.get("question") or ""),
        reason=str(said.get("reason") or ""),
        message=str(said.get("message") or "there is no answer to that"),
        hint=str(said.get("hint") or "ask one of the stored questions"),
        nearest=tuple(dict(one) for one in said.get("nearest") or ()),
        id=said.get("id"),
        sql=str(said.get("sql") or ""),
    )
