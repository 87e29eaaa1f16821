"""What each service of some Compose files amounts to, so that two releases can be compared."""

import re
from collections.abc import Mapping

import yaml

from thothctl.config.env_file import env_values

VARIABLE = re.compile(r"\$(?:\{(?P<braced>\w+)(?::?[-?+][^}]*)?\}|(?P<bare>[A-Za-z_]\w*)|\$)")
DESCRIBED_APART = ("networks", "volumes")
WITHOUT_CONTAINER = {"scale"}
"""What Compose changes without making containers anew."""


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

    Variables are filled in from `.env`; networks and volumes count where it uses them.
    """
    variables = env_values(files.get(".env", ""))
    found: dict[str, list[object]] = {}
    for name in sorted(files):
        if not name.startswith("compose.") or not name.endswith(".yaml"):
            continue
        document = _mapping(yaml.load(_filled(files[name], variables), _Tagged))  # noqa: S506 - a safe loader
        for service, section in _mapping(document.get("services")).items():
            own = {k: v for k, v in _mapping(section).items() if k not in WITHOUT_CONTAINER}
            shared = [_used(section, part, document) for part in DESCRIBED_APART]
            found.setdefault(service, []).append([own, shared])
    return {name: yaml.safe_dump(parts, sort_keys=True) for name, parts in found.items()}


def _used(section: object, part: str, document: Mapping[str, object]) -> object:
    """The networks or volumes that a service names, as they are described apart."""
    given = _mapping(section).get(part)
    named = list(given) if isinstance(given, list | dict) else []
    words = {str(one).partition(":")[0] for one in named if isinstance(one, str)}
    words |= {str(one.get("source")) for one in named if isinstance(one, Mapping)}
    return {name: how for name, how in _mapping(document.get(part)).items() if name in words}


def _filled(text: str, variables: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match["braced"] or match["bare"]
        return variables.get(name, "") if name else "$"

    return VARIABLE.sub(value, text)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
