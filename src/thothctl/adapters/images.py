"""Images of our own: there already, from a registry, or built here."""

from collections.abc import Mapping

from thothctl.adapters.image_builder import PRODUCT, ImageBuilder
from thothctl.adapters.process import Outcome, output, run
from thothctl.adapters.pulling import Puller
from thothctl.errors import (
    EngineRefusedError,
    EngineUnreachableError,
    IntegrityError,
    NetworkError,
    NoSpaceError,
    UsageError,
    tells_no_space,
)
from thothctl.model.event import Note, Progress
from thothctl.model.install import LABEL_VERSION
from thothctl.model.observed import ObservedImage
from thothctl.model.stack import Image
from thothctl.world import Engine, ImagePolicy, Registry, Report

TITLE = "org.opencontainers.image.title"
DAMAGED = ("verification failed for digest", "unexpected commit digest", "unexpected commit size")
"""So the engine says, with its own store or containerd's, that bytes are not those of a digest."""


class OwnImages:
    """Answers `world.Images`."""

    def __init__(
        self,
        engine: Engine,
        builder: ImageBuilder,
        registry: Registry,
        puller: Puller,
        report: Report,
    ) -> None:
        self._engine, self._builder = engine, builder
        self._registry, self._puller, self._report = registry, puller, report

    def present(self, image: Image, registry: str = "") -> str | None:
        if image.upstream:
            return self._upstream(image)
        if registry and (pulled := self._pulled(image, registry)):
            return pulled
        return self._builder.find(image) or self._pulled(image)

    def provide(self, image: Image, policy: ImagePolicy, registry: str) -> str:
        pulled_only = policy is ImagePolicy.REGISTRY and not image.upstream
        found = self._pulled(image, registry) if pulled_only else self.present(image, registry)
        if found:
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

    def fetch(self, reference: str) -> None:
        name = reference.partition("@")[0].rpartition("/")[2]
        if self._has(reference):
            self._report(Progress(name, "present"))
            return
        repository, _, digest = reference.partition("@")
        offered = self._registry.image(repository, digest, self._engine.facts().architecture)
        self._bring(reference, name, offered.layers)
        if not self._has(reference):
            raise IntegrityError(
                f"the engine has no {reference} after pulling it",
                hint="look at the engine and the registry; nothing was changed",
            )

    def _has(self, reference: str) -> bool:
        """By this very digest; where the engine tells none, by the name it was given."""
        found = self._engine.image(reference)
        return found is not None and ("@" not in reference or reference in found.digests)

    def _upstream(self, image: Image) -> str | None:
        found = self._engine.image(image.upstream)
        return (found.digests or found.tags or (None,))[0] if found else None

    def _fetch(self, image: Image) -> str:
        """What others publish is pulled from them, whatever registry holds ours."""
        self._bring(image.upstream, image.name, {})
        return self._upstream(image) or image.upstream

    def push(self, image: Image, registry: str) -> str:
        reference = f"{registry}/{image.name}:{self._builder.version}"
        source = self.provide(image, ImagePolicy.BUILD, "")
        self._docker(["tag", source, reference], image.name, f"tag {reference}")
        self._docker(["push", reference], image.name, f"push {reference}")
        return reference

    def _pull(self, image: Image, registry: str) -> str:
        """Ask for the digest of this version first, then pull exactly that."""
        repository, architecture = f"{registry}/{image.name}", self._engine.facts().architecture
        offered = self._registry.image(repository, self._builder.version, architecture)
        if offered.labels.get(TITLE) != image.name:
            raise NetworkError(
                f"{repository}:{self._builder.version} is not an image of this product",
                hint="look at the registry's path, or use --images build",
            )
        self.fetch(offered.reference)
        return offered.reference

    def _pulled(self, image: Image, registry: str = "") -> str | None:
        """By digest; only what a registry gave has one."""
        source = f"{registry}/{image.name}@" if registry else ""
        ours = (i for i in self._engine.images(PRODUCT) if i.labels.get(TITLE) == image.name)
        digests = (d for found in ours if self._is_this_version(found) for d in found.digests)
        return next((digest for digest in digests if digest.startswith(source)), None)

    def _is_this_version(self, found: ObservedImage) -> bool:
        return found.labels.get(LABEL_VERSION) == self._builder.version

    def _bring(self, reference: str, name: str, layers: Mapping[str, int]) -> None:
        try:
            self._puller.pull(reference, name, layers)
        except EngineRefusedError as error:
            self._refuse(f"pull {reference}", Outcome(1, (error.message,)))
        except NetworkError:
            self._refuse_silence(f"pull {reference}")
            raise

    def _docker(self, words: list[str], name: str, action: str) -> None:
        def heard(line: str) -> None:
            self._report(Progress(name, line[:70]))

        done = run(["docker", *words], environment=self._builder.environment, heard=heard)
        if done.status != 0:
            self._refuse(action, done)

    def _refuse(self, action: str, done: Outcome) -> None:
        if tells_no_space(done.text):
            raise NoSpaceError(
                f"no space left to {action}",
                hint="free some space where Docker keeps images: `thothctl images prune`",
            )
        if any(words in done.text for words in DAMAGED):
            raise IntegrityError(
                f"could not {action}: what came is not what its digest says",
                hint="somebody changed it in the registry or on the way; nothing was changed here",
            )
        self._refuse_silence(action)
        last = next((line for line in reversed(done.tail) if line.strip()), "no output")
        raise NetworkError(
            f"could not {action}: {last}",
            hint="look at the registry's name, `docker login` and the network",
        )

    def _refuse_silence(self, action: str) -> None:
        """Of an engine: it is no fault of the network."""
        if output(["docker", "version"], environment=self._builder.environment)[0] != 0:
            raise EngineUnreachableError(
                f"Docker went away when asked to {action}",
                hint="start Docker, then run the command again; finished layers are kept",
            )
