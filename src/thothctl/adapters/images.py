"""Images of our own: there already, from a registry, or built here."""

from collections.abc import Mapping

from thothctl.adapters.image_builder import PRODUCT, ImageBuilder
from thothctl.adapters.process import run
from thothctl.errors import NetworkError, UsageError
from thothctl.model.event import Note, Progress
from thothctl.model.install import LABEL_VERSION
from thothctl.model.observed import ObservedImage
from thothctl.model.stack import Image
from thothctl.world import Engine, ImagePolicy, Report

TITLE = "org.opencontainers.image.title"


class OwnImages:
    """Answers `world.Images`."""

    def __init__(
        self,
        version: str,
        engine: Engine,
        builder: ImageBuilder,
        environment: Mapping[str, str],
        report: Report,
    ) -> None:
        self._version, self._engine, self._builder = version, engine, builder
        self._environment, self._report = environment, report

    def present(self, image: Image) -> str | None:
        if image.upstream:
            return self._upstream(image)
        return self._builder.find(image) or self._pulled(image)

    def provide(self, image: Image, policy: ImagePolicy, registry: str) -> str:
        if found := self.present(image):
            self._report(Progress(image.name, f"present as {found}"))
            return found
        if image.upstream:
            return self._fetch(image)
        if policy is ImagePolicy.BUILD or (policy is ImagePolicy.AUTO and not registry):
            return self._builder.build(image)
        if not registry:
            raise UsageError(
                "no registry is set to pull from",
                hint="give --registry HOST/PATH (THOTHCTL_REGISTRY), or --images build",
            )
        try:
            return self._pull(image, registry)
        except NetworkError as error:
            if policy is ImagePolicy.REGISTRY:
                raise
            self._report(Note(f"{error.message}; building {image.name} instead."))
            return self._builder.build(image)

    def _upstream(self, image: Image) -> str | None:
        found = self._engine.image(image.upstream)
        return (found.digests or found.tags or (None,))[0] if found else None

    def _fetch(self, image: Image) -> str:
        """What others publish is pulled from them, whatever registry holds ours."""
        self._docker(["pull", image.upstream], image.name, f"pull {image.upstream}")
        return self._upstream(image) or image.upstream

    def push(self, image: Image, registry: str) -> str:
        reference = f"{registry}/{image.name}:{self._version}"
        source = self.provide(image, ImagePolicy.BUILD, "")
        self._docker(["tag", source, reference], image.name, f"tag {reference}")
        self._docker(["push", reference], image.name, f"push {reference}")
        return reference

    def _pull(self, image: Image, registry: str) -> str:
        reference = f"{registry}/{image.name}:{self._version}"
        self._docker(["pull", reference], image.name, f"pull {reference}")
        pinned = self._pulled(image)
        if pinned is None:
            raise NetworkError(
                f"{reference} is not an image of this product",
                hint="look at the registry's path, or use --images build",
            )
        return pinned

    def _pulled(self, image: Image) -> str | None:
        """By digest; only what a registry gave has one."""
        for found in self._engine.images(PRODUCT):
            if found.labels.get(TITLE) == image.name and self._is_this_version(found):
                digests = self._engine.image(found.id)
                if digests and digests.digests:
                    return digests.digests[0]
        return None

    def _is_this_version(self, found: ObservedImage) -> bool:
        return found.labels.get(LABEL_VERSION) == self._version

    def _docker(self, words: list[str], name: str, action: str) -> None:
        def heard(line: str) -> None:
            self._report(Progress(name, line[:70]))

        done = run(["docker", *words], environment=self._environment, heard=heard)
        if done.status != 0:
            last = next((line for line in reversed(done.tail) if line.strip()), "no output")
            raise NetworkError(
                f"could not {action}: {last}",
                hint="look at the registry's name, `docker login` and the network",
            )
