"""Talking to the server's API in tests."""

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from tests.server.account import TOKEN

BEARER = {"Authorization": f"Bearer {TOKEN}"}


@dataclass(frozen=True)
class Heard:
    """The events of a stream, in order."""

    events: tuple[tuple[str, Any], ...]

    def of(self, name: str) -> list[Any]:
        return [data for event, data in self.events if event == name]

    @property
    def reply(self) -> Any:  # noqa: ANN401 - a JSON document
        return self.of("reply")[0]


def post(client: Client, path: str, body: object, **headers: str) -> Any:  # noqa: ANN401 - Django's test response
    return client.post(
        f"/api/v1/{path}",
        data=json.dumps(body),
        content_type="application/json",
        headers={**BEARER, **headers},
    )


def get(client: Client, path: str) -> Any:  # noqa: ANN401 - Django's test response
    return client.get(f"/api/v1/{path}", headers=BEARER)


def delete(client: Client, path: str) -> int:
    return client.delete(f"/api/v1/{path}", headers=BEARER).status_code


def ask(client: Client, question: str, **more: object) -> Any:  # noqa: ANN401 - a JSON document
    response = post(client, "ask", {"question": question, **more})
    assert response.status_code == 200, response.content
    return response.json()


def listen(client: Client, question: str, **more: object) -> Heard:
    response = post(client, "ask", {"question": question, **more}, Accept="text/event-stream")
    assert response["Content-Type"] == "text/event-stream"
    return Heard(tuple(_events(b"".join(response.streaming_content).decode())))


def _events(text: str) -> list[tuple[str, Any]]:
    blocks = [block for block in text.split("\n\n") if block.startswith("event: ")]
    lines = [block.split("\n") for block in blocks]
    return [
        (line[0].removeprefix("event: "), json.loads(line[1].removeprefix("data: ")))
        for line in lines
    ]
