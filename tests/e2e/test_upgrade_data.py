"""Upgrades that migrate: on a copy, with data compared row for row and vector by vector."""

from e2e.load import Load
from e2e.machine import Machine, docker
from e2e.stand_in import QUESTION, Shelf, data, database, post, served, set_up, version_served
from e2e.writing import Writing

LOGS = "failed"


def write(machine: Machine, text: str) -> str:
    return f"{post(machine, '/rows', {'text': text})['id']}|{text}\n"


def test_reversible_migrations_go_up_and_down_and_keep_every_row(
    bare: Machine, shelf: Shelf
) -> None:
    set_up(bare, shelf.registry.host, "1.0.0")
    write(bare, "before")
    before, said = served(bare), bare.ok("ask", QUESTION).data["rows"]

    planned = bare.ok("upgrade", "--plan", "--to", "1.1.0").data
    assert [one["name"] for one in planned["cloned"]] == ["application"]
    with Writing(lambda n: write(bare, f"during the upgrade {n}")) as writing:
        bare.ok("upgrade", "--backup", "--to", "1.1.0", "--yes", "--soak", "1")
    found, copied = served(bare).splitlines(), data(bare, "thoth").splitlines()
    assert version_served(bare) == "1.1.0"
    assert {*before.splitlines(), *map(str.strip, writing.kept)} <= {*found}, "0 rows are lost"
    assert set(copied) < set(found), "the old generation is as it was when writers stopped"
    assert {*before.splitlines()} < {*copied}, "rows came between the plan and the copy"
    assert bare.ok("ask", QUESTION).data["rows"] == said

    before = data(bare, "thoth")
    late = write(bare, "after the upgrade")
    upgraded = served(bare)
    back = bare.ok("rollback", "--yes").data
    assert (back["data"], back["lost_minutes"]) == ("keep", 0)
    assert (version_served(bare), served(bare)) == ("1.0.0", upgraded)
    assert late in served(bare)

    later = write(bare, "after the rollback")
    forth = bare.ok("rollback", "--yes").data
    assert (forth["data"], version_served(bare)) == ("keep", "1.1.0")
    assert later in served(bare)

    then = bare.ok("rollback", "--to", "1", "--data", "restore", "--yes").data
    assert then["data"] == "restore"
    assert then["lost_minutes"] >= 1
    assert (version_served(bare), served(bare)) == ("1.0.0", before)
    assert [r["why"] for r in bare.ok("releases").data["releases"]] == [
        "install", "upgrade", "rollback", "rollback", "rollback",
    ]  # fmt: skip


def test_every_other_pair_of_versions_goes_up_and_back_with_the_same_rows_and_answers(
    bare: Machine, shelf: Shelf
) -> None:
    """In one hop past a version, and from the one between: each way back leads to the same."""
    set_up(bare, shelf.registry.host, "1.0.0")
    write(bare, "before")
    before, said = served(bare), bare.ok("ask", QUESTION).data["rows"]

    def there(version: str) -> None:
        bare.ok("upgrade", "--to", version, "--yes", "--soak", "0")
        assert (version_served(bare), served(bare)) == (version, before)
        assert bare.ok("ask", QUESTION).data["rows"] == said

    def back(version: str, choice: str) -> None:
        done = bare.ok("rollback", "--yes").data
        assert (done["version"], done["data"]) == (version, choice)
        assert (version_served(bare), served(bare)) == (version, before)
        assert bare.ok("ask", QUESTION).data["rows"] == said

    there("1.2.0")
    back("1.0.0", "restore")
    there("1.0.1")
    there("1.1.0")
    back("1.0.1", "keep")
    there("1.2.0")
    back("1.0.1", "restore")


def test_an_irreversible_migration_keeps_the_data_of_then_and_says_what_stays_behind(
    bare: Machine, shelf: Shelf
) -> None:
    set_up(bare, shelf.registry.host, "1.1.0")
    before, said = served(bare), bare.ok("ask", QUESTION).data["rows"]
    bare.ok("upgrade", "--to", "1.2.0", "--yes", "--soak", "1")
    assert (version_served(bare), served(bare)) == ("1.2.0", before)
    assert bare.ok("ask", QUESTION).data["rows"] == said
    late = write(bare, "after the upgrade")

    kept = bare.json("rollback", "--data", "keep", "--yes")
    assert kept.code == 13, kept.out
    assert "no way back from the migration 0003" in kept.envelope["errors"][0]["message"]
    planned = bare.ok("rollback", "--plan").data
    assert (planned["data"], planned["lost_minutes"]) == ("restore", 1)

    assert bare.ok("rollback", "--yes").data["data"] == "restore"
    assert (version_served(bare), served(bare)) == ("1.1.0", before)
    assert bare.ok("ask", QUESTION).data["rows"] == said

    assert bare.ok("rollback", "--data", "restore", "--yes").data["version"] == "1.2.0"
    assert late in served(bare), "a rollback can be rolled back, with what stayed behind"


def test_f3_a_migration_that_never_ends_leaves_the_old_release_and_its_data_untouched(
    bare: Machine, shelf: Shelf
) -> None:
    set_up(bare, shelf.registry.host, "1.2.0")
    before = served(bare)

    with Load(f"{bare.url}/health/", least=20) as load:
        done = bare.json("upgrade", "--to", "1.5.0", "--yes", "--timeout", "15")

    error = done.envelope["errors"][0]["message"]
    assert done.code == 9, done.out
    assert "setup has not come to an end after 15 s" in error
    assert "0 minutes of writes are lost" in error
    assert (version_served(bare), served(bare)) == ("1.2.0", before)
    assert load.tally.requests > load.tally.failed
    names = database(bare, "SELECT datname FROM pg_database WHERE datname ~ '^thoth'")
    assert names.split() == ["thoth"], "the copy is gone with the release that failed"
    operation = bare.ok("journal").data["operations"][-1]["operation"]
    kept = list((bare.home / LOGS / operation).glob("*.log"))
    assert any("applying 0004" in one.read_text() for one in kept), kept


def test_a_rehearsal_migrates_a_copy_that_nobody_sees_and_leaves_nothing(
    bare: Machine, shelf: Shelf
) -> None:
    set_up(bare, shelf.registry.host, "1.0.0")
    before, container = served(bare), bare.container()

    good = bare.ok("upgrade", "--rehearse", "--to", "1.1.0", "--yes")
    bad = bare.json("upgrade", "--rehearse", "--to", "1.3.0", "--yes")

    assert good.data["rehearsed"] == "1.1.0"
    assert any("backup key export" in one for one in good.envelope["warnings"])
    assert bad.code == 3, bad.out
    assert "1.3.0 does not run on a copy of the data" in bad.envelope["errors"][0]["message"]
    assert (version_served(bare), served(bare), bare.container()) == ("1.0.0", before, container)
    assert docker("ps", "-aq", "--filter", "name=thoth-drill-").strip() == ""
    assert [r["number"] for r in bare.ok("releases").data["releases"]] == [1]
