"""What the server says of an import is what thothctl says, in the same kind of failure."""

import sys
from pathlib import Path

import pytest

from thothctl.adapters.importer import BY_CODE, StreamImporter
from thothctl.errors import ExitCode, ThothctlError
from thothctl.model.answer import DatabaseSource, ImportRequest
from thothctl.operations.import_database import ONE_S_OWN_FAULT

DOCKER = """#!{python}
import json, os, sys, tarfile
bundle = tarfile.open(fileobj=sys.stdin.buffer, mode="r|")
manifest = json.load(bundle.extractfile(bundle.next()))
said = {said!r}
print(json.dumps(said | {{"attended": manifest["attended"]}}), flush=True)
sys.exit(said["exit_code"])
"""
RESULT = {"event": "result", "workspace": "zoo", "rows": 3, "tables": [], "exit_code": 0}


def send(folder: Path, said: dict[str, object]) -> dict[str, object]:
    """Send a file to a `docker` that says this of it, while its input is still open."""
    program, file = folder / "docker", folder / "zoo.sqlite"
    program.write_text(DOCKER.format(python=sys.executable, said=said))
    program.chmod(0o755)
    file.write_bytes(b"x" * 70_000)
    request = ImportRequest("zoo", DatabaseSource(file), file, 70_000, "", replace=False)
    importer = StreamImporter(folder, {}, {"PATH": str(folder)}, lambda _: None)
    return dict(importer.send("container", request).details)


@pytest.mark.parametrize("code", sorted({*map(int, BY_CODE), 99}))
def test_a_refusal_keeps_its_exit_code_and_its_words(tmp_path: Path, code: int) -> None:
    said = {"event": "error", "code": "x", "message": "no", "hint": "do that", "exit_code": code}

    with pytest.raises(ThothctlError) as caught:
        send(tmp_path, said)

    assert caught.value.exit_code == (code if code in BY_CODE else ExitCode.INTERNAL)
    assert (caught.value.message, caught.value.hint) == ("no", "do that")


@pytest.mark.parametrize("code", [ExitCode.LOCKED, ExitCode.NETWORK, ExitCode.INTERNAL])
def test_what_would_fail_the_next_database_too_is_no_fault_of_one(code: int) -> None:
    assert not issubclass(BY_CODE[code], ONE_S_OWN_FAULT)


def test_a_name_in_use_is_told_apart(tmp_path: Path) -> None:
    said = {"event": "error", "code": "name_in_use", "message": "no", "exit_code": 7}

    with pytest.raises(ThothctlError) as caught:
        send(tmp_path, said)

    assert (caught.value.code, caught.value.exit_code) == ("name_in_use", 7)


def test_the_result_comes_while_the_sender_still_waits(tmp_path: Path) -> None:
    assert send(tmp_path, RESULT)["attended"] is True


def test_every_exit_code_of_the_server_is_known() -> None:
    server = Path(__file__).parents[2] / "images/thoth-ai/thoth_ai/errors.py"
    body = server.read_text().split("class ExitCode", 1)[1].split("class ", 1)[0]
    codes = {int(line.split("=")[1]) for line in body.splitlines() if " = " in line}

    assert codes - {ExitCode.OK} == set(BY_CODE)
