"""Backups to other machines that are cut off in the middle, or whose near side has no room."""

import re
import signal
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from e2e.far_places import FarPlace, Way, s3, sftp, way_to
from e2e.machine import Machine, docker, held
from e2e.small_disk import Disk, small_disk
from e2e.test_backup import finished, paused, tasks
from needs import needs_mounts

pytestmark = [needs_mounts, pytest.mark.faults]

MIB = 1024 * 1024
BIG, HOME_MIB = 224, 6144
"""MiB that cannot be compressed, more than goes to S3 in one piece; and of the disk of records."""
CUT = 48 * MIB
"""After so many bytes of a backup nobody answers any more."""
QUESTION = "How many charter schools are there in Alameda County?"


@dataclass(frozen=True)
class Stack:
    """A stack with a file that weighs something; thothctl keeps its records on a small disk."""

    machine: Machine
    home: Disk

    def renew(self) -> None:
        """Nothing of it is in any repository yet."""
        script = f"head -c {BIG}M /dev/urandom > /data/b && mv -f /data/b /data/big.bin"
        self._inside(f"{script} && chmod 0400 /data/big.bin")

    def writes(self) -> bool:
        return not paused(self.machine) and not self._inside("date > /data/written")

    def _inside(self, script: str) -> str:
        return docker("exec", self.machine.container(), "sh", "-c", script)

    @property
    def staged(self) -> list[Path]:
        places = ("remote/*/.staging/*", f"backups/{self.machine.name}/.staging/*", ".place-*")
        return [path for place in places for path in self.machine.home.glob(place)]


@pytest.fixture(scope="module")
def stack(program: Path, images: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("far")
    with (
        small_disk(folder, HOME_MIB) as home,
        Machine(program, home.place / "home") as machine,
    ):
        machine.set_up("--demo", "--timeout", "300")
        made = Stack(machine, home)
        made.renew()
        yield made


@dataclass(frozen=True)
class Far:
    """A place on another machine, the way to it, and what lies there."""

    place: FarPlace
    way: Way
    target: str
    lying: Callable[[], list[str]]


def port_of(address: str) -> int:
    found = re.search(r"127\.0\.0\.1:(\d+)", address)
    assert found
    return int(found[1])


@contextmanager
def far_sftp(home: Path) -> Iterator[Far]:
    with sftp(home) as place, way_to(port := port_of(place.address)) as way:
        hosts = home / ".ssh/known_hosts"
        hosts.write_text(hosts.read_text().replace(f":{port} ", f":{way.port} "))
        box = docker("ps", "-q", "--filter", f"publish={port}").strip()

        def lying() -> list[str]:
            listed = docker("exec", box, "find", "/home/keeper/backups", "-type", "f")
            return sorted(line.partition("/backups/")[2] for line in listed.split())

        yield Far(place, way, place.address.replace(f":{port}/", f":{way.port}/"), lying)


@contextmanager
def far_s3(home: Path) -> Iterator[Far]:
    home.mkdir()
    with s3(home) as place, way_to(port := port_of(place.address)) as way:
        keep_versions(f"http://127.0.0.1:{port}/keep")

        def lying() -> list[str]:
            """Objects, and parts of such as never were completed."""
            there = (
                f"http://127.0.0.1:{port}/keep?{words}" for words in ("list-type=2", "uploads")
            )
            return sorted(key.removeprefix("backups/") for url in there for key in keys(url))

        yield Far(place, way, place.address.replace(f":{port}", f":{way.port}"), lying)


def keep_versions(bucket: str) -> None:
    """What came in parts is asked for by its version; this server knows it in no other bucket."""
    wish = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    kind = {"Content-Type": "application/xml"}
    request = urllib.request.Request(f"{bucket}?versioning", wish, kind, method="PUT")
    with urllib.request.urlopen(request, timeout=10):
        pass


def keys(url: str) -> list[str]:
    with urllib.request.urlopen(url, timeout=10) as reply:
        found = ET.fromstring(reply.read())  # noqa: S314 - of a server of the test
    return [str(one.text) for one in found.iter() if one.tag.rpartition("}")[2] == "Key"]


@pytest.mark.parametrize(
    ("kind", "packed"),
    [
        pytest.param(far_s3, "archive", id="s3"),
        pytest.param(far_sftp, "archive", id="sftp"),
        pytest.param(far_s3, "repository", id="s3-repository"),
    ],
)
def test_f17_a_place_that_dies_under_a_backup_gets_nothing_and_the_next_one_is_whole(
    stack: Stack, tmp_path: Path, kind: Callable[[Path], AbstractContextManager[Far]], packed: str
) -> None:
    with kind(tmp_path / "far") as far:
        there = replace(stack.machine, extra=far.place.environment)
        words = ("backup", "create", "--engine", packed, "--to", far.target)
        good = there.ok(*words).data["id"]
        stack.renew()
        far.way.limit = far.way.passed + CUT

        died = there.json(*words)

        far.way.limit = None
        assert died.code == 11, died.out
        assert died.envelope["errors"][0]["code"] == "backup_failed"
        assert stack.writes()
        assert there.ok("ask", QUESTION).data["rows"] == [[8]]
        assert not tasks(there)
        assert not stack.staged
        listed = there.ok("backup", "list", "--from", far.target).data["backups"]
        assert [one["id"] for one in listed] == [good]
        there.ok("backup", "verify", good, "--deep", "--from", far.target)

        following = there.ok(*words).data["id"]

        there.ok("backup", "verify", following, "--deep", "--from", far.target)
        shelved = [name for name in far.lying() if ".repository/" not in name]
        endings = ("thoth-backup", "thoth-index")
        assert shelved == [f"{one}.{end}" for one in sorted((good, following)) for end in endings]
        assert not stack.staged


def test_f5_what_is_put_together_here_for_another_machine_finds_no_room(
    stack: Stack, tmp_path: Path
) -> None:
    with far_s3(tmp_path / "far") as far:
        there = replace(stack.machine, extra=far.place.environment)
        words = ("backup", "create", "--to", far.target)
        process = there.start(*words, "--output", "ndjson")
        held(process, "data.tar")
        stack.home.fill(BIG // 4 * MIB)
        try:
            process.send_signal(signal.SIGCONT)
            code, document = finished(process)
            refused = there.json(*words)

            assert code == 11, document
            assert "no space left" in document["errors"][0]["message"]
            assert refused.code == 14, "told beforehand, with figures"
            assert f"{there.home}/remote" in refused.envelope["errors"][0]["message"]
            assert not stack.staged
            assert not far.lying()
            assert stack.writes()
            assert not tasks(there)
        finally:
            stack.home.free()

        made = there.ok(*words).data["id"]
        there.ok("backup", "verify", made, "--deep", "--from", far.target)
        assert not stack.staged
