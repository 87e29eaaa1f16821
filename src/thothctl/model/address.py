"""Where an installed stack is reached from this machine."""

from collections.abc import Mapping

from thothctl.model.stack import SettingValue

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, never bound


def base_url(settings: Mapping[str, SettingValue]) -> str:
    """The URL of the published port as seen on this machine, without a trailing slash."""
    bind = str(settings["bind"])
    host = _EVERYWHERE.get(bind, bind)
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{settings['port']}"
