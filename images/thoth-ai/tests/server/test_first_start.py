import os
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


def setup(data: Path, *, before: str = "", **variables: str) -> "subprocess.CompletedProcess[str]":
    script = textwrap.dedent(before) + "\nfrom thoth_ai import entry\nentry.main(entry.setup)\n"
    environment = {"PATH": os.environ["PATH"], "THOTH_DATA_DIR": str(data)}
    return subprocess.run(
        (sys.executable, "-c", script),
        cwd=PROJECT,
        env=environment | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def rows(data: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(data / "thoth.sqlite")) as connection:
        return connection.execute(sql).fetchall()


def secrets_of(data: Path) -> dict[str, str]:
    return {file.name: file.read_text().strip() for file in (data / "secrets").iterdir()}


def test_the_first_start_makes_secrets_that_no_log_has(tmp_path: Path) -> None:
    done = setup(tmp_path)

    assert done.returncode == 0, done.stderr
    made = secrets_of(tmp_path)
    assert set(made) == {"django_secret_key", "api_token", "admin_password"}
    for name, value in made.items():
        assert name in done.stderr
        assert value not in done.stderr + done.stdout
        assert stat.S_IMODE((tmp_path / "secrets" / name).stat().st_mode) == 0o600


def test_a_second_start_changes_no_secret_and_no_user(tmp_path: Path) -> None:
    setup(tmp_path, THOTH_DEMO="true")
    before = secrets_of(tmp_path), rows(tmp_path, "SELECT * FROM accounts_user")
    databases = sorted((tmp_path / "databases").iterdir())

    again = setup(
        tmp_path, THOTH_DEMO="true", ADMIN_PASSWORD="another one", ADMIN_EMAIL="other@localhost"
    )

    assert again.returncode == 0
    assert (secrets_of(tmp_path), rows(tmp_path, "SELECT * FROM accounts_user")) == before
    assert sorted((tmp_path / "databases").iterdir()) == databases


def test_given_secrets_are_used_and_none_is_generated(tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    variables: dict[str, str] = {}
    for name in ("DJANGO_SECRET_KEY", "ADMIN_PASSWORD", "API_TOKEN"):
        (given / name).write_text(f"canary-{name}-value\n")
        variables |= {f"{name}_FILE": str(given / name), name: "not used"}

    done = setup(tmp_path / "data", **variables)

    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "data" / "secrets").exists()
    assert "canary" not in done.stderr + done.stdout


def test_the_demo_is_loaded_when_it_is_wanted_later_and_only_once(tmp_path: Path) -> None:
    setup(tmp_path)
    assert rows(tmp_path, "SELECT count(*) FROM workspaces_workspace") == [(0,)]

    setup(tmp_path, THOTH_DEMO="true")
    assert rows(tmp_path, "SELECT count(*) FROM workspaces_workspace") == [(1,)]

    with closing(sqlite3.connect(tmp_path / "thoth.sqlite")) as connection:
        connection.execute("DELETE FROM workspaces_workspace")
        connection.commit()
    setup(tmp_path, THOTH_DEMO="true")
    assert rows(tmp_path, "SELECT count(*) FROM workspaces_workspace") == [(0,)]


KILL = "os.kill(os.getpid(), signal.SIGKILL)"
POINTS = {
    "writing a secret": ("thoth_ai.secret_files", "_sync_folder"),
    "before migrating": ("thoth_ai.first_start", "complete"),
    "before the administrator": ("thoth_ai.first_start", "_make_administrator"),
    "making the administrator": ("thoth_ai.first_start", "_valid_address"),
}


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_setup_is_finished_by_the_next(tmp_path: Path, point: str) -> None:
    module, function = POINTS[point]
    before = f"""
        import os, signal
        import {module} as place
        place.{function} = lambda *_, **__: {KILL}
    """
    assert setup(tmp_path, before=before).returncode == -signal.SIGKILL

    done = setup(tmp_path, THOTH_DEMO="true")

    assert done.returncode == 0, done.stderr
    assert rows(tmp_path, "SELECT count(*) FROM accounts_user WHERE is_superuser") == [(1,)]
    assert rows(tmp_path, "SELECT count(*) FROM workspaces_workspace") == [(1,)]
    assert len(secrets_of(tmp_path)) == 3


def test_a_kill_while_the_demo_is_committed_is_repaired(tmp_path: Path) -> None:
    before = f"""
        import os, signal, django
        os.environ["DJANGO_SETTINGS_MODULE"] = "thoth_ai.settings"
        django.setup()
        from thoth_ai.importing import publishing as place
        publish = place.publish
        def die(*arguments):
            publish(*arguments)
            {KILL}
        place.publish = die
    """
    assert setup(tmp_path, before=before, THOTH_DEMO="true").returncode == -signal.SIGKILL

    assert setup(tmp_path, THOTH_DEMO="true").returncode == 0

    assert len(list((tmp_path / "databases").iterdir())) == 1
    assert list((tmp_path / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    "variables",
    [
        {"PORT": "many"},
        {"PORT": "0"},
        {"LOG_LEVEL": "LOUD"},
        {"THOTH_DEMO": "perhaps"},
        {"DEPLOYMENT_MODE": "cloud"},
        {"ADMIN_EMAIL": "nobody"},
        {"API_TOKEN_FILE": "/nonexistent/file"},
    ],
)
def test_a_bad_setting_is_one_sentence_with_a_hint(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    done = setup(tmp_path, **variables)

    assert done.returncode == 7
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr
