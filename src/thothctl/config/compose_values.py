"""What the Compose templates of a stack need, prepared so that they hold no logic of their own."""

from collections.abc import Mapping
from dataclasses import dataclass

from thothctl.config.edge import Edge, Tls, variables
from thothctl.config.exposed import trusted_proxies
from thothctl.config.monitoring import size
from thothctl.config.shipping import Shipping, shipping
from thothctl.model import address
from thothctl.model.address import (
    has_edge,
    has_own_postgres,
    has_tls,
    hosts,
    is_development,
)
from thothctl.model.install import (
    LABEL_INSTALL,
    LABEL_RELEASE,
    LABEL_SERVICE,
)
from thothctl.model.network import networks
from thothctl.model.provider import secrets_in_use
from thothctl.model.rendering import RenderContext
from thothctl.model.secret_spec import SecretSpec
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Service, Stack

LOGGING: Mapping[str, SettingValue] = {"driver": "json-file", "max_size": "10m", "max_files": 3}
"""For a stack file that has no such settings."""
AROUND_AN_ANSWER = 270
"""Seconds that an answer may take beside the last request to a language model."""


@dataclass(frozen=True, slots=True)
class ServiceValues:
    """One service as its template sees it: `generated` secrets and keys are the files it gets.

    `chosen` are its own settings, services.SERVICE.KEY by KEY.
    """

    name: str
    image: str
    pull_policy: str
    labels: Mapping[str, str]
    generated: tuple[str, ...]
    keys: tuple[str, ...]
    once: bool
    chosen: Mapping[str, SettingValue]
    logging: Mapping[str, SettingValue]
    shipping: Shipping | None

    @property
    def secrets(self) -> tuple[str, ...]:
        return (*self.generated, *self.keys)


def compose_values(stack: Stack, context: RenderContext) -> dict[str, object]:
    """Every name that the Compose templates use."""
    settings = address.published(stack.complete(context.settings))
    services = {s.name: _service(s, stack, context) for s in stack.services_for(settings)}
    secrets = sorted({name for service in services.values() for name in service.secrets})
    return {
        "services": services,
        "settings": settings,
        "secrets": secrets,
        "secrets_folder": "../../secrets",
        "keys": secrets_in_use(settings) if context.install else {},
        "alone": context.install is None,
        "has_tls": has_tls(settings),
        "development": is_development(settings),
        "own_postgres": has_own_postgres(settings),
        "labels": _identity(context),
        "door": "" if settings.get("public") is True else "${THOTH_BIND}:",
        "networks": networks(settings, context.install.uuid if context.install else stack.name),
        "retention_size": size(str(settings.get("monitoring.retention_size", "2g"))),
        "volumes": _volumes(stack, settings, context),
        "databases": _databases(stack, context),
    }


def postgres_values(settings: Mapping[str, SettingValue]) -> Mapping[str, object]:
    """Every name that the template of PostgreSQL's first start uses."""
    return {
        "migrator": "thoth_migrator",
        "app": "thoth_app",
        "importer": "thoth_importer",
        "reader": "thoth_reader",
        "database": settings.get("postgres.database", "thoth"),
        "data_database": settings.get("postgres.data_database", "thoth_data"),
        "reader_connections": 40,
        "reader_temp_files": "1GB",
        "shared": has_own_postgres(settings),
        "vector": not has_own_postgres(settings) or settings.get("vector") == "pgvector",
    }


def edge_values(settings: Mapping[str, SettingValue]) -> Mapping[str, object]:
    """Every name that the nginx template uses; nothing where there is no edge."""
    if not has_edge(settings):
        return {}
    chosen = Edge(
        Tls(str(settings["tls"])) if has_tls(settings) else Tls.OFF,
        hosts(settings),
        port=address.port(settings),
        trusted_proxies=trusted_proxies(settings),
        ipv6=settings.get("network.ipv6") is True,
        answer_seconds=AROUND_AN_ANSWER + int(settings.get("agent_timeout_seconds", 60)),
    )
    return {**variables(chosen), "monitoring": settings.get("monitoring", False)}


def _service(service: Service, stack: Stack, context: RenderContext) -> ServiceValues:
    labels: dict[str, str] = {}
    if context.install is not None:
        release = str(context.since.get(service.name, context.release))
        labels = {**_identity(context), LABEL_RELEASE: release, LABEL_SERVICE: service.name}
    return ServiceValues(
        name=service.name,
        image=stack.image_of(service, context.settings).variable,
        pull_policy="never" if context.install else "",
        labels=labels,
        generated=tuple(s.name for s in _read(service, stack, context) if not s.provider),
        keys=tuple(s.name for s in _read(service, stack, context) if s.provider),
        once=service.once,
        chosen=_below(f"services.{service.name}.", stack.complete(context.settings)),
        logging={**LOGGING, **_below("logging.", stack.complete(context.settings))},
        shipping=shipping(stack.complete(context.settings)),
    )


def _below(before: str, settings: Mapping[str, SettingValue]) -> dict[str, SettingValue]:
    """The settings with such keys, by the rest of the key."""
    return {k.removeprefix(before): v for k, v in settings.items() if k.startswith(before)}


def _read(service: Service, stack: Stack, context: RenderContext) -> tuple[SecretSpec, ...]:
    """The secrets it reads: of keys those in use; without thothctl none."""
    if context.install is None:
        return ()
    settings = stack.complete(context.settings)
    keys = set(secrets_in_use(settings).values())
    return tuple(
        secret
        for secret in stack.secrets_for(settings)
        if service.name in secret.services and (not secret.provider or secret.name in keys)
    )


def _identity(context: RenderContext) -> dict[str, str]:
    return {LABEL_INSTALL: context.install.uuid} if context.install else {}


def _volumes(
    stack: Stack, settings: Mapping[str, SettingValue], context: RenderContext
) -> dict[str, object]:
    install, generations = context.install, context.generations or {}
    if install is None:
        return {
            store.name: {"name": "", "place": "", "labels": {}}
            for store in stack.stores_for(settings)
        }
    root = str(settings.get("data_dir", ""))
    return {
        name: {
            "name": install.volume(name, number),
            "place": install.place(root, name, number) if root else "",
            "labels": install.volume_labels(name, number),
        }
        for name, number in generations.items()
    }


def _databases(stack: Stack, context: RenderContext) -> dict[str, str]:
    """What those are called that are not of the first generation any more."""
    return {
        one.name: one.called(context.databases[one.name])
        for one in stack.databases
        if context.databases.get(one.name, 1) > 1
    }
