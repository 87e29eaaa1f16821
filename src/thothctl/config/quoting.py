"""Quoting for YAML files that other programs read."""

import json


def yaml_quoted(text: str) -> str:
    """A string that YAML reads back unchanged, whatever it holds: JSON is YAML."""
    return json.dumps(text)
