"""Keys on the real engine: a release that answers with one, and no trace of it elsewhere."""

import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.machine import Machine, docker, tree
from provider_server import ProviderServer

GOOD, OTHER, BAD = "sk-canary-e2e-good", "sk-canary-e2e-other", "sk-canary-e2e-bad"


@pytest.fixture(scope="module")
def server() -> Iterator[ProviderServer]:
    """On every address, so that a container reaches it over the bridge."""
    with ProviderServer(keys={GOOD: "valid", OTHER: "valid"}, address=("0.0.0.0", 0)) as made:  # noqa: S104
        yield made


@pytest.fixture(scope="module")
def base_url(server: ProviderServer) -> str:
    return f"http://host.docker.internal:{server.port}/v1"


def key_file(folder: Path, key: str) -> str:
    path = folder / "key.txt"
    path.write_text(key)
    return str(path)


def place_key(stack: Machine, base_url: str, file: str) -> list[str]:
    return ["keys", "set", "openai", "--base-url", base_url, "--key-file", file, "--yes"]


@pytest.fixture(scope="module")
def keyed(stack: Machine, base_url: str, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """The shared stack with a key; `ps` is watched for the whole of it."""
    seen: set[str] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            seen.add(subprocess.check_output(["ps", "-eo", "args"], text=True))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        file = key_file(tmp_path_factory.mktemp("key"), GOOD)
        data = stack.ok(*place_key(stack, base_url, file)).data
    finally:
        over.set()
        watcher.join()
    assert (data["changed"], data["release"]) == (True, 2)
    assert not [text for text in seen if GOOD in text]
    return stack


def test_the_new_release_is_healthy_and_sees_the_key_as_a_file(
    keyed: Machine, server: ProviderServer
) -> None:
    container = keyed.container()

    assert keyed.ok("health", "--deep").data["healthy"] is True
    assert docker("exec", container, "cat", "/run/secrets/openai_api_key") == GOOD
    hosts = docker("exec", container, "cat", "/etc/hosts")
    assert "host.docker.internal" in hosts


def test_a_new_question_is_answered_with_it(keyed: Machine, server: ProviderServer) -> None:
    keyed.json("ask", "Which purple teapots were painted on a Tuesday?")

    asked = [one for one in server.requests if one.path.endswith("/chat/completions")]
    assert asked
    assert {one.headers["authorization"] for one in asked} == {f"Bearer {GOOD}"}


def test_check_says_valid_with_the_engine_down(keyed: Machine, tmp_path: Path) -> None:
    away = Machine(keyed.program, keyed.home, keyed.name, keyed.port)
    away.extra = {"DOCKER_HOST": f"unix://{tmp_path}/nobody.sock"}

    for machine in (keyed, away):
        (one,) = machine.ok("keys", "check").data["keys"]
        assert (one["provider"], one["class"]) == ("openai", "valid")


def test_the_same_again_changes_no_byte(keyed: Machine, base_url: str, tmp_path: Path) -> None:
    before, container = tree(keyed.folder), keyed.container()

    again = keyed.ok(*place_key(keyed, base_url, key_file(tmp_path, GOOD)))

    assert again.data["changed"] is False
    assert keyed.set_up("--demo").data["changed"] is False
    assert (tree(keyed.folder), keyed.container()) == (before, container)


def test_a_refused_key_changes_nothing(keyed: Machine, base_url: str, tmp_path: Path) -> None:
    before, container = tree(keyed.folder), keyed.container()

    refused = keyed.json(*place_key(keyed, base_url, key_file(tmp_path, BAD)), "-vv")

    assert refused.code == 7
    assert "keys set openai" in refused.envelope["errors"][0]["hint"]
    assert (tree(keyed.folder), keyed.container()) == (before, container)
    assert BAD not in refused.out + refused.err


def test_no_canary_is_anywhere_but_in_its_file(keyed: Machine) -> None:
    container = keyed.container()
    places = {
        "inspect": docker("inspect", container),
        "logs": docker("logs", container),
        "processes": docker("top", container, "-eo", "pid,args"),
        "environment": docker("exec", container, "cat", "/proc/1/environ"),
        "status": json.dumps(keyed.ok("status", "-vv").data),
    }

    assert not [place for place, text in places.items() if "sk-canary" in text]
    holding = [name for name, content in tree(keyed.home).items() if b"sk-canary" in content]
    assert holding == [f"installs/{keyed.name}/secrets/openai_api_key"]


def test_rotating_and_removing_end_what_was_before(
    keyed: Machine, base_url: str, tmp_path: Path
) -> None:
    keyed.ok(*place_key(keyed, base_url, key_file(tmp_path, OTHER)))
    assert docker("exec", keyed.container(), "cat", "/run/secrets/openai_api_key") == OTHER

    keyed.ok("keys", "remove", "openai", "--yes")

    assert keyed.ok("keys", "check").data["keys"] == []
    assert not any(b"sk-canary" in content for content in tree(keyed.home).values())
    assert "openai_api_key" not in docker("inspect", keyed.container())
