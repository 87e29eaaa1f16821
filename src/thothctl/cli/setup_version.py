"""The version that a new install begins with; an installed one is changed by `upgrade`."""

from dataclasses import replace

from thothctl.cli.session import Session
from thothctl.errors import UsageError
from thothctl.model.stack import Stack
from thothctl.model.version import Version
from thothctl.operations.consequences import SetupRequest
from thothctl.operations.offers import first_target
from thothctl.operations.upgrade import version_of


def begun_with(session: Session, stack: Stack, request: SetupRequest, text: str) -> SetupRequest:
    """The request with the images of this version, unless it is installed already."""
    world, version = session.world, Version.read(text)
    if version is None:
        raise UsageError(f"{text} is no version", hint="write it as 1.2.0")
    number = world.installs.active(request.name)
    if number is not None:
        installed = version_of(world.installs.release(request.name, number))
        if installed == version:
            return request
        raise UsageError(
            f"{request.name} runs {installed}; setup changes no version",
            hint=f"run `thothctl upgrade --to {version}`",
        )
    target = first_target(world, stack, request.settings, request.registry, version)
    return replace(request, version=str(version), images=target.references)
