"""Where a plan is cut off and what has to be true afterwards; one stack serves every such cell."""

from dataclasses import dataclass, field
from itertools import zip_longest

from e2e.machine import LABEL, Machine, docker
from e2e.relay import Relay
from e2e.stand_in import data, database, post, set_up, version_served

OLD, NEW = "1.0.0", "1.1.0"
DATABASES = "SELECT datname FROM pg_database WHERE datname ~ '^thoth' ORDER BY 1"
KEPT = 10
"""After so many cells the copies that earlier ones left are removed."""
KIB = 1024
BEGINS, ENDS = "started", "done"


@dataclass(frozen=True)
class Route:
    """A plan that is cut off: its words, its steps by name, and where it goes from and to."""

    name: str
    words: tuple[str, ...]
    begins: str
    ends: str
    steps: tuple[str, ...]

    def __str__(self) -> str:
        return self.name.replace(" ", "_")

    def index(self, step: str) -> int:
        return self.steps.index(step)


UPGRADE = Route(
    "upgrade",
    ("upgrade", "--to", NEW, "--yes", "--soak", "1", "--backup"),
    OLD,
    NEW,
    (
        "PullImages", "RenderRelease", "SaveStores", "PublishBackup", "StopServices",
        "CloneDatabase", "FreshGeneration", "CloneGeneration", "StartRelease", "AwaitHealthy",
        "Soak", "ActivateRelease",
    ),
)  # fmt: skip
PLAIN = Route(
    "upgrade",
    tuple(word for word in UPGRADE.words if word != "--backup"),
    OLD,
    NEW,
    tuple(step for step in UPGRADE.steps if step not in {"SaveStores", "PublishBackup"}),
)
"""The same without a backup."""
ONCE_SAVED = "StopServices"
"""The first step that follows a backup."""
ROLLBACK = Route(
    "rollback",
    ("rollback", "--yes", "--soak", "1"),
    NEW,
    OLD,
    (
        "PullImages", "RenderRelease", "StopServices", "CloneDatabase", "FreshGeneration",
        "CloneGeneration", "MigrateDown", "StartRelease", "AwaitHealthy", "Soak",
        "ActivateRelease",
    ),
)  # fmt: skip


def cut(route: Route, step: str) -> Route:
    """Where it is cut off later than a backup matters, an upgrade is made without one."""
    late = UPGRADE.index(step) > UPGRADE.index(ONCE_SAVED) if route is UPGRADE else False
    return PLAIN if late else route


@dataclass(frozen=True)
class Cell:
    """One fault at one step of a plan, and the command that comes afterwards."""

    route: Route
    step: str
    fault: str
    ending: str

    def __str__(self) -> str:
        fault = self.fault.replace(" ", "_")
        return f"{self.route}-{self.step}-{fault}-{self.ending}"

    @property
    def key(self) -> tuple[str, str, str, str]:
        """How its outcome is found again."""
        return self.route.name, self.step, self.fault, self.ending

    @property
    def wanted(self) -> str:
        """The version that runs afterwards."""
        return self.route.ends if self.ending == "resume" else self.route.begins


MOVE = Route(
    "upgrade to another PostgreSQL",
    ("upgrade", "--to", NEW, "--yes", "--soak", "1"),
    OLD,
    NEW,
    (
        "PullImages", "RenderRelease", "StopServices", "FreshGeneration", "MoveCluster",
        "KeepSorting", "StartRelease", "AwaitHealthy", "CheckSorting", "Soak", "ActivateRelease",
    ),
)  # fmt: skip
MOVING = ("FreshGeneration", "MoveCluster", "KeepSorting", "StartRelease", "CheckSorting")
"""Its steps that another upgrade does not have, or that work on data of two servers."""
ROLLING_ON = "1.0.1"
"""Fits beside the older version: no request fails while containers are exchanged."""
EXCHANGE = Route(
    "rolling upgrade",
    ("upgrade", "--to", ROLLING_ON, "--rolling", "--yes", "--soak", "1"),
    OLD,
    ROLLING_ON,
    (
        "PullImages", "RenderRelease", "TryReplica", "StartOthers", "ExchangeReplicas",
        "AwaitHealthy", "Soak", "ActivateRelease",
    ),
)  # fmt: skip
EXCHANGE_BACK = Route(
    "rolling rollback",
    ("rollback", "--rolling", "--yes", "--soak", "1"),
    ROLLING_ON,
    OLD,
    EXCHANGE.steps,
)
ENDINGS = ("rollback", "resume")
DONE, INSIDE = "killed when done", "killed inside"
LONG = {
    UPGRADE: ("PullImages", "SaveStores", "CloneDatabase", "CloneGeneration", "StartRelease"),
    ROLLBACK: ("PullImages", "CloneDatabase", "CloneGeneration", "MigrateDown", "StartRelease"),
}
"""The steps that take long where there is much data: they are killed in their middle, too."""
EXCHANGED = ("TryReplica", "ExchangeReplicas")
"""Those that start containers of an exchange."""
OF_EXCHANGES = (*EXCHANGED, "StartOthers", "Soak")
"""The way back is cut off at these only: the others are those of every rollback."""


def inner_cells() -> list[Cell]:
    """As `cells`, within the long steps."""
    pairs = zip_longest(*([(route, step) for step in own] for route, own in LONG.items()))
    chosen = [one for pair in pairs for one in pair if one]
    return [Cell(cut(route, step), step, INSIDE, end) for route, step in chosen for end in ENDINGS]


def moving_cells(faults: tuple[str, ...]) -> list[Cell]:
    """The steps that move data to another PostgreSQL."""
    faulty = [*((step, fault) for step in MOVING for fault in faults), ("MoveCluster", INSIDE)]
    return [Cell(MOVE, step, fault, end) for step, fault in faulty for end in ENDINGS]


def exchanging_cells() -> list[Cell]:
    """Both ways: killed as each step begins, and in the middle of those that take long."""
    begun = cells(("killed as it begins",), (EXCHANGE, EXCHANGE_BACK))
    begun = [one for one in begun if one.route is EXCHANGE or one.step in OF_EXCHANGES]
    long = [(route, step) for step in EXCHANGED for route in (EXCHANGE, EXCHANGE_BACK)]
    return begun + [Cell(route, step, INSIDE, end) for route, step in long for end in ENDINGS]


def cells(faults: tuple[str, ...], routes: tuple[Route, Route] = (UPGRADE, ROLLBACK)) -> list[Cell]:
    """Both plans, every step; what is gone on with leads to where the next plan begins."""
    found = []
    for number in range(max(len(route.steps) for route in routes)):
        for fault in faults:
            for route in (one for one in routes if number < len(one.steps)):
                step = route.steps[number]
                tried = endings(route, step, fault)
                found += [Cell(cut(route, step), step, fault, end) for end in tried]
    return found


def endings(route: Route, step: str, fault: str) -> tuple[str, ...]:
    """Where one step is done the next one begins, and is tried with both: going on is enough."""
    return ("resume",) if fault == DONE and step != route.steps[-1] else ENDINGS


@dataclass
class Ground:
    """The stack that cells are tried on; it is brought to where a cell begins."""

    machine: Machine
    relay: Relay
    """Its registry."""
    ready: bool = False
    mode: str = "both"
    much: int = 0
    """So many MiB of files it has from the start."""
    rows: int = 0
    saved: tuple[str, str] | None = None
    """What the backup has that restores are made from."""
    plans: dict[tuple[str, ...], list[str]] = field(default_factory=dict)
    """The steps of a command, by name; they are asked for once."""

    def at(self, version: str) -> None:
        """Bring it there: by an upgrade or a rollback, or, after a cell that failed, anew."""
        if not self.ready:
            self._anew()
        self.ready = False
        now = version_served(self.machine)
        if now != version and version == NEW:
            self.machine.ok("upgrade", "--to", NEW, "--yes", "--soak", "0")
        elif now != version:
            self.machine.ok("rollback", "--yes")
        self.rows += 1
        if self.rows % KEPT == 0:
            self.machine.ok("upgrade", "finalize", "--yes")
        post(self.machine, "/rows", {"text": f"row {self.rows}"})
        write = f"echo {self.rows} >> /files/rows"
        docker("exec", "--user", "0", self.container("app"), "sh", "-c", write)

    def save(self) -> tuple[str, str]:
        """Have a backup, and what was served when it was made; one is enough for a stack."""
        if self.saved is None:
            self.saved = self.data()
            self.machine.ok("backup", "create")
        return self.saved

    def _anew(self) -> None:
        self.saved = None
        if (self.machine.folder / "install.json").exists():
            self.machine.clean()
            home = self.machine.home.with_name(f"{self.machine.home.name}+")
            self.machine = Machine(self.machine.program, home)
        set_up(self.machine, self.relay.host, OLD, "--mode", self.mode)
        fill = f"head -c {self.much}M /dev/urandom > /files/much"
        docker("exec", "--user", "0", self.container("app"), "sh", "-c", fill)

    def container(self, service: str) -> str:
        """The one that runs."""
        project = f"label=com.docker.compose.project=thoth-{self.machine.name}"
        own = f"label=com.docker.compose.service={service}"
        return docker("ps", "-q", "--filter", project, "--filter", own).strip()

    def data(self) -> tuple[str, str]:
        """Every row, every vector and every file that is served."""
        said = "echo $POSTGRES_DB; cat /files/rows; sha256sum /files/*"
        name, _, files = docker("exec", self.container("app"), "sh", "-c", said).partition("\n")
        return data(self.machine, name), files

    def databases(self) -> set[str]:
        return set(database(self.machine, DATABASES, "postgres").split())

    def volumes(self) -> set[str]:
        return set(self.machine.left(self.machine.label)["volumes"])

    def leftovers(self) -> list[str]:
        """What no plan should leave: tasks, releases that never came to be, half-made copies."""
        label = f"label={LABEL}={self.machine.label}"
        listed = ("ps", "-a", "--filter", label, "--format", "{{.Names}} {{.Status}}")
        # What has no name is a ghost: an engine that died lists what it has not any more.
        lines = [line for line in docker(*listed).splitlines() if not line.startswith(" ")]
        services = {f"thoth-{self.machine.name}-{one}-1" for one in ("setup", "app", "postgres")}
        found = [line for line in lines if line.split()[0] not in services]
        staged = [p.name for p in (self.machine.folder / "releases").iterdir() if "." in p.name]
        return [*found, *staged, *(one for one in self.databases() if one.endswith("_new"))]
