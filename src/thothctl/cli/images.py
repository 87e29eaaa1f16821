"""`thothctl images`: build, pull, push, list, prune."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.cli.setup_options import STACK, CaBundle, Registry, StackOption
from thothctl.config.settings import parse
from thothctl.errors import UsageError
from thothctl.model.install import LABEL_VERSION
from thothctl.model.observed import ObservedImage
from thothctl.model.stack import TOOLBOX, Image
from thothctl.operations.drill_ground import ground_of
from thothctl.operations.prune_images import PRODUCT, Surplus, refuse_strangers, remove, surplus
from thothctl.world import ImagePolicy

MIB = 1024 * 1024

Mode = Annotated[
    str | None,
    typer.Option("--mode", metavar="MODE", help="The images of this mode; else those installed."),
]

Force = Annotated[
    bool,
    typer.Option("--force", metavar="", help="Even if installs of another home are here."),
]

images = typer.Typer(
    name="images", help="Build, pull, push, list and prune images.", no_args_is_help=True
)


@command
def build(
    session: Session,
    stack: StackOption = STACK,
    mode: Mode = None,
    ca_bundle: CaBundle = None,
) -> Outcome:
    """Build the stack's images here; no registry is needed on Debian and Ubuntu."""
    if ca_bundle is not None:
        session.use_ca_bundle(ca_bundle)
    provide = session.world.images.provide
    return _each(session, stack, mode, lambda image: provide(image, ImagePolicy.BUILD, ""))


@command
def pull(
    session: Session, stack: StackOption = STACK, mode: Mode = None, registry: Registry = ""
) -> Outcome:
    """Pull the stack's images from a registry and pin them by digest."""
    provide = session.world.images.provide
    return _each(session, stack, mode, lambda image: provide(image, ImagePolicy.REGISTRY, registry))


@command
def push(
    session: Session, stack: StackOption = STACK, mode: Mode = None, registry: Registry = ""
) -> Outcome:
    """Push the stack's images to a registry of your own."""
    if not registry:
        raise UsageError("no registry is named", hint="give --registry HOST/PATH")
    return _each(session, stack, mode, lambda image: session.world.images.push(image, registry))


@command
def list_images(session: Session) -> Outcome:
    """List the images of this product on the engine."""
    found = session.world.engine.images(PRODUCT)
    return Outcome({"images": [_data(image) for image in found]}, lambda c: _show(c, found))


@command
def prune(session: Session, force: Force = False) -> Outcome:
    """Remove images that no release of any install names; what a rollback needs stays."""
    world = session.world
    with ExitStack() as held:
        if not session.options.dry_run:
            for install in world.installs.names():
                for name in (install, ground_of(install)):  # a drill has images of its own
                    held.enter_context(world.locks.hold(name, "images prune"))
        found = surplus(world)
        if session.options.dry_run or not found.images:
            return _pruned(found, ())
        if not force:
            refuse_strangers(world)
        session.confirm(f"Remove {len(found.images)} images ({found.bytes / MIB:,.0f} MiB)?")
        return _pruned(found, remove(world, found.images))


for name, function in (
    ("build", build),
    ("pull", pull),
    ("push", push),
    ("list", list_images),
    ("prune", prune),
):
    images.command(name)(function)


def _pruned(found: Surplus, gone: tuple[ObservedImage, ...]) -> Outcome:
    data = {
        "surplus": [_data(image) for image in found.images],
        "removed": [image.id for image in gone],
        "kept": found.kept,
        "bytes": found.bytes,
    }

    def show(console: Console) -> None:
        if not found.images:
            console.print("Nothing to remove: releases name every image.")
            return
        _show(console, found.images)
        done = f"[green]✓[/] {len(gone)} removed" if gone else "Nothing was changed"
        console.print(f"{done}; {found.kept} are needed.")

    return Outcome(data, show)


def _each(session: Session, stack: str, mode: str | None, act: Callable[[Image], str]) -> Outcome:
    described = session.world.bundles.stack(stack)
    installed = session.world.installs.settings(session.install) or {}
    chosen = parse(described.setting("mode"), mode, "--mode") if mode else None
    settings = {**installed, "mode": chosen} if chosen else installed
    wanted = (*described.images_for(settings), TOOLBOX)
    if session.options.dry_run:
        names = [image.name for image in wanted]
        return Outcome({"images": names}, lambda c: c.print(f"Would take: {', '.join(names)}"))
    with session.watched():
        done = {image.name: act(image) for image in wanted}

    def show(console: Console) -> None:
        for reference in done.values():
            console.print(f"[green]✓[/] {reference}")

    return Outcome({"images": done}, show)


def _data(image: ObservedImage) -> dict[str, object]:
    return {
        "id": image.id,
        "tags": image.tags,
        "size": image.size,
        "version": image.labels.get(LABEL_VERSION, ""),
    }


def _show(console: Console, found: tuple[ObservedImage, ...]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("Image", "Version"):
        table.add_column(column)
    table.add_column("Size", justify="right")
    for image in found:
        name = ", ".join(image.tags) or image.id[7:19]
        version = image.labels.get(LABEL_VERSION, "-")
        table.add_row(name, version, f"{image.size / MIB:,.0f} MiB")
    console.print(table)
