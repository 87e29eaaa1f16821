"""Answers of a model that are given again, as long as they are young and nothing changed."""

import pytest
from django.test import Client
from provider_server import ProviderServer

from tests.server.conversations import ask, post
from tests.server.test_model_answers import (
    QUESTION,
    SQL,
    draft,
    provider,
    replies,
    zoo,
)
from thoth_ai.questions import ask as ask_module
from thoth_ai.questions import kept

__all__ = ["provider", "zoo"]


@pytest.fixture(autouse=True)
def answers(monkeypatch: pytest.MonkeyPatch) -> kept.KeptAnswers:
    monkeypatch.setattr("django.conf.settings.CACHE_SECONDS", 60)
    monkeypatch.setattr(ask_module, "KEPT", found := kept.KeptAnswers())
    return found


def test_the_same_question_costs_once(zoo: Client, provider: ProviderServer) -> None:
    replies(provider, draft(SQL), draft(SQL))

    first, second = ask(zoo, QUESTION), ask(zoo, f"  {QUESTION} ")

    assert len(provider.requests) == 1
    assert (second["rows"], second["sql"]) == (first["rows"], first["sql"])
    assert second["usage"] is None
    assert second["id"] != first["id"]


def test_a_change_of_what_is_known_asks_anew(zoo: Client, provider: ProviderServer) -> None:
    replies(provider, draft(SQL), draft(SQL))
    ask(zoo, QUESTION)

    example = {"question": "Who is the oldest keeper?", "sql": "SELECT name FROM keepers"}
    assert post(zoo, "workspaces/zoo/examples", example).status_code == 201
    ask(zoo, QUESTION)

    assert len(provider.requests) == 2


def test_an_answer_grows_old(
    zoo: Client, provider: ProviderServer, answers: kept.KeptAnswers
) -> None:
    now = 0.0
    answers.now = lambda: now
    replies(provider, draft(SQL), draft(SQL))
    ask(zoo, QUESTION)

    now = 61.0
    ask(zoo, QUESTION)

    assert len(provider.requests) == 2


def test_without_the_setting_every_question_is_put(
    zoo: Client, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.conf.settings.CACHE_SECONDS", 0)
    replies(provider, draft(SQL), draft(SQL))

    ask(zoo, QUESTION)
    ask(zoo, QUESTION)

    assert len(provider.requests) == 2
