"""Values that are each sound and do not go together."""

from collections.abc import Mapping

from thothctl.config.sizes import in_bytes
from thothctl.errors import InvalidInputError
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Stack

READERS = 40
"""Connections on which generated SQL may run."""
SPARE = 10
"""Connections of health checks, of setup, and of operators."""
LEAST_MEMORY = 32 * 1024**2
REDIS_TIMES = 3, 2
"""Memory of its container against what Redis holds: room for the copy that writes its file."""


def refuse_conflicts(stack: Stack, values: Mapping[str, SettingValue]) -> None:
    """Raise InvalidInputError for the first two settings of which one spoils the other."""
    settings = stack.complete(values)
    names = {service.name for service in stack.services_for(settings)}
    for service in names:
        _reservations(settings, f"services.{service}.")
    if int(settings.get("services.app.replicas", 1)) > 1 and "nginx" not in names:
        raise InvalidInputError(
            "services.app.replicas: only one container can have the port; nothing shares it out",
            hint="leave it at 1, or install a production stack beside this one",
        )
    if "postgres" in names and "postgres.pool_size" in settings:
        _postgres(settings)
    if "redis" in names and "redis.max_memory" in settings:
        _redis(settings)


def _reservations(settings: Mapping[str, SettingValue], before: str) -> None:
    memory, reserved = (settings.get(before + key) for key in ("memory", "memory_reservation"))
    if memory and reserved and in_bytes(reserved) > in_bytes(memory):
        raise InvalidInputError(
            f"{before}memory_reservation is {reserved}, more than {before}memory, {memory}",
            hint=f"raise {before}memory too",
        )
    if memory and in_bytes(memory) < LEAST_MEMORY:
        raise InvalidInputError(
            f"{before}memory is {memory}, in which no service can start", hint="give it 64m or more"
        )


def _postgres(settings: Mapping[str, SettingValue]) -> None:
    containers = sum(int(settings[f"services.{name}.replicas"]) for name in ("app", "worker"))
    needed = containers * int(settings["postgres.pool_size"]) + READERS + SPARE
    if needed > int(settings["postgres.max_connections"]):
        raise InvalidInputError(
            f"{containers} containers with {settings['postgres.pool_size']} connections each, "
            f"{READERS} readers and {SPARE} to spare are more than postgres.max_connections, "
            f"{settings['postgres.max_connections']}",
            hint=f"set postgres.max_connections={needed} too, or a smaller postgres.pool_size",
        )
    memory = settings["services.postgres.memory"]
    if 2 * in_bytes(settings["postgres.shared_buffers"]) > in_bytes(memory):
        raise InvalidInputError(
            f"postgres.shared_buffers is {settings['postgres.shared_buffers']}, more than half of "
            f"services.postgres.memory, {memory}",
            hint="raise services.postgres.memory too",
        )


def _redis(settings: Mapping[str, SettingValue]) -> None:
    held, memory = in_bytes(settings["redis.max_memory"]), settings["services.redis.memory"]
    times, over = REDIS_TIMES
    if held * times > in_bytes(memory) * over:
        raise InvalidInputError(
            f"redis.max_memory is {settings['redis.max_memory']}, too much for "
            f"services.redis.memory, {memory}",
            hint=f"set services.redis.memory={-(-held * times // over // 1024**2)}m too, or more",
        )
