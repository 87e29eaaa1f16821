"""Probes side by side, and what they make of the machine."""

import json
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from thothctl.adapters import daemon
from thothctl.adapters.locks import LockFolder
from thothctl.adapters.machine import SystemClock, SystemHost
from thothctl.errors import EngineUnreachableError
from thothctl.model.finding import Finding, Verdict
from thothctl.model.inspected import DaemonSettings
from thothctl.probes import daemon as probes
from thothctl.probes.parallel import run
from thothctl.world import World

WORLD = cast("World", SimpleNamespace(clock=SystemClock()))


def passing(world: World) -> Finding:
    return Finding("fine", Verdict.PASS, "fine")


def test_a_probe_that_hangs_is_a_finding_and_holds_nobody_up() -> None:
    never = threading.Event()

    def hangs(world: World) -> Finding:
        never.wait(60)
        return passing(world)

    found = run(WORLD, [("hangs", hangs), ("fine", passing)], seconds=0.2)

    assert [f.verdict for f in found] == [Verdict.WARN, Verdict.PASS]
    assert "no answer within" in found[0].summary
    never.set()


def test_a_probe_that_breaks_is_a_finding() -> None:
    def breaks(world: World) -> Finding:
        raise ZeroDivisionError

    def refuses(world: World) -> Finding:
        raise EngineUnreachableError("no engine", hint="start it")

    broken, refused = run(WORLD, [("breaks", breaks), ("refuses", refuses)])

    assert broken.verdict is Verdict.WARN
    assert (refused.verdict, refused.exit_code) == (Verdict.FAIL, 6)


def test_the_daemons_settings_come_from_its_file_and_its_command_line(tmp_path: Path) -> None:
    file, process = tmp_path / "daemon.json", tmp_path / "proc/7"
    process.mkdir(parents=True)
    file.write_text(json.dumps({"hosts": ["unix:///x"], "userland-proxy": True}))
    words = ["/usr/bin/dockerd", "-H", "tcp://0.0.0.0:2375", "--userland-proxy=false"]
    (process / "cmdline").write_bytes("\0".join([*words, ""]).encode())

    found = daemon.settings(file, tmp_path / "proc")

    assert found.addresses == ("unix:///x", "tcp://0.0.0.0:2375")
    assert found.userland_proxy is False
    assert found.tls_verified is False
    assert daemon.settings(tmp_path / "none", tmp_path / "none") == DaemonSettings()


def engine_world(settings: DaemonSettings, **facts: object) -> World:
    told = SimpleNamespace(**{"warnings": (), "rootless": False, "live_restore": False, **facts})
    return cast(
        "World",
        SimpleNamespace(
            engine=SimpleNamespace(facts=lambda: told),
            host=SimpleNamespace(daemon_settings=lambda: settings, is_root=lambda: False),
        ),
    )


BARE = DaemonSettings(("tcp://0.0.0.0:2375",))
WARNING = "WARNING: API is accessible on http://0.0.0.0:2375 without encryption."


@pytest.mark.parametrize(
    ("settings", "warnings", "verdict"),
    [
        (DaemonSettings(("unix:///var/run/docker.sock",)), (), Verdict.PASS),
        (BARE, (), Verdict.FAIL),
        (DaemonSettings(("tcp://0.0.0.0:2376",), tls_verified=True), (), Verdict.PASS),
        (DaemonSettings(), (WARNING,), Verdict.FAIL),
    ],
)
def test_an_engine_that_listens_without_tls_fails(
    settings: DaemonSettings, warnings: tuple[str, ...], verdict: Verdict
) -> None:
    assert probes.api(engine_world(settings, warnings=warnings)).verdict is verdict


def test_live_restore_and_the_userland_proxy_are_advice() -> None:
    good = engine_world(DaemonSettings(userland_proxy=False), live_restore=True)
    bad = engine_world(DaemonSettings())

    for probe in (probes.live_restore, probes.userland_proxy):
        assert probe(good).verdict is Verdict.PASS
        assert probe(bad).verdict is Verdict.WARN
        assert "daemon.json" in probe(bad).hint
    assert "root" in probes.group(bad).summary


def test_the_holder_of_a_lock_is_told_as_long_as_it_lives(tmp_path: Path) -> None:
    locks = LockFolder(tmp_path, SystemClock())

    assert locks.holder("default") == ""
    with locks.hold("default", "setup"):
        assert "`setup` by" in locks.holder("default")
    (tmp_path / "locks/default.json").write_text(
        json.dumps({"command": "x", "user": "y", "pid": 2**22 - 1, "since": "z"})
    )
    assert locks.holder("default") == ""


def test_permissions_are_those_of_the_file_itself(tmp_path: Path) -> None:
    host, file = SystemHost(None), tmp_path / "file"
    file.write_text("x")
    file.chmod(0o640)
    (tmp_path / "link").symlink_to(file)

    assert (seen := host.permissions(file)) is not None
    assert (seen.mode, seen.mine, seen.is_link) == (0o640, True, False)
    assert (link := host.permissions(tmp_path / "link")) is not None
    assert link.is_link
    assert host.permissions(tmp_path / "none") is None
