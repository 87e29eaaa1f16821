"""Upgrades that are cut off, refused or broken: nothing is lost, and the next command says so."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from e2e.killing import TAKEN_BACK, Moment, ended, fault_at, interrupt_at, kill_at, steps_of
from e2e.machine import Done, Machine, docker
from e2e.own_images import until
from e2e.stand_in import Shelf, database, post, served, set_up, version_served

UP = ("upgrade", "--to", "1.1.0", "--yes", "--soak", "3")
NOTICED = 10
"""Seconds within which a crash loop is seen."""
DATABASES = "SELECT datname FROM pg_database WHERE datname ~ '^thoth' ORDER BY 1"
REVISION = "SELECT max(name) FROM migrations"


@contextmanager
def unreadable(machine: Machine) -> Iterator[None]:
    """A table whose file is gone: no dump of it ends well."""
    database(machine, "CREATE TABLE gone AS SELECT 1 AS n")
    database(machine, "CHECKPOINT")
    asked = "SELECT current_setting('data_directory') || '/' || pg_relation_filepath('gone')"
    project = f"label=com.docker.compose.project=thoth-{machine.name}"
    service = "label=com.docker.compose.service=postgres"
    server = docker("ps", "-q", "--filter", project, "--filter", service).strip()
    docker("exec", server, "rm", database(machine, asked).strip())
    yield
    database(machine, "DROP TABLE gone")


def cut_off(machine: Machine, words: tuple[str, ...], step: int, event: str) -> None:
    """Killed there; and the next command neither goes on nor begins anew by itself."""
    assert kill_at(machine, Moment(words, step, event)), f"ended before {event} {step}"
    refused = machine.json("config", "set", f"port={machine.port}", "--yes")
    assert refused.code == 16, refused.out
    assert "thothctl resume" in refused.envelope["errors"][0]["hint"]


@contextmanager
def unreadable_release(machine: Machine) -> Iterator[None]:
    """Compose refuses the files of the first release."""
    file = machine.folder / "releases/1/compose.yaml"
    rendered = file.read_text()
    file.write_text("services: [")
    yield
    file.write_text(rendered)


def needs_operator(done: Done) -> None:
    """Said with 10, and with the folder of what may help."""
    error = done.envelope["errors"][0]
    assert (done.code, error["code"]) == (10, "needs_operator"), done.out
    folder = Path(error["hint"].rpartition(" ")[2])
    assert {"error.txt", "journal.jsonl"} <= {one.name for one in folder.iterdir()}


def stuck_until_mended(machine: Machine) -> None:
    """What cannot be taken back stays an unfinished operation, and goes later."""
    with unreadable_release(machine):
        needs_operator(machine.json("rollback", "--yes"))
    assert machine.json("upgrade", "--to", "1.1.0", "--yes").code == 16
    machine.ok("rollback", "--yes")


def test_an_upgrade_that_fails_and_cannot_take_itself_back_is_said_and_goes_later(
    bare: Machine, shelf: Shelf
) -> None:
    set_up(bare, shelf.registry.host, "1.0.0")
    before = served(bare)
    broken = ("upgrade", "--to", "1.3.0", "--yes", "--soak", "1")
    start = Moment(broken, steps_of(bare, *broken[:3]).index("StartRelease"))

    with ExitStack() as until_mended:
        lose = partial(until_mended.enter_context, unreadable_release(bare))
        needs_operator(fault_at(bare, start, lose))
        assert bare.json("upgrade", "--to", "1.1.0", "--yes").code == 16
    bare.ok("rollback", "--yes")

    assert bare.ok("health").data["healthy"]
    assert (version_served(bare), served(bare)) == ("1.0.0", before)


def test_f2_f14_f15_an_upgrade_killed_in_its_middle_is_taken_back_or_gone_on_with(
    bare: Machine, shelf: Shelf
) -> None:
    set_up(bare, shelf.registry.host, "1.0.0")
    post(bare, "/rows", {"text": "before"})
    before = served(bare)
    steps = steps_of(bare, *UP[:3])

    for name in ("CloneDatabase", "StartRelease"):
        cut_off(bare, UP, steps.index(name), "started")
        bare.ok("rollback", "--yes")
        assert bare.ok("health").data["healthy"]
        assert (version_served(bare), served(bare)) == ("1.0.0", before)
        assert database(bare, DATABASES, "postgres").split() == ["thoth"]

    cut_off(bare, UP, steps.index("StartRelease"), "started")
    stuck_until_mended(bare)
    assert (version_served(bare), served(bare)) == ("1.0.0", before)

    cut_off(bare, UP, steps.index("CloneDatabase"), "started")
    bare.ok("resume", "--yes")
    assert bare.ok("health").data["healthy"]
    assert (version_served(bare), served(bare)) == ("1.1.0", before)


def test_f15_rows_written_after_a_killed_return_are_not_lost_by_going_on(
    bare: Machine, shelf: Shelf
) -> None:
    """The old release runs again already when the return is cut off: what it is given counts."""
    set_up(bare, shelf.registry.host, "1.0.0")
    steps = steps_of(bare, *UP[:3])
    assert kill_at(bare, Moment(UP, steps.index("Soak")))
    back = ("rollback", "--yes")
    assert kill_at(bare, Moment(back, steps.index("CloneDatabase"), "undoing"))
    post(bare, "/rows", {"text": "written in between"})
    after = served(bare)

    bare.ok("resume", "--yes")

    assert (version_served(bare), served(bare)) == ("1.1.0", after)


def test_f15_a_return_killed_before_the_old_release_answers_goes_no_release_further(
    bare: Machine, shelf: Shelf
) -> None:
    """All is taken back, but whether the stack answers was not seen: it is no second rollback."""
    set_up(bare, shelf.registry.host, "1.0.0")
    bare.ok(*UP)
    before = served(bare)
    further = ("upgrade", "--to", "1.2.0", "--yes", "--soak", "3")
    cut_off(bare, further, steps_of(bare, *further[:3]).index("StartRelease"), "started")

    cut_off(bare, ("rollback", "--yes"), 0, "undone")
    assert ended(bare) == ""
    bare.ok("rollback", "--yes")

    assert ended(bare) == TAKEN_BACK
    assert bare.ok("health").data["healthy"]
    assert (version_served(bare), served(bare)) == ("1.1.0", before)


def test_f18_f19_f20_f21_a_failed_upgrade_is_no_failed_install_and_says_that_it_failed(
    bare: Machine, shelf: Shelf
) -> None:
    set_up(bare, shelf.registry.host, "1.0.0")
    before, container = served(bare), bare.container()

    refused = bare.json("upgrade", "--to", "3.0.0", "--yes", "--backup")
    assert refused.code == 13
    assert bare.container() == container, "every gate comes before the first change"
    assert len(bare.ok("journal").data["operations"]) == 1

    no_proof = bare.json(*UP, "--no-clone", "--accept-no-clone")
    assert (no_proof.code, no_proof.envelope["errors"][0]["code"]) == (13, "incompatible")
    assert bare.json(*UP, "--no-clone").code == 2

    with unreadable(bare):
        failed = bare.json(*UP, "--backup")
    assert failed.code == 11, failed.out
    assert bare.container() == container, "a backup that fails changes nothing"

    broken = bare.json("upgrade", "--to", "1.3.0", "--yes", "--soak", "1")
    assert broken.code == 9, broken.out
    assert not broken.envelope["ok"]
    assert (version_served(bare), served(bare)) == ("1.0.0", before)
    assert (bare.folder / "releases/1").is_dir()
    assert bare.ok("setup", "--yes", "--port", str(bare.port)), "F21: its own port is no conflict"

    stays = bare.json("upgrade", "--to", "1.3.0", "--yes", "--soak", "1", "--no-rollback")
    assert (stays.code, stays.envelope["errors"][0]["code"]) == (8, "not_healthy"), stays.out
    assert bare.json("health").code != 0, "what failed stays, to be looked at"
    bare.ok("rollback", "--yes")
    assert (version_served(bare), served(bare)) == ("1.0.0", before)


def test_the_ladder_the_backup_and_what_finalize_leaves(bare: Machine, shelf: Shelf) -> None:
    shelf.put("1.1.5", DATABASE_REVISION="0003", REVERSIBLE_TO="0003", UPGRADE_FROM="1.1.0")
    set_up(bare, shelf.registry.host, "1.0.0")
    post(bare, "/rows", {"text": "before"})
    before = served(bare)

    planned = bare.ok("upgrade", "--plan", "--to", "1.1.5").data
    assert planned["migrations"] == [
        {"name": "0002", "reversible": True}, {"name": "0003", "reversible": False},
    ]  # fmt: skip
    assert [(one["name"], one["version"]) for one in planned["cloned"]] == [
        ("application", "1.1.0"), ("application", "1.1.5"),
    ]  # fmt: skip
    tried = bare.ok("upgrade", "--rehearse", "--to", "1.1.5", "--yes").data
    assert (tried["hops"], version_served(bare)) == (["1.1.0", "1.1.5"], "1.0.0")
    done = bare.ok("upgrade", "--to", "1.1.5", "--yes", "--soak", "0", "--backup")

    assert any("backup key export" in one for one in done.envelope["warnings"])
    assert done.data["hops"] == ["1.1.0", "1.1.5"]
    listed = bare.ok("releases").data["releases"]
    assert [(r["version"], r["databases"].get("application", 1)) for r in listed] == [
        ("1.0.0", 1), ("1.1.0", 2), ("1.1.5", 3),
    ]  # fmt: skip
    assert (version_served(bare), served(bare)) == ("1.1.5", before)
    assert len(bare.ok("backup", "list").data["backups"]) == 2, "the rehearsal made the other"

    freed = bare.ok("upgrade", "finalize", "--yes").data
    assert (freed["databases"], freed["rollback_target"]) == (["thoth"], 2)
    assert database(bare, DATABASES, "postgres").split() == ["thoth_g2", "thoth_g3"]
    assert bare.json("rollback", "--to", "1", "--data", "restore", "--yes").code == 3
    assert bare.ok("rollback", "--yes").data["version"] == "1.1.0"
    assert served(bare) == before

    oldest = bare.ok("backup", "list").data["backups"][0]["id"]
    manifest = bare.ok("backup", "show", oldest).data["manifest"]
    bare.ok("backup", "create")
    for wanted in ("latest", oldest):
        post(bare, "/rows", {"text": "written since"})
        bare.ok("restore", wanted, "--yes")
        assert (version_served(bare), served(bare)) == ("1.1.0", before)
        assert database(bare, REVISION, "thoth" if wanted == oldest else "thoth_g2") == "0002\n"
    assert manifest["product_version"] == "1.0.0", "F7: older data was migrated forward"


def test_f3_without_a_copy_only_a_proved_backup_will_do_and_copies_go_when_their_time_is_over(
    bare: Machine, shelf: Shelf
) -> None:
    set_up(bare, shelf.registry.host, "1.0.0")
    post(bare, "/rows", {"text": "before"})
    before, in_place = served(bare), (*UP, "--no-clone", "--accept-no-clone")

    bare.ok("backup", "create")
    assert bare.json(*in_place).code == 13, "nobody has verified it"
    bare.ok("backup", "verify", "latest")
    bare.ok(*in_place)
    assert (version_served(bare), served(bare)) == ("1.1.0", before)
    assert database(bare, DATABASES, "postgres").split() == ["thoth"]

    up = ("upgrade", "--to", "1.2.0", "--yes", "--soak", "0", "--finalize-after", "14")
    bare.ok(*up)
    bare.ok("rollback", "--yes", "--soak", "0")
    bare.ok(*up)
    bare.ok("backup", "create")
    assert database(bare, DATABASES, "postgres").split() == ["thoth", "thoth_g2", "thoth_g3"]
    let_pass(bare, timedelta(days=14))
    bare.ok("backup", "create")
    assert database(bare, DATABASES, "postgres").split() == ["thoth", "thoth_g2", "thoth_g3"]
    run_for(bare, timedelta(days=1))
    bare.ok("backup", "create")
    assert database(bare, DATABASES, "postgres").split() == ["thoth_g3"]
    assert bare.json("rollback", "--yes").code == 3, "the data of before is gone, as was asked for"
    assert (version_served(bare), served(bare)) == ("1.2.0", before)


def let_pass(machine: Machine, time: timedelta) -> None:
    """What the active release has for later comes so much earlier."""
    number = machine.ok("releases").data["releases"][-1]["number"]
    file = machine.folder / f"releases/{number}/release.json"
    record = json.loads(file.read_text())
    due = datetime.fromisoformat(record["finalize_after"])
    assert due > datetime.now(UTC)
    file.write_text(json.dumps({**record, "finalize_after": (due - time).isoformat()}))


def run_for(machine: Machine, time: timedelta) -> None:
    """What was first seen to be over has been so while the machine ran so much longer."""
    file = machine.folder / "overdue.json"
    seen = json.loads(file.read_text())
    ran = {number: before + time.total_seconds() for number, before in seen["seconds"].items()}
    file.write_text(json.dumps({**seen, "seconds": ran}))


def crash_of(machine: Machine) -> datetime | None:
    """When the server ended itself last; None if it did not yet."""
    project = f"label=com.docker.compose.project=thoth-{machine.name}"
    service = "label=com.docker.compose.service=app"
    server = docker("ps", "-aq", "--filter", project, "--filter", service).strip()
    ended = docker("inspect", "--format", "{{.State.FinishedAt}}", server).strip()
    return None if ended.startswith("0001-") else datetime.fromisoformat(f"{ended[:19]}+00:00")


def named_after(machine: Machine) -> float:
    """The seconds from the first crash until somebody asks `health` and is told."""
    until(lambda: crash_of(machine), 120)
    first = crash_of(machine)
    assert first is not None
    while True:
        asked = (datetime.now(UTC) - first).total_seconds()
        if "app crashed" in (said := machine.run("health").out) or "keeps crashing" in said:
            return asked
        assert asked < 2 * NOTICED, said


def test_f28_a_version_that_crashes_after_it_counted_is_named_and_gone_back_from(
    bare: Machine, shelf: Shelf
) -> None:
    """How containers are is asked again and again: a start that went well is no proof."""
    set_up(bare, shelf.registry.host, "1.2.0", "--set", "crash_seconds=8")
    bare.ok("upgrade", "--to", "1.4.0", "--yes", "--soak", "0")

    assert named_after(bare) <= NOTICED

    assert bare.ok("rollback", "--yes").data["data"] == "keep"
    assert version_served(bare) == "1.2.0"


@pytest.mark.faults
@pytest.mark.parametrize(
    ("words", "begins"),
    [(UP, "1.0.0"), (("rollback", "--yes", "--soak", "3"), "1.1.0")],
    ids=["upgrade", "rollback"],
)
def test_ctrl_c_at_any_step_takes_everything_back_at_once(
    bare: Machine, shelf: Shelf, words: tuple[str, ...], begins: str
) -> None:
    """But at the last, which may count already."""
    set_up(bare, shelf.registry.host, "1.0.0")
    if begins != "1.0.0":
        bare.ok(*UP)
    post(bare, "/rows", {"text": "before"})
    before = served(bare)

    for step in range(len(steps_of(bare, *words)) - 1):
        done = interrupt_at(bare, Moment(words, step))

        assert done.code == 130, (step, done.out)
        assert ended(bare) == TAKEN_BACK, step
        assert bare.ok("health").data["healthy"], step
        assert (version_served(bare), served(bare)) == (begins, before), step

    bare.ok(*words)
    assert version_served(bare) != begins
    assert served(bare) == before


@pytest.mark.faults
def test_f28_a_crash_after_a_minute_passes_the_usual_soak_is_named_and_a_longer_one_catches_it(
    bare: Machine, shelf: Shelf
) -> None:
    set_up(bare, shelf.registry.host, "1.2.0", "--set", "crash_seconds=60")

    bare.ok("upgrade", "--to", "1.4.0", "--yes")
    assert named_after(bare) <= NOTICED
    bare.ok("rollback", "--yes")

    caught = bare.json("upgrade", "--to", "1.4.0", "--yes", "--soak", "90")
    assert caught.code == 9, caught.out
    assert version_served(bare) == "1.2.0"
