"""Which PostgreSQL a volume holds and an image runs, and what is refused where they differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from thothctl.errors import EngineRefusedError, IncompatibleError
from thothctl.model.install import LABEL_POSTGRES, Install, Release
from thothctl.model.observed import Condition, ObservedImage, OfferedImage
from thothctl.model.stack import SaveKind, Stack, Store
from thothctl.world import World
from thothctl.world.backups import Mount, Task

PLACE = "/volume"
LOOK = f"""
for found in {PLACE}/PG_VERSION {PLACE}/*/PG_VERSION {PLACE}/*/*/PG_VERSION; do
  if [ -f "$found" ]; then printf '%s %s\\n' "$(cat "$found")" "$found"; fi
done
"""
UNFINISHED = ".new"
"""A cluster in the making is called so; it is begun anew."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Data of one PostgreSQL server; `place` is its folder within the volume."""

    major: str
    place: str


def major_of(image: ObservedImage | OfferedImage | None) -> str:
    """The PostgreSQL that an image runs: its label, else what its data folder is called."""
    if image is None:
        return ""
    numbers = [part for part in image.layout.cluster.split("/") if part.isdigit()]
    return image.labels.get(LABEL_POSTGRES, "") or next(iter(numbers), "")


def clusters_in(world: World, install: Install, volume: str, image: str) -> tuple[Cluster, ...]:
    """Read off the volume, by a program of the service's own image; changes nothing."""
    said: list[bytes] = []
    argv = ("sh", "-c", LOOK)
    task = Task(install.uuid, "look", argv, (Mount(volume, PLACE),), image=image)
    ended = world.toolbox.run(task, into=said.append)
    if not ended.good:
        raise EngineRefusedError(
            f"nobody can tell what the volume {volume} holds: {ended.said}",
            hint="see `thothctl doctor`; nothing was started",
        )
    found = [line.split(" ", 1) for line in b"".join(said).decode().splitlines()]
    every = {path.removesuffix("/PG_VERSION").removeprefix(PLACE): major for major, path in found}
    return tuple(
        Cluster(major.strip(), place.strip("/"))
        for place, major in every.items()
        if not place.endswith(UNFINISHED)
        and not any(place != other and place.startswith(f"{other}/") for other in every)
    )


def left_by(
    store: Store, image: OfferedImage | None, there: tuple[Cluster, ...]
) -> tuple[Cluster, ...]:
    """What a server of this image will have made of the clusters that are there."""
    major = major_of(image)
    if image is None or not major or not there or any(one.major == major for one in there):
        return there
    return (Cluster(major, _looked_for(store, image)),)


def _looked_for(store: Store, image: ObservedImage | OfferedImage) -> str:
    """The folder within the volume."""
    return image.layout.cluster.removeprefix(store.path.rstrip("/")).strip("/")


def refuse_unfit(world: World, install: Install, release: Release) -> None:
    """Raise IncompatibleError where an image would not find the data that is there.

    A server that runs as the release wants it has found its data.
    """
    stack = world.bundles.stack(install.stack).having(release.images)
    observed = world.engine.observe(install.uuid)
    running = {
        one.service
        for one in observed.containers
        if release.has(one.service, one.release) and one.condition is not Condition.STOPPED
    }
    for store in stack.stores_for(release.settings):
        reference = image_of(stack, store, release)
        image = world.engine.image(reference) if reference else None
        if image is None or store.service in running:
            continue
        refuse_moved_path(store, image, reference)
        volume = install.volume(store.name, release.generations.get(store.name, 1))
        told = store.saved_as is SaveKind.POSTGRES and major_of(image)
        if told and volume in observed.volumes:
            found = clusters_in(world, install, volume, reference)
            refuse_other_cluster(store, found, image, volume)


def image_of(stack: Stack, store: Store, release: Release) -> str:
    """What the service of a store runs in a release."""
    return release.images.get(image_name(stack, store, release), "")


def image_name(stack: Stack, store: Store, release: Release) -> str:
    """What the image of a store's service is called."""
    service = next(one for one in stack.services if one.name == store.service)
    return stack.image_of(service, release.settings).name


def other_cluster(world: World, stack: Stack, now: Release, then: Release) -> bool:
    """Data of another PostgreSQL is served by the two releases."""
    stores = (s for s in stack.stores_for(now.settings) if s.saved_as is SaveKind.POSTGRES)
    return any(
        store.name in then.generations
        and now.generations.get(store.name) != then.generations[store.name]
        and _recorded(world, stack, store, now) != _recorded(world, stack, store, then)
        for store in stores
    )


def _recorded(world: World, stack: Stack, store: Store, release: Release) -> str:
    """What a release ran, also where its image is not here any more."""
    name = image_name(stack, store, release)
    image = world.engine.image(release.images.get(name, ""))
    return release.postgres_majors.get(name, "") or major_of(image)


def refuse_second_postgres(hops: Sequence[tuple[str, Mapping[str, OfferedImage]]]) -> None:
    """Raise IncompatibleError where a version runs another PostgreSQL than the one before it.

    A copy that is tried takes its data from a backup, into the PostgreSQL of the first.
    """
    for (before, old), (after, new) in pairwise(hops):
        for name in old.keys() & new.keys():
            there, wanted = major_of(old[name]), major_of(new[name])
            if there and wanted and there != wanted:
                raise IncompatibleError(
                    f"{after} runs PostgreSQL {wanted}, and {before}, which comes first, runs "
                    f"PostgreSQL {there}: one rehearsal cannot try both; nothing was changed",
                    hint=f"rehearse {before} with `thothctl upgrade --rehearse --to {before}`, "
                    "upgrade to it, then rehearse the rest",
                )


def refuse_moved_path(store: Store, image: ObservedImage | OfferedImage, called: str) -> None:
    """Raise where what the image writes would be gone with its container."""
    places = [place for place in (image.layout.cluster,) if place] or image.layout.volumes
    kept = store.path.rstrip("/")
    inside = [place for place in places if f"{place.rstrip('/')}/".startswith(f"{kept}/")]
    if places and not inside:
        raise IncompatibleError(
            f"{called} keeps its data in {places[0]}, and the data of {store.name} is in {kept}: it"
            " would start empty, and what it writes would be gone with its container",
            hint="nothing was started; take a version whose image fits this stack",
        )


def refuse_other_cluster(
    store: Store, found: Sequence[Cluster], image: ObservedImage | OfferedImage, volume: str
) -> None:
    """Raise where the volume holds clusters, and none that the image would find."""
    major = major_of(image)
    wanted = _looked_for(store, image)
    fitting = [one for one in found if one.major == major or not major]
    if not found or (fitting and not image.layout.cluster):
        return
    if not fitting:
        raise IncompatibleError(
            f"the volume {volume} holds data of PostgreSQL {found[0].major}, and the image runs "
            f"PostgreSQL {major}",
            hint="nothing was started; `thothctl upgrade` moves data to another PostgreSQL, "
            "`thothctl releases` shows which release it is of",
        )
    if not any(one.place == wanted for one in fitting):
        raise IncompatibleError(
            f"the volume {volume} holds its data in {fitting[0].place or 'its root'}, and the image"
            f" looks for it in {wanted or 'its root'}: it would start empty",
            hint="nothing was started; take a version whose image fits this stack",
        )
