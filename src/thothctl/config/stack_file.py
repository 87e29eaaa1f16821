"""Turns the plain data of a stack file into a Stack, with the path in every error."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from thothctl.config.settings import parse, refuse_unknown
from thothctl.errors import InvalidInputError
from thothctl.model.secret_spec import SecretSpec
from thothctl.model.setting import Setting, SettingKind
from thothctl.model.stack import (
    Database,
    Endpoint,
    Image,
    Minimum,
    Mode,
    SaveKind,
    Service,
    Stack,
    Store,
)

T = TypeVar("T")
KEYS = (
    "name", "title", "modes", "settings", "service_settings", "secrets", "images",
    "services", "stores", "databases", "endpoints",
)  # fmt: skip


class Node:
    """A mapping of a stack file that knows its own path."""

    def __init__(self, data: object, path: str) -> None:
        if not isinstance(data, Mapping):
            raise _wrong(path, f"must be a mapping, not {type(data).__name__}")
        self.data, self.path = data, path

    def text(self, key: str) -> str:
        return self._typed(key, str)

    def number(self, key: str) -> int:
        return self._typed(key, int)

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._typed(key, list)
        return tuple(str(value) for value in values)

    def text_or(self, key: str, default: str) -> str:
        return self.text(key) if key in self.data else default

    def number_or(self, key: str, default: int) -> int:
        return self.number(key) if key in self.data else default

    def texts_or_none(self, key: str) -> tuple[str, ...]:
        return self.texts(key) if key in self.data else ()

    def node(self, key: str) -> "Node":
        return Node(self._typed(key, dict), f"{self.path}.{key}")

    def each(self, key: str, read: Callable[[str, "Node"], T]) -> tuple[T, ...]:
        section = self.node(key)
        return tuple(
            read(str(name), Node(value, f"{section.path}.{name}"))
            for name, value in section.data.items()
        )

    def _typed(self, key: str, kind: type[T]) -> T:
        if key not in self.data:
            raise _wrong(self.path, f"{key} is missing")
        value = self.data[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise _wrong(f"{self.path}.{key}", f"must be {kind.__name__}, not {value!r}")
        return value


def _wrong(path: str, what: str) -> InvalidInputError:
    return InvalidInputError(f"{path}: {what}", hint="mend the stack file; see docs/reference")


def read_stack(data: object, source: str) -> Stack:
    """Build the Stack; raises InvalidInputError naming the path of what is wrong."""
    root = Node(data, source)
    refuse_unknown(source, root.data, KEYS)
    try:
        return Stack(
            name=root.text("name"),
            title=root.text("title"),
            modes=root.each("modes", _mode),
            settings=(*root.each("settings", read_setting), *_service_settings(root)),
            secrets=root.each("secrets", _secret),
            images=root.each("images", _image),
            services=root.each("services", _service),
            stores=root.each("stores", _store),
            endpoints=root.each("endpoints", _endpoint),
            databases=root.each("databases", _database) if "databases" in root.data else (),
        )
    except ValueError as error:
        raise _wrong(source, str(error)) from error


def _mode(name: str, node: Node) -> Mode:
    least = node.node("minimum")
    minimum = Minimum(least.number("cpus"), least.number("memory_mb"), least.number("disk_mb"))
    others = node.node("images") if "images" in node.data else None
    images = {old: others.text(old) for old in others.data} if others else {}
    return Mode(name, node.texts("services"), minimum, images)


def read_setting(key: str, node: Node) -> Setting:
    """One setting; its default is read as a user's value would be."""
    bare = Setting(
        key=key,
        kind=SettingKind(node.text("kind")),
        question=node.text("question"),
        help=node.text("help"),
        default=None,
        choices=node.texts_or_none("choices"),
        group=node.text_or("group", ""),
        belongs_to=node.text_or("belongs_to", ""),
        when=node.texts_or_none("when"),
        unless=node.texts_or_none("unless"),
        lowest=node.number_or("lowest", 0),
        highest=node.number_or("highest", 2**31 - 1),
        advanced=bool(node.data.get("advanced")),
        was=node.texts_or_none("was"),
    )
    default = node.data.get("default")
    if default in {None, ""}:
        return replace(bare, default=default)
    return replace(bare, default=parse(bare, default, node.path))


def _service_settings(root: Node) -> tuple[Setting, ...]:
    """What is declared once and chosen for each service: services.SERVICE.KEY."""
    if "service_settings" not in root.data:
        return ()
    services = [name for name, one in root.node("services").data.items() if not one.get("once")]
    every = root.each("service_settings", lambda key, node: _expanded(key, node, services))
    by_service = zip(*every, strict=True)
    return tuple(setting for settings in by_service for setting in settings if setting)


def _expanded(key: str, node: Node, services: Sequence[str]) -> list[Setting | None]:
    """The setting for each service, or nothing where it is not `only` for that one."""
    only = node.texts("only") if "only" in node.data else services
    own = node.node("defaults").data if "defaults" in node.data else {}
    found: list[Setting | None] = []
    for name in services:
        data = {
            **node.data,
            "default": own.get(name, node.data.get("default")),
            "question": f"{node.text('question')} of {name}",
            "group": f"Service {name}",
            "advanced": True,
        }
        setting = read_setting(f"services.{name}.{key}", Node(data, f"{node.path} of {name}"))
        found.append(setting if name in only else None)
    return found


def _image(name: str, node: Node) -> Image:
    upstream = node.text_or("upstream", "")
    folder = "" if upstream else node.text("folder")
    return Image(
        name,
        folder,
        upstream,
        optional=bool(node.data.get("optional")),
        target=node.text_or("target", ""),
        mounted=node.texts_or_none("mounted"),
    )


def _secret(name: str, node: Node) -> SecretSpec:
    provider, asked_by = node.text_or("provider", ""), node.text_or("asked_by", "")
    return SecretSpec(
        name,
        0 if provider or asked_by else node.number("length"),
        readable=bool(node.data.get("readable")),
        provider=provider,
        services=node.texts("services"),
        postgres_role=node.text_or("postgres_role", ""),
        sign_in=node.text_or("sign_in", ""),
        old_as=node.text_or("old_as", ""),
        opens=node.text_or("opens", ""),
        asked_by=asked_by,
    )


def _service(name: str, node: Node) -> Service:
    when = node.node("when") if "when" in node.data else None
    files = node.node("files") if "files" in node.data else None
    return Service(
        name,
        node.text("image"),
        when={key: when.texts(key) for key in when.data} if when else {},
        files={place: files.text(place) for place in files.data} if files else {},
        once=bool(node.data.get("once")),
        follows=node.texts_or_none("follows"),
        writes=bool(node.data.get("writes")),
        behind=node.text_or("behind", ""),
    )


def _store(name: str, node: Node) -> Store:
    kind = SaveKind(node.text("saved_as"))
    patterns, modes = node.texts_or_none("written_once"), node.texts_or_none("migrated")
    return Store(name, node.text("service"), node.text("path"), kind, patterns, modes)


def _database(name: str, node: Node) -> Database:
    return Database(name, node.text("store"), node.text("database"))


def _endpoint(name: str, node: Node) -> Endpoint:
    return Endpoint(name, node.text("service"), node.text("path"))
