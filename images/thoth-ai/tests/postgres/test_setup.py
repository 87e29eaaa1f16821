import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.services.postgres_server import Server

PROJECT = Path(__file__).parents[2]


def run(program: str, server: Server, data: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (sys.executable, "-c", f"from thoth_ai import entry, first_start; {program}"),
        cwd=PROJECT,
        env={**server.variables, "THOTH_DATA_DIR": str(data), "THOTH_DEMO": "false"},
        capture_output=True,
        text=True,
        check=False,
    )


def app(server: Server) -> "psycopg.Connection[tuple[object, ...]]":
    settings = server.settings
    return psycopg.connect(**settings.parameters(settings.app, settings.database))  # type: ignore[arg-type]  # libpq's words


def test_what_setup_made_the_application_can_use_and_not_change(
    server: Server, tmp_path: Path
) -> None:
    early = run(
        "entry._prepare(); import django; django.setup(); first_start.await_migrated(0.2)",
        server,
        tmp_path,
    )
    assert "NOT_HEALTHY" in early.stderr or "not migrated within" in early.stderr
    for _ in range(2):
        done = run("entry.main(entry.setup)", server, tmp_path)
        assert done.returncode == 0, done.stderr

    served = run("entry._await_set_up()", server, tmp_path)
    assert served.returncode == 0, served.stderr
    with app(server) as connection:
        assert connection.execute("SELECT count(*) FROM accounts_user").fetchone() == (1,)
        connection.execute("INSERT INTO workspaces_milestone VALUES ('x', now())")
        for forbidden in ("DROP TABLE accounts_user", "CREATE TABLE mine (a int)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(forbidden.encode())
    for process in (early, done, served):
        for secret in server.settings.secrets:
            assert secret not in process.stderr + process.stdout
