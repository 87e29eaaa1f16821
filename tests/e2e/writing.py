"""Somebody who writes while other things happen."""

import json
import ssl
import threading
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import count
from typing import Any

from e2e.machine import Machine
from e2e.own_images import until

WORKSPACE = "california_schools"


@dataclass
class Writing:
    """Writes one thing after the other while the body runs; `kept` are those acknowledged."""

    write: Callable[[int], str]
    kept: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Writing":  # noqa: PYI034 - a dataclass without heirs
        self._thread = threading.Thread(target=self._go_on)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _go_on(self) -> None:
        numbers = count(1)
        while not self._ended.wait(0.02):
            try:
                self.kept.append(self.write(next(numbers)))
            except (OSError, HTTPException) as error:
                self.refused.append(str(error))


@dataclass(frozen=True)
class Teacher:
    """Adds two examples to a workspace and takes the first away; each is a row and a vector."""

    machine: Machine

    def __call__(self, number: int) -> str:
        taken, kept = self._teach("first", number), self._teach("second", number)
        self._call("DELETE", f"/{taken['id']}")
        return str(kept["id"])

    def _teach(self, word: str, number: int) -> Any:  # noqa: ANN401 - JSON
        sql = f"SELECT count(*) + {number} FROM schools"
        return self._call("POST", "", {"question": f"The {word} of the pair {number}", "sql": sql})

    def _call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        token = self.machine.secret("api_token").strip()
        request = urllib.request.Request(
            f"{self._base}/api/v1/workspaces/{WORKSPACE}/examples{path}",
            json.dumps(body).encode() if body else None,
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=60, context=self._trust) as reply:
            text = reply.read()
        return json.loads(text) if text else None

    @property
    def _authority(self) -> str | None:
        file = self.machine.folder / "tls/authority.pem"
        return str(file) if file.exists() else None

    @property
    def _base(self) -> str:
        scheme = "https" if self._authority else "http"
        return f"{scheme}://localhost:{self.machine.port}"

    @property
    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._authority)


def back_up_amid_writing(machine: Machine) -> None:
    """A backup with writes before, during and after it; none of them is refused."""
    with Writing(Teacher(machine)) as writing:
        until(lambda: writing.kept or writing.refused, 120, every=0.02)
        machine.ok("backup", "create")
        kept = len(writing.kept)
        until(lambda: len(writing.kept) > kept or writing.refused, 120, every=0.02)
    assert not writing.refused
