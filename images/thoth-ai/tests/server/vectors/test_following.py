"""The store follows the rows, whatever happens in between."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.db import transaction
from django.test import Client
from provider_server import ProviderServer

from tests.server import databases, imports
from tests.server.conversations import ask
from tests.server.vectors import applications
from tests.server.vectors.applications import Application, keys, reindex, workspace, write
from thoth_ai import embedding_model
from thoth_ai.health import checks
from thoth_ai.providers.types import ProviderSettings
from thoth_ai.questions.point_index import PointIndex
from thoth_ai.vectorstores.configuration import VectorSettings
from thoth_ai.vectorstores.types import Point
from thoth_ai.workspaces import following, points, removal
from thoth_ai.workspaces.models import Example, VectorPoint, Workspace

TEXTS = ("zebras have stripes", "lions have manes", "the keeper feeds the seals at noon")
EMBEDDED = VectorSettings()


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderServer]:
    with ProviderServer(dimensions={"small": 16, "large": 32}) as server:
        embed_with(monkeypatch, server, "small")
        yield server


def embed_with(monkeypatch: pytest.MonkeyPatch, server: ProviderServer, model: str) -> None:
    chosen = ProviderSettings("custom", model, server.openai, timeout_seconds=2)
    monkeypatch.setattr("django.conf.settings.EMBEDDING", chosen)


def found(text: str, owner: str | None = "zoo") -> list[str]:
    return [entry.text for entry, _ in PointIndex().search(text).nearest(points.TABLE, owner, 10)]


def test_what_is_committed_is_in_the_store_and_no_longer_in_the_row(
    application: Application,
) -> None:
    write(workspace(), *TEXTS)

    assert application.held() == keys()
    assert not VectorPoint.objects.exclude(vector=b"").exists()
    assert found("stripes of zebras")[0] == TEXTS[0]
    assert checks.vector().status == "ok"


def test_what_is_rolled_back_never_reaches_the_store(application: Application) -> None:
    owner = workspace()
    write(owner, TEXTS[0])

    with transaction.atomic():
        write(owner, TEXTS[1])
        transaction.set_rollback(True)

    assert application.held() == keys()
    assert len(keys()) == 1


def test_an_edited_and_a_deleted_example_leave_no_old_vector(application: Application) -> None:
    owner = workspace()
    example = Example(workspace=owner, database=owner.databases.get(), question="a", sql="x")
    example.save()
    example.question = "b"
    example.save()
    assert application.held() == keys()
    assert len(keys()) == 1

    example.delete()
    assert application.held() == set()


def test_a_removed_workspace_leaves_no_vector_and_the_others_theirs(
    application: Application,
) -> None:
    write(workspace(), *TEXTS)
    write(workspace("farm"), "cows give milk")

    Workspace.objects.get(name="zoo").delete()

    assert application.held() == keys()
    assert found("zebras", None) == ["cows give milk"]


def test_orphans_and_losses_are_found_out_and_mended(application: Application) -> None:
    owner = workspace()
    write(owner, *TEXTS)
    identity, label = embedding_model.identity(), str(owner.pk)
    lost = VectorPoint.objects.order_by("pk")[0]
    even = np.full(1024, 1 / 32, dtype=np.float32)
    nobody = [Point(VectorPoint().key, "table", even) for _ in range(2)]
    application.store.delete(identity, label, [lost.key])
    application.store.upsert(identity, label, nobody[:1])
    application.store.upsert(identity, "999999", nobody[1:])
    assert checks.vector().status == "degraded"
    assert set(found("zebras have stripes")) == set(TEXTS[1:]), "no row, no hit"

    assert reindex()

    assert application.held() == keys()
    assert checks.vector().status == "ok"
    assert found("zebras have stripes")[0] == TEXTS[0]


def test_a_crash_after_writing_to_the_store_and_before_noting_it_heals(
    application: Application,
) -> None:
    write(workspace(), *TEXTS)
    vector = embedding_model.current().embed([TEXTS[0]])[0].astype("<f4").tobytes()
    first = VectorPoint.objects.order_by("pk")[0]
    VectorPoint.objects.filter(pk=first.pk).update(place="", vector=vector)
    VectorPoint.objects.exclude(pk=first.pk).update(place="")

    assert found("zebras have stripes").count(TEXTS[0]) == 1, "it is in two places, found once"
    assert reindex()

    assert following.placed().count() == 3
    assert application.held() == keys()
    assert not VectorPoint.objects.exclude(vector=b"").exists()


def test_moving_to_another_store_embeds_nothing_anew(
    application: Application, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    applications.use(monkeypatch, EMBEDDED)
    write(workspace(), *TEXTS)
    asked = len(provider.requests)
    applications.use(monkeypatch, application.settings)

    finding = checks.vector()
    assert finding.status == "degraded"
    assert "0 of 3 documents are indexed" in finding.detail
    assert "3 to be stored" in finding.detail
    assert reindex()

    assert len(provider.requests) == asked
    assert application.held() == keys()


def test_moving_back_into_the_rows_embeds_again(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(workspace(), *TEXTS)
    applications.use(monkeypatch, EMBEDDED)
    assert checks.vector().status == "failing"

    assert points.refresh_stale() == 3

    assert checks.vector().status == "ok"
    assert found("zebras")[0] == TEXTS[0]


def test_another_model_is_moved_to_in_parts_and_leaves_nothing_of_the_old(
    application: Application, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(workspace(), *TEXTS)
    old = embedding_model.identity()
    monkeypatch.setattr(points, "BATCH", 1)
    embed_with(monkeypatch, provider, "large")
    works, fails = {"reply": ""}, {"fault": {"status": 401}}
    provider.rule({"path": "/embeddings", "then": [works, works, fails]})

    assert not reindex()

    assert 0 < following.placed().count() < 3
    finding = checks.vector()
    assert finding.status == "degraded"
    assert "of 3 documents are indexed" in finding.detail
    provider.rule({"path": "/embeddings", **works})
    assert reindex()
    assert application.held() == keys()
    assert application.store.count(old) == 0
    assert checks.vector().status == "ok"


def test_while_the_store_is_away_edits_are_kept_found_and_delivered_later(
    beside: Application, client: Client
) -> None:
    owner = workspace()
    write(owner, TEXTS[0])
    beside.server.kill()
    try:
        write(owner, TEXTS[1])
        assert found("lions have manes") == [TEXTS[1]]
        finding = checks.vector()
        assert (finding.status, client.get("/health/vector/").status_code) == ("degraded", 200)
        assert "1 of 2 documents are indexed" in finding.detail
        assert not reindex()
    finally:
        beside.server.start()

    assert reindex()
    assert beside.held() == keys()
    assert found("lions have manes") == [TEXTS[1], TEXTS[0]]


def test_imports_and_questions_go_on_while_the_store_is_away(
    beside: Application, client: Client, tmp_path: Path
) -> None:
    file = databases.small(tmp_path / "zoo.sqlite")
    beside.server.kill()
    try:
        assert imports.from_file(file).status == 0
        assert ask(client, "How many animals are there?")["rows"] == [[3]]
    finally:
        beside.server.start()
    assert reindex()
    beside.server.kill()
    try:
        assert ask(client, "How many animals are there?")["rows"] == [[3]], "by its words"
    finally:
        beside.server.start()


def test_an_import_in_the_place_of_another_leaves_only_its_own_vectors(
    beside: Application, client: Client, tmp_path: Path
) -> None:
    file = databases.small(tmp_path / "zoo.sqlite")
    assert imports.from_file(file).status == 0
    before = beside.held()
    assert imports.from_file(file, "--replace").status == 0

    assert beside.held() == keys()
    assert not before & keys()
    assert ask(client, "How many animals are there?")["rows"] == [[3]]
    removal.remove(Workspace.objects.get())
    assert beside.held() == set()
