"""Each backend gives a value, or says why not; no error holds a value or a token.

Vault is a small server of the test that speaks KV version 2; it stands in for the real one.
"""

import json
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from thothctl.adapters.age_file import seal_for_passphrase
from thothctl.adapters.secret_backends import SecretBackends
from thothctl.errors import (
    AnswerMissingError,
    IntegrityError,
    InvalidInputError,
    NetworkError,
    ThothctlError,
)
from thothctl.model.secret import Backend, Secret, SecretSource

VALUE, TOKEN = "canary-value-0001", "canary-token-0001"


class VaultStandIn(BaseHTTPRequestHandler):
    """KV version 2 with one entry for one token."""

    def do_GET(self) -> None:
        if self.headers["X-Vault-Token"] != TOKEN:
            self._answer(403, {"errors": ["permission denied"]})
        elif self.path == "/v1/kv/data/stacks/thoth":
            data = {"api_token": VALUE, "other": VALUE[::-1], "number": 1}
            self._answer(200, {"data": {"data": data, "metadata": {"version": 3}}})
        elif self.path == "/v1/kv/data/sealed":
            self._answer(503, {"errors": ["sealed"]})
        else:
            self._answer(404, {"errors": []})

    def _answer(self, status: int, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def vault() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), VaultStandIn)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def fetched(source: SecretSource, **environment: str) -> str:
    return SecretBackends(environment).fetch([source])[source.secret].reveal()


def from_vault(address: str, **options: str) -> SecretSource:
    told = {"address": address, "mount": "kv", "path": "stacks/thoth", **options}
    return SecretSource("api_token", Backend.VAULT, told)


def test_a_variable_by_its_usual_name_or_ones_own() -> None:
    usual = SecretSource("api_token", Backend.ENV)
    own = SecretSource("api_token", Backend.ENV, {"variable": "MINE"})

    assert fetched(usual, THOTH_SECRET_API_TOKEN=VALUE) == VALUE
    assert fetched(own, MINE=VALUE) == VALUE
    with pytest.raises(AnswerMissingError, match="MINE"):
        fetched(own)


def program(text: str, seconds: int = 30) -> SecretSource:
    argv = (sys.executable, "-c", text)
    return SecretSource("api_token", Backend.COMMAND, argv=argv, seconds=seconds)


def test_a_program_is_run_without_a_shell() -> None:
    assert fetched(program(f"print('{VALUE}')")) == VALUE
    assert fetched(SecretSource("x", Backend.COMMAND, argv=("printf", "$HOME;"))) == "$HOME;"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"print('{VALUE}'); raise SystemExit(3)", "ended with 3"),
        ("pass", "no key in it"),
        (f"print('{VALUE}'); print('{VALUE}')", "line breaks"),
        ("import time; time.sleep(60)", "within 1 s"),
    ],
)
def test_a_program_that_fails_is_told_without_what_it_said(text: str, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said) as caught:
        fetched(program(text, seconds=1))
    assert VALUE not in caught.value.message


def test_vault_gives_a_field_of_an_entry(vault: str, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")

    assert fetched(from_vault(vault), VAULT_TOKEN=TOKEN) == VALUE
    assert fetched(from_vault(vault, token_file=str(file))) == VALUE
    assert fetched(from_vault(vault), VAULT_TOKEN_FILE=str(file)) == VALUE
    assert fetched(from_vault(vault, field="other"), VAULT_TOKEN=TOKEN) == VALUE[::-1]


@pytest.mark.parametrize(
    ("options", "token", "said", "kind"),
    [
        ({}, "canary-token-wrong", r"refused the token \(403\)", InvalidInputError),
        ({}, "", "no token for Vault", AnswerMissingError),
        ({"path": "stacks/none"}, TOKEN, "has nothing there", InvalidInputError),
        ({"path": "sealed"}, TOKEN, "is sealed", InvalidInputError),
        ({"field": "absent"}, TOKEN, "no text field absent", InvalidInputError),
        ({"field": "number"}, TOKEN, "no text field number", InvalidInputError),
        ({"address": "http://vault.example.org"}, TOKEN, "https://", InvalidInputError),
        ({"address": "http://127.0.0.1:1"}, TOKEN, "did not answer", NetworkError),
        ({"ca": "/nowhere/ca.pem"}, TOKEN, "no CA certificates", InvalidInputError),
    ],
)
def test_what_vault_refuses_is_told_in_plain_words(
    vault: str, options: dict[str, str], token: str, said: str, kind: type[ThothctlError]
) -> None:
    with pytest.raises(kind, match=said) as caught:
        fetched(from_vault(**{"address": vault, **options}), VAULT_TOKEN=token)

    assert caught.value.hint
    assert "canary" not in caught.value.message + caught.value.hint


def test_an_encrypted_file_opens_with_its_passphrase(tmp_path: Path) -> None:
    file, phrase = tmp_path / "secrets.age", "violet otter bicycle granite"
    seal_for_passphrase(file, {"api_token": Secret(VALUE)}, Secret(phrase))
    source = SecretSource("api_token", Backend.AGE, {"file": str(file)})

    assert fetched(source, THOTHCTL_PASSPHRASE=phrase) == VALUE
    with pytest.raises(IntegrityError):
        fetched(source, THOTHCTL_PASSPHRASE=phrase.upper())
    missing = SecretSource("other", Backend.AGE, {"file": str(file)})
    with pytest.raises(InvalidInputError, match="does not hold other"):
        fetched(missing, THOTHCTL_PASSPHRASE=phrase)
