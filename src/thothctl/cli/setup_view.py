"""What setup shows: findings, the plan, and the panel at the end."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from thothctl.model.finding import Finding, Verdict
from thothctl.model.secret import Secret
from thothctl.operations.plan import Plan

MARKS = {Verdict.PASS: "[green]✓[/]", Verdict.WARN: "[yellow]![/]", Verdict.FAIL: "[red]✗[/]"}
EXAMPLE = "How many charter schools are there in Alameda County?"


def show_notes(console: Console, notes: Sequence[str]) -> None:
    """Sentences that the user should hear before anything happens."""
    for note in notes:
        console.print(f"  {note}", style="dim", markup=False, soft_wrap=True)


def show_answers(console: Console, lines: Sequence[tuple[str, str]]) -> None:
    """What was agreed to, so that it stays to be read above the progress."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in lines:
        table.add_row(Text(label), Text(value))
    console.print(table)
    console.print()


def show_findings(console: Console, findings: Sequence[Finding]) -> None:
    """One line when all is well; each finding that is not a pass with its hint."""
    passed = [f for f in findings if f.verdict is Verdict.PASS]
    console.print(f"[green]✓[/] {'Preflight':<18} [dim]{len(passed)} checks passed[/]")
    for finding in findings:
        if finding.verdict is not Verdict.PASS:
            console.print(f"{MARKS[finding.verdict]} {finding.probe:<18} {escape(finding.summary)}")
            console.print(f"  [dim]hint: {escape(finding.hint)}[/]")


def show_checks(console: Console, findings: Sequence[Finding]) -> None:
    """All findings as an aligned table."""
    table = Table.grid(padding=(0, 1))
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column()
    for finding in findings:
        hint = f"\n[cyan]hint:[/] {escape(finding.hint)}" if finding.hint else ""
        table.add_row(
            MARKS[finding.verdict], finding.probe, f"[dim]{escape(finding.summary)}[/]{hint}"
        )
    console.print(table)


def show_plan(console: Console, plan: Plan, findings: Sequence[Finding]) -> None:
    """The steps with their reasons."""
    show_checks(console, findings)
    console.print()
    if not plan.steps:
        console.print("Nothing to do.")
        return
    console.print(f"To {plan.goal}:", style="bold")
    table = Table.grid(padding=(0, 2))
    for number, step in enumerate(plan.steps, 1):
        table.add_row(f"{number:>2}", Text(step.title), Text(step.why, "dim"))
    console.print(table)
    console.print("[dim]Nothing was changed.[/]")


def show_result(console: Console, data: Mapping[str, object], password: Secret | None) -> None:
    """The panel a user wants to see: where, who, and what next."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row("Page", Text(str(data["url"]), "bold cyan"))
    grid.add_row("Sign in as", Text(str(data["admin_email"])))
    if password is not None:
        grid.add_row("Password", Text(password.reveal(), "bold"))
        grid.add_row("", "[dim]shown this once[/]")
    else:
        grid.add_row("Password", Text(f"in {data['admin_password_file']}"))
    settings = data["settings"]
    grid.add_row("", "")
    if isinstance(settings, Mapping) and settings.get("demo"):
        grid.add_row("Ask", f'thothctl ask "{EXAMPLE}"')
    grid.add_row("Your own data", "thothctl import-bird mydb.sqlite")
    grid.add_row("Look", "thothctl status")
    title = f"Ready: release {data['release']}, version {data['version']}"
    console.print(Panel(grid, title=title, title_align="left", border_style="green", expand=False))
