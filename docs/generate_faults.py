"""Which test proves which class of faults: read off the tests' names, and what they say first."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
NAMED = re.compile(r"^test_((?:f\d+_)+)(.+)")
SAID = re.compile(r"F(\d+)")
CLASSES = (
    "A restore destroys live data, then fails",
    "An upgrade is stuck half way",
    "Old data is removed before the new is proved",
    "A backup reports success though a dump failed",
    "The disk is full during a backup or an upgrade",
    "Pruning images removes what a rollback needs",
    "A backup is restored to another version",
    "PostgreSQL gets another major version",
    "An image moved the place of its data",
    "Sorting changes under the same major version",
    "Data lies in the container's writable layer",
    "Another project name or folder leads to empty volumes",
    "The key of a backup is not in the backup",
    "A lock stays behind after a kill or a power cut",
    "A mark that a power cut left blocks everything",
    "The wrong backup is chosen",
    "A backup hangs and the service stays down",
    "A failed upgrade is treated as a failed install, and deleted",
    "A failure is shown as a success",
    "Versions are checked only after the shutdown",
    "A port of one's own counts as a conflict",
    "Rootless: low ports, and owners of files",
    "Docker as a snap: no access outside the home folder",
    "Docker Desktop: memory of its machine, owners of mounted folders",
    "`localhost` is an IPv6 address",
    "A proxy stands between",
    "A `$` in a secret",
    "`up --wait` reports what is not so",
    "The engine wants a newer API",
    "Line ends of Windows in scripts and settings",
    "Secrets of Swarm cannot change",
    "Retention deletes the last good backup",
    "Prunes and locks of a repository race",
    "A dump was made by a newer client than the server that loads it",
    "A rollback begins during a restore",
)
"""In the order of their numbers, from 1."""


def rows() -> Iterator[str]:
    """The table, one class a line; one that no test names says so."""
    proofs = _proofs()
    yield "| class | fault | proved by |"
    yield "|---|---|---|"
    for number, fault in enumerate(CLASSES, 1):
        found = "<br>".join(proofs.get(number, ())) or "no test is named after it"
        yield f"| F{number} | {fault} | {found} |"


def _proofs() -> dict[int, list[str]]:
    proofs: dict[int, list[str]] = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        module = ast.parse(file.read_text(encoding="utf-8"))
        tests = [one for one in module.body if isinstance(one, ast.FunctionDef)]
        for test in (one for one in tests if one.name.startswith("test_")):
            named = NAMED.match(test.name)
            sentence = (named[2] if named else test.name.removeprefix("test_")).replace("_", " ")
            for number in _numbers(test, module, named[1] if named else ""):
                place = file.relative_to(ROOT / "tests").as_posix()
                proofs.setdefault(number, []).append(f"`{place}`: {sentence}")
    return proofs


def _numbers(test: ast.FunctionDef, module: ast.Module, named: str) -> list[int]:
    """The name tells them; else the first words of the test's docstring, or of the module's."""
    said = [(ast.get_docstring(one) or "").partition(":")[0] for one in (test, module)]
    spoken = [SAID.fullmatch(one) for one in said]
    return sorted({*map(int, re.findall(r"\d+", named)), *(int(m[1]) for m in spoken if m)})
