"""Which Redis is used, if any."""

from dataclasses import dataclass, field

from thoth_ai import environment

PORT = 6379


@dataclass(frozen=True, slots=True)
class Redis:
    """A server that passes jobs to workers; it holds nothing that cannot be lost."""

    host: str
    port: int
    password: str = field(default="", repr=False)
    user: str = ""


def from_environment() -> Redis | None:
    """Read the settings; without a host there is no Redis."""
    host = environment.text("REDIS_HOST")
    if not host:
        return None
    port = environment.number("REDIS_PORT", PORT, lowest=1, highest=65535)
    password, user = environment.text("REDIS_PASSWORD"), environment.text("REDIS_USER")
    return Redis(host, port, password, user)
