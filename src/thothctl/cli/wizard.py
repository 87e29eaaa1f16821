"""Gathers answers: flags, variables, files, what is installed, memory, and the user."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from thothctl.cli.given_keys import GivenKeys, KeySources
from thothctl.cli.session import Session
from thothctl.config.dotted import flat
from thothctl.config.keys import TakenOver, take_over
from thothctl.config.settings import Layer, from_environment, refuse_missing, resolve
from thothctl.errors import AnswerMissingError, InvalidInputError, UsageError
from thothctl.model.provider import (
    SKIPPED,
    USES,
    KeyClass,
    KeyRequest,
    KeyVerdict,
    provider_of,
)
from thothctl.model.provider_address import as_rendered
from thothctl.model.secret import Secret
from thothctl.model.setting import SettingKind, SettingValue
from thothctl.model.stack import Stack
from thothctl.operations.keys import Keyed, with_keys
from thothctl.probes import keys as probe

KEY_FILES = {f"{use}_key_file": use for use in USES}
"""Keys of an answers file that are no settings: they name the file a key is read from."""


@dataclass(frozen=True, slots=True)
class WizardInput:
    """The questions, and what the command line says."""

    stack: Stack
    flags: Mapping[str, object]
    answers: Path | None = None
    env_file: Path | None = None
    key_files: Mapping[str, Path] = field(default_factory=dict)
    key_stdin: bool = False
    keyring: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """Every answer, the keys that are new, and what the user should hear."""

    settings: Mapping[str, SettingValue]
    new: Mapping[str, Secret] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def gather(session: Session, given: WizardInput) -> Chosen:
    """A value for every setting; asks only on a terminal and remembers what was said."""
    answers = _read(given.answers) if given.answers else {}
    taken = _taken(given)
    files = {use: Path(str(answers[key])) for key, use in KEY_FILES.items() if answers.get(key)}
    keys = GivenKeys(
        session, KeySources({**files, **given.key_files}, given.key_stdin, taken, given.keyring)
    )
    own = {key: value for key, value in answers.items() if key not in KEY_FILES}
    resolved = resolve(given.stack, _layers(session, given, own, taken))
    if session.interactive and resolved.open and not given.flags.get("demo"):
        from thothctl.cli.interview import interview  # noqa: PLC0415 - only when somebody is asked

        chosen = interview(session, given.stack, resolved, keys)
        return replace(chosen, notes=(*_told(given.env_file, taken), *chosen.notes))
    refuse_missing(resolved)
    return _unasked(session, resolved.values, keys, _told(given.env_file, taken))


def assigned(words: Sequence[str]) -> dict[str, object]:
    """What KEY=VALUE words say; raises UsageError for one that is none, and for one said twice."""
    chosen: dict[str, object] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise UsageError(f"{word!r} is no KEY=VALUE", hint="for example: port=8090")
        if key in chosen:
            raise UsageError(f"{key} is given twice", hint="give it once")
        chosen[key] = value
    return chosen


def _layers(
    session: Session, given: WizardInput, answers: Mapping[str, object], taken: TakenOver
) -> list[Layer]:
    installs, name = session.world.installs, session.install
    flags = {key: value for key, value in given.flags.items() if value is not None}
    return [
        Layer("the command line", flags),
        from_environment(given.stack, session.environment),
        Layer(str(given.answers), answers),
        Layer(str(given.env_file), taken.settings),
        Layer("the installed settings", installs.settings(name) or {}, given=False),
        Layer("the remembered answers", installs.remembered(name), given=False),
    ]


def _read(path: Path) -> Mapping[str, object]:
    from thothctl.adapters.yaml_text import read_mapping  # noqa: PLC0415 - loads YAML

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"cannot read the answers file {path}: {error}", hint="give --answers a YAML file"
        ) from error
    values = flat(read_mapping(text, str(path)), str(path))
    for key in KEY_FILES:
        if not isinstance(values.get(key, ""), str):
            raise InvalidInputError(f"{path}: {key}: must be the name of a file", hint="mend it")
    return values


def _taken(given: WizardInput) -> TakenOver:
    if given.env_file is None:
        return TakenOver()
    from thothctl.adapters.key_sources import env_file  # noqa: PLC0415 - only when there is one

    return take_over(given.stack, env_file(given.env_file), str(given.env_file))


def _told(path: Path | None, taken: TakenOver) -> tuple[str, ...]:
    if path is None:
        return ()
    lines = [f"{path}: took {', '.join(taken.took) or 'nothing'}"]
    if taken.ignored:
        lines.append(f"{path}: ignored {', '.join(taken.ignored)}")
    return tuple(lines)


def _unasked(
    session: Session, settings: Mapping[str, SettingValue], keys: GivenKeys, told: tuple[str, ...]
) -> Chosen:
    refuse_incomplete(settings)
    given = keys.for_settings(settings)
    keyed = with_keys(session.world, session.install, settings, given)
    refuse_without_key(keyed)
    warnings = refuse_invalid(session, requests_of(keyed.settings, keyed.new))
    notes = (*told, *keys.notes.values(), *_moved(keyed.settings))
    return Chosen(keyed.settings, keyed.new, notes, warnings)


def _moved(settings: Mapping[str, SettingValue]) -> tuple[str, ...]:
    """A base URL on this machine is another address for the container: say so."""
    seen = as_rendered(settings)
    return tuple(
        f"{settings[key] or 'the provider on this machine'} is {seen[key]} for the container"
        for use in USES
        if seen[key := f"{use}_base_url"] != settings.get(key, "")
    )


def refuse_incomplete(settings: Mapping[str, SettingValue], flag: str = "") -> None:
    """Raise AnswerMissingError for a provider that has no address of its own and was given none."""
    for use in USES:
        provider = provider_of(settings, use)
        if provider and not provider.base_url and not settings[f"{use}_base_url"]:
            raise AnswerMissingError(
                f"{provider.title} has no base URL",
                hint=f"give {flag}"
                if flag
                else f"give --{use}-base-url or set THOTHCTL_{use.upper()}_BASE_URL",
            )


def refuse_without_key(keyed: Keyed) -> None:
    """Raise AnswerMissingError for a key that is needed, not there and not skipped."""
    for use in keyed.missing:
        provider = provider_of(keyed.settings, use)
        own = f", {provider.variables[0]}" if provider and provider.variables else ""
        raise AnswerMissingError(
            f"no key for {provider.title if provider else use}",
            hint=f"give --{use}-key-file, set THOTHCTL_{use.upper()}_API_KEY{own}, "
            f"or go without for now with --skip-{use}-key",
        )


def refuse_invalid(session: Session, requests: Sequence[KeyRequest]) -> tuple[str, ...]:
    """Check keys live; raises InvalidInputError for one that is refused.

    What only warns is said in the returned sentences.
    """
    verdicts = probe.check(session.world, requests)
    return tuple(_judged(r, v) for r, v in zip(requests, verdicts, strict=True) if not v.usable)


def _judged(request: KeyRequest, verdict: KeyVerdict) -> str:
    advice = probe.advice(request.provider.name, verdict.kind)
    if verdict.kind is KeyClass.INVALID:
        raise InvalidInputError(
            f"{request.provider.title}: {verdict.detail}; nothing was changed", hint=advice
        )
    return f"{request.provider.title}: {verdict.detail}; {advice}"


def requests_of(
    settings: Mapping[str, SettingValue], new: Mapping[str, Secret]
) -> list[KeyRequest]:
    """A request for every use whose key is new."""
    return [
        KeyRequest(
            provider,
            new[provider.secret],
            str(settings[f"{use}_base_url"]),
            str(settings[f"{use}_model"]),
        )
        for use in USES
        if (provider := provider_of(settings, use)) and provider.secret in new
    ]


def answers_of(stack: Stack, settings: Mapping[str, SettingValue]) -> dict[str, SettingValue]:
    """What an answers file says of these settings; a stored key is not among them."""
    return {
        setting.key: settings[setting.key]
        for setting in stack.settings
        if setting.key in settings
        if setting.kind is not SettingKind.KEY or settings[setting.key] == SKIPPED
    }
