from collections.abc import Iterator

import pytest

from tests.services import postgres_server
from tests.services.postgres_server import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with postgres_server.running() as server:
        yield server
