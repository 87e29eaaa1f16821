"""Settings of the production stack that take effect on the real engine, on what they concern."""

import json
import ssl
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from e2e.machine import LABEL, Machine, docker

QUESTION = "How many charter schools are there in Alameda County?"
OTHERS = (
    "How many schools are there?",
    "Which county has the most schools?",
)


@pytest.fixture(scope="module")
def production(
    program: Path, images: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    with Machine(program, tmp_path_factory.mktemp("tuning")) as made:
        made.set_up("--mode", "production", "--timeout", "180")
        yield made


def containers(machine: Machine) -> dict[str, list[dict[str, Any]]]:
    """What the engine knows of each service's containers that run."""
    found = docker("ps", "-q", "--filter", f"label={LABEL}={machine.label}").split()
    services: dict[str, list[dict[str, Any]]] = {}
    for one in json.loads(docker("inspect", *found)):
        services.setdefault(one["Config"]["Labels"]["io.thoth.service"], []).append(one)
    return services


def started(machine: Machine) -> dict[str, set[str]]:
    """When the containers of each service were started."""
    return {
        name: {one["Id"] + one["State"]["StartedAt"] for one in ones}
        for name, ones in containers(machine).items()
    }


def get(machine: Machine, path: str) -> bytes:
    trusting = ssl.create_default_context(cafile=str(machine.folder / "tls/authority.pem"))
    token = machine.secret("api_token").strip()
    request = urllib.request.Request(
        f"https://localhost:{machine.port}{path}", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, context=trusting, timeout=30) as reply:
        return bytes(reply.read())


def answers(machine: Machine) -> list[object]:
    asked = (machine.json("ask", question).data for question in (QUESTION, *OTHERS))
    return [(one.get("rows"), one.get("sql")) for one in asked]


@pytest.mark.parametrize(
    "settings",
    [
        ["services.app.memory=1200m"],
        ["redis.max_memory=200m"],
        ["host_name=localhost,thoth.example.org"],
        ["services.nginx.cpus=1.5", "logging.max_files=4"],
    ],
)
def test_only_what_a_dry_run_names_is_made_anew(production: Machine, settings: list[str]) -> None:
    before = started(production)
    planned = production.ok("config", "set", *settings, "--dry-run").data["recreated"]

    production.ok("config", "set", *settings, "--timeout", "120")

    after = started(production)
    anew = {name for name in after if after[name] != before[name]}
    assert anew == set(planned) - {"setup"}
    assert production.ok("doctor", "--quick").envelope["ok"] is True


def test_a_limit_is_the_engine_s(production: Machine) -> None:
    postgres = started(production)["postgres"]

    production.ok("config", "set", "services.app.memory=1100m", "services.app.cpus=1.5")

    (app,) = containers(production)["app"]
    assert app["HostConfig"]["Memory"] == 1100 * 1024**2
    assert app["HostConfig"]["NanoCpus"] == 1_500_000_000
    assert started(production)["postgres"] == postgres


def test_postgres_and_redis_run_with_what_was_set(production: Machine) -> None:
    production.ok("config", "set", "postgres.max_connections=150", "redis.policy=volatile-ttl")

    found = {name: ones[0]["Id"] for name, ones in containers(production).items()}
    shown = docker("exec", found["postgres"], "psql", "-h", "/tmp", "-XAtc", "SHOW max_connections")  # noqa: S108 - inside
    policy = docker("exec", found["redis"], "redis-operator", "CONFIG GET maxmemory-policy")
    assert shown.strip() == "150"
    assert "volatile-ttl" in policy


def test_two_servers_share_the_work_and_one_that_dies_is_not_noticed(production: Machine) -> None:
    first = started(production)["app"]
    production.ok("config", "set", "services.app.replicas=2", "--timeout", "120")
    assert first < started(production)["app"]
    failed: list[str] = []
    stop = threading.Event()

    def ask_on() -> None:
        while not stop.is_set():
            try:
                get(production, "/api/v1/workspaces")
            except OSError as error:
                failed.append(str(error))

    asking = threading.Thread(target=ask_on)
    asking.start()
    nginx = containers(production)["nginx"][0]["Id"]
    while len(served(nginx)) < 2:
        assert asking.is_alive()
    docker("kill", containers(production)["app"][0]["Id"])
    for _ in range(30):
        get(production, "/api/v1/workspaces")
    stop.set()
    asking.join()

    assert failed == []
    production.ok("start")
    assert production.ok("health", "--wait", "--timeout", "60").envelope["ok"] is True
    production.ok("config", "set", "services.app.replicas=1")
    assert len(containers(production)["app"]) == 1


def served(nginx: str) -> Counter[str]:
    """Requests by the server that answered them."""
    lines = docker("logs", "--tail", "200", nginx).splitlines()
    return Counter(
        found["upstream"]
        for line in lines
        if line.startswith("{") and (found := json.loads(line)).get("upstream")
    )


def test_another_vector_store_gives_the_same_answers(production: Machine) -> None:
    before, running = answers(production), started(production)

    done = production.ok("config", "set", "vector=chroma", "--timeout", "180")

    assert "index" in done.err.lower()
    checks = {one["probe"]: one for one in production.ok("health", "--deep").envelope["checks"]}
    assert "vectors in chroma" in checks["vector"]["summary"]
    assert answers(production) == before
    after = started(production)
    assert {n: after[n] for n in ("postgres", "redis", "nginx")} == {
        n: running[n] for n in ("postgres", "redis", "nginx")
    }
    assert after["chroma"]
    production.ok("config", "set", "vector=pgvector", "--timeout", "180")
    assert answers(production) == before
    assert "chroma" not in containers(production)


def test_a_new_password_of_redis_is_everybody_s(production: Machine) -> None:
    old = production.secret("redis_password")

    production.ok("secrets", "rotate", "redis_password", "--timeout", "120")

    assert production.secret("redis_password") != old
    assert production.ok("health", "--wait", "--timeout", "60").envelope["ok"] is True


def test_an_image_that_is_not_to_be_had_changes_nothing(production: Machine) -> None:
    pulled = "docker.io/qdrant/qdrant:v1.15.5-unprivileged"
    before, said = started(production), answers(production)

    done = production.json("config", "set", "vector=qdrant", "--timeout", "180")

    if docker("images", "-q", pulled).strip():  # it was there, or a registry had it
        assert done.code == 0
        assert answers(production) == said
        production.ok("config", "set", "vector=pgvector", "--timeout", "180")
        return
    assert done.code == 15
    assert "pull" in done.envelope["errors"][0]["message"]
    assert done.envelope["errors"][0]["hint"]
    assert started(production) == before
    assert production.ok("config", "get", "vector").data["settings"] == {"vector": "pgvector"}
