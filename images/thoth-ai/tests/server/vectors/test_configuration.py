"""What VECTOR_STORE and its companions may say."""

import pytest

from thoth_ai.errors import ServerError
from thoth_ai.vectorstores import configuration
from thoth_ai.vectorstores.configuration import VectorSettings


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> VectorSettings:
    for name in ("VECTOR_STORE", "VECTOR_URL", "VECTOR_API_KEY", "POSTGRES_HOST"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return configuration.from_environment()


def test_without_any_setting_the_rows_hold_the_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch) == VectorSettings("embedded")


def test_with_postgres_it_holds_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, POSTGRES_HOST="postgres") == VectorSettings("pgvector")
    chosen = read(monkeypatch, POSTGRES_HOST="postgres", VECTOR_STORE="embedded")
    assert chosen == VectorSettings("embedded")


def test_servers_are_looked_for_under_the_names_of_their_services(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert read(monkeypatch, VECTOR_STORE="chroma").url == "http://chroma:8000"
    assert read(monkeypatch, VECTOR_STORE="qdrant").url == "http://qdrant:6333"
    elsewhere = read(monkeypatch, VECTOR_STORE="qdrant", VECTOR_URL="https://q.example:1/x/")
    assert elsewhere.url == "https://q.example:1/x"


def test_a_key_is_read_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = read(monkeypatch, VECTOR_STORE="qdrant", VECTOR_API_KEY="canary")

    assert chosen.key == "canary"
    assert "canary" not in repr(chosen)


@pytest.mark.parametrize(
    "url",
    [
        "qdrant:6333",
        "ftp://qdrant",
        "http://",
        "http://user:canary@qdrant",
        "http://qdrant?key=canary",
        "http://qdrant:99999",
        "http://[::1",
        f"http://{'q' * 300}",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    with pytest.raises(ServerError) as error:
        read(monkeypatch, VECTOR_STORE="qdrant", VECTOR_URL=url)

    assert "VECTOR_API_KEY" in error.value.hint
    assert "canary" not in f"{error.value}{error.value.hint}"


@pytest.mark.parametrize("store", ["pgvector", "faiss"])
def test_a_store_that_cannot_be_had_is_refused(monkeypatch: pytest.MonkeyPatch, store: str) -> None:
    with pytest.raises(ServerError) as error:
        read(monkeypatch, VECTOR_STORE=store)

    assert "VECTOR_STORE" in str(error.value)
