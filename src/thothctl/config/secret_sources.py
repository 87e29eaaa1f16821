"""Reads `secret-sources.yaml`: which backend keeps which secret; it holds no value itself."""

from collections.abc import Mapping

from thothctl.config.settings import refuse_unknown
from thothctl.errors import InvalidInputError
from thothctl.model.secret import Backend, SecretSource
from thothctl.model.secret_spec import SecretSpec
from thothctl.model.stack import Stack

FILE = "secret-sources.yaml"
OPTIONS: Mapping[Backend, tuple[str, ...]] = {
    Backend.FILE: (),
    Backend.ENV: ("variable", "prefix"),
    Backend.COMMAND: ("argv", "seconds"),
    Backend.VAULT: ("address", "mount", "path", "field", "namespace", "ca", "token_file"),
    Backend.AGE: ("file", "identity", "passphrase_file", "field"),
}
NEEDED: Mapping[Backend, tuple[str, ...]] = {
    Backend.COMMAND: ("argv",),
    Backend.VAULT: ("address", "path"),
    Backend.AGE: ("file",),
}
SECONDS, LONGEST_SECONDS = 30, 300


def read_sources(stack: Stack, values: Mapping[str, object]) -> tuple[SecretSource, ...]:
    """A source for each secret that is not kept as a file only; raises InvalidInputError."""
    refuse_unknown(FILE, values, ("backend", "secrets", *(b.value for b in Backend)))
    usual = _backend(values.get("backend", Backend.FILE.value), "backend")
    own = _mapping(values.get("secrets"), "secrets")
    refuse_unknown(f"{FILE}: secrets", own, [secret.name for secret in stack.secrets])
    found = (_source(spec, usual, own.get(spec.name), values) for spec in stack.secrets)
    return tuple(source for source in found if source.backend is not Backend.FILE)


def _source(
    spec: SecretSpec, usual: Backend, told: object, values: Mapping[str, object]
) -> SecretSource:
    """What is told of the secret, over what is told of its backend."""
    mine = _mapping(told, f"secrets.{spec.name}")
    fallback = Backend.FILE if spec.provider else usual
    backend = _backend(mine.get("backend", fallback.value), f"secrets.{spec.name}.backend")
    shared = _mapping(values.get(backend.value), backend.value)
    options = {**shared, **{key: value for key, value in mine.items() if key != "backend"}}
    refuse_unknown(f"{FILE}: {spec.name} from {backend}", options, OPTIONS[backend])
    for needed in NEEDED.get(backend, ()):
        if not options.get(needed):
            raise _wrong(f"{spec.name} comes from {backend}, and {backend}.{needed} is not given")
    argv = _argv(options.pop("argv", []), spec.name)
    seconds = _seconds(options.pop("seconds", SECONDS))
    texts = {key: str(value) for key, value in options.items()}
    return SecretSource(spec.name, backend, texts, argv, seconds)


def _backend(word: object, place: str) -> Backend:
    try:
        return Backend(str(word))
    except ValueError:
        known = ", ".join(backend.value for backend in Backend)
        raise _wrong(f"{place}: must be one of {known}") from None


def _mapping(value: object, place: str) -> Mapping[str, object]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _wrong(f"{place}: must hold key: value lines")
    return {str(key): item for key, item in value.items()}


def _argv(value: object, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise _wrong("command.argv: must be a list of words; no shell reads it")
    return tuple(word.replace("{name}", name) for word in value)


def _seconds(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LONGEST_SECONDS:
        raise _wrong(f"command.seconds: must be a whole number from 1 to {LONGEST_SECONDS}")
    return value


def _wrong(what: str) -> InvalidInputError:
    return InvalidInputError(f"{FILE}: {what}", hint=f"mend {FILE}; see docs/how-to/secrets.md")
