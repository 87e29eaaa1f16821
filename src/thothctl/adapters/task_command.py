"""The words that start a one-off container: few rights, no network, no log, labels."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from thothctl.model.install import LABEL_INSTALL, LABEL_TASK
from thothctl.world.backups import Inside, Mount, Program, Task

RIGHTS = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID")
INPUT, OUTPUT = "/run/thoth/in", "/run/thoth/out"
LANES = f"""
in=/dev/stdin out=/dev/stdout
[ ! -p {INPUT} ] || in={INPUT}
[ ! -p {OUTPUT} ] || out={OUTPUT}
exec "$@" < "$in" > "$out"
"""
"""Both lanes are opened by the container's own shell, the input first."""


def words(
    program: Program, name: str, image: str, lanes: Sequence[Mount] = (), *, reads: bool
) -> list[str]:
    """The command line; nothing in it is secret."""
    interactive = ["--interactive"] if reads else []
    if isinstance(program, Inside):
        return ["docker", "exec", *interactive, program.container, *program.argv]
    mounts = [word for mount in (*program.mounts, *lanes) for word in ("--mount", _mount(mount))]
    return [
        *("docker", "run", "--rm", "--pull", "never", "--name", name, *interactive),
        *(("--hostname", name) if program.named else ()),
        *("--label", f"{LABEL_INSTALL}={program.install}"),
        *("--label", f"{LABEL_TASK}={program.operation}"),
        *("--log-driver", "none", "--network", program.network, "--pids-limit", "512"),
        *("--read-only", "--tmpfs", "/tmp:size=64m,mode=1777", "--tmpfs", "/run/thoth:size=64k"),  # noqa: S108 - a path of the container
        *("--cap-drop", "ALL", "--security-opt", "no-new-privileges:true"),
        *_rights(program),
        *mounts,
        *("--entrypoint", "", program.image or image),
        *(("sh", "-c", LANES, "task", *program.argv) if lanes else program.argv),
    ]


def _rights(task: Task) -> list[str]:
    if task.own_user:
        return []
    return ["--user", "0:0", *(word for right in RIGHTS for word in ("--cap-add", right))]


def lane(path: Path, *, reads: bool) -> Mount:
    """A pipe of this machine as an end of the container's."""
    return Mount(str(path), INPUT if reads else OUTPUT, writable=True)


def _mount(mount: Mount) -> str:
    """One value of --mount: CSV, so that a path may hold what it likes."""
    kind = "bind" if mount.source.startswith("/") else "volume"
    fields = [f"type={kind}", f"src={mount.source}", f"dst={mount.target}"]
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([*fields, *([] if mount.writable else ["ro"])])
    return text.getvalue()
