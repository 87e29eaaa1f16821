"""`make bench-upgrade`: what upgrades and ways back cost those who ask meanwhile, beside Compose."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from bench.section import put
from e2e.balanced import installed, put_versions
from e2e.load import Load, Tally
from e2e.machine import KEEP, Machine
from e2e.registry_box import RegistryBox
from e2e.stand_in import version_served

pytestmark = pytest.mark.bench

TITLE = "Upgrades under load"
DOWN, BACK = 10, 60
MOVING = "stand-in"
"""Whoever upgrades by hand leaves the images of PostgreSQL and nginx as they are."""
BROKEN_SECONDS = 30
"""So long nobody mends what plain Compose left broken."""


@dataclass(frozen=True)
class Row:
    """What was done, how long it took, what became of the requests meanwhile, and the promise."""

    what: str
    seconds: float
    tally: Tally
    target: str = "-"
    good: bool = True

    def text(self) -> str:
        kept = ("yes" if self.good else "NO") if self.target != "-" else "-"
        tally = f"{self.tally.requests:,} | {self.tally.failed:,} | {self.tally.downtime:.1f}"
        return f"| {self.what} | {self.seconds:.0f} | {tally} | {self.target} | {kept} |"


@dataclass
class Plain:
    """The same files without thothctl: tags for digests, no labels, names of their own."""

    machine: Machine
    folder: Path
    registry: str

    def write(self, source: Machine, version: str) -> None:
        release = source.folder / f"releases/{source.ok('releases').data['releases'][-1]['number']}"
        done = subprocess.run(
            ["docker", "compose", "config", "--format", "json"],
            cwd=release, capture_output=True, text=True, check=True,
        )  # fmt: skip
        files = json.loads(done.stdout)
        files["name"] = f"thoth-{self.machine.name}"
        for part in ("networks", "volumes"):
            files[part] = {key: {} for key in files[part]}
        for service in files["services"].values():
            service.pop("labels", None)
            service.pop("pull_policy", None)
            name = service["image"].partition("@")[0].rpartition("/")[2]
            tag = "${TAG}" if name == MOVING else version
            service["image"] = f"{self.registry}/{name}:{tag}"
            for port in service.get("ports", ()):
                port["published"] = str(self.machine.port)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "compose.yaml").write_text(json.dumps(files))
        self.go_to(version)

    def go_to(self, version: str) -> None:
        """As every manual says: pull, then up."""
        (self.folder / ".env").write_text(f"TAG={version}\n")
        for words in (("pull", "--quiet"), ("up", "--detach", "--wait", "--wait-timeout", "60")):
            subprocess.run(
                ["docker", "compose", *words], cwd=self.folder, capture_output=True, check=False
            )


@pytest.fixture(scope="module")
def registry(images_home: Path) -> Iterator[RegistryBox]:
    box = RegistryBox(images_home)
    try:
        put_versions(box.start(), images_home)
        yield box
    finally:
        if not KEEP:
            box.clean()


@pytest.fixture
def stack(program: Path, registry: RegistryBox, tmp_path: Path) -> Iterator[Machine]:
    made = Machine(program, tmp_path / "home")
    try:
        installed(made, registry)
        yield made
    finally:
        if not KEEP:
            made.clean()


@pytest.fixture
def plain(program: Path, registry: RegistryBox, tmp_path: Path) -> Iterator[Plain]:
    made = Machine(program, tmp_path / "unused")
    try:
        yield Plain(made, tmp_path / "plain", registry.host)
    finally:
        if not KEEP:
            made.clean()


def under_load(machine: Machine, act: Callable[[], object]) -> tuple[float, Tally]:
    with Load(f"{machine.url}/health/") as load:
        began = time.monotonic()
        act()
        took = time.monotonic() - began
    return took, load.tally


def test_upgrades_under_load(
    stack: Machine, plain: Plain, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [*exchanged(stack), *anew(stack), *with_data(stack), *by_compose(stack, plain)]
    missed = [row.what for row in rows if not row.good]
    lines = [
        "Measured with `make bench-upgrade`: four clients on loopback ask a small stack with PostgreSQL,",
        "two containers and nginx again and again, at least 1,000 times each row. *Down* is the longest",
        "time without an answer. Plain Compose gets the same files with tags in place of digests, of",
        "which only the application's moves:",
        f"`docker compose pull && docker compose up -d`; what it leaves broken is mended by hand after {BROKEN_SECONDS} s.",
        "",
        "| what | took, s | requests | failed | down, s | promised | kept |",
        "|---|---:|---:|---:|---:|---|---|",
        *(row.text() for row in rows),
    ]  # fmt: skip
    put(TITLE, lines)
    with capsys.disabled():
        print("\n" + "\n".join(lines))  # noqa: T201 - what it is run for
        print(f"bench-upgrade: {len(rows) - len(missed)} of {len(rows)} rows as promised")  # noqa: T201 - likewise
    assert not missed


def exchanged(stack: Machine) -> Iterator[Row]:
    """Nobody notices, there and back."""
    up = ("upgrade", "--to", "1.0.1", "--rolling", "--yes", "--soak", "0")
    for what, words in (
        ("`upgrade --rolling`", up),
        ("`rollback --rolling`", ("rollback", "--rolling", "--yes")),
    ):
        took, tally = under_load(stack, lambda: stack.ok(*words))  # noqa: B023 - called at once
        yield Row(what, took, tally, "0 failed", good=tally.failed == 0)


def anew(stack: Machine) -> Iterator[Row]:
    """All containers start anew at once; a version that cannot start is taken back."""
    words = ("upgrade", "--to", "1.0.1", "--yes", "--soak", "0")
    took, tally = under_load(stack, lambda: stack.ok(*words))
    yield Row("`upgrade`", took, tally, f"≤ {DOWN} s down", good=tally.downtime <= DOWN)
    took, tally = under_load(stack, lambda: stack.ok("rollback", "--yes"))
    yield Row("`rollback`", took, tally, f"≤ {BACK} s", good=took <= BACK)
    broken = ("upgrade", "--to", "1.3.0", "--yes", "--soak", "0")
    took, tally = under_load(stack, lambda: stack.json(*broken))
    good = tally.downtime <= BACK and version_served(stack) == "1.0.0"
    yield Row("`upgrade` to a version that cannot start", took, tally, f"≤ {BACK} s", good=good)


def with_data(stack: Machine) -> Iterator[Row]:
    """The database is migrated in a copy; the way back is to the data of before, which is there."""
    up = ("upgrade", "--to", "1.1.0", "--yes", "--soak", "0")
    took, tally = under_load(stack, lambda: stack.ok(*up))
    yield Row("`upgrade` with a migration", took, tally)
    back = ("rollback", "--data", "restore", "--yes")
    took, tally = under_load(stack, lambda: stack.ok(*back))
    good = took <= BACK and version_served(stack) == "1.0.0"
    yield Row("`rollback --data restore`", took, tally, f"≤ {BACK} s", good=good)


def by_compose(stack: Machine, plain: Plain) -> Iterator[Row]:
    """What everybody does without a tool."""
    plain.write(stack, "1.0.0")
    took, tally = under_load(plain.machine, lambda: plain.go_to("1.0.1"))
    yield Row("Compose: to the next version", took, tally)
    took, tally = under_load(plain.machine, lambda: plain.go_to("1.0.0"))
    yield Row("Compose: back by hand", took, tally)

    def break_and_mend() -> None:
        plain.go_to("1.3.0")
        time.sleep(BROKEN_SECONDS)
        plain.go_to("1.0.0")

    took, tally = under_load(plain.machine, break_and_mend)
    yield Row("Compose: to a version that cannot start", took, tally)
