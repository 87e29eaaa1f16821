"""Endpoints played inside the browser, in the contract's shapes, with a note of what was sent."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from page.documents import Document
from playwright.sync_api import Page, Route

API = "/api/v1"


@dataclass
class Endpoint:
    """One endpoint that the test fulfils; `received` holds the bodies sent to it."""

    method: str
    reply: Document | str | None
    status: int = 200
    kind: str = "application/json"
    received: list[Any] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    def fulfil(self, route: Route) -> None:
        request = route.request
        if (
            request.method != self.method
            or self.kind == "text/csv" not in request.headers["accept"]
        ):
            route.fallback()
            return
        self.received.append(request.post_data_json if request.post_data else None)
        self.addresses.append(request.url)
        self.accepted.append(request.headers["accept"])
        body = self.reply if isinstance(self.reply, str) else json.dumps(self.reply)
        headers = {"Content-Type": self.kind, **self.headers}
        route.fulfill(status=self.status, headers=headers, body=body)


def stand_in(page: Page, method: str, path: str, reply: Document | str | None) -> Endpoint:
    """Answer `method path` (a pattern) with a document; a later call takes over from an earlier."""
    return _played(page, path, Endpoint(method, reply))


def refuse(page: Page, method: str, path: str, problem: Document) -> Endpoint:
    """Answer with a problem document."""
    status = int(problem["status"])
    return _played(page, path, Endpoint(method, problem, status, "application/problem+json"))


def stand_in_csv(page: Page, text: str) -> Endpoint:
    """Answer POST /sql when CSV is asked for, and leave its JSON to whoever else plays it."""
    return _played(page, "/sql", Endpoint("POST", text, kind="text/csv"))


def events(*parts: tuple[str, Document]) -> str:
    """The text of an event stream."""
    return "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in parts)


def _played(page: Page, path: str, endpoint: Endpoint) -> Endpoint:
    page.route(re.compile(re.escape(API) + path + r"(\?.*)?$"), endpoint.fulfil)
    return endpoint
