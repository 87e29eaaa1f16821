"""How the Docker daemon of this machine was started: its file, and its own command line."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from thothctl.model.inspected import DaemonSettings

FILE, PROCESSES = Path("/etc/docker/daemon.json"), Path("/proc")
NO = frozenset({"false", "0", "f"})


def settings(file: Path = FILE, processes: Path = PROCESSES) -> DaemonSettings:
    """What can be seen; a daemon elsewhere, or one of another account, tells nothing."""
    written = _written(file)
    words = _command_line(processes)
    hosts = written.get("hosts") or ()
    proxy = dict(_flags(words)).get("userland-proxy")
    known = written.get("userland-proxy")
    return DaemonSettings(
        addresses=(*(str(host) for host in hosts), *_addresses(words)),
        tls_verified=bool(written.get("tlsverify")) or "--tlsverify" in words,
        userland_proxy=proxy not in NO if proxy is not None else known,
    )


def _written(file: Path) -> Mapping[str, Any]:
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _command_line(processes: Path) -> Sequence[str]:
    for process in processes.glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if os.path.basename(words[0]) == "dockerd":  # noqa: PTH119 - a word, not a path of ours
            return words
    return ()


def _addresses(words: Sequence[str]) -> Iterator[str]:
    for index, word in enumerate(words):
        if word in {"-H", "--host"} and index + 1 < len(words):
            yield words[index + 1]
        elif word.startswith(("-H=", "--host=", "-Htcp", "-Hunix", "-Hfd")):
            yield word.removeprefix("--host=").removeprefix("-H").removeprefix("=")


def _flags(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    for word in words:
        name, _, value = word.removeprefix("--").partition("=")
        yield name, value
