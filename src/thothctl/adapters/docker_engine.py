"""The Docker engine through its SDK: looks, and removes what carries our label."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import Any

import docker
from docker.errors import NotFound

from thothctl.adapters import engine_answers, inspection
from thothctl.adapters.engine_errors import asking_to
from thothctl.model.figures import ContainerFigures
from thothctl.model.inspected import InspectedContainer
from thothctl.model.install import LABEL_INSTALL, LABEL_PRODUCT, LABEL_TASK
from thothctl.model.observed import (
    EngineFacts,
    Layout,
    LogLine,
    ObservedContainer,
    ObservedImage,
    ObservedNetwork,
    ObservedStack,
)

PROJECT = "com.docker.compose.project"
SECONDS = 30
READERS = 10


class DockerEngine:
    """Answers `world.Engine`; the API version is negotiated."""

    def __init__(self, host: str | None) -> None:
        with asking_to("connect"):
            self._client = (
                docker.DockerClient(base_url=host, timeout=SECONDS)
                if host
                else docker.from_env(timeout=SECONDS)
            )

    def facts(self) -> EngineFacts:
        with asking_to("describe itself"):
            info, version = self._client.info(), self._client.version()
        options = " ".join(info.get("SecurityOptions") or ())
        components = " ".join(c.get("Name", "") for c in version.get("Components", ()))
        return EngineFacts(
            version=str(version.get("Version", "")),
            api_version=str(version.get("ApiVersion", "")),
            os=str(info.get("OperatingSystem", "")),
            architecture=str(info.get("Architecture", "")),
            cpus=int(info.get("NCPU", 0)),
            memory=int(info.get("MemTotal", 0)),
            root=str(info.get("DockerRootDir", "")),
            rootless="rootless" in options,
            kind="podman" if "Podman" in components else "docker",
            clock=str(info.get("SystemTime", "")),
            live_restore=bool(info.get("LiveRestoreEnabled")),
            warnings=tuple(str(line) for line in info.get("Warnings") or ()),
        )

    def observe(self, install: str) -> ObservedStack:
        label = {"label": f"{LABEL_INSTALL}={install}"}
        with asking_to("list what belongs to the install"):
            containers = self._client.api.containers(all=True, filters=label)
            lasting = [c for c in containers if LABEL_TASK not in c["Labels"]]
            details = [self._inspect(c["Id"]) for c in lasting]
            volumes = self._client.api.volumes(filters=label).get("Volumes") or []
            networks = self._client.api.networks(filters=label)
        return ObservedStack(
            containers=tuple(
                sorted(
                    (engine_answers.container(d) for d in details if d),
                    key=engine_answers.by_service,
                )
            ),
            volumes=tuple(sorted(volume["Name"] for volume in volumes)),
            networks=tuple(sorted(network["Name"] for network in networks)),
        )

    def _inspect(self, identity: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self._client.api.inspect_container(identity)
        except NotFound:  # gone between the list and the look
            return None
        return found

    def inspect(self, install: str) -> tuple[InspectedContainer, ...]:
        label = {"label": f"{LABEL_INSTALL}={install}"}
        with asking_to("inspect the install's containers"):
            listed = self._client.api.containers(all=True, filters=label)
            documents = [d for one in listed if (d := self._inspect(one["Id"]))]
            names = {n for d in documents for n in d["NetworkSettings"].get("Networks") or {}}
            networks = {n["Name"]: n for n in self._client.api.networks() if n["Name"] in names}
        found = (inspection.container(document, networks) for document in documents)
        return tuple(sorted(found, key=lambda one: one.name))

    def written(self, install: str) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for one in self.inspect(install):
            with asking_to(f"compare {one.name} with its image"):
                try:
                    differing = self._client.api.diff(one.name) or ()
                except NotFound:  # gone between the list and the look
                    continue
            found[one.name] = inspection.written(one, [str(d["Path"]) for d in differing])
        return found

    def figures(self, install: str) -> tuple[ContainerFigures, ...]:
        label = {"label": f"{LABEL_INSTALL}={install}"}
        with asking_to("measure what belongs to the install"):
            listed = self._client.api.containers(all=True, filters=label)
            documents = [d for one in listed if (d := self._inspect(one["Id"]))]
            with ThreadPoolExecutor(READERS) as pool:
                read = tuple(pool.map(self._stats, documents))
        return tuple(map(engine_answers.figures, documents, read))

    def _stats(self, found: Mapping[str, Any]) -> Mapping[str, Any]:
        """One reading; the engine takes its time for it, up to a second."""
        if not found["State"].get("Running"):
            return {}
        try:
            stats: Mapping[str, Any] = self._client.api.stats(
                found["Id"], stream=False, one_shot=True
            )
        except NotFound:  # gone between the list and the look
            return {}
        return stats

    def labelled(self) -> Mapping[str, tuple[str, ...]]:
        label = {"label": LABEL_INSTALL}
        with asking_to("list everything that is labelled"):
            containers = self._client.api.containers(all=True, filters=label)
            volumes = self._client.api.volumes(filters=label).get("Volumes") or []
            networks = self._client.api.networks(filters=label)
        found: dict[str, tuple[str, ...]] = {}
        for one in (*containers, *volumes, *networks):
            name = one.get("Name") or one["Names"][0].lstrip("/")
            install = one["Labels"][LABEL_INSTALL]
            found[install] = (*found.get(install, ()), str(name))
        return found

    def foreign(self, project: str, install: str) -> tuple[str, ...]:
        label = {"label": f"{PROJECT}={project}"}
        with asking_to("look for others of the same name"):
            containers = self._client.api.containers(all=True, filters=label)
            volumes = self._client.api.volumes().get("Volumes") or []
        theirs = [
            f"container {c['Names'][0].lstrip('/')}"
            for c in containers
            if c["Labels"].get(LABEL_INSTALL) != install
        ]
        named = [v for v in volumes if v["Name"].startswith(f"{project}_")]
        strange = [v for v in named if (v.get("Labels") or {}).get(LABEL_INSTALL) != install]
        return (*theirs, *(f"volume {v['Name']}" for v in strange))

    def images(self, product: str) -> tuple[ObservedImage, ...]:
        with asking_to("list images"):
            found = self._client.api.images(filters={"label": f"{LABEL_PRODUCT}={product}"})
        return tuple(engine_answers.listed_image(image) for image in found)

    def image(self, reference: str) -> ObservedImage | None:
        with asking_to("look at an image"):
            try:
                found = self._client.api.inspect_image(reference)  # type: ignore[no-untyped-call]  # stubs
            except NotFound:
                return None
        return ObservedImage(
            id=found["Id"],
            tags=tuple(found.get("RepoTags") or ()),
            size=int(found.get("Size", 0)),
            created=str(found.get("Created", "")),
            labels=(found.get("Config") or {}).get("Labels") or {},
            digests=tuple(found.get("RepoDigests") or ()),
            layout=Layout.of(found.get("Config") or {}),
        )

    def pull(self, reference: str, login: Mapping[str, str] | None) -> Generator[dict[str, Any]]:
        """What the engine tells while it pulls; the SDK looks for no login itself."""
        with asking_to(f"pull {reference}"):
            yield from self._client.api.pull(
                reference, stream=True, decode=True, auth_config=dict(login or {})
            )

    def remove_image(self, identity: str) -> bool:
        with asking_to("list containers"):
            used = {c["ImageID"] for c in self._client.api.containers(all=True)}
        found = self.image(identity)
        if identity in used or found is None:
            return found is None
        for name in (*found.tags, *found.digests) or (identity,):
            with asking_to(f"remove the image {name}"):
                try:
                    self._client.api.remove_image(name)
                except NotFound:  # its last name is gone, and the image with it
                    continue
        return True

    def publishers(self, port: int) -> Mapping[str, str]:
        with asking_to("list published ports"):
            containers = self._client.api.containers(filters={"publish": str(port)})
        return {
            c["Names"][0].lstrip("/"): c["Labels"].get(LABEL_INSTALL, "")
            for c in containers
            if any(p.get("PublicPort") == port for p in c.get("Ports", ()))
        }

    def networks(self) -> tuple[ObservedNetwork, ...]:
        with asking_to("list networks"):
            found = self._client.api.networks()
        return tuple(engine_answers.network(one) for one in found)

    def logs(
        self,
        container: str,
        *,
        tail: int | None = None,
        since: datetime | None = None,
        follow: bool = False,
    ) -> Iterator[LogLine]:
        with asking_to("show logs"):
            stream = self._client.api.logs(
                container,
                stream=True,
                timestamps=True,
                follow=follow,
                tail="all" if tail is None else tail,
                since=since.timestamp() if since else None,
            )
            pending = b""
            for chunk in stream:
                *lines, pending = (pending + chunk).split(b"\n")
                yield from (engine_answers.log_line(line) for line in lines)
            if pending:
                yield engine_answers.log_line(pending)

    def volume_labels(self, name: str) -> Mapping[str, str] | None:
        with asking_to(f"look at the volume {name}"):
            try:
                found = self._client.api.inspect_volume(name)
            except NotFound:
                return None
        return dict(found.get("Labels") or {})

    def create_volume(self, name: str, labels: Mapping[str, str], *, place: str = "") -> None:
        bound = {"type": "none", "o": "bind", "device": place} if place else None
        with asking_to(f"create the volume {name}"):
            self._client.api.create_volume(name, driver_opts=bound, labels=dict(labels))

    def task(self, install: str, task: str) -> ObservedContainer | None:
        labels = {"label": [f"{LABEL_INSTALL}={install}", f"{LABEL_TASK}={task}"]}
        with asking_to("look for what runs beside the stack"):
            listed = self._client.api.containers(all=True, filters=labels)
            found = [details for one in listed if (details := self._inspect(one["Id"]))]
        return engine_answers.container(found[0]) if found else None

    def retire(self, container: str, *, seconds: int) -> None:
        with asking_to(f"stop and remove the container {container[:12]}"):
            try:
                self._client.api.stop(container, timeout=seconds)
                self._client.api.remove_container(container, v=True, force=True)
            except NotFound:  # somebody was faster
                return

    def remove_containers(self, install: str) -> None:
        self._remove_tasks(install)
        for container in self.observe(install).containers:
            with asking_to(f"remove the container {container.name}"), suppress(NotFound):
                self._client.api.stop(container.id, timeout=SECONDS // 2)
                self._client.api.remove_container(container.id, force=True)

    def _remove_tasks(self, install: str) -> None:
        """What an operation that was killed ran beside the stack."""
        labels = {"label": [f"{LABEL_INSTALL}={install}", LABEL_TASK]}
        with asking_to("remove what an operation left running"):
            for one in self._client.api.containers(all=True, filters=labels):
                try:
                    self._client.api.remove_container(one["Id"], force=True)
                except NotFound:
                    continue

    def remove_networks(self, install: str) -> None:
        for network in self.observe(install).networks:
            with asking_to(f"remove the network {network}"), suppress(NotFound):
                self._client.api.remove_network(network)

    def remove_volumes(self, install: str, names: Sequence[str] | None = None) -> None:
        for volume in self.observe(install).volumes:
            if names is not None and volume not in names:
                continue
            with asking_to(f"remove the volume {volume}"), suppress(NotFound):
                self._client.api.remove_volume(volume)
