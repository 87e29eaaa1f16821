"""What each service of some Compose files amounts to, so that two releases can be compared."""

import re
from collections.abc import Mapping

import yaml

from thothctl.config.env_file import env_values

VARIABLE = re.compile(r"\$(?:\{(?P<braced>\w+)(?::?[-?+][^}]*)?\}|(?P<bare>[A-Za-z_]\w*)|\$)")
DESCRIBED_APART = {"networks", "volumes", "configs"}


class _Tagged(yaml.SafeLoader):
    """Takes tags of Compose's own, such as `!reset`, for part of the value."""


def _tagged(loader: _Tagged, suffix: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return {suffix: loader.construct_mapping(node, deep=True)}
    if isinstance(node, yaml.SequenceNode):
        return [suffix, *loader.construct_sequence(node, deep=True)]
    return [suffix, str(node.value)]


_Tagged.add_multi_constructor("!", _tagged)


def sections(files: Mapping[str, str]) -> dict[str, str]:
    """Each service with everything that decides whether Compose makes its container anew.

    Variables are filled in from `.env`; networks and volumes it uses, and configuration files
    below its release that it mounts, count with their content.
    """
    variables = env_values(files.get(".env", ""))
    found: dict[str, list[object]] = {}
    for name in sorted(files):
        if not name.startswith("compose.") or not name.endswith(".yaml"):
            continue
        document = _mapping(yaml.load(_filled(files[name], variables), _Tagged))  # noqa: S506 - a safe loader
        shared = [document.get(part) for part in sorted(DESCRIBED_APART)]
        for service, section in _mapping(document.get("services")).items():
            mounted = [text for place, text in files.items() if place in str(section)]
            found.setdefault(service, []).append([section, shared, mounted])
    return {name: yaml.safe_dump(parts, sort_keys=True) for name, parts in found.items()}


def _filled(text: str, variables: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match["braced"] or match["bare"]
        return variables.get(name, "") if name else "$"

    return VARIABLE.sub(value, text)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
