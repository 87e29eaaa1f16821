"""`thothctl setup`: from a machine with Docker to a healthy stack."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from thothctl.cli.change import Change, End, carry
from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.secret_input import given_in_files
from thothctl.cli.session import Session
from thothctl.cli.setup_options import (
    STACK,
    Answers,
    Assignments,
    CaBundle,
    EmbeddingKeyFile,
    EnvFile,
    Images,
    Keyring,
    LlmKeyFile,
    LlmKeyStdin,
    Registry,
    SaveAnswers,
    SecretFiles,
    StackOption,
    VersionOption,
    asking,
)
from thothctl.cli.setup_version import begun_with
from thothctl.cli.setup_view import show_notes, show_result
from thothctl.cli.wizard import Chosen, WizardInput, answers_of, assigned, gather
from thothctl.errors import UsageError
from thothctl.model.finding import Finding
from thothctl.model.provider import SKIPPED, USES
from thothctl.model.setting import SettingValue
from thothctl.model.stack import Stack
from thothctl.operations import running
from thothctl.operations.consequences import SetupRequest
from thothctl.operations.database_steps import used_once
from thothctl.probes import exposure
from thothctl.world import ImagePolicy


@command
@asking
def setup(  # noqa: PLR0913, PLR0917 - typer reads the signature
    session: Session,
    stack: StackOption = STACK,
    llm_key_file: LlmKeyFile = None,
    llm_key_stdin: LlmKeyStdin = False,
    embedding_key_file: EmbeddingKeyFile = None,
    assignments: Assignments = None,
    answers: Answers = None,
    save_answers: SaveAnswers = None,
    secret_file: SecretFiles = None,
    env_file: EnvFile = None,
    keyring: Keyring = False,
    images: Images = ImagePolicy.AUTO,
    registry: Registry = "",
    version: VersionOption = None,
    ca_bundle: CaBundle = None,
    **given: object,
) -> Outcome:
    """Install a stack, or bring it to the chosen settings; a second run has nothing to do."""
    if ca_bundle is not None:
        session.use_ca_bundle(ca_bundle)
    stack = _reference(session, stack)
    described = session.world.bundles.stack(stack)
    files = {"llm": llm_key_file, "embedding": embedding_key_file}
    key_files = {use: path for use, path in files.items() if path is not None}
    flags = _flags(given, assignments or ())
    chosen = gather(
        session,
        WizardInput(described, flags, answers, env_file, key_files, llm_key_stdin, keyring),
    )
    if save_answers is not None:
        save(session, described, chosen.settings, save_answers)
    own = given_in_files(session, described, chosen.settings, secret_file or ())
    request = SetupRequest(
        session.install,
        stack,
        chosen.settings,
        images,
        registry,
        session.options.timeout or 90,
        offered=(*chosen.new, *own),
        unwanted=used_once(described, chosen.settings, own),
    )
    if version is not None:
        request = begun_with(session, described, request, version)
    return _set_up(session, Change(described, request, {**chosen.new, **own}), chosen)


def _reference(session: Session, stack: str) -> str:
    """A file by its whole path, for later commands read it again; else what is installed."""
    if stack.endswith((".yaml", ".yml")):
        return str(Path(stack).absolute())
    install = session.world.installs.find(session.install) if stack == STACK else None
    return install.stack if install else stack


def _flags(given: Mapping[str, object], assignments: Sequence[str]) -> dict[str, object]:
    """The options by setting; `--demo` alone answers every question."""
    flags = {key: value for key, value in given.items() if not key.startswith("skip_")}
    for key, value in assigned(assignments).items():
        if flags.get(key) is not None:
            raise UsageError(f"{key} is given twice", hint="give it once")
        flags[key] = value
    for use in USES:
        if given[f"skip_{use}_key"]:
            flags[f"{use}_key"] = SKIPPED
    if flags["demo"] and not flags["mode"]:
        flags["mode"] = "standalone"
    return flags


def _set_up(session: Session, change: Change, chosen: Chosen) -> Outcome:
    notes = (*chosen.notes, *exposure.announced(change.request.settings))
    show_notes(session.stderr, notes)
    result = carry(session, change)
    if result.end is End.DONE:
        outcome = _done(session, change.request, result.findings)
    elif result.end is End.NOTHING:
        outcome = _nothing_to_do(session, change.request)
    else:
        outcome = result.outcome
    data = {**outcome.data, "notes": notes} if notes else outcome.data
    warnings = (*chosen.warnings, *_refused(session, change.request))
    if result.end in {End.DONE, End.NOTHING}:
        current = running.active(session.world, change.request.name)
        warnings = (*warnings, *running.left_out(session.world, current))
    return replace(outcome, data=data, warnings=warnings)


def _refused(session: Session, request: SetupRequest) -> tuple[str, ...]:
    """Why another certificate than the one asked for is served."""
    refused = session.world.certificates.refused(request.name)
    if request.settings.get("tls") != "acme" or refused is None:
        return ()
    return (f"{refused.message}; the old certificate stays. {refused.hint}",)


def save(session: Session, stack: Stack, settings: Mapping[str, SettingValue], path: Path) -> None:
    """Write an answers file that `--answers` takes; it holds no secret."""
    from thothctl.adapters.yaml_text import written_mapping  # noqa: PLC0415 - loads YAML

    session.world.bundles.write(
        path.absolute().parent, {path.name: written_mapping(answers_of(stack, settings))}
    )


def _nothing_to_do(session: Session, request: SetupRequest) -> Outcome:
    current = running.active(session.world, request.name)
    data = {"changed": False, "url": current.url, "release": current.release.number}

    line = f"Nothing to do: {request.name} runs at {current.url}"
    return Outcome(data, lambda console: console.print(line))


def _done(session: Session, request: SetupRequest, findings: tuple[Finding, ...]) -> Outcome:
    current = running.active(session.world, request.name)
    settings: dict[str, SettingValue] = dict(current.release.settings)
    password = session.world.installs.secret_path(request.name, "admin_password")
    data = {
        "changed": True,
        "url": current.url,
        "release": current.release.number,
        "version": current.release.version,
        "admin_email": settings.get("admin_email", ""),
        "admin_password_file": str(password),
        "settings": settings,
        "reachable": exposure.doors([("web", port) for port in exposure.planned(settings)]),
    }
    once = current.release.number == 1 and session.stdout.is_terminal
    secret = session.world.installs.secret(request.name, "admin_password") if once else None
    return Outcome(data, lambda console: show_result(console, data, secret), checks=findings)
