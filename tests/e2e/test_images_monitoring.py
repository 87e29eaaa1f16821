"""Prometheus, Alertmanager and the figures in files: collected, kept, nothing more told."""

import json
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from e2e.own_images import LOOPBACK, Box, Yard, fetch, published, until


@pytest.fixture(scope="module")
def figures(yard: Yard) -> Box:
    yard.file("figures/thothctl.prom", "thothctl_backup_age_seconds 42\n")
    mounts = yard.mount("figures", "/textfile")
    return yard.run("node-exporter", *mounts, "--network-alias", "figures", *published(9100))


@pytest.fixture(scope="module")
def prometheus(yard: Yard, figures: Box) -> Box:
    jobs = [
        {"job_name": name, "static_configs": [{"targets": [target]}]}
        for name, target in (("self", f"{LOOPBACK}:9090"), ("figures", "figures:9100"))
    ]
    settings = {"global": {"scrape_interval": "1s"}, "scrape_configs": jobs}
    yard.file("prometheus/prometheus.yml", json.dumps(settings))
    mount = yard.mount("prometheus/prometheus.yml", "/etc/prometheus/prometheus.yml")
    retention = ("--storage.tsdb.retention.time=1d", "--storage.tsdb.retention.size=64MB")
    return yard.run("prometheus", *mount, *published(9090), command=retention).await_healthy()


def value(box: Box, expression: str, at: float | None = None) -> str | None:
    time_of = "" if at is None else f"&time={at}"
    path = f"/api/v1/query?query={quote(expression)}{time_of}"
    result = fetch(box.port(9090), path)["data"]["result"]
    return str(result[0]["value"][1]) if result else None


def test_prometheus_collects_itself_and_figures_in_files_and_keeps_them_through_a_kill(
    prometheus: Box,
) -> None:
    until(lambda: value(prometheus, 'sum(up{job=~"self|figures"})') == "2")
    at = time.time()
    assert value(prometheus, "thothctl_backup_age_seconds", at) == "42"

    prometheus.kill().start().await_healthy()

    assert value(prometheus, "thothctl_backup_age_seconds", at) == "42"
    flags = fetch(prometheus.port(9090), "/api/v1/status/flags")["data"]
    assert flags["storage.tsdb.retention.time"] == "1d"
    assert flags["web.enable-admin-api"] == flags["web.enable-lifecycle"] == "false"


def test_node_exporter_tells_nothing_else_of_the_host(figures: Box) -> None:
    with urllib.request.urlopen(f"http://{LOOPBACK}:{figures.port(9100)}/metrics") as reply:
        names = {line.split(b"{")[0].split()[0] for line in reply if not line.startswith(b"#")}

    own = {name for name in names if name.startswith(b"node_")}
    assert b"thothctl_backup_age_seconds" in names
    assert all(n.startswith((b"node_textfile", b"node_scrape", b"node_exporter")) for n in own)


def test_alertmanager_keeps_a_silence_through_a_restart(yard: Yard) -> None:
    box = yard.run("alertmanager", *published(9093)).await_healthy()
    matcher = {"name": "alertname", "value": "Planned", "isRegex": False, "isEqual": True}
    now = datetime.now(UTC)
    silence = {
        "matchers": [matcher],
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(hours=1)).isoformat(),
        "createdBy": "tests",
        "comment": "planned",
    }
    made = fetch(box.port(9093), "/api/v2/silences", silence)["silenceID"]

    box.stop()
    box.start().await_healthy()

    assert [s["id"] for s in fetch(box.port(9093), "/api/v2/silences")] == [made]
