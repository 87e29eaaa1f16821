"""Builds images of our own with buildx, and pins them by a tag that names their id."""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from thothctl.adapters import package_tree
from thothctl.adapters.build_secrets import build_secrets
from thothctl.adapters.files import private_folder, translated
from thothctl.adapters.process import Outcome, output, run
from thothctl.adapters.shipped import shipped
from thothctl.errors import (
    EngineUnreachableError,
    NetworkError,
    NoSpaceError,
    tells_no_space,
)
from thothctl.model.event import Note, Progress
from thothctl.model.install import LABEL_SOURCE
from thothctl.model.stack import Image
from thothctl.world import Engine, Report

PRODUCT = "thothctl"
BASE = Image("thoth-base", "base")
REGISTRY_BASE = "debian:trixie-slim"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
STEP = re.compile(r"#\d+ \[(?P<at>[^\]]*\d+/\d+)\] (?P<what>.*)")
SAID = re.compile(r"#\d+ \d+\.\d+ (?P<text>.*)")
LOW_DISK = 256 * 1024 * 1024
LAST_LINES = 12
COMPILED = {".pyc", ".so"}
UNTRACKED = {"__pycache__", ".venv", "tests", ".pytest_cache", ".ruff_cache", ".mypy_cache"}


class ImageBuilder:
    """Makes an image from the shipped build context, unless the engine has exactly that one."""

    def __init__(
        self,
        home: Path,
        version: str,
        engine: Engine,
        environment: Mapping[str, str],
        report: Report,
    ) -> None:
        self._home, self.version, self._engine = home, version, engine
        self.environment = environment
        self._report = report

    def find(self, image: Image) -> str | None:
        """The pinned tag of the image built from exactly these sources."""
        wanted = self.source_hash(image)
        sources = (i for i in self._engine.images(PRODUCT) if i.labels.get(LABEL_SOURCE) == wanted)
        pins = (tag for found in sources for tag in found.tags if _is_pin(tag, found.id))
        return next((tag for tag in pins if tag.startswith(f"{image.name}:")), None)

    def source_hash(self, image: Image) -> str:
        """SHA-256 over everything that decides what the image becomes."""
        digest = hashlib.sha256(f"{self.version}\0{package_tree.PACKAGES}".encode())
        digest.update(image.target.encode())
        left_out = UNTRACKED | {*image.mounted}
        for folder in (shipped("images") / BASE.folder, shipped("images") / image.folder):
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                inside = path.relative_to(folder)
                if left_out.isdisjoint(inside.parts) and path.suffix not in COMPILED:
                    digest.update(f"{inside.as_posix()}\0".encode())
                    digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def build(self, image: Image) -> str:
        """Build and pin; the base image first where none can be pulled."""
        arguments = {"BASE_IMAGE": self.base()}
        return self._build(image, arguments)

    def base(self) -> str:
        """The image that all others start from."""
        if chosen := os.environ.get("THOTHCTL_BASE_IMAGE"):
            return chosen
        if not package_tree.can_build():
            self._report(Note(f"No apt here: the base image is {REGISTRY_BASE} from its registry."))
            return REGISTRY_BASE
        if found := self.find(BASE):
            return found
        tree = self._import_tree()
        try:
            return self._build(BASE, {"PACKAGES": tree})
        finally:
            output(["docker", "image", "rm", "--force", tree], environment=self.environment)

    def _import_tree(self) -> str:
        tag = f"thoth-packages:{self.source_hash(BASE)[:12]}"
        with translated("make a working folder"):
            work = private_folder(private_folder(self._home) / "work")
        with tempfile.TemporaryDirectory(dir=work, prefix="base-") as folder:
            tar = package_tree.make(Path(folder), self._heard(BASE.name))
            done = run(["docker", "import", str(tar), tag], environment=self.environment)
        if done.status != 0:
            self._refuse(BASE.name, done)
        return tag

    def _build(self, image: Image, arguments: Mapping[str, str]) -> str:
        with translated("make a working folder"):
            work = private_folder(private_folder(self._home) / "work")
        with tempfile.TemporaryDirectory(dir=work, prefix="build-") as folder:
            written = Path(folder) / "image-id"
            argv = [*self._argv(image, arguments, Path(folder)), "--iidfile", str(written)]
            context = str(shipped("images") / image.folder)
            environment = {**self.environment, "DOCKER_BUILDKIT": "1"}
            done = run([*argv, context], environment=environment, heard=self._heard(image.name))
            if done.status != 0:
                self._refuse(image.name, done)
            return self._pin(image, written.read_text().strip())

    def _argv(self, image: Image, arguments: Mapping[str, str], folder: Path) -> list[str]:
        given = {
            **arguments,
            "VERSION": self.version,
            "SOURCE_HASH": self.source_hash(image),
            **{name: os.environ[name] for name in PROXIES if name in os.environ},
        }
        argv = ["docker", "buildx", "build", "--load", "--progress", "plain"]
        for name, value in given.items():
            argv += ["--build-arg", name if name in PROXIES else f"{name}={value}"]
        for identity, path in build_secrets(folder).items():
            argv += ["--secret", f"id={identity},src={path}"]
        return [*argv, *(["--target", image.target] if image.target else [])]

    def _pin(self, image: Image, identity: str) -> str:
        tag = f"{image.name}:{self.version}-{identity.removeprefix('sha256:')[:12]}"
        done = run(["docker", "tag", identity, tag], environment=self.environment)
        if done.status != 0:
            self._refuse(image.name, done)
        return tag

    def _heard(self, name: str) -> "Heard":
        return Heard(name, self._report)

    def _refuse(self, name: str, done: Outcome) -> None:
        gone, _ = output(["docker", "version"], environment=self.environment)
        if gone:
            raise EngineUnreachableError(
                f"Docker went away while {name} was built",
                hint="start Docker, then run the command again; finished layers are kept",
            )
        _, root = output(
            ["docker", "info", "--format", "{{.DockerRootDir}}"], environment=self.environment
        )
        if tells_no_space(done.text) or _is_full(Path(root.strip())):
            raise NoSpaceError(
                f"no space left while {name} was built",
                hint="free some space where Docker keeps images, then run the command again",
            )
        raise NetworkError(
            f"building {name} failed:\n  " + "\n  ".join(_last_words(done.tail)),
            hint="mostly a mirror, proxy or certificate: see --ca-bundle; then run again",
        )


def _last_words(tail: Sequence[str]) -> list[str]:
    """What the failing step itself said; BuildKit's quotation of the Dockerfile helps nobody."""
    said = [found["text"] for line in tail if (found := SAID.match(line)) and found["text"].strip()]
    return (said or [line for line in tail if line.strip()])[-LAST_LINES:]


class Heard:
    """Turns build output into progress: the step for people, apt and pip lines left out."""

    def __init__(self, name: str, report: Report) -> None:
        self._name, self._report = name, report

    def __call__(self, line: str) -> None:
        if step := STEP.match(line):
            what = " ".join(step["what"].split())[:60]
            self._report(Progress(self._name, f"[{step['at']}] {what}"))
        elif line.startswith(("Get:", "unpacking ")):
            self._report(Progress(self._name, line[:70]))


def _is_pin(tag: str, identity: str) -> bool:
    return tag.endswith(f"-{identity.removeprefix('sha256:')[:12]}")


def _is_full(root: Path) -> bool:
    try:
        return shutil.disk_usage(root).free < LOW_DISK
    except OSError:  # the engine's disk is not visible from here
        return False
