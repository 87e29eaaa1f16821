import json
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import httpx
import provider_server
import pytest
from provider_server import ProviderServer

TESTS = Path(provider_server.__file__).parent.parent
KEYS = {"good": "valid", "broke": "no_quota", "outsider": "no_access"}
CHECKS = [
    ("GET", "/v1/models", "authorization"),
    ("GET", "/v1/models", "x-api-key"),
    ("GET", "/v1beta/models", "x-goog-api-key"),
    ("GET", "/openai/v1/models", "authorization"),
    ("GET", "/api/v1/key", "authorization"),
    ("POST", "/v1/check-api-key", "authorization"),
    ("GET", "/models", "authorization"),
]


def sent(header: str, key: str) -> dict[str, str]:
    return {header: f"Bearer {key}" if header == "authorization" else key}


@pytest.mark.parametrize(("method", "path", "header"), CHECKS)
def test_the_calls_that_check_a_key_tell_its_class(method: str, path: str, header: str) -> None:
    with ProviderServer(keys=KEYS) as server:
        statuses = [
            httpx.request(method, server.url + path, headers=sent(header, key)).status_code
            for key in ("good", "outsider", "broke", "unknown")
        ]

    assert statuses[:2] == [200, 200]
    assert statuses[2] in {402, 429}
    assert statuses[3] in {400, 401}


def test_who_has_no_access_does_not_see_the_models() -> None:
    with ProviderServer(keys=KEYS, models=["m"]) as server:
        seen = [
            httpx.get(f"{server.openai}/models", headers=sent("authorization", key)).json()["data"]
            for key in ("good", "outsider")
        ]

    assert [[row["id"] for row in rows] for rows in seen] == [["m"], ["some-other-model"]]


def test_ollama_is_asked_for_its_models_without_a_key() -> None:
    with ProviderServer(keys=KEYS, models=["m"]) as server:
        assert httpx.get(f"{server.url}/api/tags").json() == {"models": [{"name": "m"}]}


def test_gemini_also_answers_without_a_stream() -> None:
    with ProviderServer([{"match": "hi", "reply": "SELECT 3"}]) as server:
        url = f"{server.url}/v1beta/models/m:generateContent"
        told = httpx.post(url, json={"contents": [{"role": "user", "parts": [{"text": "hi"}]}]})

    assert told.json()["candidates"][0]["content"]["parts"] == [{"text": "SELECT 3"}]


def test_rules_may_be_for_a_path_and_other_calls_do_not_meet_them() -> None:
    rules: list[dict[str, object]] = [
        {"path": "/v1/models", "fault": {"status": 503}},
        {"match": "", "reply": "x"},
    ]
    with ProviderServer(rules) as server:
        statuses = [
            httpx.get(server.url + path).status_code for path in ("/v1/models", "/models", "/what")
        ]

    assert statuses == [503, 200, 404]


def test_a_script_with_an_unknown_word_is_refused() -> None:
    with pytest.raises(ValueError, match="a fault knows no statos"):
        ProviderServer([{"match": "", "fault": {"statos": 1}}])
    with pytest.raises(ValueError, match="a rule knows no replay"):
        ProviderServer([{"replay": "x"}])


def test_stopping_leaves_no_thread_even_if_somebody_hangs() -> None:
    before = set(threading.enumerate())
    with ProviderServer([{"match": "", "fault": {"wait": True}}]) as server:
        waiting = threading.Thread(target=_hang, args=(f"{server.openai}/chat/completions",))
        waiting.start()
        while not server.requests:
            waiting.join(0.01)
    waiting.join(10)

    assert set(threading.enumerate()) == before


def _hang(url: str) -> None:
    with suppress(httpx.HTTPError):
        httpx.post(url, json={"messages": [{"role": "user", "content": "hi"}]})


def test_it_runs_by_itself_and_tells_what_it_was_asked(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"rules": [{"match": "", "reply": "SELECT 4"}], "keys": KEYS}))
    command = [sys.executable, "-m", "provider_server", "--port", "0", "--script", str(script)]
    with subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        asked = {"messages": [{"role": "user", "content": "hi"}]}
        headers = sent("authorization", "good")
        told = httpx.post(f"{url}/v1/chat/completions", json=asked, headers=headers).json()
        httpx.post(f"{url}/_script", json=[{"match": "", "reply": "SELECT 5"}])
        again = httpx.post(f"{url}/v1/chat/completions", json=asked, headers=headers).json()
        requests = httpx.get(f"{url}/_requests").json()
        process.terminate()

    assert process.returncode == 0
    texts = [reply["choices"][0]["message"]["content"] for reply in (told, again)]
    assert texts == ["SELECT 4", "SELECT 5"]
    assert [request["body"] for request in requests] == [asked, asked]
