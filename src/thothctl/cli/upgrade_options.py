"""The options of `thothctl upgrade`, some of which `rollback` has as well."""

from typing import Annotated

import typer

SECONDS, SOAK = 90, 30

To = Annotated[
    str | None,
    typer.Option("--to", metavar="VERSION", help="Which version; else the newest within reach."),
]
Channel = Annotated[str, typer.Option("--channel", metavar="NAME", help="stable or nightly.")]
Check = Annotated[
    bool,
    typer.Option("--check", metavar="", help="Only tell: exit 100 when a newer one is in reach."),
]
PlanOnly = Annotated[
    bool, typer.Option("--plan", metavar="", help="Show steps, images and sizes, then stop.")
]
SoakSeconds = Annotated[
    int,
    typer.Option(
        "--soak", min=0, metavar="SECONDS", help="Watch the new version so long before it counts."
    ),
]
NoRollback = Annotated[
    bool,
    typer.Option("--no-rollback", metavar="", help="Leave a failure as it is, to be looked at."),
]
Backup = Annotated[
    bool,
    typer.Option("--backup/--no-backup", help="Make a backup first, while everything runs."),
]
NoClone = Annotated[
    bool,
    typer.Option(
        "--no-clone", metavar="", help="Migrate the data in place; needs a verified backup."
    ),
]
Word = Annotated[
    str | None,
    typer.Argument(metavar="[finalize]", help="Free old data instead; what rollback needs stays."),
]
Rehearse = Annotated[
    bool,
    typer.Option(
        "--rehearse", metavar="", help="Try it on a copy that is cut off from everything, only."
    ),
]
FinalizeAfter = Annotated[
    int | None,
    typer.Option(
        "--finalize-after", min=0, metavar="DAYS", help="Free the data of before after so long."
    ),
]
Rolling = Annotated[
    bool,
    typer.Option(
        "--rolling", metavar="", help="Exchange containers one by one, while the others answer."
    ),
]
AcceptNoClone = Annotated[
    bool,
    typer.Option(
        "--accept-no-clone", metavar="", help="Only a restore brings such data back: understood."
    ),
]
