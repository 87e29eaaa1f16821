import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from provider_server import ProviderServer

from tests.server import databases, imports
from tests.server.conversations import ask
from thoth_ai.errors import ServerError
from thoth_ai.providers.types import ProviderSettings
from thoth_ai.workspaces import points, reindexing
from thoth_ai.workspaces.models import Example, VectorPoint, Workspace

QUESTION = "How many animals are there?"
LOCAL = ProviderSettings("local")


@pytest.fixture
def provider() -> Iterator[ProviderServer]:
    with ProviderServer(dimensions={"small": 16, "large": 32}) as server:
        yield server


def use(monkeypatch: pytest.MonkeyPatch, server: ProviderServer, model: str = "small") -> None:
    chosen = ProviderSettings("custom", model, server.openai, timeout_seconds=2)
    monkeypatch.setattr("django.conf.settings.EMBEDDING", chosen)


@pytest.fixture
def file(client: Client, tmp_path: Path) -> Path:
    return databases.small(tmp_path / "zoo.sqlite", rows=30)


def models() -> set[str]:
    return set(VectorPoint.objects.values_list("model", flat=True))


def renew() -> None:
    stopped = threading.Event()
    stopped.set()
    reindexing.run(stopped)


def test_vectors_of_a_provider_are_stored_with_the_model_they_come_from(
    client: Client, file: Path, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, provider)

    assert imports.from_file(file).status == 0

    assert models() == {"custom/small/16"}
    assert all(len(point.vector) == 16 * 4 for point in VectorPoint.objects.all())
    assert ask(client, QUESTION)["rows"] == [[30]]
    assert client.get("/health/vector/").json()["status"] == "ok"


def test_an_import_without_its_provider_fails_and_leaves_nothing(
    file: Path, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    use(monkeypatch, provider)
    provider.rule({"path": "/embeddings", "fault": {"status": 401}})

    outcome = imports.from_file(file)

    assert (outcome.status, outcome.last["code"]) == (15, "embedding")
    assert "keys check" in outcome.last["hint"]
    assert not Workspace.objects.exists()
    assert not imports.left(data)


def test_an_import_whose_provider_fails_on_the_way_keeps_what_it_has_and_goes_on_later(
    file: Path, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(points, "BATCH", 2)
    use(monkeypatch, provider)
    works = {"reply": ""}
    provider.rule({"path": "/embeddings", "then": [works, works, {"fault": {"status": 401}}]})

    outcome = imports.from_file(file)
    left = points.stale().count()
    total = VectorPoint.objects.count()
    provider.rule({"path": "/embeddings", **works})

    assert outcome.status == 0, outcome.last
    assert 0 < left < total
    told = f"{left} of {total} documents get their vectors later, by themselves: The embedding"
    assert outcome.last["warnings"][-1].startswith(told)
    assert (points.refresh_stale(), points.stale().count()) == (left, 0)


def test_another_model_makes_every_vector_anew_and_old_ones_are_not_compared_meanwhile(
    client: Client, file: Path, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, provider)
    assert imports.from_file(file).status == 0
    use(monkeypatch, provider, "large")

    assert client.get("/health/vector/").json()["status"] == "degraded"
    assert client.get("/health/").status_code == 200
    assert not ask(client, "Something else?")["answered"]
    renew()

    assert models() == {"custom/large/32"}
    assert client.get("/health/vector/").json()["status"] == "ok"
    assert ask(client, QUESTION)["rows"] == [[30]]


def test_renewing_that_was_cut_off_goes_on_where_it_stopped(
    file: Path, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert imports.from_file(file).status == 0
    total = VectorPoint.objects.count()
    monkeypatch.setattr(points, "BATCH", 2)
    use(monkeypatch, provider)
    works = {"reply": ""}
    fails = {"fault": {"status": 401}}
    provider.rule({"path": "/embeddings", "then": [works, works, works, fails]})

    with pytest.raises(ServerError):
        points.refresh_stale()
    left = points.stale().count()
    provider.rule({"path": "/embeddings", **works})

    assert 0 < left < total
    assert points.refresh_stale() == left
    assert points.refresh_stale() == 0


def test_back_to_the_local_embedding_needs_no_provider(
    client: Client, file: Path, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, provider)
    assert imports.from_file(file).status == 0
    monkeypatch.setattr("django.conf.settings.EMBEDDING", LOCAL)

    assert client.get("/health/vector/").json()["status"] == "failing"
    points.refresh_stale()

    assert ask(client, QUESTION)["rows"] == [[30]]


def test_a_stored_question_is_answered_though_the_provider_is_away(
    client: Client, file: Path, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, provider)
    assert imports.from_file(file).status == 0
    provider.rule({"path": "/embeddings", "fault": {"status": 401}})

    assert ask(client, QUESTION)["rows"] == [[30]]
    assert ask(client, "Something else?")["reason"] == "no_close_example"


def test_an_example_edited_while_the_provider_is_away_is_kept_and_embedded_later(
    client: Client, file: Path, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, provider)
    assert imports.from_file(file).status == 0
    provider.rule({"path": "/embeddings", "fault": {"status": 401}})
    example = Example.objects.order_by("id")[0]
    example.question = "What is the size of the zoo?"
    example.save()

    assert points.stale().count() == 1
    renew()
    assert points.stale().count() == 1, "the provider is still away"
    provider.rule({"match": "", "reply": ""})
    renew()

    assert points.stale().count() == 0
    assert ask(client, "What is the size of the zoo?")["answered"]
