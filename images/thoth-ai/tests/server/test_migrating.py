import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

PROJECT = Path(__file__).parents[2]
START = "accounts.0001_initial,workspaces.0001_initial"


def run(data: Path, command: str, *words: str) -> "subprocess.CompletedProcess[str]":
    script = f"from thoth_ai import entry; entry.main(entry.{command})"
    return subprocess.run(
        (sys.executable, "-c", script, *words),
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "THOTH_DATA_DIR": str(data), "THOTH_DEMO": "true"},
        capture_output=True,
        text=True,
        check=False,
    )


def counted(data: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(data / "thoth.sqlite")) as connection:
        found: list[tuple[object, ...]] = []
        for table in ("accounts_user", "workspaces_workspace", "workspaces_column"):
            found += connection.execute(f"SELECT count(*) FROM {table}").fetchall()
        return found


def test_the_database_goes_down_to_an_older_revision_and_up_again_with_its_rows(
    tmp_path: Path,
) -> None:
    assert run(tmp_path, "setup").returncode == 0
    newest, before = run(tmp_path, "revision").stdout.strip(), counted(tmp_path)

    plan = json.loads(run(tmp_path, "migrate", "--plan", "--to", START).stdout)
    assert plan["revision"] == newest
    assert plan["target"] == START
    assert plan["reversible"] is True
    assert plan["forward"] == []
    assert "workspaces.0003_vector_places" in plan["backward"]
    assert run(tmp_path, "revision").stdout.strip() == newest, "a plan changes nothing"

    down = run(tmp_path, "migrate", "--to", START)
    assert down.returncode == 0, down.stderr
    assert run(tmp_path, "revision").stdout.strip() == START

    up = run(tmp_path, "thoth_ai", "migrate")
    assert up.returncode == 0, up.stderr
    assert run(tmp_path, "revision").stdout.strip() == newest
    assert counted(tmp_path) == before


def test_a_new_database_has_no_revision_and_a_whole_plan(tmp_path: Path) -> None:
    plan = json.loads(run(tmp_path, "migrate", "--plan").stdout)

    assert plan["revision"] == ""
    assert plan["backward"] == []
    assert "accounts.0001_initial" in plan["forward"]


def test_a_revision_that_this_image_does_not_know_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, "migrate", "--to", "workspaces.9999_later")

    assert done.returncode == 13
    assert "knows no database revision" in done.stderr
    assert "hint:" in done.stderr
