"""Each vector store in the files of a release: its service, its volume, its key, its neighbours."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from cli.test_config import Place

SERVICES = ("app", "postgres", "redis", "chroma", "qdrant", "worker", "nginx")


@pytest.fixture
def at(home: Path, capsys: pytest.CaptureFixture[str]) -> Place:
    place = Place(home, capsys)
    place.play.engine.services = SERVICES
    return place


def document(at: Place, release: int) -> dict[str, Any]:
    return dict(yaml.safe_load((at.folder / f"releases/{release}/compose.yaml").read_text()))


def production(at: Place, vector: str) -> dict[str, Any]:
    at.ok("setup", "--yes", "--mode", "production", "--port", "8443", "--vector", vector)
    return document(at, 1)


@pytest.mark.parametrize("vector", ["pgvector", "embedded"])
def test_a_store_in_the_database_is_no_service(at: Place, vector: str) -> None:
    found = production(at, vector)

    assert not {"chroma", "qdrant"} & set(found["services"])
    assert not {"chroma", "qdrant"} & set(found["volumes"])
    assert "VECTOR_URL" not in found["services"]["app"]["environment"]
    assert "qdrant_api_key" not in found["secrets"]


def test_chroma_is_reached_from_the_inside_only(at: Place) -> None:
    found = production(at, "chroma")

    chroma = found["services"]["chroma"]
    assert chroma["networks"] == ["back"]
    assert "ports" not in chroma
    assert chroma["volumes"] == ["chroma:/data"]
    assert found["services"]["app"]["environment"]["VECTOR_URL"] == "http://chroma:8000"
    for name in ("setup", "app", "worker"):
        assert found["services"][name]["depends_on"]["chroma"] == {"condition": "service_healthy"}


def test_qdrant_gets_its_key_by_a_file_and_so_do_those_who_ask_it(at: Place) -> None:
    found = production(at, "qdrant")

    qdrant = found["services"]["qdrant"]
    key = (at.folder / "secrets/qdrant_api_key").read_text().strip()
    assert qdrant["secrets"] == ["qdrant_api_key"]
    assert qdrant["networks"] == ["back"]
    assert (qdrant["read_only"], qdrant["cap_drop"]) == (True, ["ALL"])
    environment = found["services"]["worker"]["environment"]
    assert environment["VECTOR_API_KEY_FILE"] == "/run/secrets/qdrant_api_key"
    assert len(key) > 20
    assert key not in (at.folder / "releases/1/compose.yaml").read_text()


def test_another_store_leaves_the_databases_running(at: Place) -> None:
    production(at, "pgvector")

    planned = at.ok("config", "set", "vector=chroma", "--dry-run")["recreated"]
    at.ok("config", "set", "vector=chroma")

    assert set(planned) == {"setup", "app", "worker", "chroma"}
    labels = {n: s["labels"]["io.thoth.release"] for n, s in document(at, 2)["services"].items()}
    assert {labels[name] for name in ("postgres", "redis", "nginx")} == {"1"}


def test_the_volume_of_a_store_stays_and_is_found_again(at: Place) -> None:
    production(at, "chroma")
    at.ok("config", "set", "vector=pgvector")

    at.ok("config", "set", "vector=chroma")

    assert document(at, 3)["volumes"]["chroma"]["name"] == "thoth-default_chroma_g1"
