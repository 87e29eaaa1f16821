"""What every image of ours keeps: least rights, a fixed user, real health, a quick stop."""

from pathlib import Path

import pytest
from e2e.machine import docker
from e2e.own_images import Box, Yard, build

PAGE = Path(__file__).parents[2] / "docs/reference/images.md"
CANARY = "canary-of-every-image"
SECRET = "/run/secrets/password"  # noqa: S105 - a path
NEEDS = {
    "postgres": ("-e", f"POSTGRES_PASSWORD_FILE={SECRET}"),
    "redis": ("-e", f"REDIS_PASSWORD_FILE={SECRET}"),
}
SERVICES = ("postgres", "redis", "nginx", "chroma", "prometheus", "alertmanager", "node-exporter")
WITH_DATA = ("postgres", "redis", "chroma", "prometheus", "alertmanager")
TOOLS = {
    "restic version": "restic 0.18",
    "age --version": "1.2",
    "zstd --version": "v1.5",
    "psql --version": "17.",
    "pg_dump --version": "17.",
    "pg_restore --version": "17.",
    "sqlite3 --version": "3.46",
    "openssl version": "OpenSSL 3",
    "certbot --version": "certbot 4",
}
ENDED_AS_TOLD = {0, 2, 143}
"""Of its own accord, or by the signal itself: node-exporter does not catch it."""


def documented(folder: str) -> tuple[str, str]:
    """User and volume that the reference promises."""
    rows = (line.split("|") for line in PAGE.read_text().splitlines())
    row = next(r for r in rows if len(r) > 5 and r[1].strip() == f"`{folder}`")
    return row[2].strip(), row[4].strip().strip("`")


def serve(yard: Yard, folder: str, *options: str) -> Box:
    yard.file("secrets/password", f"{CANARY}\n")
    mounted = (*yard.mount("secrets/password", SECRET), *NEEDS.get(folder, ()))
    return yard.run(folder, *mounted, *options)


@pytest.mark.parametrize("folder", SERVICES)
def test_it_starts_with_the_least_rights_survives_a_kill_and_stops_quickly(
    yard: Yard, folder: str
) -> None:
    user, volume = documented(folder)
    box = serve(yard, folder).await_healthy()
    found = box.look()

    assert found["Config"]["User"] == f"{user}:{user}"
    assert list(found["Config"]["Volumes"] or {"none": {}}) == [volume]
    assert box.of_every_process("grep -hE '^(Uid|Gid|Cap)' {}/status | cut -f 2") == [
        "0" * 16,
        user,
    ]

    box.kill().start().await_healthy()

    processes = box.of_every_process("cat {}/cmdline {}/environ")
    for place in (str(box.look()), box.logs(), str(processes)):
        assert CANARY not in place
    assert box.stop() < 10
    assert box.look()["State"]["ExitCode"] in ENDED_AS_TOLD, box.logs()


@pytest.mark.parametrize("folder", ["redis", "chroma"])
def test_a_second_server_on_a_volume_in_use_is_refused(yard: Yard, folder: str) -> None:
    mounted = ("-v", f"{yard.volume()}:/data")
    first = serve(yard, folder, *mounted).await_healthy()
    second = serve(yard, folder, *mounted)

    assert second.ended() == 5
    assert "hint: stop it first" in second.logs()
    first.exec("healthcheck")


@pytest.mark.parametrize("folder", ["redis", "chroma"])
def test_a_volume_of_another_user_is_refused_with_the_way_out(yard: Yard, folder: str) -> None:
    volume = yard.volume()
    yard.within("toolbox", volume, "touch mine")
    box = serve(yard, folder, "-v", f"{volume}:/data")

    assert box.ended() == 7
    assert "/data belongs to user 10009" in box.logs()
    assert "hint: give the volume to this user, as root: chown" in box.logs()


def test_the_tools_of_operations_answer_whoever_runs_them(yard: Yard) -> None:
    script = "; ".join(f"echo; {command} 2>&1" for command in TOOLS)
    boxes = [
        yard.run("toolbox", "--user", user, command=("sh", "-euc", script))
        for user in (documented("toolbox")[0], documented("postgres")[0])
    ]

    for box in boxes:
        assert box.ended() == 0, box.logs()
        assert not [wanted for wanted in TOOLS.values() if wanted not in box.logs()]


def test_a_backup_made_and_read_with_the_tools_is_the_same(yard: Yard) -> None:
    volume = yard.volume()
    script = (
        "mkdir -p in out; echo precious > in/file; openssl rand -hex 24 > /tmp/key;"
        "export RESTIC_PASSWORD_FILE=/tmp/key RESTIC_REPOSITORY=/data/repository;"
        "restic init -q; restic backup -q in; restic restore -q latest --target out >/dev/null;"
        "age-keygen -o /tmp/id 2>/dev/null; tar c in | zstd -q | age -r $(age-keygen -y /tmp/id)"
        " | age -d -i /tmp/id | zstd -dq | tar t; cat out/in/file"
    )
    box = yard.run(
        "toolbox", "-v", f"{volume}:/data", "-w", "/data", command=("sh", "-euc", script)
    )

    assert box.ended() == 0, box.logs()
    assert box.logs().splitlines() == ["in/", "in/file", "precious"]


@pytest.mark.parametrize("folder", [*SERVICES, "toolbox"])
def test_nothing_in_it_can_raise_rights_and_nothing_of_the_build_is_left(
    yard: Yard, folder: str
) -> None:
    raising = "find / -xdev -type f -perm /6000 2>/dev/null"
    left = "ls -d /var/lib/apt/lists/* /var/cache/apt/archives/*.deb /etc/pip.conf 2>/dev/null"
    script = f"{raising}; {left}; true"
    image = build(folder, yard.images)

    said = docker("run", "--rm", "--label", yard.label, "--entrypoint", "sh", image, "-c", script)

    assert said == ""
