"""Backups of files that are only ever replaced, against the usual recipes on the same volume."""

from dataclasses import dataclass
from typing import Any

from bench.backup_memory import peaks
from bench.backup_rows import MIB, Row, by_hand, create, loading, place, recipe, seconds
from e2e.machine import Machine, docker
from e2e.own_images import build

FILES = 64
BYTES_PER_SECOND = 100_000_000


def fill(stack: Machine, gib: float) -> None:
    """Half of them random, half alike."""
    half = max(1, int(gib * MIB / FILES / 2))
    script = (
        f"cd /data/databases; for n in $(seq {FILES}); do "
        f"{{ head -c {half}K /dev/urandom; yes $n | head -c {half}K; }} > b$n; chmod 0400 b$n; done"
    )
    docker("exec", stack.container(), "sh", "-c", script)


def add(stack: Machine, name: str) -> None:
    """One MiB more than there was."""
    path = f"/data/databases/{name}"
    docker(
        "exec",
        stack.container(),
        "sh",
        "-c",
        f"head -c 1M /dev/urandom > {path}; chmod 0400 {path}",
    )


def clear(stack: Machine) -> None:
    docker("exec", stack.container(), "sh", "-c", "rm -f /data/databases/b*")


def files(stack: Machine, gib: float) -> list[Row]:
    """By hand, as an archive, as a repository, and back."""
    fill(stack, gib)
    with place() as folder:
        tools = build("toolbox", stack.home)
        busybox = by_hand(stack, folder, recipe(stack.home), *RECIPE)
        gzip = by_hand(stack, folder, tools, *GZIP)
        zstd = by_hand(stack, folder, tools, *ZSTD)
        made, took = create(stack, "--to", folder)
        rows = [
            Row("`docker run … tar czf` with BusyBox, the usual recipe", f"{busybox:.1f} s"),
            Row("GNU `tar czf` of the volume", f"{gzip:.1f} s"),
            Row("`tar` and `zstd -T0 -3` of it", f"{zstd:.1f} s"),
            *archive(stack, folder, made, took),
            faster(busybox / took),
            Row("times faster than GNU `tar czf`", f"{gzip / took:.1f} ×"),
            Row("against `tar` and `zstd`", f"{took / zstd:.2f} ×"),
            *repository(stack, busybox, gzip),
            *restored(stack, folder, made),
        ]
    clear(stack)
    return rows


RECIPE = ("tar", "-czf", "/backup/recipe.tgz", "-C", "/data", ".")
GZIP = ("tar", "-czf", "/backup/gnu.tgz", "-C", "/data", ".")
ZSTD = ("bash", "-c", "set -o pipefail; tar -c -C /data . | zstd -q -T0 -3 -o /backup/plain.zst")


def faster(times: float) -> Row:
    return Row("times faster than the usual recipe", f"{times:.1f} ×", "≥ 5 ×", good=times >= 5)


def archive(stack: Machine, folder: str, made: dict[str, Any], first: float) -> list[Row]:
    """Everything is read and written each time: an archive knows no other."""
    _, unchanged = create(stack, "--to", folder)
    add(stack, "b-archived")
    _, small = create(stack, "--to", folder)
    pause = int(made["write_pause_ms"])
    return [
        Row("archive, first, whole command", f"{first:.1f} s"),
        Row("archive, unchanged, whole command", f"{unchanged:.1f} s"),
        Row("archive, 1 MiB more, whole command", f"{small:.1f} s"),
        Row("write pause, standalone", f"{pause} ms", "≤ 5,000 ms", good=pause <= 5000),
    ]


def repository(stack: Machine, busybox: float, gzip: float) -> list[Row]:
    """The first backup takes everything, the next what changed; files alike are not read again."""
    with place() as folder:
        words = ("--to", folder, "--engine", "repository")
        _, first = create(stack, *words)
        same, unchanged = create(stack, *words)
        add(stack, "b-kept")
        more, small = create(stack, *words)
    alone = int(same["duration_ms"]) / 1000
    return [
        Row("repository, first, whole command", f"{first:.1f} s"),
        Row("repository, unchanged, whole command", f"{unchanged:.1f} s"),
        Row("repository, 1 MiB more, whole command", f"{small:.1f} s"),
        Row("repository, unchanged, added", f"{int(same['size']) / MIB:.2f} MiB"),
        Row("repository, 1 MiB more, added", f"{int(more['size']) / MIB:.2f} MiB"),
        share("the usual recipe", alone / busybox),
        share("GNU `tar czf`", alone / gzip),
    ]


def share(what: str, found: float) -> Row:
    what = f"repository, unchanged, the backup alone, of {what}"
    return Row(what, f"{found:.1%}", "≤ 5 %", good=found <= 0.05)


def restored(stack: Machine, folder: str, made: dict[str, Any]) -> list[Row]:
    """The step that loads the store, against `tar xzf` of the same files into a fresh folder."""
    plain = by_hand(stack, folder, build("toolbox", stack.home), *UNPACK)
    loaded = loading(stack, str(made["id"]), folder)
    rate = int(made["bytes"]) / loaded
    good = rate >= BYTES_PER_SECOND
    return [
        Row("`tar xzf` of the files", f"{plain:.1f} s"),
        Row("`restore`: filling a fresh generation", f"{loaded:.1f} s"),
        Row("that is", f"{rate / 1e6:.0f} MB/s", "≥ 100 MB/s", good=good),
    ]


UNPACK = (
    "bash",
    "-c",
    "mkdir /backup/x && tar -xzf /backup/gnu.tgz -C /backup/x && sync -f /backup/x && rm -rf /backup/x",
)


def growth(stack: Machine, sizes: tuple[float, ...]) -> list[Row]:
    """Time and memory at sizes far apart; each figure is a run's of its own."""
    found = [grown(stack, gib) for gib in sizes]
    here = [(one.gib, one.here) for one in found]
    there = [(one.gib, one.there) for one in found]
    return [
        *(one.row() for one in found),
        *memory("any program on the host", here),
        *memory("any in a container", there),
    ]


@dataclass(frozen=True, slots=True)
class Grown:
    """Seconds of an archive and of GNU tar, and the MiB of the largest program here and there."""

    gib: float
    took: float
    gzip: float
    here: float
    there: float

    def row(self) -> Row:
        rate, times = self.gib * 1024 / self.took, self.gzip / self.took
        told = f"{self.took:.1f} s, {rate:.0f} MiB/s, {times:.1f} × GNU `tar czf`"
        return Row(f"archive of {self.gib:g} GiB, whole command", told)


def grown(stack: Machine, gib: float) -> Grown:
    """One archive of so much, watched, and the same files by hand."""
    fill(stack, gib)
    most = (0.0, 0.0)

    def measured() -> None:
        nonlocal most
        most = peaks(stack, "backup", "create", "--to", folder, "--output", "json")

    with place() as folder:
        took = seconds(measured)
        gzip = by_hand(stack, folder, build("toolbox", stack.home), *GZIP)
    clear(stack)
    return Grown(gib, took, gzip, *most)


def memory(what: str, peaks_at: list[tuple[float, float]]) -> list[Row]:
    told = ", ".join(f"{mib:.0f} MiB at {gib:g} GiB" for gib, mib in peaks_at)
    flat = peaks_at[-1][1] <= peaks_at[0][1] * 1.25
    return [Row(f"peak memory of {what}", told, "flat", good=flat)]
