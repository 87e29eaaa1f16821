"""Images go to a registry of one's own, and an install comes from there, pinned by digest."""

import subprocess
from importlib.metadata import version
from pathlib import Path

from e2e.machine import Machine
from e2e.registry_box import RegistryBox
from e2e.stand_in import STACK, set_up

VERSION = version("thothctl")
PUSH = ("images", "push", "--stack", str(STACK), "--mode", "small", "--registry")
NAMES = {"stand-in", "thoth-postgres", "thoth-toolbox"}


def test_what_was_pushed_is_installed_from_there_by_digest(
    bare: Machine, images_home: Path
) -> None:
    box = RegistryBox(images_home).start()
    try:
        pushed = bare.ok(*PUSH, box.host).data
        set_up(bare, box.host, VERSION)
        release = bare.ok("releases").data["releases"][-1]
        healthy = bare.ok("health").data["healthy"]
        bare.clean()
    finally:
        tags = (f"{box.host}/{name}:{VERSION}" for name in NAMES)
        subprocess.run(["docker", "rmi", *tags], capture_output=True, check=False)
        box.clean()

    assert set(pushed["images"]) == NAMES
    assert all(one.startswith(f"{box_host(pushed)}/") for one in release["images"].values())
    assert all("@sha256:" in one for one in release["images"].values())
    assert (release["version"], healthy) == (VERSION, True)


def box_host(pushed: dict[str, dict[str, str]]) -> str:
    return pushed["images"]["stand-in"].partition("/")[0]


def test_a_registry_that_is_not_there_or_wants_a_login_takes_nothing(
    bare: Machine, images_home: Path
) -> None:
    closed = RegistryBox(images_home, login=True).start()
    try:
        refused = bare.json(*PUSH, closed.host)
    finally:
        tags = (f"{closed.host}/{name}:{VERSION}" for name in NAMES)
        subprocess.run(["docker", "rmi", *tags], capture_output=True, check=False)
        closed.clean()
    gone = bare.json(*PUSH, "127.0.0.1:1")

    assert (refused.code, gone.code) == (15, 15), (refused.out, gone.out)
    assert "docker login" in refused.envelope["errors"][0]["hint"]
    assert bare.json(*PUSH[:-1]).code == 2
