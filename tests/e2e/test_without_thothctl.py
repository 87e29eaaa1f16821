"""The rendered files alone start the stack, for people without thothctl."""

import json
import subprocess
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.machine import Machine, docker, free_port

QUESTION = "How many charter schools are there in Alameda County?"


@pytest.fixture
def folder(program: Path, images: None, tmp_path: Path) -> Iterator[Path]:
    Machine(program, tmp_path / "home").ok("render", str(tmp_path / "dist"))
    folder = tmp_path / "dist"
    yield folder
    if (folder / ".env").exists():
        subprocess.run(["docker", "compose", "down", "--volumes"], cwd=folder, check=True)


def compose(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["docker", "compose", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def chosen(text: str, image: str, port: int) -> str:
    """What a reader of the example would change."""
    values = {
        "COMPOSE_PROJECT_NAME": f"alone-{uuid.uuid4().hex[:8]}",
        "THOTH_IMAGE": image,
        "THOTH_PORT": str(port),
    }
    lines = [line.partition("=") for line in text.splitlines()]
    return "\n".join(
        f"{name}={values[name]}" if name in values else f"{name}{equals}{rest}"
        for name, equals, rest in lines
    )


def test_the_example_starts_answers_and_keeps_its_secrets(
    folder: Path, program: Path, tmp_path: Path
) -> None:
    listed = Machine(program, tmp_path / "home").ok("images", "list").data["images"]
    image = next(tag for one in listed for tag in one["tags"] if tag.startswith("thoth-ai:"))
    port = free_port()
    (folder / ".env").write_text(chosen((folder / ".env.example").read_text(), image, port))

    (folder / "docker-compose.yml").chmod(0o444)
    compose(folder, "up", "-d", "--wait")

    token = compose(folder, "exec", "-T", "app", "cat", "/data/secrets/api_token").strip()
    request = urllib.request.Request(  # our own server on loopback
        f"http://127.0.0.1:{port}/api/v1/ask",
        data=json.dumps({"question": QUESTION}).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as reply:
        answer = json.load(reply)
    assert answer["answered"] is True
    assert answer["rows"][0][0] > 0
    container = compose(folder, "ps", "-q", "app").strip()
    password = compose(folder, "exec", "-T", "app", "cat", "/data/secrets/admin_password").strip()
    told = docker("inspect", container) + docker("logs", container)
    assert token not in told
    assert password not in told
