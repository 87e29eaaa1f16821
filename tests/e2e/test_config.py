"""Settings on the real engine: what is set is what runs."""

import json

from e2e.machine import Machine, docker, free_port, tree


def test_a_setting_is_a_release_that_answers_and_a_dry_run_is_none(stack: Machine) -> None:
    before, container = tree(stack.folder), stack.container()
    port = free_port()

    planned = stack.ok("config", "set", f"port={port}", "--dry-run").data
    assert f"+THOTH_PORT={port}" in planned["differences"][".env"]
    assert planned["recreated"] == ["app"]
    assert (tree(stack.folder), stack.container()) == (before, container)

    done = stack.ok("config", "set", f"port={port}", "admin_email=you@example.org").data
    stack.port = port
    assert done["release"] == 2
    assert str(port) in docker("port", stack.container())
    assert stack.ok("health").data["healthy"] is True
    assert stack.ok("config", "set", f"port={port}").data["changed"] is False
    assert set(stack.ok("config", "diff", "1", "2").data["settings"]) == {"port", "admin_email"}


def test_a_comment_stays_and_unset_brings_the_default_back(stack: Machine) -> None:
    settings = stack.folder / "settings.yaml"
    settings.write_text("# ours\n" + settings.read_text())

    stack.ok("config", "unset", "admin_email")

    assert settings.read_text().startswith("# ours\n")
    environment = json.loads(docker("inspect", stack.container()))[0]["Config"]["Env"]
    assert "ADMIN_EMAIL=admin@localhost" in environment


def test_an_edited_compose_file_stops_the_next_change(stack: Machine) -> None:
    number = stack.ok("status").data["release"]
    compose = stack.folder / f"releases/{number}/compose.yaml"
    compose.write_text(compose.read_text() + "# edited\n")

    refused = stack.json("config", "set", "demo=no")

    assert refused.code == 7
    assert "+# edited" in refused.data["edited"]["compose.yaml"]
    assert stack.ok("config", "set", "--discard-edits").data["release"] == number + 1
