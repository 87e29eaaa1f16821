"""How backups are shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table

from thothctl.model.backup import Manifest, Stored
from thothctl.model.backup_plain import manifest_to_plain
from thothctl.operations.backup_prune import Pruning
from thothctl.operations.backup_verify import Proof

MIB = 1024 * 1024
MOST_COUNTS = 12


def stored_data(one: Stored) -> dict[str, object]:
    """A backup for scripts."""
    return {
        "id": one.id,
        "created": one.manifest.created,
        "file": one.place,
        "size": one.size,
        "bytes": one.manifest.bytes,
        "stores": list(one.manifest.stores),
        "full": one.manifest.full,
        "consistency": one.manifest.consistency.value,
        "note": one.manifest.note,
        "fingerprint": one.head.fingerprint,
        "verified": _time(one.verified),
        "deep": _time(one.deep),
        "drilled": _time(one.drilled),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def show_list(console: Console, backups: Sequence[Stored], strangers: Sequence[str]) -> None:
    """Newest last, as they came to be."""
    if not backups:
        console.print("No backups. `thothctl backup create` makes one.")
    else:
        console.print(_table(backups))
    if strangers:
        console.print(
            f"{len(strangers)} archives beside them are of another install, or damaged: "
            f"{', '.join(strangers[:3])}",
            style="dim",
            markup=False,
        )


def _table(backups: Sequence[Stored]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("Backup", "Stores", "Consistency", "Proved"):
        table.add_column(column)
    table.add_column("Size", justify="right")
    for one in backups:
        table.add_row(
            one.id,
            "all" if one.manifest.full else ", ".join(one.manifest.stores),
            one.manifest.consistency.value,
            "drill" if one.drilled else "deep" if one.deep else "hashes" if one.verified else "-",
            f"{one.size / MIB:,.1f} MiB",
        )
    return table


def manifest_data(place: str, manifest: Manifest) -> dict[str, object]:
    """The whole manifest for scripts."""
    return {"id": manifest.id, "file": place, "manifest": manifest_to_plain(manifest)}


def show_manifest(console: Console, place: str, manifest: Manifest) -> None:
    """What a person wants to know before a restore."""
    table = Table.grid(padding=(0, 2))
    for name, value in _facts(place, manifest).items():
        table.add_row(f"[bold]{name}[/]", value)
    console.print(table)
    for part in manifest.parts:
        console.print(f"\n[bold]{part.name}[/]  {part.bytes / MIB:,.1f} MiB")
        for name, count in list(part.counts.items())[:MOST_COUNTS]:
            console.print(f"  {name}: {count:,}", markup=False)
        if len(part.counts) > MOST_COUNTS:
            console.print(f"  … and {len(part.counts) - MOST_COUNTS} more", style="dim")


def _facts(place: str, manifest: Manifest) -> Mapping[str, str]:
    return {
        "Backup": manifest.id,
        "File": place,
        "Made": f"{manifest.created}, in {manifest.duration_ms / 1000:.1f} s",
        "Consistency": f"{manifest.consistency.value}, writers paused {manifest.write_pause_ms} ms",
        "Of": f"{manifest.stack} {manifest.product_version}, {manifest.mode}",
        "Key": manifest.fingerprint,
        **({"Note": manifest.note} if manifest.note else {}),
        **({"Remarks": "\n".join(manifest.remarks)} if manifest.remarks else {}),
    }


def show_proofs(console: Console, backup: str, proofs: Sequence[Proof], *, deep: bool) -> None:
    """One line a part that is bad, one for all when all is good."""
    for proof in proofs:
        if proof.problem:
            console.print(f"[red]✗[/] {proof.part} {proof.problem}")
    if not any(proof.problem for proof in proofs):
        how = "read to its end" if deep else "as it was written"
        console.print(f"[green]✓[/] {backup}: {len(proofs)} parts, every byte {how}")


def show_pruning(console: Console, pruning: Pruning, *, planned: bool) -> None:
    """What went, or would go."""
    verb = "Would remove" if planned else "Removed"
    if not pruning.removed:
        console.print(f"Nothing to do: {len(pruning.kept)} backups, each is to be kept")
        return
    for one in pruning.removed:
        console.print(f"{verb} {one.id}", markup=False)
    console.print(f"{len(pruning.kept)} backups stay")
