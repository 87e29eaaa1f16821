"""`make bench`: the production stack, each figure against another of the same run, as one page."""

import http.client
import json
import platform
import statistics
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bench.test_figures import Figure
from e2e.engine_view import addresses, containers
from e2e.machine import Machine, docker
from e2e.test_production import SERVICES, trusting

pytestmark = pytest.mark.bench

PAGE = Path(__file__).parents[2] / "docs/reference/figures-production.md"
REQUESTS = 300
PATH = "/api/v1/workspaces"


@pytest.fixture(scope="module")
def measured(
    program: Path, images: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Machine, float]]:
    """A production stack, and the milliseconds it took to be healthy."""
    made = Machine(program, tmp_path_factory.mktemp("production"))
    began = time.perf_counter()
    made.set_up("--mode", "production", "--timeout", "180")
    yield made, (time.perf_counter() - began) * 1000
    made.clean()


def test_figures_of_production(measured: tuple[Machine, float]) -> None:
    machine, setup = measured
    figures = [*latency(machine), *idle(machine), *setting_up(machine, setup)]

    PAGE.write_text(page(figures), encoding="utf-8")

    assert all(figure.value > 0 for figure in figures)


def setting_up(machine: Machine, setup: float) -> list[Figure]:
    """Against Compose on the same files and empty volumes; the stack ends stopped and empty."""
    folder = machine.folder / "releases/1"
    compose = ["docker", "compose", "--project-directory", str(folder)]
    volumes = machine.left(machine.label)["volumes"]
    subprocess.run([*compose, "down"], cwd=folder, check=True, capture_output=True)
    docker("volume", "rm", *volumes)
    began = time.perf_counter()
    subprocess.run(
        [*compose, "up", "-d", "--wait", *SERVICES], cwd=folder, check=True, capture_output=True
    )
    plain = (time.perf_counter() - began) * 1000
    name = "`docker compose up --wait` of the same files"
    return [
        Figure(
            "`thothctl setup --mode production` to healthy, images present",
            setup,
            "ms",
            name,
            plain,
            "≤ 60 s",
        )
    ]


def latency(machine: Machine) -> list[Figure]:
    """The same request through nginx with TLS and straight to gunicorn, in turns."""
    token = {"Authorization": f"Bearer {machine.secret('api_token').strip()}"}
    app = addresses(containers(machine)["app"])["back"]
    edge = http.client.HTTPSConnection("localhost", machine.port, context=trusting(machine))
    direct = http.client.HTTPConnection(app, 8080)
    ways: dict[str, list[float]] = {"edge": [], "direct": []}
    for _ in range(REQUESTS):
        ways["direct"].append(one(direct, {**token, "Host": "app", "X-Forwarded-Proto": "https"}))
        ways["edge"].append(one(edge, token))
        time.sleep(0.06)  # stays below the limit of the edge, which is a part of the product
    edge.close()
    direct.close()
    return [
        Figure(
            f"`GET {PATH}` through nginx with TLS, {name}",
            of(ways["edge"]),
            "ms",
            "gunicorn directly",
            of(ways["direct"]),
            "-",
        )
        for name, of in (("median", statistics.median), ("99th percentile", highest))
    ]


def one(client: http.client.HTTPConnection, headers: dict[str, str]) -> float:
    began = time.perf_counter()
    client.request("GET", PATH, headers=headers)
    reply = client.getresponse()
    reply.read()
    assert reply.status == 200
    return (time.perf_counter() - began) * 1000


def highest(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


def idle(machine: Machine) -> list[Figure]:
    """Memory as the engine counts it, page cache left out, against the limit of each container."""
    found = containers(machine)
    figures = []
    for name in SERVICES:
        used = memory(found[name]["Id"])
        limit = found[name]["HostConfig"]["Memory"] / 1024**2
        figures.append(
            Figure(f"memory of the idle `{name}`", used, "MiB", "its limit", limit, "< its limit")
        )
    return figures


def memory(container: str) -> float:
    text = docker("stats", "--no-stream", "--format", "{{json .}}", container)
    used = str(json.loads(text)["MemUsage"]).partition("/")[0].strip()
    units = {"GiB": 1024.0, "MiB": 1.0, "KiB": 1 / 1024}
    unit = next(unit for unit in units if used.endswith(unit))
    return float(used.removesuffix(unit)) * units[unit]


def page(figures: list[Figure]) -> str:
    machine = f"{platform.system()} {platform.machine()}"
    day = datetime.now(tz=UTC).date()
    head = (
        "<!-- Written by `make bench`. -->\n# Figures of the production stack\n\n"
        f"Measured on {day} ({machine}, 2 cores shared with everything else) with\n\n"
        "```sh\nmake bench\n```\n\n"
        f"Requests are {REQUESTS} on each way, in turns, one at a time, on connections that stay open; set-up is\n"
        "one run. Machines are noisy: compare the ratios, both sides come from one run.\n\n"
        "| what | measured | against | promised |\n|---|---:|---|---|\n"
    )
    return head + "\n".join(figure.row() for figure in figures) + "\n"
