"""Quoting for the `.env` files that Compose reads."""

from thothctl.errors import InvalidInputError


def env_quote(key: str, value: str) -> str:
    """A value as Compose reads it back unchanged; single quotes switch interpolation off.

    Raises InvalidInputError for what no quoting carries: line breaks, NUL, and a single
    quote or a trailing backslash, which end or escape the quoting.
    """
    if any(c in value for c in "\r\n\0'") or value.endswith("\\"):
        raise InvalidInputError(
            f"{key} holds a character that no .env file can carry",
            hint="remove single quotes, line breaks and a backslash at the end",
        )
    plain = value and all(c.isalnum() or c in "@%+=:,./_-" for c in value)
    return value if plain and value.isascii() else f"'{value}'"


def env_values(text: str) -> dict[str, str]:
    """The values of lines that `env_quote` made."""
    lines = (line for line in text.split("\n") if line and not line.startswith("#"))
    pairs = (line.partition("=") for line in lines)
    return {name: value.strip("'") for name, _, value in pairs}
