"""What a registry offers, asked over HTTP without pulling."""

import base64
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from registry_stub import RegistryStub

from thothctl.adapters.registry import HttpRegistry
from thothctl.errors import (
    ExitCode,
    IncompatibleError,
    IntegrityError,
    LoginRequiredError,
    NetworkError,
)

NAME = "team/thoth-ai"
LABELS = {"io.thoth.version": "1.1.0", "io.thoth.database-revision": "0002"}


@pytest.fixture
def stub() -> Iterator[RegistryStub]:
    with RegistryStub() as made:
        yield made


def signed_in(folder: Path, host: str, password: str = "let-me-in") -> dict[str, str]:  # noqa: S107 - a test's
    auth = base64.b64encode(f"tester:{password}".encode()).decode()
    (folder / "config.json").write_text(json.dumps({"auths": {host: {"auth": auth}}}))
    return {"DOCKER_CONFIG": str(folder), "PATH": "/usr/bin:/bin"}


def test_tags_are_listed_over_all_pages(stub: RegistryStub) -> None:
    for tag in ("1.0.0", "1.1.0", "nightly", "stable", "v1.2.0"):
        stub.put(NAME, tag, LABELS)

    found = HttpRegistry({}).tags(f"{stub.host}/{NAME}")

    assert found == ("1.0.0", "1.1.0", "nightly", "stable", "v1.2.0")


def test_a_repository_that_is_not_there_has_no_tags(stub: RegistryStub) -> None:
    assert HttpRegistry({}).tags(f"{stub.host}/nobody/nothing") == ()


@pytest.mark.parametrize("architectures", [(), ("arm64", "amd64")])
def test_labels_and_size_are_told_without_pulling_any_layer(
    stub: RegistryStub, architectures: tuple[str, ...]
) -> None:
    digest = stub.put(NAME, "1.1.0", LABELS, *architectures)

    found = HttpRegistry({}).image(f"{stub.host}/{NAME}", "1.1.0", "x86_64")

    assert found.reference == f"{stub.host}/{NAME}@{digest}"
    assert found.labels == LABELS
    assert found.size == 2000
    assert all("blobs" not in path or "config" not in path for path, _ in stub.seen)


def test_an_architecture_that_is_not_offered_is_named(stub: RegistryStub) -> None:
    stub.put(NAME, "1.1.0", LABELS, "arm64")

    with pytest.raises(IncompatibleError, match="not offered for x86_64"):
        HttpRegistry({}).image(f"{stub.host}/{NAME}", "1.1.0", "x86_64")


@pytest.mark.parametrize("login", ["basic", "bearer"])
def test_a_login_of_the_docker_cli_is_used(stub: RegistryStub, login: str, tmp_path: Path) -> None:
    stub.login = login
    digest = stub.put(NAME, "1.1.0", LABELS)
    registry = HttpRegistry(signed_in(tmp_path, stub.host))

    assert registry.tags(f"{stub.host}/{NAME}") == ("1.1.0",)
    assert registry.image(f"{stub.host}/{NAME}", "1.1.0", "x86_64").digest == digest
    assert [kind for path, kind in stub.seen if path.startswith("/v2")].count("") == 1


@pytest.mark.parametrize("login", ["basic", "bearer"])
@pytest.mark.parametrize("password", ["", "wrong"])
def test_without_a_good_login_the_error_says_how_to_sign_in(
    stub: RegistryStub, login: str, password: str, tmp_path: Path
) -> None:
    stub.login = login
    environment = signed_in(tmp_path, stub.host, password) if password else {}

    with pytest.raises(LoginRequiredError) as caught:
        HttpRegistry(environment).tags(f"{stub.host}/{NAME}")

    assert caught.value.exit_code == ExitCode.NETWORK
    assert f"docker login {stub.host}" in caught.value.hint


def test_a_credential_helper_is_asked_as_docker_does(stub: RegistryStub, tmp_path: Path) -> None:
    stub.login = "basic"
    stub.put(NAME, "1.1.0", LABELS)
    helper = tmp_path / "docker-credential-here"
    answer = json.dumps({"Username": "tester", "Secret": "let-me-in"})
    helper.write_text(f"#!/bin/sh\n[ \"$(cat)\" = {stub.host} ] && echo '{answer}'\n")
    helper.chmod(0o755)
    (tmp_path / "config.json").write_text(json.dumps({"credHelpers": {stub.host: "here"}}))
    environment = {"DOCKER_CONFIG": str(tmp_path), "PATH": f"{tmp_path}:/usr/bin:/bin"}

    assert HttpRegistry(environment).tags(f"{stub.host}/{NAME}") == ("1.1.0",)


@pytest.mark.parametrize("config", ["{", "[]", '{"auths": {"127.0.0.1": {"auth": "!"}}}', "{}"])
def test_a_strange_docker_configuration_is_no_login(
    stub: RegistryStub, config: str, tmp_path: Path
) -> None:
    stub.login = "basic"
    (tmp_path / "config.json").write_text(config)

    with pytest.raises(LoginRequiredError):
        HttpRegistry({"DOCKER_CONFIG": str(tmp_path)}).tags(f"{stub.host}/{NAME}")


@pytest.mark.parametrize("part", ["manifests/sha256", "blobs/"])
def test_bytes_that_are_not_those_of_their_digest_are_refused(
    stub: RegistryStub, part: str
) -> None:
    digest = stub.put(NAME, "1.1.0", LABELS)
    stub.tampered = f"/v2/{NAME}/{part}"

    with pytest.raises(IntegrityError, match="is not what the registry gives") as caught:
        HttpRegistry({}).image(f"{stub.host}/{NAME}", digest, "x86_64")

    assert caught.value.exit_code == ExitCode.INTEGRITY


@pytest.mark.parametrize(
    ("status", "said"),
    [(404, "has no 9.9.9"), (429, "no more requests"), (503, "it fails"), (418, "refused")],
)
def test_what_a_registry_refuses_is_told_with_a_way_on(
    stub: RegistryStub, status: int, said: str
) -> None:
    stub.status = status

    with pytest.raises(NetworkError, match=said) as caught:
        HttpRegistry({}).image(f"{stub.host}/{NAME}", "9.9.9", "x86_64")

    assert caught.value.hint
    assert caught.value.exit_code == ExitCode.NETWORK


def test_a_registry_that_is_down_is_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"

        with pytest.raises(NetworkError, match=f"the registry {host} does not answer"):
            HttpRegistry({}).tags(f"{host}/{NAME}")


def test_no_password_is_in_any_error(stub: RegistryStub, tmp_path: Path) -> None:
    stub.login = "bearer"
    environment = signed_in(tmp_path, stub.host, "canary-7731")

    with pytest.raises(LoginRequiredError) as caught:
        HttpRegistry(environment).tags(f"{stub.host}/{NAME}")

    assert "canary" not in repr(caught.value) + caught.value.hint
