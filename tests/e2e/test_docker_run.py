"""The image alone, by `docker run`, answering with a model in each protocol.

The provider is a local server that speaks the protocols, because no real one can be had here.
"""

import json
import sqlite3
import subprocess
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from e2e.machine import Machine, bridge_address, docker, free_port
from provider_server import ProviderServer

KEY = "canary-docker-run-0451"
SQL = (
    'SELECT "Artist"."Name", COUNT(*) AS "albums" FROM "Album" JOIN "Artist" USING ("ArtistId")'
    ' GROUP BY "Artist"."ArtistId" ORDER BY "albums" DESC, "Artist"."Name" LIMIT 5'
)
QUESTION = "Which five artists made the most albums?"
INSIDE = "/tmp/my music.sqlite"  # noqa: S108 - a path in the container
VARIABLES = {
    "openai": ("OPENAI_API_KEY", "/v1"),
    "anthropic": ("ANTHROPIC_API_KEY", ""),
    "gemini": ("GOOGLE_API_KEY", ""),
}


@dataclass(frozen=True)
class Alone:
    """A container that nobody but the user looks after."""

    name: str
    port: int

    def exec(self, *words: str, feed: bytes = b"") -> str:
        done = subprocess.run(
            ["docker", "exec", "-i", self.name, *words],
            input=feed,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, f"{words}: {done.stderr.decode()}"
        return done.stdout.decode()

    def ask(self, question: str, workspace: str | None = None) -> Any:  # noqa: ANN401 - JSON
        token = self.exec("cat", "/data/secrets/api_token").strip()
        request = urllib.request.Request(  # our own server on loopback
            f"http://127.0.0.1:{self.port}/api/v1/ask",
            data=json.dumps({"question": question, "workspace": workspace}).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)

    def await_healthy(self) -> None:
        """The engine tells when the image's own check says so; a start that hangs ends in time."""
        watch = ["docker", "events", "--since", "10m", "--filter", f"container={self.name}"]
        watch += ["--filter", "event=health_status: healthy", "--format", "{{.Status}}"]
        with subprocess.Popen(["timeout", "90", *watch], stdout=subprocess.PIPE) as events:
            assert events.stdout is not None
            told = events.stdout.readline()
            events.terminate()
        assert told, docker("logs", self.name)


@pytest.fixture(scope="module")
def image(program: Path, images: None, tmp_path_factory: pytest.TempPathFactory) -> str:
    machine = Machine(program, tmp_path_factory.mktemp("home"))
    listed = machine.ok("images", "list").data["images"]
    tags = [str(tag) for one in listed for tag in one["tags"]]
    return next(tag for tag in tags if tag.startswith("thoth-ai:"))


@pytest.fixture(scope="module")
def provider() -> Iterator[ProviderServer]:
    rules = [
        {"match": QUESTION, "reply": json.dumps({"sql": SQL})},
        {"match": "", "reply": '{"no_answer": "The tables do not tell."}'},
    ]
    with ProviderServer(rules, keys={KEY: "valid"}, address=(bridge_address(), 0)) as server:
        yield server


def run(image: str, env_file: Path) -> Alone:
    name, port = f"alone-{uuid.uuid4().hex[:8]}", free_port()
    docker(
        "run", "-d", "--name", name, "-p", f"127.0.0.1:{port}:8080", "-v", f"{name}:/data",
        "--env-file", str(env_file), "--add-host", "host.docker.internal:host-gateway", image,
        "--standalone",
    )  # fmt: skip
    return Alone(name, port)


def remove(alone: Alone) -> None:
    docker("rm", "-f", "-v", alone.name)
    docker("volume", "rm", "-f", alone.name)


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    path = tmp_path / "my.env"
    path.write_text("DEPLOYMENT_MODE=standalone\nADMIN_EMAIL=me@example.org\n")
    return path


@pytest.fixture
def alone(image: str, env_file: Path) -> Iterator[Alone]:
    made = run(image, env_file)
    try:
        made.await_healthy()
        yield made
    finally:
        remove(made)


@pytest.mark.parametrize("name", VARIABLES)
def test_a_real_database_is_asked_through_each_protocol_and_equals_sqlite(
    image: str, env_file: Path, provider: ProviderServer, chinook: Path, name: str
) -> None:
    variable, path = VARIABLES[name]
    base = f"http://host.docker.internal:{provider.port}{path}"
    lines = [f"LLM_PROVIDER={name}", f"{variable}={KEY}", f"LLM_BASE_URL={base}"]
    env_file.write_text(env_file.read_text() + "\n".join([*lines, "LLM_MODEL=m", ""]))
    alone = run(image, env_file)
    try:
        alone.await_healthy()
        docker("cp", str(chinook), f"{alone.name}:{INSIDE}")
        words = ("--sqlite-file", INSIDE, "--name", "music", "--create-workspace")
        alone.exec("import-bird", *words)

        reply = alone.ask(QUESTION, "music")
        declined = alone.ask("What will the weather be?", "music")

        assert (reply["source"]["kind"], reply["source"]["provider"]) == ("model", name)
        with closing(sqlite3.connect(f"file:{chinook}?mode=ro", uri=True)) as source:
            assert [tuple(row) for row in reply["rows"]] == source.execute(SQL).fetchall()
        assert declined["message"] == "The tables do not tell."
        assert KEY not in docker("logs", alone.name)
        searched = ["docker", "exec", alone.name, "grep", "-rl", KEY, "/data"]
        assert subprocess.run(searched, capture_output=True, check=False).returncode == 1
    finally:
        remove(alone)


def test_the_commands_of_the_image_are_safe_to_run_again(alone: Alone) -> None:
    before = alone.exec("manage.py", "dumpdata", "accounts", "workspaces")

    alone.exec("setup")
    alone.exec("migrate")

    assert alone.exec("manage.py", "dumpdata", "accounts", "workspaces") == before


def test_dumped_data_is_loaded_into_another_container(
    image: str, alone: Alone, env_file: Path, chinook: Path
) -> None:
    docker("cp", str(chinook), f"{alone.name}:{INSIDE}")
    alone.exec("import-bird", "--sqlite-file", INSIDE, "--name", "music", "--create-workspace")
    kinds = ("accounts", "workspaces", "questions")
    dumped = alone.exec("manage.py", "dumpdata", *kinds)
    other = run(image, env_file)
    try:
        other.await_healthy()
        files = docker("exec", alone.name, "ls", "/data/databases").split()

        other.exec("manage.py", "loaddata", "--format", "json", "-", feed=dumped.encode())
        for file in files:
            content = subprocess.run(
                ["docker", "exec", alone.name, "cat", f"/data/databases/{file}"],
                capture_output=True,
                check=True,
            ).stdout
            other.exec(
                "sh",
                "-c",
                f"mkdir -p /data/databases && cat > /data/databases/{file}",
                feed=content,
            )

        loaded = other.exec("manage.py", "dumpdata", *kinds)
        assert json.loads(loaded) == json.loads(dumped)
        question = "How many rows are in Artist?"
        assert other.ask(question, "music")["rows"] == alone.ask(question, "music")["rows"]
    finally:
        remove(other)
