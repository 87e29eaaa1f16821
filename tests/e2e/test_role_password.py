"""The step that changes a role's password, on the real image of PostgreSQL."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from e2e.own_images import Box, Yard

from thothctl.adapters.exec_input import ExecInput
from thothctl.adapters.installs_folder import InstallsFolder
from thothctl.adapters.machine import SystemClock, SystemEntropy
from thothctl.errors import EngineRefusedError
from thothctl.model.install import Install
from thothctl.model.observed import Condition, ObservedContainer, ObservedStack
from thothctl.model.secret import Secret
from thothctl.operations.secret_steps import AlignRole
from thothctl.world import World

OLD, NEW = "canary-old-4Hq8Zt2Lm", "canary-new-9Xw3Rb7Kd"
ROLE = "shop_owner"


@pytest.fixture(scope="module")
def database(yard: Yard) -> Box:
    yard.file("align/secrets/super", "canary-super\n")
    yard.file("align/secrets/owner", OLD)
    yard.file("align/conf/loud.conf", "log_statement = all\n")
    box = yard.run(
        "postgres",
        "-e", "POSTGRES_PASSWORD_FILE=/run/secrets/super",
        "-e", f"POSTGRES_ROLE_FILES={ROLE}=/run/secrets/owner",
        *yard.mount("align/secrets", "/run/secrets"),
        *yard.mount("align/conf", "/etc/postgresql/conf.d"),
        "-v", f"{yard.volume()}:/data",
    )  # fmt: skip
    return box.await_healthy()


@pytest.fixture
def world(database: Box, tmp_path: Path) -> World:
    """A real home with one secret, and the container as the only one of its install."""
    installs = InstallsFolder(tmp_path / "home")
    installs.create(Install("default", "x", "thoth-ai", "now"))
    installs.keep_secret("default", "owner", Secret(OLD))
    one = ObservedContainer(
        database.name, database.name, "postgres", "x", Condition.HEALTHY, 0, "now"
    )
    made = SimpleNamespace(
        installs=installs,
        engine=SimpleNamespace(observe=lambda _: ObservedStack((one,))),
        handover=ExecInput(os.environ),
        entropy=SystemEntropy(),
        clock=SystemClock(),
    )
    return cast("World", made)


def enters(database: Box, password: str) -> bool:
    script = 'export PGPASSWORD="$(cat)"; psql -X -At -c "SELECT 1" "$0"'
    address = f"host=127.0.0.1 user={ROLE} dbname=postgres connect_timeout=5"
    return database.attempt("sh", "-c", script, address, feed=password).stdout.strip() == "1"


def step(role: str = ROLE) -> AlignRole:
    return AlignRole("default", "postgres", role, "owner", why="tested")


def test_the_role_follows_the_file_forward_and_back(world: World, database: Box) -> None:
    assert enters(database, OLD)

    world.installs.offer_secret("default", "owner", Secret(NEW))
    for _ in range(2):
        step().apply(world)
        assert (enters(database, NEW), enters(database, OLD)) == (True, False)
    for _ in range(2):
        step().undo(world)
        assert (enters(database, NEW), enters(database, OLD)) == (False, True)


def test_a_server_that_logs_every_statement_logs_no_password(world: World, database: Box) -> None:
    world.installs.offer_secret("default", "owner", Secret(NEW))
    step().apply(world)
    step().undo(world)

    assert "ALTER ROLE" in database.logs()
    assert not [value for value in (OLD, NEW) if value in database.logs()]


def test_a_role_that_is_not_there_is_told(world: World) -> None:
    with pytest.raises(EngineRefusedError, match="role nobody_at_all"):
        step("nobody_at_all").apply(world)
