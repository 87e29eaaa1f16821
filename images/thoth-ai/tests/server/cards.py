"""Calls about one workspace, of cards."""

import json
from typing import Any

from django.test import Client

from tests.server.account import TOKEN
from thoth_ai.workspaces.models import VectorPoint

BASE = "/api/v1/workspaces/cards"
LAST = {"question": "Which card is last?", "sql": 'SELECT "card Name" FROM cards WHERE id = 2'}


def call(
    client: Client, method: str, path: str = "", body: object = None, *, token: str = TOKEN
) -> Any:  # noqa: ANN401 - Django's test response
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.generic(
        method,
        BASE + path,
        data=b"" if body is None else content,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def points_of(kind: str) -> set[tuple[str, str]]:
    return set(VectorPoint.objects.filter(kind=kind).values_list("ref", "text"))
