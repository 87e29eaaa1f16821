"""Steps that store and remove a secret; its value lies ready in a file and is in no plan."""

from dataclasses import dataclass
from typing import ClassVar

from thothctl.config.scram import verifier
from thothctl.errors import EngineRefusedError, NotHealthyError
from thothctl.model.secret import Secret
from thothctl.operations.plan import step
from thothctl.operations.steps import install_of
from thothctl.operations.waiting import await_healthy, crashes_named
from thothctl.world import World

PSQL = ("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres")
NO_CONNECTION = 2
"""What psql ends with when no server answers."""
PATIENCE_SECONDS, PAUSE_SECONDS, STOP_SECONDS = 60, 0.5, 20


@step
@dataclass(frozen=True)
class ReplaceSecret:
    """Store the offered value; `had` says whether there was one before."""

    name: str
    secret: str
    had: bool
    why: str
    title: ClassVar[str] = "Key"

    def apply(self, world: World) -> None:
        world.installs.take_secret(self.name, self.secret)

    def undo(self, world: World) -> None:
        world.installs.put_back_secrets(self.name)
        if not self.had:
            world.installs.forget_secret(self.name, self.secret)


@step
@dataclass(frozen=True)
class RemoveSecret:
    """Store a secret no longer, once nothing that runs uses it."""

    name: str
    secret: str
    why: str
    title: ClassVar[str] = "Remove key"

    def apply(self, world: World) -> None:
        world.installs.drop_secret(self.name, self.secret)

    def undo(self, world: World) -> None:
        world.installs.put_back_secrets(self.name)


@step
@dataclass(frozen=True)
class AlignRole:
    """Give a role of the database the stored password, over the socket inside the container."""

    name: str
    service: str
    role: str
    secret: str
    why: str
    title: ClassVar[str] = "Database role"

    def apply(self, world: World) -> None:
        world.installs.take_offered_secrets(self.name)  # an undo that got stuck put them back
        self._align(world)

    def undo(self, world: World) -> None:
        """The role gets the password that is stored again."""
        world.installs.put_back_secrets(self.name)
        self._align(world)

    def _align(self, world: World) -> None:
        password = world.installs.secret(self.name, self.secret)
        checked = verifier(password.reveal(), world.entropy.salt())
        statement = Secret(f"ALTER ROLE \"{self.role}\" PASSWORD '{checked}';\n")
        deadline = world.clock.monotonic() + PATIENCE_SECONDS
        while True:
            container = container_of(world, self.name, self.service)
            status, said = world.handover.give(container, PSQL, statement)
            if status == 0:
                return
            if status != NO_CONNECTION or world.clock.monotonic() >= deadline:
                raise EngineRefusedError(
                    f"the password of role {self.role} was not changed: {_first_line(said)}",
                    hint=f"see `thothctl logs {self.service}`",
                )
            world.clock.pause(PAUSE_SECONDS)


@step
@dataclass(frozen=True)
class ChangeSignIn:
    """Give a user of the server the stored password."""

    name: str
    service: str
    user: str
    secret: str
    why: str
    title: ClassVar[str] = "Sign-in"

    def apply(self, world: World) -> None:
        world.installs.take_offered_secrets(self.name)  # see AlignRole
        self._change(world)

    def undo(self, world: World) -> None:
        """The user gets the password that is stored again."""
        world.installs.put_back_secrets(self.name)
        self._change(world)

    def _change(self, world: World) -> None:
        container = container_of(world, self.name, self.service)
        password = world.installs.secret(self.name, self.secret)
        command = ("manage.py", "set_password", self.user)
        status, said = world.handover.give(container, command, password)
        if status != 0:
            raise EngineRefusedError(
                f"the password of {self.user} was not changed: {_first_line(said)}",
                hint=f"see `thothctl logs {self.service}`",
            )


@step
@dataclass(frozen=True)
class KeepConsumers:
    """Does nothing on the way forward; on the way back, restarts who saw the new secrets."""

    name: str
    number: int
    services: tuple[str, ...]
    why: str
    title: ClassVar[str] = "Consumers"

    def apply(self, world: World) -> None:
        """What reads the secrets is restarted once everything else is changed."""

    def undo(self, world: World) -> None:
        world.installs.put_back_secrets(self.name)
        restart_services(world, self.name, self.number, self.services)
        release = world.installs.release(self.name, self.number)
        await_healthy(world, install_of(world, self.name), release)


@step
@dataclass(frozen=True)
class RestartConsumers:
    """Stop and start who reads the secrets: their files are mounted at a start."""

    name: str
    number: int
    services: tuple[str, ...]
    why: str
    title: ClassVar[str] = "Restart"

    def apply(self, world: World) -> None:
        world.installs.take_offered_secrets(self.name)  # see AlignRole
        restart_services(world, self.name, self.number, self.services)

    def undo(self, world: World) -> None:
        """An earlier step restarts them, once the old secrets are back."""


def restart_services(world: World, name: str, number: int, services: tuple[str, ...]) -> None:
    """Stop these services of a release, and start them."""
    folder = world.installs.release_folder(name, number)
    world.compose.stop(folder, services, seconds=STOP_SECONDS)
    install = install_of(world, name)
    with crashes_named(world, install, number) as watch:
        world.compose.up(folder, services, watch=watch)


def container_of(world: World, name: str, service: str) -> str:
    """The id of a service's container; raises NotHealthyError where there is none."""
    observed = world.engine.observe(install_of(world, name).uuid)
    found = next((c.id for c in observed.containers if c.service == service), None)
    if found is None:
        raise NotHealthyError(f"{service} has no container", hint="run `thothctl start`")
    return found


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "it said nothing")
