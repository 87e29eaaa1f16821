"""`render` writes files for people without thothctl, and never over their changes."""

from pathlib import Path

import yaml
from cli.conftest import Run
from dotenv import dotenv_values


def test_the_files_need_no_engine_no_install_and_no_secret(run: Run, tmp_path: Path) -> None:
    code, document = run("render", str(tmp_path / "new"))

    assert code == 0
    assert document["data"]["files"] == [".env.example", "docker-compose.yml"]
    compose = yaml.safe_load((tmp_path / "new/docker-compose.yml").read_text())
    assert "secrets" not in compose
    assert "labels" not in compose["services"]["app"]
    assert compose["services"]["app"]["read_only"] is True


def test_every_variable_of_the_compose_file_is_explained_in_the_example(
    run: Run, tmp_path: Path
) -> None:
    run("render", str(tmp_path))

    text = (tmp_path / ".env.example").read_text()
    compose = (tmp_path / "docker-compose.yml").read_text()
    for name in dotenv_values(tmp_path / ".env.example"):
        assert f"${{{name}}}" in compose
        lines = text.splitlines()
        place = next(i for i, line in enumerate(lines) if line.startswith(f"{name}="))
        assert lines[place - 1].startswith("# ")


def test_a_changed_file_is_replaced_only_with_force(run: Run, tmp_path: Path) -> None:
    run("render", str(tmp_path))
    mine = tmp_path / "docker-compose.yml"
    mine.write_text("mine: {}\n")

    code, document = run("render", str(tmp_path))
    assert code == 7
    assert "--force" in document["errors"][0]["hint"]
    assert mine.read_text() == "mine: {}\n"

    assert run("render", str(tmp_path), "--force")[0] == 0
    assert "services" in mine.read_text()
