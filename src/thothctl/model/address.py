"""Where an installed stack is reached, and the names its certificate must have."""

from collections.abc import Mapping

from thothctl.model.stack import SettingValue

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, never bound
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def base_url(settings: Mapping[str, SettingValue]) -> str:
    """The URL of the published port as seen on this machine, without a trailing slash."""
    bind = str(settings["bind"])
    host = _EVERYWHERE.get(bind, bind)
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if has_tls(settings) else 'http'}://{shown}:{settings['port']}"


def has_edge(settings: Mapping[str, SettingValue]) -> bool:
    """Whether nginx stands before the server."""
    return settings.get("mode") == "production"


def has_tls(settings: Mapping[str, SettingValue]) -> bool:
    """Whether the published port speaks TLS."""
    return has_edge(settings) and settings.get("tls") != "off"


def is_watched(settings: Mapping[str, SettingValue]) -> bool:
    """Whether Prometheus reads the figures of the stack."""
    return has_edge(settings) and settings.get("monitoring") is True


def hosts(settings: Mapping[str, SettingValue]) -> tuple[str, ...]:
    """Every name the stack answers to: the chosen ones first, then this machine's own."""
    chosen = [name.strip() for name in str(settings.get("host_name", "")).split(",")]
    bind = str(settings["bind"])
    own = [] if bind in _EVERYWHERE else [bind]
    return tuple(dict.fromkeys(name for name in (*chosen, *LOOPBACK, *own) if name))
