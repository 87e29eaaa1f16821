"""What is recorded of an install: readable, private, and unchanged since it was written."""

from collections.abc import Iterable
from pathlib import Path

from thothctl.errors import EngineRefusedError, ExitCode
from thothctl.model.finding import Finding, Verdict
from thothctl.model.install import Install, Release
from thothctl.world import World

PRIVATE, READABLE = 0o077, 0o444
BIG_LOG = 200 * 1024 * 1024
MIB = 1024 * 1024


def readable(world: World, install: Install) -> Finding:
    """Every record can be read; reading raises what is wrong."""
    releases = world.installs.releases(install.name)
    world.installs.settings(install.name)
    world.bundles.stack(install.stack)
    return Finding("records", Verdict.PASS, f"settings and {len(releases)} releases are readable")


def folders(world: World, install: Install) -> Finding:
    """Only their owner enters the state; secrets are as the containers need them."""
    home = world.installs.folder(install.name)
    secrets = world.installs.secret_path(install.name, "x").parent
    wrong = [*_open(world, (world.home, home, secrets)), *_changeable(world, secrets)]
    if not wrong:
        return Finding("folders", Verdict.PASS, f"{home} and its secrets are private")
    hint = f"as their owner: `chmod 700 {world.home} {home} {secrets}` and `chmod 444 {secrets}/*`"
    return Finding("folders", Verdict.FAIL, "; ".join(wrong), hint)


def _open(world: World, places: Iterable[Path]) -> list[str]:
    found = [(place, world.host.permissions(place)) for place in places]
    return [
        f"{place} is open to others ({seen.mode:03o})"
        if seen.mode & PRIVATE
        else f"{place} belongs to someone else"
        for place, seen in found
        if seen is not None and (seen.mode & PRIVATE or not seen.mine)
    ]


def _changeable(world: World, secrets: Path) -> list[str]:
    found = [(file, world.host.permissions(file)) for file in world.host.files(secrets)]
    return [
        f"{file} has mode {seen.mode:03o}, not {READABLE:03o}"
        for file, seen in found
        if seen is not None and seen.mode != READABLE
    ]


def lock(world: World, install: Install) -> Finding:
    """Nobody works on the install just now."""
    if holder := world.locks.holder(install.name):
        return Finding("lock", Verdict.WARN, f"held: {holder}", "wait for it to end, or end it")
    return Finding("lock", Verdict.PASS, "no operation is running")


def unchanged(world: World, install: Install, release: Release, digest: str) -> Finding:
    """The active release is as it was rendered; `digest` is of the files that lie there."""
    folder = world.installs.release_folder(install.name, release.number)
    if digest == release.rendered_hash:
        return Finding("release-files", Verdict.PASS, f"release {release.number} is as rendered")
    hint = (
        f"put your changes into {world.installs.folder(install.name)}/compose.override.yaml, "
        "then `thothctl setup` makes a new release"
    )
    summary = f"files of release {release.number} were changed by hand: {folder}"
    return Finding("release-files", Verdict.FAIL, summary, hint)


def images(world: World, release: Release) -> Finding:
    """Every image of the release is on the engine."""
    gone = sorted(ref for ref in release.images.values() if world.engine.image(ref) is None)
    if gone:
        hint = "`thothctl images build`, or `thothctl setup` with --registry"
        return Finding("images", Verdict.FAIL, f"gone: {', '.join(gone)}", hint)
    return Finding("images", Verdict.PASS, f"{len(release.images)} of {len(release.images)} there")


def override(world: World, install: Install, release: Release) -> Finding:
    """Compose accepts the user's override on top of the release."""
    path = world.installs.folder(install.name) / "compose.override.yaml"
    if not world.installs.override(install.name):
        return Finding("override", Verdict.PASS, "no compose.override.yaml")
    try:
        world.compose.check(world.installs.release_folder(install.name, release.number), path)
    except EngineRefusedError as error:
        code = ExitCode.INVALID_INPUT
        return Finding("override", Verdict.FAIL, error.message, f"mend {path}", code)
    if world.installs.override(install.name) == world.installs.released_override(
        install.name, release.number
    ):
        return Finding("override", Verdict.PASS, "compose.override.yaml is valid and in use")
    hint = "`thothctl setup` makes a release of it"
    return Finding("override", Verdict.WARN, "compose.override.yaml is not in use yet", hint)


def volumes(world: World, install: Install) -> Finding:
    """Every volume of ours belongs to a generation of some release, and every such one is there."""
    known = {
        install.volume(store, number)
        for release in world.installs.releases(install.name)
        for store, number in release.generations.items()
    }
    there = set(world.engine.observe(install.uuid).volumes)
    if strange := sorted(there - known):
        hint = f"when nothing in it is of use: `docker volume rm {' '.join(strange)}`"
        return Finding("volumes", Verdict.WARN, f"of no release: {', '.join(strange)}", hint)
    return Finding("volumes", Verdict.PASS, f"{len(there)} volumes, each of a release")


def current(world: World, install: Install, release: Release) -> Finding:
    """What runs is what the active release says."""
    observed = world.engine.observe(install.uuid).containers
    strange = sorted(c.name for c in observed if not release.has(c.service, c.release))
    if strange:
        summary = f"not of release {release.number}: {', '.join(strange)}"
        return Finding("containers", Verdict.WARN, summary, "`thothctl start` replaces them")
    summary = f"{len(observed)} containers of release {release.number}"
    return Finding("containers", Verdict.PASS, summary)


def leftovers(world: World) -> Finding:
    """Nothing on the engine says it is ours while no record knows it."""
    records = [world.installs.find(name) for name in world.installs.names()]
    known = {record.uuid for record in records if record}
    strange = {u: n for u, n in world.engine.labelled().items() if u not in known}
    if not strange:
        return Finding("leftovers", Verdict.PASS, "no object of ours without a record")
    names = sorted(name for ones in strange.values() for name in ones)
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""  # noqa: PLR2004 - one line
    label = min(strange)
    hint = (
        f"they are another account's, or left over: `docker ps -a --filter "
        f"label=io.thoth.install={label}`, likewise `docker volume ls` and `docker network ls`"
    )
    summary = f"no record here of: {', '.join(names[:5])}{more}"
    return Finding("leftovers", Verdict.WARN, summary, hint)


def logs(world: World, install: Install) -> Finding:
    """No container's log eats the disk, as far as this user can see."""
    sizes = {
        one.name: world.host.file_size(Path(one.log_path)) or 0
        for one in world.engine.inspect(install.uuid)
        if one.log_path
    }
    if big := sorted(name for name, size in sizes.items() if size > BIG_LOG):
        hint = "set `logging:` with `max-size` in compose.override.yaml, then `thothctl setup`"
        summary = f"log of {', '.join(big)} is larger than {BIG_LOG // MIB} MiB"
        return Finding("logs", Verdict.WARN, summary, hint, ExitCode.NO_SPACE)
    return Finding("logs", Verdict.PASS, f"{sum(sizes.values()) / MIB:.1f} MiB of logs")
