"""Turns what the user chose for monitoring into the values of its templates."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from thothctl.config.quoting import yaml_quoted
from thothctl.errors import InvalidInputError
from thothctl.model.setting import SettingValue

SECRETS = "/run/secrets"
MAIL = ("mail_server", "mail_from", "mail_to", "mail_user", "mail_tls")


@dataclass(frozen=True, slots=True)
class Target:
    """What Prometheus reads figures from; a name stands for all replicas behind it."""

    job: str
    host: str
    port: int
    replicated: bool = False
    path: str = "/metrics"

    @property
    def address(self) -> str:
        return yaml_quoted(f"{self.host}:{self.port}")


TARGETS = (
    Target("app", "app", 9108, replicated=True),
    Target("worker", "worker", 9108, replicated=True),
    Target("nginx", "nginx", 9113),
    Target("thothctl", "node-exporter", 9100),
    Target("prometheus", "127.0.0.1", 9090),
    Target("alertmanager", "alertmanager", 9093),
)
"""The services of production under the names that they have on the internal network."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When somebody has to be told."""

    backup_hours: int = 26
    error_percent: int = 5
    answer_seconds: int = 30
    queue_seconds: int = 900
    disk_percent: int = 10
    memory_percent: int = 90
    connections_percent: int = 80


@dataclass(frozen=True, slots=True)
class Mail:
    """Alerts by e-mail; the password is a secret, `user` empty means none is asked for."""

    smarthost: str
    sender: str
    to: str
    user: str = ""
    tls: bool = True


@dataclass(frozen=True, slots=True)
class Patience:
    """How long Alertmanager collects alerts before it tells, and until it tells again."""

    wait: str = "30s"
    interval: str = "5m"
    repeat: str = "12h"
    repeat_critical: str = "2h"


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Everything that the three configurations are made from; `webhook`: a secret holds its URL."""

    install: str
    targets: tuple[Target, ...] = TARGETS
    scrape_seconds: int = 15
    thresholds: Thresholds = field(default_factory=Thresholds)
    webhook: bool = False
    mail: Mail | None = None
    patience: Patience = field(default_factory=Patience)
    secrets: str = SECRETS
    rules: str = "/etc/prometheus/rules.yml"
    alertmanager: str = "alertmanager:9093"
    prometheus: str = "http://prometheus:9090"
    dashboards: str = "/etc/thoth/shown"

    def __post_init__(self) -> None:
        if self.mail and ":" not in self.mail.smarthost:
            raise InvalidInputError(
                f"the mail server has no port: {self.mail.smarthost}",
                hint="give it as mail.example.org:587",
            )


def chosen(settings: Mapping[str, SettingValue], install: str) -> Monitoring:
    """What the settings ask for; raises InvalidInputError for a mail server without a port."""
    own = {key: settings[f"monitoring.{key}"] for key in MAIL}
    mail = Mail(
        str(own["mail_server"]),
        str(own["mail_from"]),
        str(own["mail_to"]),
        str(own["mail_user"]),
        tls=bool(own["mail_tls"]),
    )
    webhook = bool(settings["monitoring.webhook"])
    return Monitoring(install, webhook=webhook, mail=mail if mail.to else None)


def size(given: str) -> str:
    """A size of ours (2g) in the words of Prometheus (2GB)."""
    number = given.rstrip("bkmg")
    unit = given.removeprefix(number).removesuffix("b").upper()
    return f"{number}{unit}B"


def variables(monitoring: Monitoring) -> dict[str, object]:
    """Every name that the templates below `monitoring/` use."""
    mail = monitoring.mail
    return {
        "install": yaml_quoted(monitoring.install),
        "targets": monitoring.targets,
        "gone": " or ".join(f'absent(up{{job="{one.job}"}})' for one in monitoring.targets),
        "scrape_seconds": monitoring.scrape_seconds,
        "rules": yaml_quoted(monitoring.rules),
        "alertmanager": yaml_quoted(monitoring.alertmanager),
        "prometheus": yaml_quoted(monitoring.prometheus),
        "dashboards": yaml_quoted(monitoring.dashboards),
        "limits": monitoring.thresholds,
        "webhook": monitoring.webhook,
        "patience": monitoring.patience,
        "secrets": monitoring.secrets,
        "mail": mail
        and {
            "smarthost": yaml_quoted(mail.smarthost),
            "sender": yaml_quoted(mail.sender),
            "to": yaml_quoted(mail.to),
            "user": mail.user and yaml_quoted(mail.user),
            "tls": str(mail.tls).lower(),
        },
    }
