"""Addresses of places on other machines, and what gets in there."""

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from thothctl.adapters.archive_file import ArchiveFiles
from thothctl.adapters.places import Credentials, checked, described
from thothctl.adapters.remote_target import RemoteTarget, Way
from thothctl.errors import AnswerMissingError, ThothctlError
from thothctl.world.backups import Ended, Task, Toolbox

KEYS = {"AWS_ACCESS_KEY_ID": "from-variable", "AWS_SECRET_ACCESS_KEY": "secret-variable"}


def nothing(_: str) -> str:
    return ""


def opened(tmp_path: Path, address: str, credentials: Credentials) -> dict[str, Any]:
    with described(tmp_path, address, credentials, repository="U.repository") as path:
        assert path.stat().st_mode & 0o777 == 0o600
        found = json.loads(path.read_text())
    assert not path.exists()
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    "address",
    [
        "ftp://host/folder",
        "https://host/folder",
        "sftp://host",
        "sftp:///folder",
        "sftp://me:secret-word@host/folder",
        "sftp://me:secret-word/@host/folder",
        "sftp://me@host:abc/folder",
        "sftp://me@host:99999/folder",
        "sftp://[x",
        "s3://",
        "s3://me@bucket/folder",
    ],
)
def test_an_address_that_leads_nowhere_is_refused_and_a_password_not_repeated(address: str) -> None:
    with pytest.raises(ThothctlError) as refused:
        checked(address)
    assert "secret-word" not in f"{refused.value.message} {refused.value.hint}"


def test_a_slash_at_its_end_makes_no_other_place() -> None:
    assert checked("sftp://me@host/folder/") == "sftp://me@host/folder"
    assert checked("s3://b/f/?endpoint=http://h") == "s3://b/f?endpoint=http://h"


def test_secrets_of_the_install_come_before_variables(tmp_path: Path) -> None:
    own = {"backup_s3_access_key": "own", "backup_s3_secret_key": "own secret"}
    credentials = Credentials(lambda name: own.get(name, ""), KEYS)

    found = opened(tmp_path, "s3://bucket/a%20b?endpoint=https://h&region=r1", credentials)

    said = found["environment"]
    assert found["root"] == "place:bucket/a b"
    assert said["RCLONE_CONFIG_PLACE_ACCESS_KEY_ID"] == "own"
    assert said["RCLONE_CONFIG_PLACE_ENDPOINT"] == "https://h"
    assert said["RCLONE_CONFIG_PLACE_REGION"] == "r1"
    assert said["THOTH_PLACE_REPOSITORY"] == "rclone:place:bucket/a b/U.repository"


def test_without_secrets_the_environment_opens_s3(tmp_path: Path) -> None:
    found = opened(tmp_path, "s3://bucket", Credentials(nothing, KEYS))

    assert found["environment"]["RCLONE_CONFIG_PLACE_ACCESS_KEY_ID"] == "from-variable"
    assert found["environment"]["RCLONE_CONFIG_PLACE_PROVIDER"] == "AWS"


def test_who_has_nothing_that_opens_a_place_is_told_what_to_give(tmp_path: Path) -> None:
    credentials = Credentials(nothing, {"HOME": str(tmp_path)})
    for address in ("s3://bucket", "sftp://host/folder"):
        with pytest.raises(AnswerMissingError):
            opened(tmp_path, address, credentials)


def test_a_machine_whose_key_nobody_knows_is_not_talked_to(tmp_path: Path) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh/id_ed25519").write_text("PRIVATE")

    with pytest.raises(AnswerMissingError, match="host key"):
        opened(tmp_path, "sftp://host/f", Credentials(nothing, {"HOME": str(tmp_path)}))


def test_sftp_takes_the_key_of_the_account_or_a_password_that_is_a_secret(tmp_path: Path) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh/id_ed25519").write_text("PRIVATE")
    (tmp_path / ".ssh/known_hosts").write_text("host ssh-ed25519 AAAA")
    home = {"HOME": str(tmp_path)}

    by_key = opened(tmp_path, "sftp://me@host:2222/~/f", Credentials(nothing, home))
    words = {"backup_sftp_password": "let me in"}
    by_word = opened(tmp_path, "sftp://host/f", Credentials(lambda n: words.get(n, ""), home))

    assert by_key["root"] == "place:f"
    assert by_key["environment"]["RCLONE_CONFIG_PLACE_PORT"] == "2222"
    assert by_key["files"]["RCLONE_CONFIG_PLACE_KEY_FILE"] == "PRIVATE\n"
    assert "RCLONE_CONFIG_PLACE_KEY_FILE" not in by_word["files"]
    assert by_word["obscured"] == {"RCLONE_CONFIG_PLACE_PASS": "let me in"}
    assert "let me in" not in json.dumps(by_word["environment"])


def test_what_a_killed_process_kept_for_a_moment_goes_and_what_is_in_use_stays(
    tmp_path: Path,
) -> None:
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    left = tmp_path / f".place-{ended.pid}-abcd"
    left.mkdir()
    (left / "place").write_text("secret")

    with described(tmp_path, "s3://bucket", Credentials(nothing, KEYS)) as used:
        opened(tmp_path, "s3://bucket", Credentials(nothing, KEYS))
        assert used.exists()

    assert not list(tmp_path.iterdir())


def test_what_has_its_index_in_a_place_is_complete_and_nothing_else_is(tmp_path: Path) -> None:
    asked: list[Sequence[str]] = []

    def run(task: Task, *, into: Callable[[bytes], object]) -> Ended:
        asked.append(task.argv[1:])
        into(b"a.thoth-backup\na.thoth-index\nb.thoth-backup\n" if "list" in task.argv else b"")
        return Ended(0)

    toolbox = cast("Toolbox", SimpleNamespace(run=run))
    way = Way(tmp_path, lambda: toolbox, Credentials(nothing, KEYS))

    there = RemoteTarget("s3://bucket/f", way, ArchiveFiles()).sweep(("a", "b", "c"))

    assert there == ("a",)
    names = ("a.thoth-backup", "b.thoth-backup", "c.thoth-backup")
    assert asked == [("sweep", ".thoth-index", *names), ("list",)]
