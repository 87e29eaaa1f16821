"""Flat YAML: settings, answers and stack files, read strictly and written plainly."""

from collections.abc import Mapping
from typing import Any

import yaml

from thothctl.errors import InvalidInputError


def written_mapping(values: Mapping[str, object]) -> str:
    """The YAML that `read_mapping` reads back."""
    return yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True)


_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The compiled parser where PyYAML has it: ten times as fast, and every command reads a stack."""


class _Strict(_Safe):  # type: ignore[misc]  # one of two classes that answer alike
    """Plain values only; a key that is there twice is a mistake, not a matter of order."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - as its base
        seen = set()
        for key_node, _ in node.value:
            key = key_node.value
            if isinstance(key, str) and key in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"{key} is there twice", problem_mark=key_node.start_mark
                )
            seen.add(str(key))
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


def read_mapping(text: str, source: str) -> dict[str, object]:
    """A YAML mapping; raises InvalidInputError with the line for anything else."""
    try:
        values = yaml.load(text, _Strict) if text.strip() else {}  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        twice = isinstance(error, yaml.constructor.ConstructorError) and error.problem
        raise InvalidInputError(
            f"{source}{place}: {twice or 'not valid YAML'}",
            hint="mend that line; values with : need quotes",
        ) from error
    if not isinstance(values, dict):
        raise InvalidInputError(
            f"{source}: must be a list of key: value lines", hint="for example `port: 8080`"
        )
    return {str(key): value for key, value in values.items()}
