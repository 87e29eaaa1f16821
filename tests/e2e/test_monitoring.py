"""A watched production stack on the real engine: figures, alerts, logs that leave the machine."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from e2e.engine_view import containers
from e2e.machine import Machine, docker, free_port
from e2e.test_production import call

SECONDS = 120.0
WATCHING = {"prometheus", "alertmanager", "node-exporter"}
JOBS = {"app", "worker", "nginx", "thothctl", "prometheus", "alertmanager"}
LISTEN = """
import socket
heard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
heard.bind(("", 5514))
while True:
    print(heard.recv(65536).decode(errors="replace"), flush=True)
"""


class Listener:
    """A collector of syslog in a container of its own."""

    def __init__(self, name: str) -> None:
        self.name, self.port = f"{name}-syslog", free_port()

    def start(self) -> None:
        image = docker("images", "-q", "--filter", "label=org.opencontainers.image.title=thoth-ai")
        published = f"127.0.0.1:{self.port}:5514/udp"
        words = [
            "run",
            "-d",
            "--no-healthcheck",
            "--name",
            self.name,
            "-p",
            published,
            "--entrypoint",
            "python3",
        ]
        docker(*words, image.split()[0], "-c", LISTEN)

    def heard(self) -> str:
        return docker("logs", self.name)


@pytest.fixture(scope="module")
def listener(images: None, watched_machine: Machine) -> Iterator[Listener]:
    made = Listener(watched_machine.name)
    made.start()
    yield made
    docker("rm", "-f", "-v", made.name)


@pytest.fixture(scope="module")
def watched_machine(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return Machine(program, tmp_path_factory.mktemp("watched"))


class Watched:
    """The stack, what setup said, and the door that was opened to Prometheus."""

    def __init__(self, machine: Machine, listener: Listener) -> None:
        self.machine, self.port = machine, free_port()
        self.words = (
            "--mode", "production", "--monitoring", "--timeout", "240",
            "--set", f"monitoring.port={self.port}",
            "--set", f"logging.ship_to=syslog+udp://127.0.0.1:{listener.port}",
        )  # fmt: skip
        self.said = machine.set_up(*self.words).envelope

    def get(self, path: str, **words: str) -> Any:  # noqa: ANN401 - a document of Prometheus
        query = urllib.parse.urlencode(words)
        address = f"http://127.0.0.1:{self.port}/api/v1/{path}?{query}"
        with urllib.request.urlopen(address, timeout=30) as reply:
            return json.load(reply)["data"]

    def ask(self, expr: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("query", query=expr)["result"]
        return found

    def value(self, expr: str) -> float | None:
        found = self.ask(expr)
        return float(found[0]["value"][1]) if found else None


@pytest.fixture(scope="module")
def watched(watched_machine: Machine, listener: Listener) -> Iterator[Watched]:
    with watched_machine:
        yield Watched(watched_machine, listener)


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError):
            if happened():
                return
        time.sleep(1)
    pytest.fail("it did not happen in time")


def test_every_target_is_up(watched: Watched) -> None:
    until(lambda: {one["metric"]["job"] for one in watched.ask("up == 1")} == JOBS)


def test_without_grafanas_image_the_rest_runs_and_setup_says_so(watched: Watched) -> None:
    there = set(containers(watched.machine))
    assert there >= WATCHING
    if "grafana" not in there:
        (warning,) = watched.said["warnings"]
        assert "grafana was left out" in warning
    assert watched.machine.ok("health", "--wait", "--timeout", "120").envelope["ok"] is True


def test_a_second_setup_has_nothing_to_do(watched: Watched) -> None:
    assert watched.machine.set_up(*watched.words).data["changed"] is False


def test_what_thothctl_knows_is_seen_in_prometheus(watched: Watched) -> None:
    until(lambda: watched.value("thothctl_operation_open") == 0)

    assert watched.value("thothctl_release_number") == 1
    assert (watched.value("thothctl_certificate_expiry_timestamp_seconds - time()") or 0) > 86400
    measured = {one["metric"]["service"] for one in watched.ask("thothctl_container_running == 1")}
    assert measured == set(containers(watched.machine)) - {"setup"}
    assert (watched.value("min(thothctl_container_memory_bytes)") or 0) > 1_000_000
    assert (watched.value("min(thothctl_container_cpu_seconds_total)") or 0) > 0
    assert (watched.value("min(thothctl_disk_free_bytes)") or 0) > 0


def test_what_stores_and_queue_tell_is_seen_in_prometheus(watched: Watched) -> None:
    question = "How many charter schools are there in Alameda County?"
    call(watched.machine, "/api/v1/ask", {"question": question})

    up = ("thoth_database_up", "thoth_vector_store_up", "thoth_redis_up")
    until(lambda: all(watched.value(f"min({name})") == 1 for name in up))
    assert (watched.value("max(thoth_postgres_connections)") or 0) > 0
    assert (watched.value("nginx_connections_active") or 0) >= 1
    until(lambda: watched.value("sum(thoth_questions_total)") == 1)


def test_every_rule_is_evaluated_and_none_that_matters_goes_off(watched: Watched) -> None:
    def rules() -> list[dict[str, Any]]:
        return [rule for group in watched.get("rules")["groups"] for rule in group["rules"]]

    until(lambda: all(rule["health"] == "ok" for rule in rules()))
    assert not [rule["name"] for rule in rules() if rule["state"] == "firing"]


def test_figures_are_not_to_be_had_from_outside(watched: Watched) -> None:
    for path in ("/metrics", "/metrics/", "/health/"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            call(watched.machine, path)
        assert refused.value.code == 404
    published = {
        name: [binding["HostIp"] for ones in ports.values() for binding in ones or ()]
        for name, one in containers(watched.machine).items()
        if any((ports := one["NetworkSettings"]["Ports"]).values())
    }
    assert published.keys() == {"nginx", "prometheus"}
    assert set(published["prometheus"]) == {"127.0.0.1"}


def test_who_watches_is_locked_up_as_well(watched: Watched) -> None:
    found = containers(watched.machine)
    for name in WATCHING:
        host = found[name]["HostConfig"]
        assert host["ReadonlyRootfs"] is True, name
        assert host["CapDrop"] == ["ALL"], name
        assert host["PidsLimit"], name
        assert host["Memory"], name
        assert found[name]["Config"]["User"] not in {"", "0", "root"}, name
        assert "docker.sock" not in json.dumps(host["Binds"]), name


def test_logs_leave_the_machine_and_are_shown_here_all_the_same(
    watched: Watched, listener: Listener
) -> None:
    assert call(watched.machine, "/api/v1/workspaces")["workspaces"]

    until(lambda: f"thoth-{watched.machine.name}-app-1" in listener.heard())
    until(lambda: "/api/v1/workspaces" in listener.heard())
    lines = watched.machine.ok("logs", "app", "--grep", "/api/v1/workspaces").data["lines"]
    assert lines


def test_a_service_that_is_gone_sets_an_alert_off_until_it_is_back(watched: Watched) -> None:
    watched.machine.ok("stop", "worker")
    gone = 'ALERTS{alertname=~"ServiceDown|ServiceGone",job="worker"}'
    until(lambda: bool(watched.ask(gone)))

    watched.machine.ok("start", "worker", "--timeout", "120")

    until(lambda: not watched.ask(gone))


def test_uninstall_leaves_no_labelled_object(watched: Watched) -> None:
    label = watched.machine.label

    watched.machine.ok("uninstall", "--purge", "--confirm", watched.machine.name, "--yes")

    assert not any(watched.machine.left(label).values())
