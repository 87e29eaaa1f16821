"""`make bench`: figures of the product against alternatives of the same run, as one page."""

import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from bench.section import PAGE, sections
from e2e.machine import Machine, docker

pytestmark = pytest.mark.bench

RUNS = 11
MIB = 1024 * 1024
QUESTION = "How many charter schools are there in Alameda County?"


@dataclass(frozen=True)
class Figure:
    """A measured value, what it is compared with, and what was promised."""

    what: str
    value: float
    unit: str
    against: str
    other: float
    target: str

    def row(self) -> str:
        ratio = f"{self.value / self.other:.2f} × {self.against}" if self.other else "-"
        return f"| {self.what} | {self.value:,.0f} {self.unit} | {ratio} | {self.target} |"


def milliseconds(act: Callable[[], object], runs: int = RUNS) -> float:
    """The median, the first run left out."""
    times = []
    for _ in range(runs + 1):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times[1:])


def running(argv: Sequence[str]) -> Callable[[], object]:
    return lambda: subprocess.run(argv, check=True, capture_output=True)


def test_figures(stack: Machine) -> None:
    compose = milliseconds(running(["docker", "compose", "version"]))
    python = milliseconds(running([sys.executable, "-c", "pass"]))
    figures = [
        *start_up(stack, compose),
        Figure(
            "bare Python, for comparison", python, "ms", "`docker compose version`", compose, "-"
        ),
        *stack_up(stack),
        answer(stack),
        *sizes(stack),
    ]

    PAGE.write_text(page(figures) + sections(), encoding="utf-8")

    assert all(figure.value > 0 for figure in figures)


def start_up(stack: Machine, compose: float) -> list[Figure]:
    program = str(stack.program)
    name = "`docker compose version`"
    status = milliseconds(lambda: stack.ok("status"))
    return [
        Figure(f"`thothctl {words}`", milliseconds(running([program, *words.split()])), "ms", name,
               compose, target)
        for words, target in (("--version", "≤ 100 ms"), ("--help", "≤ 200 ms"))
    ] + [Figure("`thothctl status --output json`", status, "ms", name, compose, "≤ 500 ms")]  # fmt: skip


def stack_up(stack: Machine) -> list[Figure]:
    """Setup with the images present, against a plain `docker compose up --wait` of its files."""
    other = Machine(stack.program, stack.home.with_name("bench"))
    try:
        began = time.perf_counter()
        other.set_up("--demo")
        setup = (time.perf_counter() - began) * 1000
        began = time.perf_counter()
        other.ok("ask", QUESTION)
        first = setup + (time.perf_counter() - began) * 1000
        plain = by_compose(other)
    finally:
        other.clean()
    name = "`docker compose up --wait` of the same files"
    return [
        Figure("`thothctl setup --demo` to healthy, images present", setup, "ms", name, plain, "≤ 60 s"),
        Figure("the same with the first answer", first, "ms", name, plain, "≤ 5 min"),
    ]  # fmt: skip


def by_compose(other: Machine) -> float:
    """The same release by hand, on an empty volume of its own."""
    volume = other.left(other.label)["volumes"][0]
    folder = other.folder / "releases/1"
    compose = ["docker", "compose", "--project-directory", str(folder)]
    subprocess.run([*compose, "down"], cwd=folder, check=True, capture_output=True)
    docker("volume", "rm", volume)
    began = time.perf_counter()
    subprocess.run([*compose, "up", "-d", "--wait"], cwd=folder, check=True, capture_output=True)
    return (time.perf_counter() - began) * 1000


def answer(stack: Machine) -> Figure:
    asked = milliseconds(lambda: stack.ok("ask", QUESTION))
    status = milliseconds(lambda: stack.ok("status"))
    return Figure("`thothctl ask`", asked, "ms", "`thothctl status`", status, "-")


def sizes(stack: Machine) -> list[Figure]:
    image = docker("inspect", "-f", "{{.Image}}", stack.container()).strip()
    size = int(docker("image", "inspect", "-f", "{{.Size}}", image)) / MIB
    base = int(docker("image", "inspect", "-f", "{{.Size}}", base_image())) / MIB
    return [
        Figure("image `thoth-ai`, unpacked", size, "MiB", "its base image", base, "< 500 MB"),
        Figure("memory of the idle container", memory(stack), "MiB", "an idle Python", idle_python(stack), "< 512 MB"),
    ]  # fmt: skip


def base_image() -> str:
    return docker(
        "images", "-q", "--filter", "label=org.opencontainers.image.title=thoth-base"
    ).split()[0]


def memory(stack: Machine) -> float:
    """Memory as the engine counts it, page cache left out."""
    text = docker("stats", "--no-stream", "--format", "{{json .}}", stack.container())
    used = str(json.loads(text)["MemUsage"]).partition("/")[0].strip()
    units = {"GiB": 1024.0, "MiB": 1.0, "KiB": 1 / 1024}
    unit = next(unit for unit in units if used.endswith(unit))
    return float(used.removesuffix(unit)) * units[unit]


def idle_python(stack: Machine) -> float:
    script = "print(int(open('/proc/self/statm').read().split()[1]) * 4096)"
    return int(docker("exec", stack.container(), "python3", "-c", script)) / MIB


def page(figures: list[Figure]) -> str:
    machine = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    day = datetime.now(tz=UTC).date()
    head = (
        "<!-- Written by `make bench`. -->\n# Figures\n\n"
        f"Measured on {day} ({machine}, 2 cores shared with everything else) with\n\n"
        "```sh\nmake bench\n```\n\n"
        f"Times are medians of {RUNS} runs after one that does not count; set-up is one run.\n"
        "Machines are noisy: compare the ratios, both sides come from one run.\n\n"
        "| what | measured | against | promised |\n|---|---:|---|---|\n"
    )
    return head + "\n".join(figure.row() for figure in figures) + "\n"
