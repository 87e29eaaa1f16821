"""How keys are shown: never a value, always where it lies and what was said of it."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from thothctl.cli.session import Session
from thothctl.model.provider import KeyClass, KeyVerdict
from thothctl.operations.keys import KeyPlace

USE_NAMES = {"llm": "answers", "embedding": "embeddings", "": "-"}
COLOURS = {KeyClass.VALID: "green", KeyClass.SKIPPED: "yellow", KeyClass.NETWORK: "yellow"}


def key_data(session: Session, place: KeyPlace, verdict: KeyVerdict | None) -> dict[str, object]:
    """One key for scripts."""
    request = place.request
    path = session.world.installs.secret_path(session.install, request.provider.secret)
    data: dict[str, object] = {
        "provider": request.provider.name,
        "for": place.use,
        "secret": str(path) if place.stored else None,
        "base_url": request.base_url or request.provider.base_url,
        "model": request.model or None,
    }
    if verdict is not None:
        data |= {"class": verdict.kind.value, "detail": verdict.detail}
    return data


def show_keys(console: Console, told: Sequence[tuple[KeyPlace, KeyVerdict]]) -> None:
    """Each key with its class."""
    if not told:
        console.print(NOTHING)
        return
    table = _table("Provider", "For", "Key", "")
    for place, verdict in told:
        word = verdict.kind.value.replace("_", " ")
        table.add_row(
            place.request.provider.title,
            USE_NAMES[place.use],
            Text(word, COLOURS.get(verdict.kind, "red")),
            Text(verdict.detail, "dim"),
        )
    console.print(table)


def show_stored(console: Console, found: Sequence[KeyPlace]) -> None:
    """Each provider with what it is used for, unasked."""
    if not found:
        console.print(NOTHING)
        return
    table = _table("Provider", "For", "Key", "Model")
    for place in found:
        needs = place.request.provider.needs_key
        key = "stored" if place.stored else "skipped" if needs else "not needed"
        model = Text(place.request.model or "the usual one", "dim")
        table.add_row(place.request.provider.title, USE_NAMES[place.use], key, model)
    console.print(table)


NOTHING = "No provider is in use and no key is stored; `thothctl keys set PROVIDER` does it."


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for name in columns:
        table.add_column(name, no_wrap=name != "", overflow="fold")
    return table
