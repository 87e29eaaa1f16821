"""What runs once beside the stack is ended with its container when its time is over."""

import os
import time
from pathlib import Path

import pytest

from thothctl.adapters.docker_compose import DockerCompose
from thothctl.errors import EndlessError
from thothctl.world import Watch

DOCKER = """#!/bin/sh
echo "$@" >> "$CALLS"
[ "$1" != compose ] || sleep 60
"""


def late() -> None:
    raise EndlessError("it has not come to an end", hint="wait longer")


def interrupted() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(("watch", "why"), [(late, EndlessError), (interrupted, KeyboardInterrupt)])
def test_what_is_stopped_leaves_no_container_behind(
    tmp_path: Path, watch: Watch, why: type[BaseException]
) -> None:
    program, calls = tmp_path / "docker", tmp_path / "calls"
    program.write_text(DOCKER)
    program.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CALLS": str(calls)}
    began = time.monotonic()

    with pytest.raises(why):
        DockerCompose(environment, print).once(tmp_path, "setup", ("migrate",), watch=watch)

    ran, removed = calls.read_text().splitlines()
    name = ran.partition("--name ")[2].partition(" ")[0]
    assert name
    assert removed == f"rm --force --volumes {name}"
    assert time.monotonic() - began < 20
