"""A server on a data folder of its own for every test."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ["DJANGO_SETTINGS_MODULE"] = "thoth_ai.settings"
os.environ["THOTH_DATA_DIR"] = tempfile.mkdtemp(prefix="thoth-ai-tests-")

from tests.services import application_database

os.environ["POSTGRES_HOST"] = application_database.host()

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.test.utils import setup_test_environment

from tests.server.account import EMAIL, PASSWORD, TOKEN
from tests.services.postgres_server import Server

atexit.register(shutil.rmtree, os.environ["THOTH_DATA_DIR"], ignore_errors=True)
django.setup()
setup_test_environment()
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast, here only
settings.STORAGES["staticfiles"]["BACKEND"] = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path | Server:
    if server := application_database.server():
        return server
    path = tmp_path_factory.mktemp("template") / "thoth.sqlite"
    _use(str(path))
    call_command("migrate", verbosity=0)
    connections.close_all()
    return path


@pytest.fixture
def data(
    migrated: Path | Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    folder = tmp_path / "data"
    folder.mkdir()
    name = application_database.copy(migrated, folder)
    _use(name)
    monkeypatch.setattr(settings, "DATA_DIR", folder)
    monkeypatch.setattr(settings, "API_TOKEN", TOKEN)
    yield folder
    _release()
    application_database.discard(migrated, name)


@pytest.fixture
def administrator(data: Path) -> str:
    from thoth_ai.accounts.models import User  # noqa: PLC0415 - after django.setup()

    User.objects.create_superuser(EMAIL, PASSWORD)
    return EMAIL


@pytest.fixture
def client(administrator: str) -> Client:
    return Client(SERVER_NAME="localhost", enforce_csrf_checks=True, raise_request_exception=False)


@pytest.fixture
def cards(client: Client, tmp_path: Path) -> Client:
    """A server with one workspace."""
    from tests.server import bird, imports  # noqa: PLC0415 - after django.setup()

    root = bird.root(tmp_path / "dev")
    assert imports.run("--folder", str(root), "--db", "card_games", name="cards").status == 0
    return client


def _use(name: str) -> None:
    _release()
    connections["default"].settings_dict["NAME"] = name


def _release() -> None:
    connections.close_all()
    default = connections["default"]
    if hasattr(default, "close_pool"):
        default.close_pool()
