"""What the settings of performance and access come to in the files of a release."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli.test_config import Place


@pytest.fixture
def production(home: Path, capsys: pytest.CaptureFixture[str]) -> Place:
    place = Place(home, capsys)
    place.play.engine.services = ("app", "postgres", "redis", "worker", "nginx")
    place.ok("setup", "--yes", "--mode", "production", "--port", "8443")
    return place


def services(at: Place, release: int = 2) -> dict[str, Any]:
    folder = at.folder / f"releases/{release}"
    values = dict(
        line.split("=", 1) for line in (folder / ".env").read_text().splitlines() if "=" in line
    )
    text = (folder / "compose.yaml").read_text()
    for name, value in values.items():
        text = text.replace(f"${{{name}}}", value)
    return dict(yaml.safe_load(text)["services"])


@pytest.mark.parametrize(
    ("setting", "variable", "value"),
    [
        ("log_level=debug", "LOG_LEVEL", "DEBUG"),
        ("cache_ttl_seconds=300", "CACHE_TTL_SECONDS", "300"),
        ("concurrent_requests=32", "REQUESTS_AT_ONCE", "32"),
        ("agent_timeout_seconds=120", "LLM_TIMEOUT_SECONDS", "120"),
        ("query_timeout_seconds=30", "QUERY_TIMEOUT_SECONDS", "30"),
        ("query_rows=500", "QUERY_ROWS", "500"),
        ("values.index=false", "VALUE_INDEX", "False"),
        ("values.ngram=2", "VALUE_INDEX_NGRAM", "2"),
        ("values.permutations=64", "VALUE_INDEX_PERMUTATIONS", "64"),
        ("values.threshold=60", "VALUE_INDEX_THRESHOLD", "60"),
        ("values.megabytes=100", "VALUE_INDEX_MEGABYTES", "100"),
        ("workers=4", "WORKER_THREADS", "4"),
        ("postgres.pool_size=10", "POSTGRES_POOL_SIZE", "10"),
        ("auth.session_hours=8", "SESSION_HOURS", "8"),
        ("auth.user_tokens=false", "USER_TOKENS", "False"),
        ("cors_origins=https://a.example.org", "CORS_ORIGINS", "https://a.example.org"),
        ("requests_per_minute=60", "API_REQUESTS_PER_MINUTE", "60"),
    ],
)  # fmt: skip
def test_the_server_and_the_worker_are_told(
    production: Place, setting: str, variable: str, value: str
) -> None:
    planned = production.ok("config", "set", setting, "--dry-run")["recreated"]

    production.ok("config", "set", setting)

    found = services(production)
    assert {str(found[name]["environment"][variable]) for name in ("app", "worker")} == {value}
    assert {"app", "worker"} <= set(planned)
    assert not {"postgres", "redis"} & set(planned)


def test_postgres_and_redis_get_them_as_arguments(production: Place) -> None:
    production.ok(
        "config", "set", "postgres.max_connections=300", "postgres.shared_buffers=256m",
        "postgres.work_mem=16m", "redis.max_memory=128m", "redis.policy=volatile-ttl",
    )  # fmt: skip

    found = services(production)
    assert found["postgres"]["command"] == [
        "-cmax_connections=300", "-cshared_buffers=262144kB", "-cwork_mem=16384kB",
    ]  # fmt: skip
    assert found["redis"]["command"] == [
        "--maxmemory", "134217728", "--maxmemory-policy", "volatile-ttl",
    ]  # fmt: skip


def test_logs_and_limits_of_containers(production: Place) -> None:
    production.ok(
        "config", "set", "logging.max_size=50m", "logging.max_files=5",
        "services.worker.memory=2g", "services.worker.memory_reservation=1g",
        "services.worker.cpus=1.5", "services.worker.cpus_reservation=0.5",
        "services.worker.restart=on-failure", "services.app.replicas=2",
    )  # fmt: skip

    found = services(production)
    assert {json.dumps(one["logging"]) for one in found.values()} == {
        '{"driver": "json-file", "options": {"max-size": "50m", "max-file": "5"}}'
    }
    worker = found["worker"]
    assert (worker["mem_limit"], worker["mem_reservation"]) == ("2g", "1g")
    assert (worker["cpus"], worker["cpu_shares"]) == (1.5, 512)
    assert worker["restart"] == "on-failure"
    assert (found["app"]["scale"], worker["scale"]) == (2, 1)


def test_a_driver_that_rotates_for_itself_gets_no_options(production: Place) -> None:
    production.ok("config", "set", "logging.driver=journald")

    assert services(production)["app"]["logging"] == {"driver": "journald"}


def test_the_edge_waits_as_long_as_a_model_may_take(production: Place) -> None:
    production.ok("config", "set", "agent_timeout_seconds=300")

    texts = [p.read_text() for p in production.folder.glob("mounts/nginx-*/thoth.conf")]
    assert sum("proxy_read_timeout 570s" in text for text in texts) == 1


@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        (["services.app.memory_reservation=2g"], "raise services.app.memory too"),
        (["services.app.memory=8m"], "64m or more"),
        (["services.app.replicas=10"], "set postgres.max_connections=270 too"),
        (["postgres.pool_size=100"], "set postgres.max_connections=250 too"),
        (["postgres.shared_buffers=1g"], "raise services.postgres.memory too"),
        (["redis.max_memory=1g"], "set services.redis.memory=1536m too"),
    ],
)
def test_what_does_not_go_together_is_refused_with_what_would(
    production: Place, settings: list[str], hint: str
) -> None:
    before = production.tree()

    code, document = production.run("config", "set", *settings)

    assert code == 7
    assert hint in document["errors"][0]["hint"]
    assert production.tree() == before
    assert production.run("config", "set", *settings, "--dry-run")[0] == 7


def test_replicas_need_somebody_who_shares_out_the_work(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, document = Place(home, capsys).run("setup", "--yes", "--set", "services.app.replicas=2")

    assert code == 7
    assert "only one container can have the port" in document["errors"][0]["message"]


def test_another_mode_is_another_install(production: Place) -> None:
    for words in (["config", "set", "mode=standalone"], ["setup", "--yes", "--mode", "standalone"]):
        code, document = production.run(*words)

        assert code == 7
        assert "its data is not moved" in document["errors"][0]["message"]
        assert "--install NAME" in document["errors"][0]["hint"]
