"""How secrets are shown: everything but their values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from thothctl.cli.secret_change import Installed
from thothctl.cli.session import Session
from thothctl.model.secret_spec import SecretSpec

COLUMNS = ("name", "kind", "consumers", "written")


@dataclass(frozen=True, slots=True)
class SecretState:
    """A secret from outside; `written` is None for one that has no value yet."""

    name: str
    kind: str
    consumers: tuple[str, ...]
    written: datetime | None

    @property
    def day(self) -> str:
        return f"{self.written:%Y-%m-%d %H:%M}" if self.written else "-"


def state_of(session: Session, here: Installed) -> tuple[SecretState, ...]:
    """Every secret of the stack that has a value or should have one."""
    facts = session.world.installs.secret_facts(session.install)
    written = {file.name: file.written for file in facts.files}
    asked = {s.name for s in here.stack.secrets_for(here.current.release.settings)}
    return tuple(
        SecretState(
            spec.name,
            "generated" if spec.is_generated else "given",
            (
                *_readers(here, spec),
                *([f"role {spec.postgres_role}"] if spec.postgres_role else []),
            ),
            written.get(spec.name),
        )
        for spec in here.stack.secrets
        if spec.name in written or (spec.name in asked and not spec.provider)
    )


def secrets_data(found: Sequence[SecretState]) -> dict[str, object]:
    """The secrets for scripts."""
    return {
        "secrets": [
            {
                "name": one.name,
                "kind": one.kind,
                "consumers": one.consumers,
                "written": one.written.isoformat(timespec="seconds") if one.written else None,
            }
            for one in found
        ]
    }


def secret_rows(found: Sequence[SecretState]) -> list[list[str]]:
    """The secrets for a spreadsheet."""
    return [[one.name, one.kind, " ".join(one.consumers), one.day] for one in found]


def show_secrets(console: Console, found: Sequence[SecretState]) -> None:
    """A line a secret."""
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("Secret", "Kind", "Read by", "Written"):
        table.add_column(name, overflow="fold")
    for one in found:
        table.add_row(
            Text(one.name), one.kind, Text(", ".join(one.consumers), "dim"), Text(one.day, "dim")
        )
    console.print(table)


def _readers(here: Installed, spec: SecretSpec) -> tuple[str, ...]:
    running = {service.name for service in here.stack.services_for(here.current.release.settings)}
    return tuple(service for service in spec.services if service in running)
