"""Upgrades and rollbacks that need no migration: real engine, real registry, real PostgreSQL."""

import re
from pathlib import Path

import pytest
from e2e.load import Load
from e2e.machine import Machine, docker
from e2e.registry_box import RegistryBox
from e2e.stand_in import (
    QUESTION,
    Shelf,
    data,
    post,
    set_up,
    version_served,
)


def answer(machine: Machine) -> object:
    return machine.ok("ask", QUESTION).data["rows"]


def test_an_upgrade_keeps_every_row_and_can_be_rolled_back_and_forth(
    bare: Machine, shelf: Shelf
) -> None:
    set_up(bare, shelf.registry.host, "1.0.0")
    before, said = data(bare), answer(bare)

    done = bare.ok("upgrade", "--to", "1.0.1", "--yes", "--soak", "2").data

    assert (done["from"], done["to"], done["release"]) == ("1.0.0", "1.0.1", 2)
    assert version_served(bare) == "1.0.1"
    assert data(bare) == before
    assert answer(bare) == said
    written = post(bare, "/rows", {"text": "after the upgrade"})["id"]

    back = bare.ok("rollback", "--yes").data
    assert (back["from"], back["to"], back["release"]) == (2, 1, 3)
    assert version_served(bare) == "1.0.0"
    assert f"{written}|after the upgrade" in data(bare)

    bare.ok("rollback", "--yes")
    assert version_served(bare) == "1.0.1"
    listed = bare.ok("releases").data["releases"]
    assert [(r["why"], r["version"], r["outcome"]) for r in listed] == [
        ("install", "1.0.0", "earlier"),
        ("upgrade", "1.0.1", "earlier"),
        ("rollback", "1.0.0", "earlier"),
        ("rollback", "1.0.1", "active"),
    ]
    assert all("@sha256:" in one for r in listed for one in r["images"].values())
    assert {r["database_revision"] for r in listed} == {"0001"}
    kinds = [(o["kind"], o["ending"]) for o in bare.ok("journal").data["operations"]]
    assert kinds == [(kind, "completed") for kind in ("setup", "upgrade", "rollback", "rollback")]
    told = bare.ok("releases", "diff", "1", "2").data
    assert told["changed"]["version"] == ["1.0.0", "1.0.1"]
    env = told["files"][".env"].splitlines()
    assert any(line[0] == "+" and listed[1]["images"]["stand-in"] in line for line in env)
    assert any(line[0] == "-" and listed[0]["images"]["stand-in"] in line for line in env)


@pytest.mark.parametrize(
    ("version", "soak", "said"),
    [("1.3.0", "2", "this version cannot start"), ("1.4.0", "30", "was watched|exit code 70")],
)
def test_a_broken_version_leaves_the_old_one_answering(
    bare: Machine, shelf: Shelf, version: str, soak: str, said: str
) -> None:
    set_up(bare, shelf.registry.host, "1.2.0", "--set", "crash_seconds=8")
    before = data(bare)

    with Load(f"{bare.url}/health/", least=50) as load:
        done = bare.json("upgrade", "--to", version, "--yes", "--soak", soak)

    assert done.code == 9, done.out
    assert re.search(said, done.envelope["errors"][0]["message"]), done.out
    assert version_served(bare) == "1.2.0"
    assert data(bare) == before
    assert [r["outcome"] for r in bare.ok("releases").data["releases"]] == ["active"]
    assert bare.ok("journal").data["operations"][-1]["ending"] == "rolled back"
    assert bare.ok("health").data["healthy"]
    assert load.tally.requests > load.tally.failed


def test_what_cannot_be_gone_to_is_refused_before_anything_changes(
    bare: Machine, shelf: Shelf
) -> None:
    set_up(bare, shelf.registry.host, "1.0.1")
    container = bare.container()

    for words, code, said in (
        (("--to", "9.9.9"), 13, "there is no version 9.9.9"),
        (("--to", "1.0.2"), 13, "was withdrawn: it forgets rows"),
        (("--to", "1.0.0"), 13, "is older than 1.0.1"),
        (("--to", "2.0.0"), 13, "takes upgrades from 1.9.0 on"),
        (("--to", "3.0.0"), 13, "needs thothctl 99.0.0"),
        (("--to", "nonsense"), 2, "is no version"),
        (("--registry", f"{shelf.registry.host}/nobody"), 13, "offers no version at all"),
        (("--registry", "127.0.0.1:1"), 15, "does not answer"),
    ):
        done = bare.json("upgrade", "--yes", *words)
        assert (done.code, said in done.envelope["errors"][0]["message"]) == (code, True), done.out

    (bare.folder / "releases/1/compose.yaml").open("a").write("# mine\n")
    edited = bare.json("upgrade", "--yes", "--to", "1.0.1")
    assert edited.code == 0, "the same version is nothing to do"
    assert bare.container() == container


def test_check_tells_scripts_and_plan_tells_people(bare: Machine, shelf: Shelf) -> None:
    set_up(bare, shelf.registry.host, "1.0.0")

    checked = bare.json("upgrade", "--check")
    assert checked.code == 100, checked.out
    assert checked.data == {
        "installed": "1.0.0", "newest": "1.5.0", "to": "1.5.0", "available": True,
    }  # fmt: skip
    (blocked,) = checked.envelope["warnings"]
    assert "3.0.0 needs thothctl 99.0.0 or newer" in blocked
    named = bare.json("upgrade", "--check", "--to", "1.0.1")
    assert (named.code, named.data["to"], named.data["newest"]) == (100, "1.0.1", "1.5.0")
    assert bare.json("upgrade", "--check", "--to", "1.0.0").code == 0
    assert bare.json("upgrade", "--check", "--to", "3.0.0").code == 13

    shelf.registry.retag("stand-in", "1.0.1", "nightly")
    nightly = bare.json("upgrade", "--check", "--channel", "nightly")
    assert (nightly.code, nightly.data["newest"]) == (100, "1.0.1"), nightly.out
    assert bare.json("upgrade", "--check", "--channel", "weekly").code == 2

    plan = bare.ok("upgrade", "--plan", "--to", "1.0.1").data
    assert [line.split(":")[0] for line in plan["plan"][1:]] == [
        "1. PullImages", "2. RenderRelease", "3. StartRelease", "4. AwaitHealthy", "5. Soak",
        "6. ActivateRelease",
    ]  # fmt: skip
    assert {one["name"]: one["present"] for one in plan["images"]}["thoth-postgres"] is True
    assert bare.ok("releases").data["releases"][-1]["number"] == 1
    assert docker("ps", "-q", "--filter", f"label=io.thoth.install={bare.label}")


def test_a_registry_that_wants_a_login_says_so(bare: Machine, images_home: Path) -> None:
    closed = RegistryBox(images_home, login=True).start()
    try:
        done = bare.json(
            "images", "pull", "--stack", "thoth-ai", "--registry", closed.host, "--mode",
            "standalone",
        )  # fmt: skip
    finally:
        closed.clean()

    assert done.code == 15
    assert f"docker login {closed.name}" in done.envelope["errors"][0]["hint"] or (
        "docker login 127.0.0.1" in done.envelope["errors"][0]["hint"]
    )
