"""An engine of a test's own: data on a small disk, networks apart; it is killed and filled up."""

import ctypes
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex

from e2e.own_images import until
from e2e.small_disk import Disk, small_disk

MIB = 6144
NEW_NETWORK = 0x40000000
STARTS_IN = 60


@contextmanager
def own_network() -> Iterator[ThreadPoolExecutor]:
    """This thread, and whatever it starts, has networks of its own: no rule of others holds there.

    What is given to the pool still runs in those of the machine.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    pool = ThreadPoolExecutor(1)
    pool.submit(int).result()  # from now on it has its thread
    with Path("/proc/thread-self/ns/net").open() as before, pool:
        assert libc.unshare(NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())
        try:
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
            yield pool
        finally:
            assert libc.setns(before.fileno(), NEW_NETWORK) == 0


@dataclass
class PrivateEngine:
    """Everything of it lies in one folder and on one disk."""

    folder: Path
    disk: Disk
    outside: ThreadPoolExecutor
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"unix://{self.folder}/engine.sock"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def start(self) -> None:
        """Wait until it answers; what a killed one left is in nobody's way."""
        for stale in (self.folder / "pid", *(self.folder / "run/containerd").glob("*.[ps]*")):
            stale.unlink(missing_ok=True)
        argv = [
            "dockerd", "--host", self.host, "--data-root", f"{self.disk.place}/engine",
            "--exec-root", f"{self.folder}/run", "--pidfile", f"{self.folder}/pid",
            "--containerd-namespace", self.folder.name, "--containerd-plugins-namespace",
            f"{self.folder.name}-plugins",
        ]  # fmt: skip
        with self.log.open("ab") as log:
            self.processes.append(subprocess.Popen(argv, stdout=log, stderr=log))
        until(self.answers, STARTS_IN)

    def answers(self) -> bool:
        process = self.processes[-1]
        assert process.poll() is None, self.log.read_text()[-3000:]
        asked = ["docker", "--host", self.host, "info"]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0

    def kill(self) -> None:
        process = self.processes[-1]
        process.send_signal(signal.SIGKILL)
        process.wait()

    def load(self, image: str) -> None:
        """Have an image of the machine's engine; called with that one's environment."""
        with subprocess.Popen(["docker", "save", image], stdout=subprocess.PIPE) as saved:
            subprocess.run(
                ["docker", "--host", self.host, "load", "-q"], stdin=saved.stdout, check=True
            )

    def stop(self) -> None:
        """Ends its containers, too."""
        process = self.processes[-1]
        if process.poll() is not None:  # what it left is ended by the next one
            self.start()
            process = self.processes[-1]
        process.terminate()
        process.wait(STARTS_IN)


@contextmanager
def private_engine(folder: Path, mib: int = MIB) -> Iterator[PrivateEngine]:
    """Running, and what this process starts speaks with it; nothing of it stays."""
    short = Path("/run", f"thothctl-engine-{token_hex(4)}")  # containerd takes few other letters
    short.mkdir(mode=0o700)
    with small_disk(folder, mib) as disk, own_network() as outside:
        engine = PrivateEngine(short, disk, outside)
        try:
            engine.start()
            yield engine
        finally:
            disk.free()
            engine.stop()
            _unmount(short, disk.place)
            shutil.rmtree(short, ignore_errors=True)


def _unmount(*folders: Path) -> None:
    """What its containers had mounted; the disk itself has its own end."""
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for place in reversed(mounts):
        if any(place.startswith(f"{folder}/") for folder in folders):
            subprocess.run(["umount", "--lazy", place], check=False)
