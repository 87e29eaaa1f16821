"""Looks whether secrets are there, closed to others, hard to guess and not too old."""

from collections.abc import Container, Iterable, Iterator
from datetime import datetime, timedelta

from thothctl.config.strength import MACHINE_BITS, PERSON_BITS, weakness
from thothctl.errors import InvalidInputError
from thothctl.model.backup_access import is_access
from thothctl.model.backup_key import is_backup_key
from thothctl.model.finding import Finding, Verdict
from thothctl.model.provider import secrets_in_use
from thothctl.model.secret import SecretFile, SecretFolderFacts
from thothctl.model.secret_spec import SecretSpec
from thothctl.model.stack import Stack
from thothctl.operations.running import Active
from thothctl.world import World

FOLDER_MODE, FILE_MODE = 0o700, 0o444
OLD = timedelta(days=365)


def least_bits(spec: SecretSpec) -> int:
    """What is asked of a value: people type some of them."""
    return PERSON_BITS if spec.readable else MACHINE_BITS


def check_secrets(world: World, current: Active) -> tuple[Finding, ...]:
    """A finding for the folder and for each secret of the stack; changes nothing."""
    name = current.install.name
    stack = world.bundles.stack(current.install.stack)
    facts = world.installs.secret_facts(name)
    files = {file.name: file for file in facts.files}
    in_use = set(secrets_in_use(stack.complete(current.release.settings)).values())
    asked = {s.name for s in stack.secrets_for(current.release.settings) if not s.provider}
    wanted = [s for s in stack.secrets if s.name in files or s.name in asked | in_use]
    return (
        _folder(facts),
        *(_secret(world, name, spec, files.get(spec.name)) for spec in wanted),
        *_strays(stack, facts),
    )


def _folder(facts: SecretFolderFacts) -> Finding:
    if facts.mode == FOLDER_MODE:
        return Finding("secrets-folder", Verdict.PASS, "only its owner enters the folder")
    return Finding(
        "secrets-folder",
        Verdict.FAIL,
        f"the folder of the secrets has mode {facts.mode:04o}",
        "others may read it: chmod 0700 on the folder, then `thothctl secrets rotate --all`",
    )


def _secret(world: World, name: str, spec: SecretSpec, file: SecretFile | None) -> Finding:
    probe = f"secret-{spec.name}"
    for summary, hint in _faults(world, name, spec, file):
        return Finding(probe, Verdict.FAIL, f"{spec.name}: {summary}", hint)
    if file is not None and (age := world.clock.now() - file.written) > OLD:
        summary = f"{spec.name}: {age.days} days old"
        return Finding(probe, Verdict.WARN, summary, f"run `thothctl {_renewal(spec)}`")
    written = f" since {_day(file.written)}" if file else ""
    return Finding(probe, Verdict.PASS, f"{spec.name}: good{written}")


def _faults(
    world: World, name: str, spec: SecretSpec, file: SecretFile | None
) -> Iterator[tuple[str, str]]:
    renew = f"run `thothctl {_renewal(spec)}`"
    if file is None:
        missing = "run `thothctl setup`, which makes it" if spec.is_generated else renew
        yield "its file is missing", missing
        return
    if file.bytes == 0:
        yield "its file is empty", renew
        return
    if file.mode != FILE_MODE:
        yield f"its file has mode {file.mode:04o}", "chmod 0444 on it; the folder is private"
    value = world.installs.secret(name, spec.name).reveal()
    if spec.is_generated and (why := weakness(value, least_bits(spec))):
        yield why, renew


def _renewal(spec: SecretSpec) -> str:
    if spec.asked_by:
        return f"secrets set {spec.name}"
    return f"keys set {spec.provider}" if spec.provider else f"secrets rotate {spec.name}"


def refuse_missing(
    world: World, name: str, wanted: Iterable[SecretSpec], new: Container[str]
) -> None:
    """Raise InvalidInputError for a secret that only the user can give, and has not given."""
    for spec in wanted:
        there = spec.name in new or world.installs.has_secret(name, spec.name)
        if spec.asked_by and not there:
            raise InvalidInputError(
                f"{spec.asked_by} needs the secret {spec.name}, which nobody has given",
                hint=f"run `thothctl secrets set {spec.name}` on the installed stack, then again",
            )


def _strays(stack: Stack, facts: SecretFolderFacts) -> Iterator[Finding]:
    known = {secret.name for secret in stack.secrets}
    strays = [
        file.name
        for file in facts.files
        if not (file.name in known or is_backup_key(file.name) or is_access(file.name))
    ] + list(facts.others)
    if strays:
        summary = f"nobody knows what {', '.join(strays)} is for"
        hint = "take it out of the folder of the secrets, or remove it"
        yield Finding("secrets-strays", Verdict.WARN, summary, hint)


def _day(when: datetime) -> str:
    return f"{when:%Y-%m-%d}"
