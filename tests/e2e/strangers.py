"""Files in a volume that belong to nobody whom the server, this machine or an image knows."""

from e2e.machine import Machine, docker
from e2e.own_images import build

PLACES = {
    "/data/strange": "4713:4714 751",
    "/data/strange/one": "4711:4712 640",
    "/data/strange/two": "65533:65532 600",
}
"""User, group and rights of each."""


def leave(machine: Machine) -> None:
    """As root does, who may give files away."""
    give = (
        f"chown {who.split()[0]} {path}; chmod {who.split()[1]} {path}"
        for path, who in PLACES.items()
    )
    folder, *files = PLACES
    _as_root(machine, f"mkdir {folder}; touch {' '.join(files)}; {'; '.join(give)}")


def found(machine: Machine) -> dict[str, str]:
    """What is served of them now."""
    said = _as_root(machine, f"stat -c '%n=%u:%g %a' {' '.join(PLACES)}").splitlines()
    return dict(line.split("=", 1) for line in said)


def _as_root(machine: Machine, script: str) -> str:
    words = ("--rm", "--user", "0:0", "--volumes-from", machine.container(), "--entrypoint", "sh")
    return docker("run", *words, build("toolbox", machine.home), "-ec", script)
