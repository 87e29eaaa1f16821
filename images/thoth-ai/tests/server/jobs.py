"""Jobs as a client sends and follows them."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.test import Client

from tests.server import databases
from tests.server.conversations import BEARER, get
from thoth_ai.jobs import uploads, work
from thoth_ai.jobs.models import Job

DEADLINE = 40.0


def bundle(tmp_path: Path, rows: int = 3) -> bytes:
    return databases.bundle(databases.small(tmp_path / f"{rows}.sqlite", rows=rows).read_bytes())


def send(client: Client, content: bytes, query: str = "name=zoo&create=true") -> Any:  # noqa: ANN401 - Django's test response
    return client.post(
        f"/api/v1/imports?{query}", data=content, content_type="application/x-tar", headers=BEARER
    )


def ended(client: Client, key: str) -> Any:  # noqa: ANN401 - a JSON document
    return eventually(
        lambda: next(
            (d for d in [get(client, f"jobs/{key}").json()] if d["state"] in ("done", "failed")),
            None,
        )
    )


def eventually(look: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever is looked for
    deadline = time.monotonic() + DEADLINE
    while not (found := look()):
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.05)
    return found


def waiting(tmp_path: Path, rows: int = 3) -> Job:
    content = bundle(tmp_path, rows)
    upload = uploads.keep(once(content), len(content))
    payload = {"name": "zoo", "create": True, "replace": False, "upload": upload}
    return Job.objects.create(kind=work.IMPORT, payload=payload)


def once(content: bytes) -> Callable[[int], bytes]:
    pieces = iter([content, b""])
    return lambda _: next(pieces)
