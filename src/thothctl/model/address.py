"""Where an installed stack is reached, and the names its certificate must have."""

from collections.abc import Mapping

from thothctl.model.setting import SettingValue

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, never bound
LOOPBACK = ("localhost", "127.0.0.1", "::1")
ACME_PORT = 80
"""Where an authority looks for proofs."""

Settings = Mapping[str, SettingValue]


def base_url(settings: Settings) -> str:
    """The URL of the published port as seen on this machine, without a trailing slash."""
    return _url(settings, binds(settings)[0])


def local_urls(settings: Settings) -> tuple[str, ...]:
    """The same for each address family that is listened on."""
    return tuple(_url(settings, bind) for bind in binds(settings))


def _url(settings: Settings, bind: str) -> str:
    host = bracketed(_EVERYWHERE.get(bind, bind))
    return f"{'https' if has_tls(settings) else 'http'}://{host}:{port(settings)}"


def bracketed(address: str) -> str:
    """An address as it stands in front of a port."""
    return f"[{address}]" if ":" in address else address


def has_edge(settings: Settings) -> bool:
    """Whether nginx stands before the server."""
    return settings.get("mode") in {"production", "development"}


def is_development(settings: Settings) -> bool:
    """Whether developers work on this install: on loopback, with passwords that are none."""
    return settings.get("mode") == "development"


def has_own_postgres(settings: Settings) -> bool:
    """Whether the data lies in a PostgreSQL of the user's, not in one of the stack."""
    return has_edge(settings) and bool(settings.get("postgres.host"))


def has_tls(settings: Settings) -> bool:
    """Whether the published port speaks TLS."""
    return settings.get("mode") == "production" and settings.get("tls") != "off"


def is_watched(settings: Settings) -> bool:
    """Whether Prometheus reads the figures of the stack."""
    return has_edge(settings) and settings.get("monitoring") is True


def binds(settings: Settings) -> tuple[str, ...]:
    """The addresses of this machine that are listened on."""
    return tuple(_EVERYWHERE) if settings.get("public") is True else (str(settings["bind"]),)


def is_local(settings: Settings) -> bool:
    """Only this machine reaches the stack."""
    return all(bind == "::1" or bind.startswith("127.") for bind in binds(settings))


def port(settings: Settings) -> int:
    """The published port, offset included."""
    return int(settings["port"]) + _offset(settings)


def http_port(settings: Settings) -> int:
    """The port of redirects and of an authority's questions; 0 where none is published."""
    if not has_tls(settings):
        return 0
    chosen = int(settings.get("http_port", 0)) or (
        ACME_PORT if settings.get("tls") == "acme" else 0
    )
    return chosen + _offset(settings) if chosen else 0


def debugger_port(settings: Settings) -> int:
    """The port that a debugger attaches to, on loopback; 0 where there is none."""
    return (
        int(settings.get("debugger.port", 0)) + _offset(settings) if is_development(settings) else 0
    )


def ports(settings: Settings) -> tuple[int, ...]:
    """Every port that is published, the page's first."""
    second = http_port(settings)
    return (port(settings), second) if second else (port(settings),)


def _offset(settings: Settings) -> int:
    return int(settings.get("port_offset", 0))


def published(settings: Settings) -> dict[str, SettingValue]:
    """The settings as the engine is told them: ports with the offset, addresses in brackets."""
    told = {"port": port(settings), "http_port": http_port(settings)}
    for key in ("monitoring.port", "monitoring.grafana_port"):
        chosen = int(settings.get(key, 0))
        told[key] = chosen + _offset(settings) if chosen else 0
    told |= {"debugger.port": debugger_port(settings)}
    return {**settings, **told, "bind": bracketed(str(settings["bind"]))}


def chosen_hosts(settings: Settings) -> tuple[str, ...]:
    """The names that browsers use."""
    names = str(settings.get("host_name", "")).split(",")
    return tuple(dict.fromkeys(name for name in map(str.strip, names) if name))


def hosts(settings: Settings) -> tuple[str, ...]:
    """Every name the stack answers to: the chosen ones first, then this machine's own."""
    bind = str(settings["bind"])
    own = [] if bind in _EVERYWHERE else [bind]
    return tuple(dict.fromkeys((*chosen_hosts(settings), *LOOPBACK, *own)))
