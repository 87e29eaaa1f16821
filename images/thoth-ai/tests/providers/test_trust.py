import subprocess
from pathlib import Path

import pytest
from provider_server import ProviderServer

from tests.providers.asking import KEY, QUESTION, ask, chat
from thoth_ai.providers import catalogue
from thoth_ai.providers.connection import trust
from thoth_ai.providers.patience import Patience
from thoth_ai.providers.types import Failure, ProviderError, ProviderSettings

LONG = "SELECT a_long_answer FROM somewhere"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority")
    subprocess.run(
        """openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout key.pem -out cert.pem
        -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1""".split(),
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder


def test_a_certificate_nobody_vouches_for_is_not_trusted(authority: Path) -> None:
    with ProviderServer(certificate=authority) as server:
        model = chat(server, "openai")
        with pytest.raises(ProviderError, match="not trusted") as caught:
            model.complete(QUESTION)

    assert caught.value.kind is Failure.NETWORK
    assert not server.requests


def test_a_bundle_adds_to_the_trust(authority: Path) -> None:
    bundle = str(authority / "cert.pem")
    with ProviderServer(certificate=authority) as server:
        told = ProviderSettings("openai", "m", server.openai, KEY, ca_bundle=bundle)
        assert catalogue.chat(told).complete(QUESTION).text == "SELECT 1"

    assert len(trust(bundle).get_ca_certs()) == len(trust("").get_ca_certs()) + 1 > 50


def test_the_certificates_of_the_environment_are_honoured(
    authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority / "cert.pem"))
    with ProviderServer(certificate=authority) as server:
        assert ask(server, "openai").text == "SELECT 1"


def test_the_deadline_holds_inside_tls(authority: Path) -> None:
    rules = [{"match": "", "reply": LONG, "fault": {"stall_after": 1}}]
    with ProviderServer(rules, certificate=authority) as server:
        told = ProviderSettings("openai", "m", server.openai, KEY, 0.5, str(authority / "cert.pem"))
        with pytest.raises(ProviderError) as caught:
            catalogue.chat(told, Patience(idle_seconds=0.1)).complete(QUESTION)

    assert caught.value.kind is Failure.TIMEOUT


def test_a_bundle_that_is_not_there_is_named() -> None:
    told = ProviderSettings("openai", "m", "", KEY, ca_bundle="/nowhere/ca.pem")
    with pytest.raises(ProviderError, match=r"/nowhere/ca\.pem"):
        catalogue.chat(told).complete(QUESTION)
