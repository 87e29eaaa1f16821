import socket
import threading
from dataclasses import replace

import psycopg
import pytest

from tests.services.postgres_server import Server
from thoth_ai.errors import ServerError
from thoth_ai.postgres import readiness
from thoth_ai.postgres.connecting import Postgres, Role


def refusal(postgres: Postgres, role: Role, database: str = "thoth") -> ServerError:
    with pytest.raises(ServerError) as caught:
        readiness.await_ready(postgres, role, database, seconds=0.3)
    assert caught.value.hint
    assert not role.password or role.password not in str(caught.value)
    return caught.value


def told(error: ServerError) -> tuple[str, int]:
    return error.code, int(error.exit_code)


def test_every_role_opens_its_own_database_and_no_other(server: Server) -> None:
    own = {"thoth": ("app", "migrator"), "thoth_data": ("importer", "reader")}
    for database, names in own.items():
        for name in ("app", "migrator", "importer", "reader"):
            role = getattr(server.settings, name)
            if name in names:
                readiness.await_ready(server.settings, role, database)
            else:
                assert refusal(server.settings, role, database).code == "postgres_database"


def test_a_missing_database_is_told_from_a_wrong_password(server: Server) -> None:
    app = server.settings.app

    assert told(refusal(server.settings, app, "nowhere")) == ("postgres_database", 3)
    wrong, nobody = Role(app.user, "wrong"), Role("nobody", "x")
    assert told(refusal(server.settings, wrong)) == ("postgres_password", 7)
    assert told(refusal(server.settings, nobody)) == ("postgres_password", 7)


def test_nobody_at_the_address_is_unreachable(server: Server) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        silent = replace(server.settings, port=taken.getsockname()[1])

        assert told(refusal(silent, server.settings.app)) == ("postgres_unreachable", 15)


def test_a_server_that_is_still_starting_is_waited_for_and_then_named(server: Server) -> None:
    with _Starting() as port:
        starting = replace(server.settings, port=port, ssl_mode="disable")

        assert told(refusal(starting, server.settings.app)) == ("postgres_starting", 8)


def test_an_old_server_and_a_missing_extension_are_refused(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "OLDEST", 990_000)
    assert told(refusal(server.settings, server.settings.app)) == ("postgres_version", 13)

    with (
        psycopg.connect(server.superuser, dbname="thoth") as connection,
        pytest.raises(ServerError) as caught,
    ):
        readiness.require_extension(connection, "nothing")
    assert told(caught.value) == ("postgres_extension", 13)


class _Starting:
    """Answers every client as PostgreSQL does while it starts."""

    ANSWER = b"SFATAL\0C57P03\0Mthe database system is starting up\0\0"

    def __enter__(self) -> int:
        self._socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return int(self._socket.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            with client:
                client.recv(4096)
                client.sendall(b"E" + (len(self.ANSWER) + 4).to_bytes(4, "big") + self.ANSWER)
