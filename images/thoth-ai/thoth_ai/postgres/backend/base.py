"""Takes every text that SQLite takes: of any length, and with characters PostgreSQL lacks.

Forms and the API check lengths; what imports and models bring must not depend on the database.
"""

import functools
import re
from typing import Any

from django.db.backends.postgresql import base
from psycopg.adapt import AdaptersMap
from psycopg.types.json import Jsonb, JsonbDumper
from psycopg.types.string import StrDumperUnknown

_ESCAPED = re.compile(rb"(\\\\)|\\u0000")


class TextDumper(StrDumperUnknown):
    """Shows a NUL as the character that stands for what cannot be shown."""

    def dump(self, obj: str) -> Any:  # noqa: ANN401 - psycopg's buffer type
        """Return the bytes to send."""
        return super().dump(obj.replace("\0", "\N{REPLACEMENT CHARACTER}"))


class DocumentDumper(JsonbDumper):
    """Does the same inside of JSON, where a NUL is escaped."""

    def dump(self, obj: Any) -> Any:  # noqa: ANN401 - whatever JSON knows
        """Return the bytes to send."""
        raw = bytes(super().dump(obj) or b"")
        return _ESCAPED.sub(lambda found: found[1] or rb"\ufffd", raw)


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend Django loads."""

    data_types = {  # noqa: RUF012 - Django's own shape
        **base.DatabaseWrapper.data_types,
        "CharField": "text",
        "SlugField": "text",
    }

    def get_connection_params(self) -> dict[str, Any]:
        """Teach every connection both dumpers."""
        parameters: dict[str, Any] = super().get_connection_params()
        return parameters | {"context": _lenient(parameters["context"])}


@functools.lru_cache
def _lenient(template: AdaptersMap) -> AdaptersMap:
    adapters = AdaptersMap(template)
    adapters.register_dumper(str, TextDumper)
    adapters.register_dumper(Jsonb, DocumentDumper)
    return adapters
