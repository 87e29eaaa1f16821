"""Which engine is talked to; resolved once and given to the SDK and to `docker` alike."""

import os
from collections.abc import Mapping
from pathlib import Path

HANDED_ON = (
    "PATH", "HOME", "USER", "LANG", "LC_ALL", "TMPDIR", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME",
    "DOCKER_CONFIG", "DOCKER_CONTEXT", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY",
    "DOCKER_API_VERSION", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
    "SYSTEMROOT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES",
)  # fmt: skip
"""Nothing else reaches `docker`: a COMPOSE_FILE of the user's shell must not win over ours."""

DEFAULT_SOCKET = Path("/var/run/docker.sock")


def resolve(environment: Mapping[str, str]) -> str | None:
    """The address of the engine; None leaves the choice (a context with TLS) to the client."""
    if host := environment.get("DOCKER_HOST"):
        return host
    from docker.context import ContextAPI  # noqa: PLC0415 - slow, and only some commands ask

    context = ContextAPI.get_current_context()
    if context is None or context.tls_cfg:
        return None
    host = context.Host
    return str(host) if host and host.startswith(("unix://", "npipe://")) else None


def child_environment(environment: Mapping[str, str], host: str | None) -> dict[str, str]:
    """What a `docker` process gets to see."""
    kept = {name: environment[name] for name in HANDED_ON if name in environment}
    if host:
        kept.pop("DOCKER_CONTEXT", None)
        kept["DOCKER_HOST"] = host
    return kept


def socket_of(host: str | None) -> Path | None:
    """The socket file behind the address, where it is one on this machine."""
    if host is None:
        return DEFAULT_SOCKET if os.name == "posix" else None
    return Path(host.removeprefix("unix://")) if host.startswith("unix://") else None
