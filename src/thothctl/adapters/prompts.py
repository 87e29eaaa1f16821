"""Asks on a terminal: one form that is drawn anew for every question and leaves no trace."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import questionary
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import (
    BufferControl,
    ConditionalContainer,
    FormattedTextControl,
    VSplit,
    Window,
)
from prompt_toolkit.layout.processors import AfterInput, PasswordProcessor, Processor

from thothctl.adapters.prompt_frame import (
    CALM,
    INDENT,
    View,
    application,
    leave,
    question,
    ways_out,
    wrapped,
)

LF, SHOWN, FEWEST = "\n", 11, 3
FRAME = 5
"""Rows of heading, question, keys and two empty ones."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; `note` is said of it in a quieter tone."""

    value: object
    title: str
    note: str = ""


def ask_yes(question: str) -> bool:
    """A yes or a no; Ctrl-C raises KeyboardInterrupt."""
    return bool(questionary.confirm(question, default=False, style=CALM).unsafe_ask())


def choose(view: View, options: Sequence[Option], current: object) -> object:
    """One of the options, or BACK; typing narrows a long list."""
    return _List(view, options, current).run()


def type_in(
    view: View, default: str, wrong: Callable[[str], str], *, hidden: bool = False
) -> object:
    """A line of text, or BACK; `wrong` says why it will not do, and the form asks again."""
    return _Text(view, default, wrong, hidden=hidden).run()


class _List:
    def __init__(self, view: View, options: Sequence[Option], current: object) -> None:
        self._view, self._options, self._typed = view, options, ""
        values = [option.value for option in options]
        self._at = values.index(current) if current in values else 0
        self._long = len(options) > SHOWN
        keys = ways_out(view)
        keys.add("up")(lambda _: self._move(-1))
        keys.add("down")(lambda _: self._move(1))
        keys.add("pageup")(lambda _: self._move(-SHOWN))
        keys.add("pagedown")(lambda _: self._move(SHOWN))
        keys.add("backspace")(lambda _: self._narrow(self._typed[:-1]))
        keys.add("enter")(self._take)
        keys.add(Keys.Any)(self._type)
        list_window = Window(
            FormattedTextControl(self._draw, focusable=True),
            always_hide_cursor=True,
            dont_extend_height=True,
        )
        more = "type to narrow" if self._long else ""
        self._app = application(view, [question(view, self._hint), list_window], keys, more)

    def run(self) -> object:
        return self._app.run()

    def _found(self) -> list[Option]:
        return [o for o in self._options if self._typed.lower() in o.title.lower()]

    def _hint(self) -> str:
        return self._typed

    def _move(self, by: int) -> None:
        last = len(self._found()) - 1
        step = self._at + by
        wraps = abs(by) == 1 and not 0 <= step <= last
        self._at = (last if step < 0 else 0) if wraps else max(0, min(step, last))

    def _narrow(self, typed: str) -> None:
        self._typed, self._at = typed, 0

    def _type(self, event: KeyPressEvent) -> None:
        if event.data == "<":
            leave(event, self._view)
        elif self._long and event.data.isprintable():
            self._narrow(self._typed + event.data)

    def _take(self, event: KeyPressEvent) -> None:
        if found := self._found():
            event.app.exit(result=found[self._at].value)

    def _draw(self) -> StyleAndTextTuples:
        found, room = self._found(), self._room()
        start = max(0, min(self._at - room // 2, len(found) - room))
        widest = max((len(option.title) for option in self._options), default=0)
        text: StyleAndTextTuples = []
        for index, option in enumerate(found[start : start + room], start):
            mark, style = ("●", "class:chosen") if index == self._at else ("○", "")
            text.append((style or "class:quiet", f"{'' if not text else LF}{INDENT * 3}{mark} "))
            text.append((style, option.title.ljust(widest)))
            text.append(("class:quiet", f"  {option.note}"))
        if (left := len(found) - start - room) > 0:
            text.append(("class:quiet", f"\n{INDENT * 3}… {left} more"))
        return text or [("class:quiet", f"{INDENT * 3}nothing is called that")]

    def _room(self) -> int:
        """How many options fit below the form and above the footer."""
        size = self._app.output.get_size()
        helped = len(wrapped(self._view.help, size.columns, INDENT).splitlines())
        left = size.rows - len(self._view.lines) - helped - FRAME
        return max(FEWEST, min(SHOWN, left if left >= len(self._found()) else left - 1))


class _Text:
    def __init__(
        self, view: View, default: str, wrong: Callable[[str], str], *, hidden: bool
    ) -> None:
        self._view, self._default, self._wrong, self._error = view, default, wrong, view.error
        self._buffer = Buffer(multiline=False)
        processors: list[Processor] = [PasswordProcessor()] if hidden else []
        processors.append(AfterInput(self._ghost))
        field = Window(BufferControl(self._buffer, processors), height=1)
        row = VSplit([question(view, lambda: ""), field])
        error = ConditionalContainer(
            Window(FormattedTextControl(self._complaint), dont_extend_height=True),
            Condition(lambda: bool(self._error)),
        )
        keys = ways_out(view)
        keys.add("enter", eager=True)(self._take)
        self._app = application(view, [row, error], keys, "", field)

    def run(self) -> object:
        return self._app.run()

    def _complaint(self) -> StyleAndTextTuples:
        return [
            ("class:error", wrapped(self._error, self._app.output.get_size().columns, INDENT * 2))
        ]

    def _ghost(self) -> StyleAndTextTuples:
        return [("class:quiet", "" if self._buffer.text else self._default)]

    def _take(self, event: KeyPressEvent) -> None:
        text = self._buffer.text.strip()
        if text == "<":
            self._buffer.reset()
            leave(event, self._view)
            return
        self._error = self._wrong(text)
        if not self._error:
            event.app.exit(result=text)
