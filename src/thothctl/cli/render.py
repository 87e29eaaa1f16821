"""`thothctl render`: the stack as files that run without thothctl."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.cli.setup_options import STACK, StackOption
from thothctl.config.settings import Layer, resolve
from thothctl.errors import InvalidInputError
from thothctl.model.rendering import RenderContext

NAMES = {"compose.yaml": "docker-compose.yml", ".env": ".env.example"}

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the files are written.")]
Force = Annotated[bool, typer.Option("--force", metavar="", help="Replace files that differ.")]


@command
def render(
    session: Session, folder: Folder, stack: StackOption = STACK, force: Force = False
) -> Outcome:
    """Write docker-compose.yml and .env.example that run without thothctl."""
    world = session.world
    described = world.bundles.stack(stack)
    settings = resolve(described, [Layer("the defaults", {})]).values
    images = {
        image.name: f"{image.name}:{world.version}" for image in described.images_for(settings)
    }
    rendered = world.bundles.render(described, RenderContext(settings, images, world.version))
    files = {NAMES[name]: text for name, text in rendered.items()}
    if not force:
        _refuse_to_replace(folder, files)
    if not session.options.dry_run:
        world.bundles.write(folder, files)
    return Outcome({"folder": str(folder), "files": sorted(files)}, lambda c: _show(c, folder))


def _refuse_to_replace(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        if path.exists() and path.read_text(encoding="utf-8") != text:
            raise InvalidInputError(
                f"{path} is there and differs", hint="give --force to replace it"
            )


def _show(console: Console, folder: Path) -> None:
    console.print(
        Text.assemble(("✓ ", "green"), "docker-compose.yml and .env.example are in ", str(folder))
    )
    console.print(Text("  cp .env.example .env, look at it, then: docker compose up -d", "dim"))
