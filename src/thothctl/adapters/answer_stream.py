"""Asks a running server and hears what it does meanwhile, over server-sent events."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx

from thothctl.model.answer import Inquiry

SILENCE = 30.0
"""Seconds without a word, not even the server's sign of life, after which it counts as gone."""

Hear = Callable[[Mapping[str, Any]], None]


def ask(
    client: httpx.Client, base: str, token: str, inquiry: Inquiry, hear: Hear
) -> tuple[int, Any]:
    """Return status and document of the reply; `hear` gets each step. Raises httpx.HTTPError."""
    body: dict[str, object] = {"question": inquiry.question, "workspace": inquiry.workspace or None}
    if inquiry.previous is not None:
        body["previous"] = inquiry.previous
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    with client.stream("POST", f"{base}/api/v1/ask", json=body, headers=headers) as response:
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            return response.status_code, json.loads(response.read())
        return _reply(_events(response.iter_lines()), hear)


def _reply(events: Iterator[tuple[str, Any]], hear: Hear) -> tuple[int, Any]:
    for name, data in events:
        match name:
            case "step":
                hear(data)
            case "reply":
                return httpx.codes.OK, data
            case "problem":
                return int(data.get("status") or httpx.codes.INTERNAL_SERVER_ERROR), data
    raise httpx.RemoteProtocolError("the answer was cut off")


def _events(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))
