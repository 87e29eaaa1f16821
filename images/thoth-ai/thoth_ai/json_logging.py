"""One JSON object a line, on standard error."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

FIELDS = ("event", "method", "path", "status", "duration_ms", "outcome", "workspace", "secret_file")
HIDDEN = "********"


class JsonFormatter(logging.Formatter):
    """Writes records as JSON, with every known secret blotted out."""

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._secrets = tuple(secret for secret in secrets if secret)

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return self._blot(json.dumps(entry, ensure_ascii=False, default=str))

    def _blot(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, HIDDEN)
        return line


def configuration(level: str, secrets: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the logging set-up that the server and gunicorn share."""
    quiet = {"handlers": ["stderr"], "level": level, "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter, "secrets": secrets}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "stream": "ext://sys.stderr",
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": quiet,
            "gunicorn.error": quiet,
            "gunicorn.access": quiet | {"level": "CRITICAL"},
            "httpx": quiet | {"level": "WARNING"},
            # On DEBUG these tell of themselves, hundreds of lines a request.
            "django.template": quiet | {"level": _at_least("INFO", level)},
            "watchfiles": quiet | {"level": _at_least("INFO", level)},
        },
    }


def _at_least(floor: str, level: str) -> str:
    levels = logging.getLevelNamesMapping()
    return max(floor, level, key=levels.__getitem__)
