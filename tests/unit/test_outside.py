"""A project of others is understood as it says of itself, or refused before anything is made."""

from dataclasses import replace

import pytest
from played_outsiders import DATABASES, PlayedDatabase, other, server, world_of

from thothctl.adapters.bundles import TemplateBundles
from thothctl.errors import IncompatibleError
from thothctl.operations.known_databases import refuse_strange
from thothctl.operations.outside import project_of, refuse_empty
from thothctl.operations.outside_database import refuse_other_database

STACK = TemplateBundles().stack("thoth-ai")
POSTGRES = {"POSTGRES_HOST": "db"}


def test_all_that_write_are_held_and_who_answers_tells_what_there_is() -> None:
    setup = server("a-setup", running=False)
    worker, web = server("worker", environment=POSTGRES), server("web", environment=POSTGRES)
    beat = replace(server("beat"), mounts={})

    found = project_of(world_of(setup, worker, beat, web, other("db")), "p")

    assert found.server == web
    assert sorted(found.writers) == ["beat", "web", "worker"]


@pytest.mark.parametrize("aliases", [{}, {"aliases": frozenset({"db"})}])
def test_the_database_is_the_one_that_the_server_names(
    aliases: dict[str, frozenset[str]],
) -> None:
    """An environment that all services share makes none of them a database."""
    redis = other("cache", environment={**POSTGRES, "POSTGRES_PASSWORD": "x"})
    database = other("store" if aliases else "db", **aliases)

    found = project_of(world_of(redis, server("web", environment=POSTGRES), database), "p")

    assert (found.database, found.mode) == (database, "production")


def test_a_database_beside_a_server_that_does_not_use_it_stays_out() -> None:
    found = project_of(world_of(server("web"), other("db", environment=POSTGRES)), "p")

    assert (found.database, found.mode) == (None, "standalone")


def test_a_database_outside_the_project_is_not_taken_for_none() -> None:
    web = server("web", environment={"POSTGRES_HOST": "db.example.com"})

    with pytest.raises(IncompatibleError, match=r"db\.example\.com"):
        project_of(world_of(web, other("db")), "p")


def test_a_server_without_its_file_is_refused_rather_than_adopted_empty() -> None:
    toolbox = PlayedDatabase(failing="test")
    world = world_of(server("web"), toolbox=toolbox)

    with pytest.raises(IncompatibleError, match=r"thoth\.sqlite"):
        refuse_empty(world, project_of(world, "p"))

    toolbox.failing = ""
    refuse_empty(world, project_of(world, "p"))


def gate(database: PlayedDatabase, **environment: str) -> None:
    web = server("web", environment={**POSTGRES, **environment})
    world = world_of(web, other("db"), toolbox=database)
    refuse_other_database(world, STACK, project_of(world, "p"))


def test_databases_that_are_ours_pass_however_their_text_is_sorted() -> None:
    gate(PlayedDatabase(version="160004"))
    gate(PlayedDatabase(names={"thoth": ("c", "nn_NO.utf8")}))


@pytest.mark.parametrize(
    ("database", "says"),
    [
        (PlayedDatabase(version="180001"), "PostgreSQL 18"),
        (PlayedDatabase(roles=1), "lacks roles"),
        (PlayedDatabase(names={"shop": ("c", "C")}), "no database thoth, but shop"),
        (PlayedDatabase(names={**DATABASES, "thoth_g2": ("c", "C")}), "thoth_g2"),
    ],
)
def test_a_database_that_would_not_be_served_is_told_before_anything_is_made(
    database: PlayedDatabase, says: str
) -> None:
    with pytest.raises(IncompatibleError, match=says):
        gate(database)

    assert not [one for one in database.calls if not one.startswith("psql")]


def test_a_copy_that_an_upgrade_left_half_made_is_no_first_generation() -> None:
    with pytest.raises(IncompatibleError):
        refuse_strange(STACK, ["thoth", "thoth_g2_new"], "the volume")


def test_a_server_that_serves_another_database_than_the_one_of_our_name_is_refused() -> None:
    gate(PlayedDatabase(), POSTGRES_DB="thoth")

    with pytest.raises(IncompatibleError, match="from the database shop"):
        gate(PlayedDatabase(names={**DATABASES, "shop": ("c", "C")}), POSTGRES_DB="shop")
