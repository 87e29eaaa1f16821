"""Every question of every rule and panel, put to a real Prometheus; alerts that reach people."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from distribution import programs
from edge.running import free_port
from edge.waiting import until
from monitoring import exporter
from rendered import rendered

from thothctl.adapters.shipped import shipped
from thothctl.config.dashboards import dashboard, read_rows
from thothctl.config.monitoring import Monitoring, Patience, Target, variables

SECONDS = 30.0
PANELS = shipped("templates") / "monitoring/grafana/panels.yaml"
ROWS = read_rows(yaml.safe_load(PANELS.read_text()))
QUERIES = [query.expr for row in ROWS for panel in row.panels for query in panel.queries]
WORDS = re.compile(r"\b(?:thoth|thothctl|process|nginx)_\w+")


class Watch:
    """Prometheus and Alertmanager over the figures of the test."""

    def __init__(self, stack: ExitStack, root: Path) -> None:
        self.exporter = stack.enter_context(exporter.exporting())
        self.prometheus, self.alertmanager = free_port(), free_port()
        figures = self.exporter.server_port
        monitoring = Monitoring(
            "x",
            targets=(
                Target("app", "127.0.0.1", figures),
                Target("thothctl", "127.0.0.1", figures, path="/host"),
                Target("worker", "127.0.0.1", free_port()),
                Target("prometheus", "127.0.0.1", self.prometheus),
                Target("alertmanager", "127.0.0.1", self.alertmanager),
            ),
            scrape_seconds=1,
            webhook=True,
            patience=Patience(wait="0s", interval="1s"),
            secrets=str(root),
            rules=str(root / "rules.yml"),
            alertmanager=f"127.0.0.1:{self.alertmanager}",
        )
        (root / "alert_webhook_url").write_text(f"http://127.0.0.1:{figures}/told")
        for name in ("prometheus", "alertmanager", "rules"):
            text = rendered(f"monitoring/{name}.yml.j2", variables(monitoring))
            (root / f"{name}.yml").write_text(text)
        self._start(stack, root)

    def _start(self, stack: ExitStack, root: Path) -> None:
        for words in (
            [
                "prometheus",
                f"--config.file={root}/prometheus.yml",
                f"--storage.tsdb.path={root}/data",
                "--storage.tsdb.retention.time=1d",
                "--storage.tsdb.retention.size=64MB",
                f"--web.listen-address=127.0.0.1:{self.prometheus}",
            ],
            [
                "prometheus-alertmanager",
                f"--config.file={root}/alertmanager.yml",
                f"--storage.path={root}/alerts",
                "--cluster.listen-address=",
                f"--web.listen-address=127.0.0.1:{self.alertmanager}",
            ],
        ):
            stack.enter_context(running(programs().argv_at_home(*words), root / f"{words[0]}.log"))
        until(self._ready, SECONDS)

    def _ready(self) -> bool:
        """Ready is who has read twice and has a rate to tell."""
        try:
            started = httpx.get(f"http://127.0.0.1:{self.prometheus}/-/ready").is_success
            return started and bool(self.ask("rate(thoth_questions_total[1m]) > 0"))
        except httpx.TransportError:
            return False

    def get(self, path: str, **words: str) -> Any:  # noqa: ANN401 - a document of Prometheus
        answer = httpx.get(f"http://127.0.0.1:{self.prometheus}/api/v1/{path}", params=words)
        document = answer.json()
        assert document["status"] == "success", document
        return document["data"]

    def ask(self, expr: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("query", query=expr)["result"]
        return found

    def rules(self) -> list[dict[str, Any]]:
        return [rule for group in self.get("rules")["groups"] for rule in group["rules"]]


@contextmanager
def running(words: list[str], log: Path) -> Iterator[None]:
    with log.open("wb") as stream:
        process = subprocess.Popen(words, stdout=stream, stderr=stream)
    try:
        yield
    finally:
        process.terminate()
        process.wait(SECONDS)


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    with ExitStack() as stack:
        yield Watch(stack, tmp_path_factory.mktemp("watch"))


@pytest.mark.parametrize("expr", QUERIES)
def test_every_panel_has_something_to_show(watch: Watch, expr: str) -> None:
    assert watch.ask(expr)


def test_every_rule_is_evaluated_without_a_fault(watch: Watch) -> None:
    until(lambda: all(rule["health"] == "ok" for rule in watch.rules()), SECONDS)

    for rule in watch.rules():
        assert rule["type"] == "alerting"
        watch.ask(rule["query"])


def test_the_test_serves_every_name_that_is_used(watch: Watch) -> None:
    used = {name for expr in QUERIES for name in WORDS.findall(expr)}
    used |= {name for rule in watch.rules() for name in WORDS.findall(rule["query"])}

    assert {name for name in used if not name.startswith("thothctl_")} == exporter.names()


def test_what_is_kept_is_limited_by_time_and_size(watch: Watch) -> None:
    flags = watch.get("status/flags")

    assert flags["storage.tsdb.retention.time"] == "1d"
    assert flags["storage.tsdb.retention.size"] == "64MiB"


def test_prometheus_watches_itself_and_alertmanager(watch: Watch) -> None:
    until(lambda: bool(watch.ask('up{job="alertmanager"} == 1')), SECONDS)

    assert {one["metric"]["job"] for one in watch.ask("up == 0")} == {"worker"}
    assert watch.ask("alertmanager_notifications_failed_total")
    assert watch.ask("prometheus_config_last_reload_successful == 1")


def test_an_alert_reaches_people_with_what_to_do(watch: Watch) -> None:
    until(lambda: any("ProviderRefuses" in text for text in watch.exporter.told), SECONDS)

    told = [json.loads(text) for text in watch.exporter.told]
    alert = next(
        alert
        for message in told
        for alert in message["alerts"]
        if alert["labels"]["alertname"] == "ProviderRefuses"
    )
    assert alert["labels"]["install"] == "x"
    assert alert["annotations"]["summary"] == "openai refuses every request: invalid_key."
    assert alert["annotations"]["action"]


def test_the_dashboard_is_one_that_grafana_can_place() -> None:
    document = json.loads(dashboard("prod", "Thoth", ROWS))
    panels = document["panels"]
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in panels}) == len(panels)
    shown = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    assert shown == QUERIES


def test_grafana_is_provided_with_its_source_and_no_secret() -> None:
    values = variables(Monitoring("prod"))
    source = yaml.safe_load(rendered("monitoring/grafana/datasources.yml.j2", values))
    provider = yaml.safe_load(rendered("monitoring/grafana/dashboards.yml.j2", values))

    (only,) = source["datasources"]
    assert (only["uid"], only["url"]) == ("thoth-prometheus", "http://prometheus:9090")
    assert not {key for key in only if "password" in key.lower() or "secure" in key.lower()}
    assert provider["providers"][0]["options"]["path"] == "/etc/thoth/shown"
