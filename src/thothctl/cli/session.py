"""One run of one command: its options, its world and how it speaks."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from threading import RLock

from rich.console import Console

from thothctl.cli.progress import Watcher, watching
from thothctl.errors import DeclinedError, InvalidInputError, UsageError
from thothctl.model.event import Event
from thothctl.operations import figures
from thothctl.operations.drill_ground import tidy
from thothctl.operations.execute import execute, new_operation
from thothctl.operations.finalize import finish_due
from thothctl.operations.keys import settle
from thothctl.operations.plan import Plan
from thothctl.operations.recover import refuse_unfinished
from thothctl.world import Report, World

DEFAULT_INSTALL = "default"


class Output(StrEnum):
    """How a command answers; a table is text, and CSV only where rows are the answer."""

    TEXT = "text"
    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"

    @property
    def is_document(self) -> bool:
        return self in (Output.JSON, Output.NDJSON)


@dataclass(frozen=True, slots=True)
class Options:
    """What every command takes; `timeout` in seconds, None for the command's own."""

    install: str | None = None
    output: Output = Output.TEXT
    yes: bool = False
    non_interactive: bool = False
    dry_run: bool = False
    timeout: int | None = None
    verbose: int = 0
    log_file: str | None = None


class Session:
    """Carries options and world through one command."""

    def __init__(
        self,
        options: Options,
        connect: Callable[[Report], World],
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self.options, self.environment = options, environment
        self._connect = connect
        self._watcher: Watcher = lambda _: None
        self._hearing = RLock()
        self.operation: str | None = None
        self.stdout = Console(file=sys.stdout, highlight=False, emoji=False)
        self.stderr = Console(file=sys.stderr, highlight=False, emoji=False)

    @cached_property
    def world(self) -> World:
        return self._connect(self._hear)

    def _hear(self, event: Event) -> None:
        """One at a time: copies, packers and looks tell from threads of their own."""
        with self._hearing:
            self._watcher(event)

    def use_ca_bundle(self, path: Path) -> None:
        """Trust these certificates from here on, in builds and in HTTP."""
        if not path.is_file():
            raise InvalidInputError(f"there is no file {path}", hint="give --ca-bundle a PEM file")
        os.environ["THOTHCTL_CA_BUNDLE"] = str(path.absolute())

    @property
    def interactive(self) -> bool:
        """Somebody can be asked: a terminal, and neither --non-interactive nor --yes."""
        unasked = self.options.non_interactive or self.options.yes
        return not unasked and sys.stdin.isatty() and sys.stderr.isatty()

    @property
    def chosen(self) -> str | None:
        return self.options.install or self.environment.get("THOTHCTL_INSTALL") or None

    @cached_property
    def install(self) -> str:
        """The install that is meant; raises UsageError with the list when it is not clear."""
        if self.chosen:
            return self.chosen
        names = self.world.installs.names()
        if len(names) == 1:
            return names[0]
        if not names or DEFAULT_INSTALL in names:
            return DEFAULT_INSTALL
        raise UsageError(
            f"several installs are here: {', '.join(names)}",
            hint="name one with --install NAME or THOTHCTL_INSTALL",
        )

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Show progress while the body runs; on standard error, so that answers stay clean."""
        ndjson = _line if self.options.output is Output.NDJSON else None
        with watching(self.stderr, ndjson) as watcher:
            self._listen(watcher)
            try:
                yield
            finally:
                self._listen(lambda _: None)

    def _listen(self, watcher: Watcher) -> None:
        """From here on nobody but this one hears anything."""
        with self._hearing:
            self._watcher = watcher

    def confirm(self, question: str) -> None:
        """Ask before something that matters; raises DeclinedError for a no."""
        if self.options.yes:
            return
        if not self.interactive:
            raise UsageError(f"this needs a yes: {question}", hint="give --yes to confirm")
        from thothctl.adapters.prompts import ask_yes  # noqa: PLC0415 - only when asked

        if not ask_yes(question):
            raise DeclinedError("declined; nothing was changed", hint="run it again when ready")

    @contextmanager
    def locked(self, command: str, *, fresh: bool = True, plans: bool = False) -> Iterator[None]:
        """Hold the install's lock; `fresh` refuses an unfinished operation.

        Who only `plans` changes nothing, and what is due waits for who does.
        """
        with self.world.locks.hold(self.install, command):
            with self.watched():
                if fresh:
                    only_plans = plans or self.options.dry_run
                    refuse_unfinished(self.world, self.install, plans=only_plans)
                tidy(self.world, self.install)
                settle(self.world, self.install)
                if fresh and not (plans or self.options.dry_run):
                    finish_due(self.world, self.install)
            try:
                yield
            finally:
                settle(self.world, self.install)
                if not self.options.dry_run:
                    figures.refresh(self.world, self.install)

    def carry_out(self, plan: Plan) -> None:
        """Execute a plan under a new operation id, with progress."""
        self.operation = new_operation(self.world, plan.install, plan.kind)
        with self.watched():
            execute(plan, self.world, operation=self.operation)


def _line(text: str) -> None:
    """In one piece: whatever else writes there, a line stays one."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()  # an event is of use while it is news
