"""What others of this machine see of a command, and how its clock runs one."""

import subprocess
from pathlib import Path

from e2e.machine import LABEL, Machine, docker


def seen_by_others(machine: Machine) -> str:
    """Arguments of all processes, and what the engine tells of its containers."""
    argv = subprocess.run(["ps", "-ww", "-eo", "args"], capture_output=True, text=True, check=False)
    tasks = docker("ps", "-q", "--filter", f"label={LABEL}={machine.label}").split()
    found = subprocess.run(
        ["docker", "inspect", *tasks], capture_output=True, text=True, check=False
    )
    return argv.stdout + found.stdout


def by_cron(stack: Machine, home: Path) -> str:
    """The line as cron gives it to a shell, with nothing around it but what cron sets."""
    line = stack.ok("backup", "schedule", "set", "--dry-run").data["cron"]
    command = line.split(maxsplit=5)[5].replace(r"\%", "%")
    around = {"HOME": str(home), "LOGNAME": "root", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
    argv = ["/bin/sh", "-c", command]
    done = subprocess.run(argv, env=around, cwd=home, check=True, capture_output=True, text=True)
    return done.stdout + done.stderr
