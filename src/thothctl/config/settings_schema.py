"""The settings of a stack as JSON Schema, for editors and for other programs."""

from collections.abc import Callable, Mapping

from thothctl.config.settings import HIGHEST_PORT, LONGEST_TEXT
from thothctl.model.provider import NONE, SKIPPED, STORED
from thothctl.model.setting import Setting, SettingKind
from thothctl.model.stack import Stack

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def settings_schema(stack: Stack) -> dict[str, object]:
    """What a settings file of this stack may hold."""
    return {
        "$schema": DIALECT,
        "title": f"Settings of {stack.title}",
        "type": "object",
        "additionalProperties": False,
        "required": [s.key for s in stack.settings if s.default is None],
        "properties": {**_nested(stack), **{s.key: _property(s) for s in stack.settings}},
    }


def _nested(stack: Stack) -> dict[str, object]:
    """Dotted keys as mappings one below the other, which a file may hold as well."""
    top: dict[str, object] = {}
    for setting in stack.settings:
        *path, last = setting.key.split(".")
        inner = top
        for word in path:
            empty = {"type": "object", "additionalProperties": False, "properties": {}}
            inner = inner.setdefault(word, empty)["properties"]  # type: ignore[index]  # of ours
        if path:
            inner[last] = _property(setting)
    return top


def _property(setting: Setting) -> dict[str, object]:
    described: dict[str, object] = {**_SHAPES[setting.kind](setting), "description": setting.help}
    if setting.default is not None:
        described["default"] = setting.default
    return described


_SHAPES: Mapping[SettingKind, Callable[[Setting], dict[str, object]]] = {
    SettingKind.CHOICE: lambda s: {"type": "string", "enum": list(s.choices)},
    SettingKind.PORT: lambda _: {"type": "integer", "minimum": 1, "maximum": HIGHEST_PORT},
    SettingKind.ADDRESS: lambda _: {
        "type": "string",
        "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}],
    },
    SettingKind.EMAIL: lambda s: {
        "type": "string",
        "pattern": "^([^@\\s]+@[^@\\s]+)?$" if s.optional else "^[^@\\s]+@[^@\\s]+$",
    },
    SettingKind.BOOLEAN: lambda _: {"type": "boolean"},
    SettingKind.URL: lambda s: {
        "type": "string",
        "pattern": "^(https?://.*)?$" if s.optional else "^https?://",
    },
    SettingKind.TEXT: lambda s: {
        "type": "string",
        "minLength": 0 if s.optional else 1,
        "maxLength": LONGEST_TEXT,
        "pattern": "^[^'\\\\]*$",
    },
    SettingKind.NUMBER: lambda s: {
        "type": "integer",
        "minimum": s.lowest,
        "maximum": s.highest,
    },
    SettingKind.SIZE: lambda s: {
        "type": "string",
        "pattern": "^([1-9][0-9]{0,11}[kmg]?b?)?$" if s.optional else "^[1-9][0-9]{0,11}[kmg]?b?$",
    },
    SettingKind.CPUS: lambda _: {"type": ["number", "string"], "pattern": "^([0-9.]+)?$"},
    SettingKind.KEY: lambda _: {"type": "string", "enum": [NONE, STORED, SKIPPED]},
}
