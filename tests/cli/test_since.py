"""A change makes anew what it concerns: a container carries the release it was made in."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from cli.test_config import Place

SERVICES = {"app", "worker", "postgres", "redis", "nginx"}


@pytest.fixture
def production(home: Path, capsys: pytest.CaptureFixture[str]) -> Place:
    place = Place(home, capsys)
    place.play.engine.services = ("app", "postgres", "redis", "worker", "nginx")
    place.ok("setup", "--yes", "--mode", "production", "--port", "8443")
    return place


def labels(at: Place, release: int) -> dict[str, str]:
    document = yaml.safe_load((at.folder / f"releases/{release}/compose.yaml").read_text())
    services: dict[str, Any] = document["services"]
    return {
        name: one["labels"]["io.thoth.release"]
        for name, one in services.items()
        if name in SERVICES
    }


def since(at: Place, release: int) -> set[str]:
    return {name for name, label in labels(at, release).items() if label == str(release)}


def test_what_stays_the_same_keeps_the_number_of_its_release(production: Place) -> None:
    planned = production.ok("config", "set", "services.app.memory=2g", "--dry-run")

    production.ok("config", "set", "services.app.memory=2g")
    production.ok("config", "set", "services.redis.memory=1g")

    assert planned["recreated"] == ["app"]
    assert labels(production, 3) == {
        "app": "2", "worker": "1", "postgres": "1", "redis": "3", "nginx": "1",
    }  # fmt: skip


def test_a_dry_run_shows_no_line_of_a_service_that_stays(production: Place) -> None:
    shown = production.ok("config", "set", "services.app.memory=2g", "--dry-run")["differences"]

    assert set(shown) == {"compose.yaml"}
    lines = shown["compose.yaml"].splitlines()
    assert len([line for line in lines if line.startswith(("+  ", "-  "))]) == 4


def test_more_replicas_leave_the_first_as_it_is(production: Place) -> None:
    production.ok("config", "set", "services.app.replicas=2")

    assert since(production, 2) == set()


def test_another_name_is_served_by_a_new_nginx(production: Place) -> None:
    mounted = {p.name for p in (production.folder / "mounts").iterdir()}

    shown = production.ok("config", "set", "host_name=thoth.example.org", "--dry-run")
    production.ok("config", "set", "host_name=thoth.example.org")

    assert "nginx/thoth.conf" in shown["differences"]
    assert "nginx" in since(production, 2)
    assert not {"postgres", "redis"} & since(production, 2)
    assert mounted < {p.name for p in (production.folder / "mounts").iterdir()}


def test_an_edit_of_a_mounted_file_is_found_and_given_up_on_request(production: Place) -> None:
    (file,) = production.folder.glob("mounts/nginx-*/thoth.conf")
    before = file.read_text()
    file.write_text(before + "# mine\n")

    code, document = production.run("config", "set", "services.app.memory=2g")
    assert code == 7
    assert "+# mine" in document["data"]["edited"]["nginx/thoth.conf"]

    production.ok("config", "set", "--discard-edits")
    assert file.read_text() == before
    assert since(production, 2) == SERVICES


def test_a_release_that_is_taken_back_takes_what_only_it_mounts(production: Place) -> None:
    production.play.engine.broken = "2"
    before = sorted(p.name for p in (production.folder / "mounts").iterdir())

    assert production.run("config", "set", "host_name=thoth.example.org")[0] != 0

    assert sorted(p.name for p in (production.folder / "mounts").iterdir()) == before


def test_a_new_key_is_read_by_new_containers(production: Place, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("sk-canary-0123456789\n")
    words = ["--llm-provider", "custom", "--llm-base-url", "http://127.0.0.1:1/v1"]
    production.ok("setup", "--yes", *words, "--llm-model", "m", "--llm-key-file", str(key))
    key.write_text("sk-canary-9876543210\n")

    production.ok("setup", "--yes", "--llm-key-file", str(key))

    assert since(production, 3) == {"app", "worker"}
