"""`thothctl doctor`: looks at the machine, the install and the server, or at the security."""

from collections import Counter
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.session import Session
from thothctl.cli.setup_options import STACK
from thothctl.cli.setup_view import MARKS
from thothctl.errors import CheckWarnedError
from thothctl.model.finding import Finding, Verdict
from thothctl.operations.doctor import Depth, Group, Report, examine, secure
from thothctl.probes import exposure
from thothctl.probes.preflight import refusal

NAME_WIDTH = 18

Quick = Annotated[bool, typer.Option("--quick", metavar="", help="Only what takes no time.")]
Security = Annotated[
    bool, typer.Option("--security", metavar="", help="How the running stack is locked up.")
]
Deep = Annotated[
    bool, typer.Option("--deep", metavar="", help="Also ask the providers about their keys.")
]
Strict = Annotated[bool, typer.Option("--strict", metavar="", help="Exit 4 when a check warns.")]


@command
def doctor(
    session: Session,
    quick: Quick = False,
    security: Security = False,
    deep: Deep = False,
    strict: Strict = False,
) -> Outcome:
    """Look at everything and say what to do; exits 3 when a check fails."""
    world, name = session.world, session.install
    if security:
        report = secure(world, name)
    else:
        stack = world.bundles.stack(STACK)
        report = examine(world, name, stack.modes[0].minimum, Depth(quick=quick, deep=deep))
    return Outcome(
        _data(report),
        lambda console: _show(console, report),
        checks=report.findings,
        error=refusal(report.findings) or (_warned(report.findings) if strict else None),
    )


def _warned(findings: tuple[Finding, ...]) -> CheckWarnedError | None:
    warned = [finding for finding in findings if finding.verdict is Verdict.WARN]
    if not warned:
        return None
    return CheckWarnedError("; ".join(f.summary for f in warned), hint=warned[0].hint)


def _data(report: Report) -> dict[str, object]:
    counts = Counter(finding.verdict.value for finding in report.findings)
    doors = exposure.doors([(o.service, port) for o in report.containers for port in o.published])
    return {
        "groups": {group.title: [f.probe for f in group.findings] for group in report.groups},
        "counts": {verdict.value: counts[verdict.value] for verdict in Verdict},
        **({"reachable": doors} if report.containers else {}),
    }


def _show(console: Console, report: Report) -> None:
    for group in report.groups:
        console.print(Text(group.title, "bold"))
        console.print(_table(group))
        console.print()
    counts = Counter(finding.verdict for finding in report.findings)
    words = {Verdict.PASS: "passed", Verdict.WARN: "to look at", Verdict.FAIL: "failed"}
    told = [f"{counts[verdict]} {word}" for verdict, word in words.items() if counts[verdict]]
    console.print(f"[dim]{', '.join(told)}[/]")


def _table(group: Group) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=1)
    table.add_column(no_wrap=True, min_width=NAME_WIDTH)
    table.add_column(overflow="fold")
    for finding in group.findings:
        style = "dim" if finding.verdict is Verdict.PASS else "default"
        table.add_row(MARKS[finding.verdict], finding.probe, Text(finding.summary, style))
        if finding.hint:
            table.add_row("", "", f"[cyan]hint:[/] {escape(finding.hint)}")
    return table
