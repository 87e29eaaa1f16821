"""systemd of this machine: unit files, `systemctl`, and who is asking."""

import os
import pwd
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2

from thothctl.adapters.files import translated, write_durably
from thothctl.adapters.process import run
from thothctl.adapters.shipped import shipped
from thothctl.adapters.yaml_text import read_mapping
from thothctl.model.unit import Account, Caller, Chore, UnitPlace

RUNNING, LINGER = Path("/run/systemd/system"), Path("/var/lib/systemd/linger")
HANDED_ON = ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH",
             "DOCKER_TLS_VERIFY")  # fmt: skip
"""Nothing that could hold a secret: a proxy's address may."""
USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
GROUP = "docker"


class SystemdUnits:
    """Answers `world.Units`."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self._home, self._environment = home, environment
        self._templates = shipped("templates") / "systemd"
        self._jinja = jinja2.Environment(
            loader=jinja2.FileSystemLoader(self._templates),
            undefined=jinja2.StrictUndefined,
            autoescape=False,  # noqa: S701 - unit files, quoted by our own functions
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def manages(self) -> bool:
        return RUNNING.is_dir() and shutil.which("systemctl") is not None

    def chores(self) -> tuple[Chore, ...]:
        path = self._templates / "maintenance.yaml"
        found = read_mapping(path.read_text(encoding="utf-8"), path.name)
        return tuple(_chore(name, values) for name, values in found.items())

    def render(self, template: str, values: Mapping[str, object]) -> str:
        return self._jinja.get_template(template).render(values)

    def folder(self, place: UnitPlace) -> str:
        return str(self._folder(place))

    def _folder(self, place: UnitPlace) -> Path:
        if not place.for_user:
            return (place.root or Path("/")) / "etc/systemd/system"
        chosen = self._environment.get("XDG_CONFIG_HOME") or Path.home() / ".config"
        return (place.root or Path(chosen)) / "systemd/user"

    def read(self, place: UnitPlace) -> Mapping[str, str]:
        folder = self._folder(place)
        files = [path for path in folder.glob("thoth-*") if path.is_file()]
        with translated(f"read {folder}"):
            return {path.name: path.read_text(encoding="utf-8") for path in sorted(files)}

    def write(self, place: UnitPlace, name: str, text: str) -> None:
        folder = self._folder(place)
        with translated(f"create {folder}"):
            folder.mkdir(parents=True, exist_ok=True)
        write_durably(folder / name, text)

    def remove(self, place: UnitPlace, name: str) -> None:
        path = self._folder(place) / name
        with translated(f"remove {path}"):
            path.unlink(missing_ok=True)

    def control(self, place: UnitPlace, words: Sequence[str]) -> tuple[int, str]:
        where = [f"--root={place.root}"] if place.root else []
        scope = ["--global" if place.root else "--user"] if place.for_user else []
        done = run(["systemctl", *where, *scope, *words], environment=self._environment)
        return done.status, done.text

    def caller(self) -> Caller:
        beside = Path(sys.executable).with_name("thothctl")
        program = (str(beside),) if beside.is_file() else (sys.executable, "-m", "thothctl")
        kept = {name: self._environment[name] for name in HANDED_ON if name in self._environment}
        found = shutil.which("docker")
        own = str(Path(found).parent) if found else ""
        path = {"PATH": f"{own}:{USUAL_PATH}"} if own and own not in USUAL_PATH.split(":") else {}
        account = _account(pwd.getpwuid(self._owner()))
        return Caller(program, {"THOTHCTL_HOME": str(self._home), **path, **kept}, account)

    def _owner(self) -> int:
        """Root works for whoever owns the records: `sudo` must not leave files of root there."""
        me = os.geteuid()
        return self._home.stat().st_uid if me == 0 and self._home.exists() else me

    def account(self, name: str) -> Account | None:
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            return None

    def lingers(self, account: Account) -> bool:
        return (LINGER / account.name).exists()


def _account(found: pwd.struct_passwd) -> Account:
    import grp  # noqa: PLC0415 - as pwd, there on POSIX only

    groups = os.getgrouplist(found.pw_name, found.pw_gid)
    try:
        docker = grp.getgrnam(GROUP).gr_gid
    except KeyError:
        docker = -1
    return Account(found.pw_name, found.pw_uid, found.pw_uid == 0 or docker in groups)


def _chore(name: str, values: object) -> Chore:
    assert isinstance(values, Mapping)  # noqa: S101 - our own file
    command, when = values["command"], values.get("when") or {}
    assert isinstance(command, list)  # noqa: S101 - our own file
    assert isinstance(when, Mapping)  # noqa: S101 - our own file
    return Chore(
        name=name,
        title=str(values["title"]),
        command=tuple(str(word) for word in command),
        calendar=str(values["calendar"]),
        cron=str(values["cron"]),
        delay=str(values["delay"]),
        when={str(key): tuple(str(one) for one in ones) for key, ones in when.items()},
    )
