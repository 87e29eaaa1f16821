"""Reads the value of a secret from where the user has it; never from the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from thothctl.cli.session import Session
from thothctl.errors import AnswerMissingError, UsageError
from thothctl.model.secret import Secret
from thothctl.model.secret_spec import SecretSpec
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Stack
from thothctl.operations.database_steps import used_once
from thothctl.operations.rotate import changed, refuse_weak, spec_of


@dataclass(frozen=True, slots=True)
class Origin:
    """What the command line says of where the value is."""

    file: Path | None = None
    variable: str | None = None
    stdin: bool = False


def given_value(session: Session, spec: SecretSpec, origin: Origin) -> Secret:
    """The value, strong enough for what it is; raises InvalidInputError."""
    if sum((origin.file is not None, origin.variable is not None, origin.stdin)) > 1:
        raise UsageError("the value is given twice", hint="choose one source")
    value = _read(session, spec, origin)
    refuse_weak(spec, value)
    return value


def given_in_files(
    session: Session, stack: Stack, settings: Mapping[str, SettingValue], words: Sequence[str]
) -> dict[str, Secret]:
    """The secrets that `NAME=FILE` words bring and that are not stored like this already."""
    from thothctl.adapters.key_sources import key_in_file  # noqa: PLC0415 - reads files

    found: dict[str, Secret] = {}
    for word in words:
        name, _, path = word.partition("=")
        if not path:
            raise UsageError(f"--secret-file {word} names no file", hint="write NAME=FILE")
        spec = spec_of(stack, name)
        if spec.provider:
            raise UsageError(
                f"{name} is the key of a provider",
                hint="give --llm-key-file or --embedding-key-file",
            )
        found[name] = key_in_file(Path(path))
        if name not in used_once(stack, settings, found):
            refuse_weak(spec, found[name])
    return changed(session.world, session.install, found)


def _read(session: Session, spec: SecretSpec, origin: Origin) -> Secret:
    from thothctl.adapters.key_sources import key_in_file, key_on_stdin  # noqa: PLC0415
    from thothctl.config.keys import clean_key  # noqa: PLC0415 - with them

    if origin.file is not None:
        return key_in_file(origin.file)
    if origin.stdin:
        return key_on_stdin()
    if origin.variable is not None:
        if text := session.environment.get(origin.variable):
            return clean_key(text, origin.variable)
        raise AnswerMissingError(
            f"the variable {origin.variable} is not set", hint="export it, or use --from-file"
        )
    if not session.interactive:
        raise AnswerMissingError(
            f"no value for {spec.name}", hint="give --from-file, --from-env or --stdin"
        )
    return clean_key(typed(f"The value of {spec.name}", spec.name), "what was typed")


def typed(heading: str, label: str) -> str:
    """A line typed unseen."""
    from thothctl.adapters.prompt_frame import View  # noqa: PLC0415 - only when asked
    from thothctl.adapters.prompts import type_in  # noqa: PLC0415 - likewise

    view = View(heading, label=label, help="Hidden while you type.", first=True, width=28)
    return str(type_in(view, "", lambda text: "" if text else "a value is needed", hidden=True))
