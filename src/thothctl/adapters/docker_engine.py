"""The Docker engine through its SDK: looks, and removes what carries our label."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import docker
from docker.errors import APIError, DockerException, NotFound

from thothctl.errors import EngineRefusedError, EngineUnreachableError
from thothctl.model.install import LABEL_INSTALL, LABEL_PRODUCT, LABEL_RELEASE, LABEL_SERVICE
from thothctl.model.observed import (
    Condition,
    EngineFacts,
    ObservedContainer,
    ObservedImage,
    ObservedStack,
)

PROJECT = "com.docker.compose.project"
SECONDS = 30


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
        )

    def observe(self, install: str) -> ObservedStack:
        label = {"label": f"{LABEL_INSTALL}={install}"}
        with asking_to("list what belongs to the install"):
            containers = self._client.api.containers(all=True, filters=label)
            details = [self._inspect(c["Id"]) for c in containers]
            volumes = self._client.api.volumes(filters=label).get("Volumes") or []
            networks = self._client.api.networks(filters=label)
        return ObservedStack(
            containers=tuple(sorted((_container(d) for d in details if d), key=_by_service)),
            volumes=tuple(sorted(volume["Name"] for volume in volumes)),
            networks=tuple(sorted(network["Name"] for network in networks)),
        )

    def _inspect(self, identity: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self._client.api.inspect_container(identity)
        except NotFound:  # gone between the list and the look
            return None
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
        return tuple(_listed_image(image) for image in found)

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
        )

    def publishers(self, port: int) -> Mapping[str, str]:
        with asking_to("list published ports"):
            containers = self._client.api.containers(filters={"publish": str(port)})
        return {
            c["Names"][0].lstrip("/"): c["Labels"].get(LABEL_INSTALL, "")
            for c in containers
            if any(p.get("PublicPort") == port for p in c.get("Ports", ()))
        }

    def logs(self, container: str, *, tail: int, follow: bool = False) -> Iterator[str]:
        with asking_to("show logs"):
            stream = self._client.api.logs(
                container, stream=True, follow=follow, tail=tail, stdout=True, stderr=True
            )
            pending = b""
            for chunk in stream:
                *lines, pending = (pending + chunk).split(b"\n")
                yield from (line.decode(errors="replace").rstrip("\r") for line in lines)
            if pending:
                yield pending.decode(errors="replace")

    def remove_containers(self, install: str) -> None:
        for container in self.observe(install).containers:
            with asking_to(f"remove the container {container.name}"):
                try:
                    self._client.api.stop(container.id, timeout=SECONDS // 2)
                    self._client.api.remove_container(container.id, force=True)
                except NotFound:
                    continue

    def remove_networks(self, install: str) -> None:
        for network in self.observe(install).networks:
            with asking_to(f"remove the network {network}"):
                try:
                    self._client.api.remove_network(network)
                except NotFound:
                    continue

    def remove_volumes(self, install: str, names: Sequence[str] | None = None) -> None:
        for volume in self.observe(install).volumes:
            if names is not None and volume not in names:
                continue
            with asking_to(f"remove the volume {volume}"):
                try:
                    self._client.api.remove_volume(volume)
                except NotFound:
                    continue


@contextmanager
def asking_to(action: str) -> Iterator[None]:
    """Turn what the SDK raises into our errors, telling a refusal from silence."""
    try:
        yield
    except APIError as error:
        raise EngineRefusedError(
            f"Docker refused to {action}: {error.explanation or error}",
            hint="see what it names; `docker info` shows how the engine is",
        ) from error
    except PermissionError as error:
        raise _unreachable(action, "no permission to use its socket", _GROUP) from error
    except (DockerException, OSError) as error:
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, PermissionError):
            cause = cause.__context__
        if cause is not None:
            raise _unreachable(action, "no permission to use its socket", _GROUP) from error
        raise _unreachable(action, "it did not answer", _START) from error


_GROUP = "join the group: `sudo usermod -aG docker $USER`, then sign in again"
_START = "start Docker Desktop or the docker service; `./install.sh` installs and starts one"


def _unreachable(action: str, why: str, hint: str) -> EngineUnreachableError:
    return EngineUnreachableError(f"Docker was asked to {action}: {why}", hint=hint)


def _by_service(container: ObservedContainer) -> tuple[str, str]:
    return container.service, container.name


def _container(found: Mapping[str, Any]) -> ObservedContainer:
    labels, state = found["Config"].get("Labels") or {}, found["State"]
    bindings = (found.get("NetworkSettings") or {}).get("Ports") or {}
    published = [
        f"{one['HostIp']}:{one['HostPort']}->{inner}"
        for inner, ones in bindings.items()
        for one in ones or ()
    ]
    return ObservedContainer(
        id=found["Id"],
        name=found["Name"].lstrip("/"),
        service=labels.get(LABEL_SERVICE, ""),
        image=found["Config"]["Image"],
        condition=_condition(state),
        restarts=int(found.get("RestartCount", 0)),
        started=str(state.get("StartedAt", "")),
        exit_code=int(state.get("ExitCode", 0)),
        ports=tuple(published),
        release=labels.get(LABEL_RELEASE, ""),
    )


def _condition(state: Mapping[str, Any]) -> Condition:
    if state.get("Restarting"):
        return Condition.RESTARTING
    if not state.get("Running"):
        return Condition.STOPPED
    health = (state.get("Health") or {}).get("Status", "")
    by_health = {
        "healthy": Condition.HEALTHY,
        "starting": Condition.STARTING,
        "unhealthy": Condition.UNHEALTHY,
    }
    return by_health.get(health, Condition.RUNNING)


def _listed_image(found: Mapping[str, Any]) -> ObservedImage:
    return ObservedImage(
        id=found["Id"],
        tags=tuple(found.get("RepoTags") or ()),
        size=int(found.get("Size", 0)),
        created=str(found.get("Created", "")),
        labels=found.get("Labels") or {},
    )
