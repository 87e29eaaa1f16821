"""What only PostgreSQL has: roles, transactions, a graph for many vectors, turns."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from tests.server.vectors import applications, postgres_server
from tests.server.vectors.benches import MODEL, Bench, axis, points, random_vectors
from tests.server.vectors.conftest import DATABASE, described
from tests.server.vectors.processes import Process
from thoth_ai.vectorstores.naming import Names
from thoth_ai.vectorstores.pgvector import PgvectorStore
from thoth_ai.vectorstores.types import Failure, VectorStoreError
from thoth_ai.workspaces import reindexing
from thoth_ai.workspaces.models import VectorPoint

APPLICATION = "thoth_app"


@pytest.fixture
def fresh(postgres: Process, monkeypatch: pytest.MonkeyPatch, data: Path) -> Iterator[str]:
    """Make an empty database with the application's role, which owns nothing."""
    name = f"fresh_{secrets.token_hex(4)}"
    with postgres_server.connect(postgres.port) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        if not admin.execute("SELECT FROM pg_roles WHERE rolname = 'thoth_app'").fetchall():
            admin.execute("CREATE ROLE thoth_app LOGIN")
    settings = described(postgres.port) | {"NAME": name, "USER": APPLICATION}
    monkeypatch.setitem(connections.settings, name, settings)
    yield name
    connections[name].close()
    del connections[name]


def store() -> PgvectorStore:
    return PgvectorStore(Names(secrets.token_hex(8)), DATABASE)


def test_the_migration_lets_the_application_make_tables_of_vectors_and_no_others(
    postgres: Process, fresh: str
) -> None:
    with postgres_server.connect(postgres.port, fresh) as admin:
        admin.execute("CREATE EXTENSION vector")
    owner = described(postgres.port) | {"NAME": fresh}
    with applications.default_database(owner):
        call_command("migrate", verbosity=0)
    bench = Bench(PgvectorStore(Names("one"), fresh))

    bench.put("zoo", points(random_vectors(3, 64)))

    assert len(bench.nearest(axis(0), 5, "zoo")) == 3
    with pytest.raises(Exception, match="permission denied"), connections[fresh].cursor() as cursor:
        cursor.execute("CREATE TABLE public.other (x int)")


def test_what_is_missing_in_the_database_is_told_with_what_to_do(
    postgres: Process, fresh: str
) -> None:
    bench = Bench(PgvectorStore(Names("one"), fresh))
    with pytest.raises(VectorStoreError, match="lacks the extension") as error:
        bench.store.health()
    assert error.value.failure is Failure.REFUSED
    with pytest.raises(VectorStoreError, match="permission denied") as error:
        bench.put("zoo", points(random_vectors(1, 64)))
    assert error.value.failure is Failure.REFUSED
    assert "CREATE EXTENSION vector" in error.value.hint
    assert "schema vectors" in error.value.hint


def test_vectors_are_rolled_back_with_their_rows(postgres: Process, data: Path) -> None:
    bench = Bench(store())
    bench.store.ensure(MODEL, 64)
    with transaction.atomic(using=DATABASE):
        bench.put("zoo", points(random_vectors(3, 64)))
        transaction.set_rollback(True, using=DATABASE)

    assert bench.store.count(MODEL) == 0


def test_many_vectors_get_a_graph_that_finds_nearly_all_of_the_nearest(
    postgres: Process, data: Path
) -> None:
    bench = Bench(PgvectorStore(Names(secrets.token_hex(8)), DATABASE, exact_up_to=1000))
    vectors = random_vectors(3000, 64)
    put = points(vectors)
    bench.put("zoo", put[:1000])
    bench.store.tune(MODEL)
    assert graphs() == 0, "few are looked at one by one"
    bench.put("zoo", put[1000:2900])
    bench.put("farm", put[2900:])
    bench.store.tune(MODEL)
    bench.store.tune(MODEL)
    assert graphs() == 1

    exact = {put[row].key for row in np.argsort(-(vectors[:2900] @ vectors[5]))[:20]}
    assert len({hit.key for hit in bench.nearest(vectors[5], 20, "zoo")} & exact) >= 18
    assert len(bench.nearest(vectors[5], 20, "farm")) == 20, "a small workspace loses none"
    bench.store.drop_others("another")
    assert graphs() == 0


def test_only_one_process_makes_vectors_anew_at_a_time(postgres: Process, data: Path) -> None:
    with applications.on_postgres(postgres.port, described(postgres.port)):
        applications.write(applications.workspace(), "zebras have stripes")
        VectorPoint.objects.update(model="")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", (reindexing.LOCK,))

        def work() -> bool:
            try:
                return applications.reindex()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(work).result(30)
            assert VectorPoint.objects.filter(model="").count() == 1
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", (reindexing.LOCK,))
            assert pool.submit(work).result(30)
        assert VectorPoint.objects.filter(model="").count() == 0


def graphs() -> int:
    with connections[DATABASE].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%hnsw%'")
        (count,) = cursor.fetchone() or (0,)
    return int(count)
