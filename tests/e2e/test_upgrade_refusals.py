"""What an upgrade does not begin, or breaks off: what runs goes on untouched, and says why."""

import json
import signal
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from e2e.conftest import shelved
from e2e.killing import entries
from e2e.machine import Machine, docker, events
from e2e.own_images import until
from e2e.registry_box import RegistryBox, forget
from e2e.relay import Relay
from e2e.stand_in import Shelf, set_up, version_served
from terminal import CTRL_C, Terminal

UP = ("upgrade", "--to", "1.0.1", "--yes", "--soak", "0")
START = 2
BLOBS = "/data/docker/registry/v2/blobs/sha256"


@pytest.fixture(scope="module")
def two(images_home: Path) -> Iterator[Shelf]:
    with shelved(images_home, ("1.0.0", "1.0.1", "1.0.2")) as made:
        yield made


@pytest.fixture(scope="module")
def small(program: Path, two: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with Machine(program, tmp_path_factory.mktemp("small")) as made:
        set_up(made, two.registry.host, "1.0.0")
        yield made


@contextmanager
def untouched(machine: Machine) -> Iterator[None]:
    """Whatever is tried, the same containers go on."""
    before = machine.container()
    yield
    assert (machine.container(), version_served(machine)) == (before, "1.0.0")
    assert [r["number"] for r in machine.ok("releases").data["releases"]] == [1]
    assert machine.ok("health").data["healthy"]


@contextmanager
def hook(machine: Machine, script: str) -> Iterator[None]:
    """Runs after every gate and before the first step."""
    file = machine.folder / "hooks/pre_upgrade"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o700)
    yield
    file.unlink()


def manifest_of(registry: RegistryBox, version: str) -> Any:  # noqa: ANN401 - JSON
    """What the registry has of a version."""
    kinds = "application/vnd.oci.image.manifest.v1+json"
    kinds += ", application/vnd.docker.distribution.manifest.v2+json"
    address = f"http://{registry.host}/v2/stand-in/manifests/{version}"
    asked = urllib.request.Request(address, headers={"Accept": kinds})
    with urllib.request.urlopen(asked, timeout=10) as reply:
        return json.load(reply)


@contextmanager
def tampered(registry: RegistryBox, digest: str) -> Iterator[None]:
    """The registry gives other bytes for this digest."""
    own = digest.partition(":")[2]
    blob = f"{BLOBS}/{own[:2]}/{own}/data"
    inside = ("exec", "--user", "0", registry.name, "sh", "-c")
    docker(*inside, f"cp {blob} /tmp/kept && echo >> {blob}")
    yield
    docker(*inside, f"cat /tmp/kept > {blob}")


def test_files_that_somebody_edited_are_not_written_over(small: Machine) -> None:
    file = small.folder / "releases/1/compose.yaml"
    rendered = file.read_text()
    file.write_text(f"{rendered}# mine\n")

    with untouched(small):
        done = small.json(*UP)
        file.write_text(rendered)

    assert done.code == 7, done.out
    assert "compose.yaml of the active release" in done.envelope["errors"][0]["message"]


def test_settings_that_the_version_does_not_take_are_told_before_anything_is_pulled(
    small: Machine,
) -> None:
    places = [small.folder / "settings.yaml", small.folder / "releases/1/release.json"]
    kept = [place.read_text() for place in places]
    places[0].write_text(f"{kept[0]}old_one: 5\n")
    record = json.loads(kept[1])
    record["settings"]["old_one"] = 5
    places[1].write_text(json.dumps(record))

    with untouched(small):
        done = small.json(*UP)
        for place, text in zip(places, kept, strict=True):
            place.write_text(text)

    assert done.code == 7, done.out
    assert "unknown setting old_one" in done.envelope["errors"][0]["message"]
    assert "settings.yaml" in done.envelope["errors"][0]["hint"]


def test_what_the_machine_has_against_it_is_told_before_it_begins(small: Machine) -> None:
    strange = f"thoth-{small.name}_strange"
    docker("volume", "create", "--label", f"com.docker.compose.project=thoth-{small.name}", strange)

    with untouched(small):
        done = small.json(*UP)
        docker("volume", "rm", strange)

    assert strange in done.envelope["errors"][0]["message"], done.out


def test_an_image_that_is_not_what_its_digest_says_is_not_taken(small: Machine, two: Shelf) -> None:
    says_of_itself = manifest_of(two.registry, "1.0.1")["config"]["digest"]

    with untouched(small), tampered(two.registry, says_of_itself):
        done = small.json(*UP)

    assert done.code == 12, done.out


def test_an_image_with_a_part_that_is_not_what_its_digest_says_is_not_taken(
    small: Machine, two: Shelf, tmp_path: Path
) -> None:
    two.put_heavy("1.0.4", like="1.0.0", mebibytes=1, folder=tmp_path)
    newest = manifest_of(two.registry, "1.0.4")["layers"][-1]["digest"]

    with untouched(small), tampered(two.registry, newest):
        done = small.json("upgrade", "--to", "1.0.4", "--yes", "--soak", "0")

    assert done.code == 12, done.out


def test_another_operation_is_told_with_who_and_since_and_ctrl_c_changes_nothing(
    small: Machine, tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    with untouched(small), hook(small, f"touch {begun}; exec sleep 300"):
        first = small.start(*UP)
        until(begun.exists)
        second = small.json(*UP)
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=60)

    assert (first.returncode, second.code) == (130, 5), second.out
    assert f"`upgrade` by root (pid {first.pid}) since 2" in second.envelope["errors"][0]["message"]
    assert small.ok("journal").data["operations"][-1]["ending"] == "rolled back"


def test_ctrl_c_while_the_new_release_starts_brings_the_old_one_back(small: Machine) -> None:
    before, process = len(entries(small)), small.start(*UP)
    begun = {"event": "started", "index": START}.items()
    until(lambda: any(begun <= one.items() for _, one in entries(small)[before:]), 120)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=120)

    assert process.returncode == 130
    assert small.ok("journal").data["operations"][-1]["ending"] == "rolled back"
    assert version_served(small) == "1.0.0"
    assert small.ok("health").data["healthy"]


def test_a_registry_that_wants_a_login_is_told_with_the_command_for_it(
    small: Machine, images_home: Path
) -> None:
    closed = RegistryBox(images_home, login=True)
    try:
        host = closed.start().host
        with untouched(small):
            done = small.json(*UP, "--registry", host)
    finally:
        closed.clean()

    assert done.code == 15, done.out
    assert f"docker login {host}" in done.envelope["errors"][0]["hint"]


def test_ctrl_c_where_a_yes_is_wanted_changes_nothing(small: Machine) -> None:
    small.ok("backup", "create")
    small.ok("backup", "create")
    kept = small.ok("backup", "list").data["backups"]

    for question, *words in (
        ("Upgrade", "upgrade", "--to", "1.0.1"),
        ("?", "restore", "latest"),
        ("Remove 1 backups", "backup", "prune", "--keep-last", "1"),
    ):
        with (
            untouched(small),
            Terminal(*words, environment=small.environment, program=small.argv()) as shown,
        ):
            shown.answers(question, CTRL_C)
            assert shown.code == 130, shown.shown

    assert small.ok("backup", "list").data["backups"] == kept


@dataclass
class Fetching:
    """An install of 1.0.0 that gets its images through a relay, and the words that upgrade it."""

    machine: Machine
    relay: Relay
    words: tuple[str, ...]

    def fails(self, fault: threading.Event) -> str:
        """What an upgrade says that finds the network so, and changes nothing."""
        fault.set()
        with untouched(self.machine):
            failed = self.machine.json(*self.words)
        fault.clear()
        error = failed.envelope["errors"][0]
        assert (failed.code, error["code"]) == (15, "network"), failed.out
        return str(error["message"])


@contextmanager
def fetching(machine: Machine, shelf: Shelf, version: str, folder: Path) -> Iterator[Fetching]:
    shelf.put_heavy(version, like="1.0.2", mebibytes=24, folder=folder)
    relay = Relay(shelf.registry.host).start()
    set_up(machine, shelf.registry.host, "1.0.0")
    words = ("upgrade", "--to", version, "--yes", "--soak", "0", "--registry", relay.host)
    try:
        yield Fetching(machine, relay, words)
    finally:
        relay.stop()
        machine.clean()  # an image in use could not be forgotten
        forget(f"{relay.host}/")


@pytest.mark.faults
def test_a_registry_that_breaks_off_in_the_middle_of_an_image_leaves_everything_as_it_was(
    bare: Machine, two: Shelf, tmp_path: Path
) -> None:
    with fetching(bare, two, "1.0.3", tmp_path) as upgrade:
        message = upgrade.fails(upgrade.relay.cutting)
        process = bare.start(*upgrade.words, "--output", "ndjson")
        told = [one for one in events(process) if one.get("status") == "pulling"]

        assert process.wait() == 0
        assert "could not pull" in message
        assert any(0 < one["done"] < one["total"] for one in told), told
        assert version_served(bare) == "1.0.3"


@pytest.mark.faults
def test_a_registry_that_falls_silent_in_the_middle_of_an_image_is_left(
    bare: Machine, two: Shelf, tmp_path: Path
) -> None:
    with fetching(bare, two, "1.0.4", tmp_path) as upgrade:
        message = upgrade.fails(upgrade.relay.stalling)
        bare.ok(*upgrade.words)

        assert "came for 120 s" in message
        assert version_served(bare) == "1.0.4"


def test_a_registry_that_goes_down_on_the_way_leaves_everything_as_it_was(
    small: Machine, two: Shelf
) -> None:
    with untouched(small), hook(small, f"docker stop --time 1 {two.registry.name} >/dev/null"):
        done = small.json("upgrade", "--to", "1.0.2", "--yes", "--soak", "0")

    assert done.code == 15, done.out
    assert "does not answer" in done.envelope["errors"][0]["message"]
