"""The values of the monitoring templates, and what never gets into them."""

import pytest
from rendered import rendered

from thothctl.adapters.bundles import TemplateBundles
from thothctl.config.monitoring import Mail, Monitoring, chosen, size, variables
from thothctl.errors import InvalidInputError
from thothctl.model.setting import SettingValue


def alertmanager(monitoring: Monitoring) -> str:
    return rendered("monitoring/alertmanager.yml.j2", variables(monitoring))


def test_a_mail_server_needs_a_port() -> None:
    with pytest.raises(InvalidInputError, match="port"):
        Monitoring("prod", mail=Mail("mail.example.org", "a@example.org", "b@example.org"))


def test_nobody_is_told_when_nobody_is_named() -> None:
    assert "receiver: nobody" in alertmanager(Monitoring("prod"))


def test_secrets_are_files_of_their_own() -> None:
    mail = Mail("mail.example.org:587", "a@example.org", "b@example.org", "me")
    text = alertmanager(Monitoring("prod", webhook=True, mail=mail))

    assert "auth_password_file: /run/secrets/alert_mail_password" in text
    assert "url_file: /run/secrets/alert_webhook_url" in text
    assert "auth_password:" not in text


def test_a_value_cannot_add_a_setting_of_its_own() -> None:
    mail = Mail("mail.example.org:587", 'a"\nreceivers: []\n', "b@example.org")

    assert "\nreceivers: []" not in alertmanager(Monitoring("prod", mail=mail))


def test_all_replicas_behind_a_name_are_read() -> None:
    text = rendered("monitoring/prometheus.yml.j2", variables(Monitoring("prod")))

    assert text.count("dns_sd_configs") == 2
    assert "port: 9108" in text
    assert "names: [app]" in text
    assert "names: [worker]" in text


@pytest.mark.parametrize(
    ("ours", "theirs"), [("2g", "2GB"), ("512m", "512MB"), ("10gb", "10GB"), ("1000", "1000B")]
)
def test_a_size_is_written_as_prometheus_reads_it(ours: str, theirs: str) -> None:
    assert size(ours) == theirs


def test_the_settings_say_who_is_told() -> None:
    usual = TemplateBundles().stack("thoth-ai").complete({})
    mail = {
        "monitoring.mail_to": "ops@example.org",
        "monitoring.mail_server": "mail.example.org:25",
    }

    assert chosen(usual, "prod").mail is None
    told = chosen({**usual, **mail, "monitoring.webhook": True}, "prod")

    assert told.webhook is True
    assert told.mail == Mail("mail.example.org:25", "thoth@localhost", "ops@example.org")


WATCHED: dict[str, SettingValue] = {"mode": "production", "monitoring": True}


def test_who_watches_runs_only_where_it_was_asked_for() -> None:
    stack = TemplateBundles().stack("thoth-ai")
    watching = {"prometheus", "alertmanager", "node-exporter", "grafana"}

    assert not watching & {s.name for s in stack.services_for({"mode": "production"})}
    assert watching <= {s.name for s in stack.services_for(WATCHED)}
    without = stack.having({"thoth-ai", "thoth-prometheus"})
    assert {s.name for s in stack.services_for(WATCHED)} - {
        s.name for s in without.services_for(WATCHED)
    } == {"grafana"}


def test_a_secret_that_a_setting_asks_for_is_there_with_it_and_never_generated() -> None:
    stack = TemplateBundles().stack("thoth-ai")

    assert "alert_webhook_url" not in {s.name for s in stack.secrets_for(WATCHED)}
    asked = {s.name: s for s in stack.secrets_for({**WATCHED, "monitoring.webhook": True})}
    assert not asked["alert_webhook_url"].is_generated
