"""Every alert goes off when it should and stays quiet when it should: Prometheus' own test tool."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from distribution import programs
from monitoring.rule_cases import CASES, Case, Series
from rendered import rendered

from thothctl.config.monitoring import Mail, Monitoring, variables

NAMED = re.compile(r"- alert: (\w+)")
RULES = rendered("monitoring/rules.yml.j2", variables(Monitoring("prod")))


def tool(program: str, *words: str) -> str:
    """What the tool says; it must be content."""
    done = subprocess.run(
        programs().argv(program, *words), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def fires(case: Case, series: Series, *, expected: bool) -> dict[str, object]:
    alerts = f'ALERTS{{alertname="{case.alert}",alertstate="firing"}}'
    return {
        "name": f"{case.alert} {'fires' if expected else 'stays calm'}",
        "interval": "1m",
        "input_series": [{"series": name, "values": text} for name, text in series.items()],
        "promql_expr_test": [
            {
                "expr": f"(count({alerts}) > bool 0) or vector(0)",
                "eval_time": f"{case.minutes}m",
                "exp_samples": [{"labels": "{}", "value": int(expected)}],
            }
        ],
    }


def test_every_alert_fires_and_does_not_fire(tmp_path: Path) -> None:
    tests = [fires(case, case.fires, expected=True) for case in CASES]
    tests += [fires(case, case.calm, expected=False) for case in CASES]
    document = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": tests}
    (tmp_path / "rules.yml").write_text(RULES)
    (tmp_path / "tests.yml").write_text(json.dumps(document))

    tool("promtool", "test", "rules", str(tmp_path / "tests.yml"))

    assert {case.alert for case in CASES} == set(NAMED.findall(RULES))


def test_every_alert_says_what_to_do() -> None:
    count = len(NAMED.findall(RULES))

    for word in ("summary:", "action:", "severity:"):
        assert RULES.count(word) == count


def test_prometheus_takes_its_configuration(tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(RULES)
    monitoring = Monitoring("it's $odd\n", rules=str(tmp_path / "rules.yml"))
    configuration = tmp_path / "prometheus.yml"
    configuration.write_text(rendered("monitoring/prometheus.yml.j2", variables(monitoring)))

    said = tool("promtool", "check", "config", str(configuration))

    assert f"{len(NAMED.findall(RULES))} rules" in said


@pytest.mark.parametrize("webhook", [True, False])
@pytest.mark.parametrize(
    "mail",
    [
        None,
        Mail("mail.example.org:587", "thoth@example.org", "ops@example.org"),
        Mail("mail.example.org:25", 'a "b" <t@example.org>', "o@example.org", "me", tls=False),
    ],
)
def test_alertmanager_takes_its_configuration(
    tmp_path: Path, mail: Mail | None, *, webhook: bool
) -> None:
    values = variables(Monitoring("prod", webhook=webhook, mail=mail))
    configuration = tmp_path / "alertmanager.yml"
    configuration.write_text(rendered("monitoring/alertmanager.yml.j2", values))

    said = tool("amtool", "check-config", str(configuration))

    assert f"{1 + bool(webhook or mail)} receivers" in said
