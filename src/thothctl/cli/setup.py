"""`thothctl setup`: from a machine with Docker to a healthy stack."""

from pathlib import Path
from typing import Annotated

import typer

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.cli.setup_view import show_checks, show_findings, show_plan, show_result
from thothctl.cli.wizard import WizardInput, gather
from thothctl.errors import ThothctlError
from thothctl.model.finding import Finding, Verdict
from thothctl.model.provider import SKIPPED
from thothctl.model.stack import SettingValue, Stack
from thothctl.operations import running
from thothctl.operations.plan import Plan
from thothctl.operations.recover import Unfinished, go_on, refuse_unfinished, take_back, unfinished
from thothctl.operations.setup import Fresh, SetupRequest, look, plan_setup
from thothctl.probes.preflight import Needs, preflight, refusal
from thothctl.world import ImagePolicy

STACK = "thoth-ai"

StackOption = Annotated[
    str, typer.Option("--stack", metavar="STACK", help="A stack's name or file.")
]
Mode = Annotated[str | None, typer.Option(metavar="MODE", help="How the stack is run: standalone.")]
Port = Annotated[str | None, typer.Option(metavar="PORT", help="Port on this machine.")]
Bind = Annotated[str | None, typer.Option(metavar="IP", help="IP address to listen on.")]
AdminEmail = Annotated[
    str | None, typer.Option(metavar="EMAIL", help="E-mail of the administrator.")
]
LlmProvider = Annotated[
    str | None, typer.Option(metavar="NAME", help="Who writes SQL: openai, ollama, custom, none …")
]
LlmBaseUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="Address of the provider's API, as for an SDK.")
]
LlmModel = Annotated[str | None, typer.Option(metavar="MODEL", help="Name of the model.")]
SkipLlmKey = Annotated[
    bool, typer.Option("--skip-llm-key", metavar="", help="Go without the model's key for now.")
]
EmbeddingProvider = Annotated[
    str | None, typer.Option(metavar="NAME", help="Who makes vectors: local, openai, cohere …")
]
EmbeddingBaseUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="Address of the embedding provider's API.")
]
EmbeddingModel = Annotated[
    str | None, typer.Option(metavar="MODEL", help="Name of the embedding model.")
]
SkipEmbeddingKey = Annotated[
    bool,
    typer.Option("--skip-embedding-key", metavar="", help="Go without the embedding key for now."),
]
Demo = Annotated[
    bool | None,
    typer.Option("--demo/--no-demo", metavar="", help="Load the demo; alone it asks nothing."),
]
Answers = Annotated[Path | None, typer.Option("--answers", metavar="FILE", help="Answers as YAML.")]
Images = Annotated[
    ImagePolicy,
    typer.Option(
        "--images",
        metavar="auto|registry|build",
        envvar="THOTHCTL_IMAGES",
        help="Where images come from.",
    ),
]
Registry = Annotated[
    str,
    typer.Option(
        "--registry", metavar="HOST", envvar="THOTHCTL_REGISTRY", help="Registry to pull from."
    ),
]
CaBundle = Annotated[
    Path | None,
    typer.Option(
        "--ca-bundle",
        metavar="FILE",
        envvar="THOTHCTL_CA_BUNDLE",
        help="CA certificates for builds.",
    ),
]


@command
def setup(  # noqa: PLR0913, PLR0917 - one parameter a question; typer reads the signature
    session: Session,
    stack: StackOption = STACK,
    mode: Mode = None,
    llm_provider: LlmProvider = None,
    llm_base_url: LlmBaseUrl = None,
    llm_model: LlmModel = None,
    skip_llm_key: SkipLlmKey = False,
    embedding_provider: EmbeddingProvider = None,
    embedding_base_url: EmbeddingBaseUrl = None,
    embedding_model: EmbeddingModel = None,
    skip_embedding_key: SkipEmbeddingKey = False,
    port: Port = None,
    bind: Bind = None,
    admin_email: AdminEmail = None,
    demo: Demo = None,
    answers: Answers = None,
    images: Images = ImagePolicy.AUTO,
    registry: Registry = "",
    ca_bundle: CaBundle = None,
) -> Outcome:
    """Install a stack, or bring it to the chosen settings; a second run has nothing to do."""
    flags: dict[str, object] = {
        "mode": mode or ("standalone" if demo else None),
        "llm_provider": llm_provider,
        "llm_base_url": llm_base_url,
        "llm_key": SKIPPED if skip_llm_key else None,
        "llm_model": llm_model,
        "embedding_provider": embedding_provider,
        "embedding_base_url": embedding_base_url,
        "embedding_key": SKIPPED if skip_embedding_key else None,
        "embedding_model": embedding_model,
        "port": port,
        "bind": bind,
        "admin_email": admin_email,
        "demo": demo,
    }
    described = session.world.bundles.stack(stack)
    settings = gather(session, WizardInput(described, flags, answers))
    if ca_bundle is not None:
        session.use_ca_bundle(ca_bundle)
    request = SetupRequest(
        session.install, stack, settings, images, registry, session.options.timeout or 90
    )
    return _set_up(session, described, request)


def _set_up(session: Session, stack: Stack, request: SetupRequest) -> Outcome:
    if session.options.dry_run:
        findings = _preflight(session, stack, request)
        if error := refusal(findings):
            return _refused(findings, error)
        plan = _plan(session, stack, request)
        return Outcome(
            {"plan": str(plan).splitlines()},
            lambda console: show_plan(console, plan, findings),
            checks=findings,
        )
    with session.locked("setup", fresh=False):
        pending = unfinished(session.world, request.name)
        if pending and _is_the_same(pending, request.settings):
            return _resume(session, pending, request)
        if pending and pending.plan.kind == "setup":
            take_back(pending, session.world)
        refuse_unfinished(session.world, request.name)
        findings = _preflight(session, stack, request)
        if error := refusal(findings):
            return _refused(findings, error)
        plan = _plan(session, stack, request)
        if not plan.steps:
            return _nothing_to_do(session, request)
        show_findings(session.stderr, findings)
        session.carry_out(plan)
        session.world.installs.remember(request.name, {})
    return _done(session, request, findings)


def _plan(session: Session, stack: Stack, request: SetupRequest) -> Plan:
    world = session.world
    fresh = Fresh(world.entropy.uuid(), world.clock.now().isoformat(timespec="seconds"))
    return plan_setup(look(world, request), request, stack, fresh)


def _preflight(session: Session, stack: Stack, request: SetupRequest) -> tuple[Finding, ...]:
    install = session.world.installs.find(request.name)
    settings = request.settings
    needs = Needs(
        minimum=stack.mode(str(settings["mode"])).minimum,
        address=str(settings["bind"]),
        port=int(settings["port"]),
        install=install.uuid if install else "none yet",
        project=install.project if install else f"thoth-{request.name}",
    )
    return preflight(session.world, needs)


def _is_the_same(pending: Unfinished, settings: object) -> bool:
    chosen = [getattr(step, "settings", None) for step in pending.plan.steps]
    return pending.plan.kind == "setup" and (settings in chosen or not any(chosen))


def _resume(session: Session, pending: Unfinished, request: SetupRequest) -> Outcome:
    session.stderr.print(f"Going on with the setup that was cut off ({pending.operation}).")
    session.operation = pending.operation
    with session.watched():
        go_on(pending, session.world)
    session.world.installs.remember(request.name, {})
    return _done(session, request, ())


def _refused(findings: tuple[Finding, ...], error: ThothctlError) -> Outcome:
    bad = [finding for finding in findings if finding.verdict is not Verdict.PASS]
    return Outcome(show=lambda c: show_checks(c, bad), checks=findings, error=error)


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
        "admin_email": settings["admin_email"],
        "admin_password_file": str(password),
        "settings": settings,
    }
    once = current.release.number == 1 and session.stdout.is_terminal
    secret = session.world.installs.secret(request.name, "admin_password") if once else None
    return Outcome(data, lambda console: show_result(console, data, secret), checks=findings)
