"""Reads settings from what users give, layer over layer, with the key in every error."""

import difflib
import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from thothctl.errors import AnswerMissingError, InvalidInputError
from thothctl.model.provider import NONE, SKIPPED, STORED
from thothctl.model.setting import Setting, SettingKind, SettingValue, renamed
from thothctl.model.stack import Stack

EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
URL = re.compile(r"https?://[A-Za-z0-9._~:/%@+,;=!$&()*\[\]-]+")
CPUS = re.compile(r"(?=.*[1-9])[0-9]{1,4}(?:\.[0-9]{1,3})?")
SIZE = re.compile(r"[1-9][0-9]{0,11}[kmg]?b?")
TRUE = frozenset({"true", "yes", "y", "on", "1"})
FALSE = frozenset({"false", "no", "n", "off", "0"})
HIGHEST_PORT = 65535
LONGEST_TEXT, LONGEST_REPEATED = 200, 14


@dataclass(frozen=True, slots=True)
class Layer:
    """Values from one source; `given` layers answer a question, others only suggest."""

    source: str
    values: Mapping[str, object]
    given: bool = True


@dataclass(frozen=True, slots=True)
class Resolved:
    """A value for every setting that has one; `open` are the questions nobody answered yet.

    An advanced setting that stays at its default is left out: a later default reaches it.
    """

    values: Mapping[str, SettingValue]
    open: tuple[Setting, ...]


def resolve(stack: Stack, layers: Sequence[Layer]) -> Resolved:
    """The first layer that names a setting wins; raises InvalidInputError with the key."""
    layers = [replace(one, values=renamed(stack.settings, one.values)) for one in layers]
    for layer in layers:
        refuse_unknown(layer.source, layer.values, [s.key for s in stack.settings])
    values: dict[str, SettingValue] = {}
    unanswered: list[Setting] = []
    for setting in stack.settings:
        found = _first(layers, setting, values)
        if found is not None:
            values[setting.key] = parse(setting, found.values[setting.key], found.source)
        elif setting.default is not None:
            values[setting.key] = setting.default
        if setting.advanced and values.get(setting.key) == setting.default:
            values.pop(setting.key, None)
        elif not setting.advanced and (found is None or not found.given):
            unanswered.append(setting)
    return Resolved(values, tuple(unanswered))


def _first(
    layers: Sequence[Layer], setting: Setting, so_far: Mapping[str, SettingValue]
) -> Layer | None:
    """The first layer that names the setting, and names it for the choice it belongs to."""
    for layer in layers:
        chosen = layer.values.get(setting.belongs_to)
        suits = chosen is None or chosen == so_far.get(setting.belongs_to)
        if suits and layer.values.get(setting.key) is not None:
            return layer
    return None


def refuse_missing(resolved: Resolved) -> None:
    """Raise AnswerMissingError for a question without any value."""
    missing = [s for s in resolved.open if s.key not in resolved.values]
    if missing:
        first = missing[0]
        raise AnswerMissingError(
            f"no answer to: {first.question}",
            hint=f"give {first.flag} or set {first.variable}, or {first.key} in an answers file",
        )


def from_environment(stack: Stack, environment: Mapping[str, str]) -> Layer:
    """The THOTHCTL_* variables that answer a question of this stack."""
    found = {s.key: environment[s.variable] for s in stack.settings if environment.get(s.variable)}
    return Layer("the environment", found)


def refuse_unknown(source: str, values: Iterable[object], known: Sequence[str]) -> None:
    """Raise InvalidInputError for a key that does not exist, with the nearest that does."""
    for key in values:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1, cutoff=0.5)
            plain = ", ".join(name for name in known if "." not in name)
            hint = f"did you mean {near[0]}?" if near else f"known: {plain}"
            raise InvalidInputError(f"{source}: unknown setting {key}", hint=hint)


def parse(setting: Setting, given: object, source: str) -> SettingValue:
    """One value of the setting's kind; raises InvalidInputError."""
    try:
        return _READERS[setting.kind](setting, given)
    except ValueError as error:
        raise InvalidInputError(
            f"{source}: {setting.key}: {error}", hint=f"{setting.help} ({setting.flag})"
        ) from error


def _repeated(given: object) -> str:
    """What was given, unless it may be a key that went into the wrong place."""
    text = repr(given) if isinstance(given, str | int | float) else type(given).__name__
    return text if len(text) <= LONGEST_REPEATED else "what was given"


def _choice(setting: Setting, given: object) -> str:
    if given is False:  # YAML's own reading of the words
        given = next((word for word in ("off", "no") if word in setting.choices), given)
    if given not in setting.choices:
        raise ValueError(f"must be one of {', '.join(setting.choices)}, not {_repeated(given)}")
    return str(given)


def _port(_: Setting, given: object) -> int:
    text = str(given).strip()
    plain = text.isascii() and text.isdigit() and not isinstance(given, bool)
    if not plain or not 1 <= int(text) <= HIGHEST_PORT:
        raise ValueError(f"must be a whole number from 1 to {HIGHEST_PORT}, not {_repeated(given)}")
    return int(text)


def _number(setting: Setting, given: object) -> int:
    text = str(given).strip()
    plain = text.isascii() and text.isdigit() and not isinstance(given, bool)
    if not plain or not setting.lowest <= int(text[:LONGEST_REPEATED]) <= setting.highest:
        raise ValueError(
            f"must be a whole number from {setting.lowest} to {setting.highest}, "
            f"not {_repeated(given)}"
        )
    return int(text)


def _cpus(setting: Setting, given: object) -> str:
    text = str(given).strip()
    if not text and setting.optional:
        return ""
    if isinstance(given, bool) or not CPUS.fullmatch(text):
        raise ValueError(f"must be a number of processors such as 0.5 or 2, not {_repeated(given)}")
    return text


def _size(setting: Setting, given: object) -> str:
    text = str(given).strip().lower()
    if not text and setting.optional:
        return ""
    if not SIZE.fullmatch(text):
        raise ValueError(f"must be a size such as 512m or 2g, not {_repeated(given)}")
    return text


def _address(_: Setting, given: object) -> str:
    try:
        return str(ipaddress.ip_address(str(given).strip()))
    except ValueError:
        raise ValueError(f"must be an IP address, not {_repeated(given)}") from None


def _email(setting: Setting, given: object) -> str:
    text = str(given).strip()
    if not text and setting.optional:
        return ""
    if not EMAIL.fullmatch(text) or ".." in text:
        raise ValueError(f"must be an e-mail address, not {_repeated(given)}")
    return text


def _boolean(_: Setting, given: object) -> bool:
    text = str(given).strip().lower()
    if text not in TRUE | FALSE:
        raise ValueError(f"must be yes or no, not {_repeated(given)}")
    return text in TRUE


def _url(setting: Setting, given: object) -> str:
    """An http(s) address to build paths on; what was given is never repeated, it may hold a key."""
    text = _line(setting, given).rstrip("/")
    if not text and setting.optional:
        return ""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not URL.fullmatch(text):
        raise ValueError("must be an address like https://host/v1")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a user name or a password")
    if parts.port == 0:
        raise ValueError("must not name port 0")
    return text


def _line(setting: Setting, given: object) -> str:
    if not isinstance(given, str):
        raise ValueError(f"must be text, not {type(given).__name__}")  # noqa: TRY004 - see parse
    text = given.strip()
    if len(text) > LONGEST_TEXT or not text.isprintable() or "'" in text or "\\" in text:
        raise ValueError(
            f"must be one line of at most {LONGEST_TEXT} characters, without quotes and backslashes"
        )
    if not text and not setting.optional:
        raise ValueError("must not be empty")
    return text


def _key(_: Setting, given: object) -> str:
    if given not in (NONE, STORED, SKIPPED):
        raise ValueError("takes the word skipped; a key itself is read from a file or hidden")
    return str(given)


_READERS: Mapping[SettingKind, Callable[[Setting, object], SettingValue]] = {
    SettingKind.CHOICE: _choice,
    SettingKind.PORT: _port,
    SettingKind.ADDRESS: _address,
    SettingKind.EMAIL: _email,
    SettingKind.BOOLEAN: _boolean,
    SettingKind.URL: _url,
    SettingKind.TEXT: _line,
    SettingKind.NUMBER: _number,
    SettingKind.SIZE: _size,
    SettingKind.CPUS: _cpus,
    SettingKind.KEY: _key,
}
