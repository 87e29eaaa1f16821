import re
from pathlib import Path

from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from tests.services import checkout
from thoth_ai import migrating

PROJECT = Path(__file__).parents[2]


@checkout.needed
def test_the_labels_name_the_migrations_and_how_far_there_is_a_way_back(data: Path) -> None:
    every = MigrationLoader(connection).disk_migrations
    reached = migrating.oldest_reachable(every)
    ours = sorted(f"{app}.{name}" for app, name in every if app in migrating.OURS)

    assert argument("DATABASE_REVISION") == migrating.own_revision() == migrating.revision()
    assert argument("REVERSIBLE_TO") == migrating.written(reached)
    assert argument("MIGRATIONS").split(",") == ours


def test_no_model_waits_for_a_migration(data: Path) -> None:
    from django.apps import apps  # noqa: PLC0415 - after django.setup()

    loader = MigrationLoader(connection)
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))

    assert detector.changes(loader.graph) == {}


@checkout.needed
def test_the_build_needs_no_registry_beyond_its_base() -> None:
    assert "# syntax=" not in dockerfile()
    stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", dockerfile(), re.MULTILINE)
    known = {name for _, name in stages}
    assert {source for source, _ in stages} - known == {"${BASE_IMAGE}"}


@checkout.needed
def test_the_lock_is_hashed_and_names_no_index() -> None:
    lock = (PROJECT / "requirements.lock").read_text()

    for pin in re.split(r"\n(?=[a-z])", lock):
        assert "==" in pin
        assert "--hash=sha256:" in pin
    assert "://" not in lock


def argument(name: str) -> str:
    found = re.search(rf"^ARG {name}=(.*)$", dockerfile(), re.MULTILINE)
    assert found
    return found[1]


def dockerfile() -> str:
    return (PROJECT / "Dockerfile").read_text()
