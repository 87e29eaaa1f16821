"""The words that schemas of the API are written in: short names for JSON Schema (2020-12)."""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
SHARE: Schema = {"type": "number"}
YES_NO: Schema = {"type": "boolean"}
TEXTS: Schema = {"type": "array", "items": TEXT}
MOMENT: Schema = {"type": "string", "format": "date-time"}


def ref(name: str) -> Schema:
    """Refer to a schema by name."""
    return {"$ref": f"#/components/schemas/{name}"}


def record(**fields: Schema) -> Schema:
    """Return an object that has exactly these fields."""
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def body(required: tuple[str, ...], **fields: Schema) -> Schema:
    """Return an object to send: some fields may be left out, others are not known."""
    return record(**fields) | {"required": list(required)}


def partly(schema: Schema, *optional: str) -> Schema:
    """Return an object of which some fields may be missing."""
    return schema | {"required": [name for name in schema["required"] if name not in optional]}


def either(*schemas: Schema) -> Schema:
    """Return what fits one of them."""
    return {"anyOf": list(schemas)}


def listed(schema: Schema) -> Schema:
    """Return a list of such values."""
    return {"type": "array", "items": schema}


def or_null(schema: Schema) -> Schema:
    """Return what may also be missing as null."""
    return either(schema, {"type": "null"})


def word(*choices: str) -> Schema:
    """Return one of a few words."""
    return {"type": "string", "enum": list(choices)}


def by_name(schema: Schema) -> Schema:
    """Return an object with any names, each with such a value."""
    return {"type": "object", "additionalProperties": schema}
