"""What certbot is told, and what its failures come to."""

import pytest

from thothctl.errors import InvalidInputError, NetworkError, ThothctlError
from thothctl.model.acme import AcmeOrder, certbot_argv, refusal, refuse_private_names


def test_the_command_reads_as_its_own_specification() -> None:
    order = AcmeOrder(("a.example.org", "b.example.org"), "ops@example.org")

    assert " ".join(certbot_argv(order)) == (
        "certbot certonly --non-interactive --agree-tos --keep-until-expiring"
        " --webroot --webroot-path /var/www/acme --cert-name thoth"
        " --key-type ecdsa --elliptic-curve secp256r1"
        " --config-dir /data/acme --work-dir /tmp/acme/work --logs-dir /tmp/acme/logs"
        " --email ops@example.org --domain a.example.org --domain b.example.org"
    )


def test_without_an_address_nobody_is_written_to() -> None:
    argv = certbot_argv(AcmeOrder(("a.example.org",), directory="https://acme.example.org/dir"))

    assert "--register-unsafely-without-email" in argv
    assert argv[argv.index("--server") + 1] == "https://acme.example.org/dir"


@pytest.mark.parametrize("host", ["localhost", "thoth", "10.0.0.1", "[::1]", "a.local", "A.Test."])
def test_names_that_nobody_can_look_up_are_refused(host: str) -> None:
    with pytest.raises(InvalidInputError, match="no public authority"):
        refuse_private_names(("thoth.example.org", host))


@pytest.mark.parametrize(
    ("output", "error", "words"),
    [
        ("  Domain: a\n  Type:   connection\n  Detail: x", NetworkError, "could not reach"),
        ("urn:ietf:params:acme:error:rateLimited :: too many", NetworkError, "enough"),
        ("urn:ietf:params:acme:error:caa", InvalidInputError, "may not"),
        ("urn:ietf:params:acme:error:somethingNew", NetworkError, "gave no certificate"),
        ("", NetworkError, "gave no certificate"),
    ],
)
def test_a_no_is_explained(output: str, error: type[ThothctlError], words: str) -> None:
    said = refusal(output)

    assert type(said) is error
    assert words in said.message
    assert said.hint
