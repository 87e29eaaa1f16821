"""The development mode on the real engine: source that runs as soon as it is saved."""

import json
import re
import shutil
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from e2e.conftest import ROOT
from e2e.machine import LABEL, Machine, docker, free_port
from e2e.own_images import build, until

SERVER = ROOT / "images/thoth-ai"
QUESTION = "How many charter schools are there in Alameda County?"
LIVE = "health/live/"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the server's source, to be edited."""
    folder = tmp_path_factory.mktemp("source")
    for name in ("thoth_ai", "tests"):
        shutil.copytree(
            SERVER / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
        )
    shutil.copy(SERVER / "pyproject.toml", folder)
    return folder


@pytest.fixture(scope="module")
def debugger() -> int:
    return free_port()


@pytest.fixture(scope="module")
def stack(
    program: Path,
    images: None,
    source: Path,
    debugger: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Machine]:
    with Machine(program, tmp_path_factory.mktemp("development")) as made:
        own = ("--source", str(source), "--set", f"debugger.port={debugger}")
        made.set_up("--mode", "development", "--timeout", "180", *own)
        yield made


def container(machine: Machine, service: str) -> dict[str, Any]:
    chosen = f"label=io.thoth.service={service}"
    found = docker("ps", "-q", "--filter", f"label={LABEL}={machine.label}", "--filter", chosen)
    inspected = json.loads(docker("inspect", found.strip()))[0]
    assert isinstance(inspected, dict)
    return inspected


def life(machine: Machine, service: str) -> tuple[str, str, int]:
    """Another value when the container was made anew or restarted."""
    found = container(machine, service)
    return found["Id"], found["State"]["StartedAt"], found["RestartCount"]


def answer(machine: Machine, path: str = LIVE) -> str:
    """What the server says; nothing while it starts."""
    try:
        with urllib.request.urlopen(f"{machine.url}/{path}", timeout=5) as reply:
            return str(reply.read().decode())
    except (OSError, urllib.error.URLError):
        return ""


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


def test_what_is_saved_is_what_answers_without_a_restart_of_the_container(
    stack: Machine, source: Path
) -> None:
    before = {service: life(stack, service) for service in ("app", "worker")}
    starts = stack.ok("logs", "worker", "--grep", "worker starts").data["lines"]

    edit(source / "thoth_ai/health/views.py", '{"status": checks.OK}', '{"status": "edited"}')

    until(lambda: "edited" in answer(stack), 60)
    until(
        lambda: (
            len(stack.ok("logs", "worker", "--grep", "worker starts").data["lines"]) > len(starts)
        ),
        60,
    )
    assert {service: life(stack, service) for service in before} == before


def test_a_mistake_stops_the_server_only_until_it_is_mended(stack: Machine, source: Path) -> None:
    before = life(stack, "app")
    until(lambda: bool(answer(stack)), 60)
    file = source / "thoth_ai/health/views.py"

    edit(file, '{"status": "edited"}', '{"status": ')
    until(lambda: not answer(stack), 60)
    edit(file, '{"status": ', '{"status": "mended"}')

    until(lambda: "mended" in answer(stack), 60)
    assert life(stack, "app") == before


def test_a_template_is_read_anew(stack: Machine, source: Path) -> None:
    until(lambda: "<form" in answer(stack, "login/"), 60)

    edit(source / "thoth_ai/web/templates/web/login.html", "<form", "<p>edited</p><form")

    until(lambda: "<p>edited</p>" in answer(stack, "login/"), 60)


def test_the_server_is_debugged_on_loopback(stack: Machine, debugger: int) -> None:
    request = {
        "seq": 1,
        "type": "request",
        "command": "initialize",
        "arguments": {"adapterID": "test"},
    }

    def initialised() -> bool:
        return "supportsConfigurationDoneRequest" in spoken(debugger, request)

    until(initialised, 60)
    [binding] = container(stack, "app")["NetworkSettings"]["Ports"]["5678/tcp"]
    assert binding == {"HostIp": "127.0.0.1", "HostPort": str(debugger)}


def spoken(port: int, request: object) -> str:
    """What the debug adapter says to one request; nothing while the server starts."""
    body = json.dumps(request).encode()
    heard = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as adapter:
            adapter.sendall(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            while b'"command": "initialize"' not in heard and (piece := adapter.recv(65536)):
                heard += piece
    except OSError:
        return ""
    return heard.decode()


def test_passwords_say_that_they_are_none_and_work(stack: Machine) -> None:
    until(lambda: stack.run("health").code == 0, 60)

    assert stack.secret("admin_password") == "throw-away-admin-password"
    assert stack.ok("ask", QUESTION).data["rows"] == [[8]]
    told = stack.json("secrets", "check")
    assert told.code == 3
    assert "everybody tries first" in told.out


def test_logs_tell_everything_and_mail_is_among_them(stack: Machine) -> None:
    assert stack.ok("logs", "--service", "app", "--grep", '"DEBUG"').data["lines"]

    sent = stack.run("exec", "--", "manage.py", "sendtestemail", "you@example.org")

    assert sent.code == 0, sent.err
    assert "To: you@example.org" in sent.out


def test_services_are_worked_on_by_name(stack: Machine) -> None:
    nginx, postgres = life(stack, "nginx"), life(stack, "postgres")

    stack.ok("stop", "worker")
    stack.ok("start", "worker")
    stack.ok("restart", "nginx")

    assert life(stack, "nginx") != nginx
    assert life(stack, "postgres") == postgres
    assert container(stack, "worker")["State"]["Running"] is True
    until(lambda: "<form" in answer(stack, "login/"), 60)
    with stack.start("logs", "-f", "--service", "nginx", "--tail", "1") as following:
        assert following.stdout is not None
        assert following.stdout.readline().startswith("nginx | ")
        following.terminate()


def test_the_tests_of_the_server_run_inside(stack: Machine) -> None:
    done = stack.run(
        "test", "--", "-q", "tests/answering/test_names.py", "tests/server/test_access.py"
    )
    wrong = stack.run("test", "--", "-q", "tests/no_such_test.py")

    assert done.code == 0, done.out
    assert re.search(r"\d+ passed", done.out)
    assert wrong.code == 4


def test_production_does_not_take_throw_away_passwords_over(stack: Machine) -> None:
    done = stack.json("setup", "--yes", "--mode", "production", "--port", str(stack.port))

    assert done.code == 7
    assert "development" in done.envelope["errors"][0]["message"]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ((), "--source FOLDER"),
        (("--source", "/usr"), "--source FOLDER"),
        (("--source", str(SERVER), "--bind", "0.0.0.0"), "--bind 127.0.0.1"),  # noqa: S104 - refused
    ],
)
def test_what_development_cannot_be_is_refused(
    machine: Machine, words: tuple[str, ...], hint: str
) -> None:
    done = machine.json("setup", "--yes", "--mode", "development", *words)

    assert done.code == 7
    assert hint in done.envelope["errors"][0]["hint"]


def test_the_image_of_production_has_no_debugger(images: None, images_home: Path) -> None:
    image, debugging = build("thoth-ai", images_home), "import debugpy"
    python = ("run", "--rm", "--entrypoint", "/opt/thoth/bin/python3", image, "-c")

    script = f"try:\n {debugging}\nexcept ImportError:\n print('none')"

    assert docker(*python, script).strip() == "none"
