"""What stands around every question: the form above, the keys below, the ways out."""

import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prompt_toolkit.application import Application
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import (
    FormattedTextControl,
    HSplit,
    Layout,
    VerticalAlign,
    Window,
)
from prompt_toolkit.output import create_output
from prompt_toolkit.styles import Style

CALM = Style.from_dict(
    {
        "qmark": "fg:ansicyan",
        "question": "bold",
        "answer": "fg:ansicyan",
        "heading": "bold",
        "quiet": "fg:ansibrightblack",
        "chosen": "fg:ansicyan",
        "warning": "fg:ansiyellow",
        "error": "fg:ansired",
    }
)
BACK = object()
"""The answer of somebody who wants the question before."""
INDENT = "  "


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the form above the question: a label in its column, a value after it."""

    label: str
    value: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """What stands around a question."""

    heading: str
    lines: Sequence[Line] = ()
    label: str = ""
    help: str = ""
    error: str = ""
    first: bool = False
    width: int = 16


def wrapped(text: str, columns: int, indent: str) -> str:
    """Lines between words, as wide as is pleasant to read."""
    width = max(20, min(columns - 1, 100))
    return textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent)


def question(view: View, hint: Callable[[], str]) -> Window:
    """The row of the question; `hint` is what was typed to narrow a list."""

    def draw() -> StyleAndTextTuples:
        label = ("class:heading", f"{INDENT}▸ {view.label:<{view.width - 2}}  ")
        return [label, ("class:chosen", hint())]

    return Window(FormattedTextControl(draw), height=1, dont_extend_width=True)


def ways_out(view: View) -> KeyBindings:
    """Back to the question before, or out of it all."""
    keys = KeyBindings()
    keys.add("c-b", eager=True)(lambda event: leave(event, view))
    for name in ("c-c", "c-d"):
        keys.add(name, eager=True)(lambda event: event.app.exit(exception=KeyboardInterrupt()))
    return keys


def leave(event: KeyPressEvent, view: View) -> None:
    """Answer BACK, where there is something to go back to."""
    if not view.first:
        event.app.exit(result=BACK)


def application(
    view: View, body: Sequence[object], keys: KeyBindings, more: str, focus: Window | None = None
) -> "Application[object]":
    """Form, question and footer as one; `more` is said among the keys."""
    above = Window(
        FormattedTextControl(lambda: _above(view)), dont_extend_height=True, wrap_lines=False
    )
    words = ["Enter takes it", more, "" if view.first else "Ctrl-B or < back", "Ctrl-C leaves"]
    keys_line = " · ".join(word for word in words if word)

    def footer() -> StyleAndTextTuples:
        columns = app.output.get_size().columns
        lines = [wrapped(line, columns, INDENT) for line in (view.help, keys_line) if line]
        return [("class:quiet", "\n" + "\n".join(lines))]

    below = Window(FormattedTextControl(footer), dont_extend_height=True)
    whole = HSplit([above, *body, below], align=VerticalAlign.TOP)  # type: ignore[list-item]
    app: Application[object] = Application(
        layout=Layout(whole, focused_element=focus),
        key_bindings=keys,
        style=CALM,
        erase_when_done=True,
        output=create_output(stdout=sys.stderr),
    )
    return app


def _above(view: View) -> StyleAndTextTuples:
    text: StyleAndTextTuples = [("class:heading", f"{view.heading}\n")]
    for line in view.lines:
        label = "class:heading" if line.style == "heading" else "class:quiet"
        text.append((label, f"\n{INDENT}{line.label:<{view.width}}  "))
        text.append((f"class:{line.style}" if line.style else "", line.value))
    return text
