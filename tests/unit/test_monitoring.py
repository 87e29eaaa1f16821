"""The values of the monitoring templates, and what never gets into them."""

import pytest
from rendered import rendered

from thothctl.config.monitoring import Mail, Monitoring, variables
from thothctl.errors import InvalidInputError


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
    assert "names: [app]" in text
    assert "names: [worker]" in text
