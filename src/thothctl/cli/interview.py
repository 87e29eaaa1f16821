"""The wizard on a terminal: one question at a time, back and forth, nothing happens before the end.

What was typed as a key stays in memory until the summary is agreed to; everything else is
remembered on disk, so that a wizard that was left goes on where it was.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from thothctl.adapters.prompt_frame import BACK, View
from thothctl.adapters.prompts import Option, choose, type_in
from thothctl.cli.form import CHOICES, group_lines, option_of, shown, summary_lines
from thothctl.cli.given_keys import GivenKeys
from thothctl.cli.key_question import KeyQuestion
from thothctl.cli.session import Session
from thothctl.cli.setup_view import show_answers
from thothctl.cli.wizard import Chosen
from thothctl.config.settings import Resolved, parse
from thothctl.errors import DeclinedError, InvalidInputError, ThothctlError
from thothctl.model.provider import likely, provider_of
from thothctl.model.setting import Setting, SettingKind, SettingValue
from thothctl.model.stack import Stack
from thothctl.operations.keys import with_keys

START, CHANGE, SAVE, CANCEL, OTHER = "start", "change", "save", "cancel", "other"


def interview(session: Session, stack: Stack, resolved: Resolved, given: GivenKeys) -> Chosen:
    """Ask what is open until the summary is agreed to; raises DeclinedError for a cancel."""
    return _Interview(session, stack, resolved, given).run()


class _Interview:
    def __init__(
        self, session: Session, stack: Stack, resolved: Resolved, given: GivenKeys
    ) -> None:
        self._session, self._stack = session, stack
        self._values: dict[str, SettingValue] = dict(resolved.values)
        self._open = [s for s in resolved.open if len(s.choices) != 1]
        self._keys = KeyQuestion(session, given)
        self._said = ""

    def run(self) -> Chosen:
        trail = self._forward([], 0)
        while True:
            answer = self._summary()
            if answer is BACK or answer == CHANGE:
                self._again(trail, last=answer is BACK)
            elif answer == SAVE:
                self._save()
            elif answer == CANCEL:
                raise DeclinedError(
                    "cancelled; nothing was changed", hint="run it again when ready"
                )
            else:
                return self._chosen()

    def _forward(self, trail: list[int], index: int) -> list[int]:
        """Ask from here on; going back returns to the question asked before."""
        while index < len(self._open):
            setting = self._open[index]
            if not setting.asked(self._values):
                index += 1
                continue
            if self._ask(setting, first=not trail) is BACK:
                index = trail.pop()
                continue
            trail.append(index)
            index += 1
        return trail

    def _ask(self, setting: Setting, *, first: bool) -> object:
        view = self._view(setting, first=first)
        if setting.kind is SettingKind.KEY:
            answer = self._keys.ask(setting, view, self._values)
        elif setting.key.endswith("_model"):
            answer = self._model(setting, view)
        elif setting.choices or setting.kind is SettingKind.BOOLEAN:
            answer = self._choice(setting, view)
        else:
            answer = self._text(setting, view, str(self._values.get(setting.key, "")))
        if answer is not BACK:
            self._take(setting, parse(setting, answer, "the answer"))
        return answer

    def _take(self, setting: Setting, value: SettingValue) -> None:
        """Keep an answer; what belonged to another choice starts anew."""
        if self._values.get(setting.key) != value:
            anew = [s for s in self._stack.settings if s.belongs_to == setting.key]
            self._values |= {s.key: s.default for s in anew if s.default is not None}
        self._values[setting.key] = value
        self._session.world.installs.remember(self._session.install, self._values)

    def _view(self, setting: Setting, *, first: bool) -> View:
        done = self._open[: self._open.index(setting)]
        return View(
            heading=self._stack.title,
            lines=group_lines(done, setting, self._values, self._keys.notes),
            label=setting.question,
            help=setting.help,
            first=first,
        )

    def _choice(self, setting: Setting, view: View) -> object:
        words = setting.choices or tuple(CHOICES)
        current = shown(setting, self._values.get(setting.key, ""))
        options = [option_of(setting, word) for word in words]
        return choose(view, options, current if not setting.choices else self._values[setting.key])

    def _text(self, setting: Setting, view: View, default: str) -> object:
        def wrong(text: str) -> str:
            try:
                parse(setting, text or default, "here")
            except InvalidInputError as error:
                return error.message.partition(f"{setting.key}: ")[2]
            return "" if text or default or not setting.when else "an address is needed"

        usual = self._usual_url(setting) if setting.kind is SettingKind.URL else ""
        default = default or usual
        answer = type_in(view, default, wrong)
        return (answer or default) if answer is not BACK else BACK

    def _usual_url(self, setting: Setting) -> str:
        provider = provider_of(self._values, setting.belongs_to.partition("_")[0])
        return provider.base_url if provider else ""

    def _model(self, setting: Setting, view: View) -> object:
        """From the provider's list where it can be had, else typed; the usual one comes first."""
        use = setting.key.partition("_")[0]
        provider = provider_of(self._values, use)
        usual = (provider.model if use == "llm" else provider.embedding_model) if provider else ""
        current = str(self._values.get(setting.key) or usual or "")
        names = likely(self._keys.models(use, self._values), use)
        if not names:
            return self._text(setting, view, current)
        first = [name for name in dict.fromkeys((current, usual)) if name]
        ordered = [*first, *sorted(set(names) - set(first))]
        options = [Option(name, name, "usual" if name == usual else "") for name in ordered]
        listed = replace(view, help="From the provider's own list; `another` takes any name.")
        answer = choose(listed, [*options, Option(OTHER, "another", "type its name")], ordered[0])
        return self._text(setting, view, "") if answer == OTHER else answer

    def _summary(self) -> object:
        lines = summary_lines(self._stack, self._values, self._keys.notes)
        options = (
            Option(START, "Start", "set it up like this"),
            Option(CHANGE, "Change an answer"),
            Option(SAVE, "Save the answers", "a file for `setup --answers`, without secrets"),
            Option(CANCEL, "Cancel", "nothing is changed"),
        )
        return choose(View(self._stack.title, lines, "All right?", self._said), options, START)

    def _again(self, trail: Sequence[int], *, last: bool) -> None:
        """Ask one question anew, and those that hang on its answer."""
        asked = [self._open[i] for i in trail if self._open[i].asked(self._values)]
        chosen = asked[-1] if last else self._which(asked)
        if chosen is None:
            return
        before = self._values.get(chosen.key)
        if self._ask(chosen, first=False) is BACK:
            return
        if self._values.get(chosen.key) != before:
            for setting in self._open:
                if setting.belongs_to == chosen.key and setting.asked(self._values):
                    self._ask(setting, first=True)

    def _which(self, asked: Sequence[Setting]) -> Setting | None:
        options = [
            Option(s.key, f"{s.group}: {s.question}", shown(s, self._values[s.key])) for s in asked
        ]
        answer = choose(View(self._stack.title, label="Which one?"), options, asked[0].key)
        return next((s for s in asked if s.key == answer), None)

    def _save(self) -> None:
        from thothctl.cli.setup import save  # noqa: PLC0415 - it imports the wizard

        view = View(self._stack.title, label="Save as", help="A YAML file; secrets are not in it.")
        answer = type_in(view, "answers.yaml", lambda _: "")
        if answer is BACK:
            return
        path = Path(str(answer or "answers.yaml")).expanduser()
        try:
            save(self._session, self._stack, self._values, path)
        except ThothctlError as error:
            self._said = error.message
        else:
            self._said = f"saved as {path}"

    def _chosen(self) -> Chosen:
        world, name = self._session.world, self._session.install
        keyed = with_keys(world, name, self._values, self._keys.given_for(self._values))
        lines = summary_lines(self._stack, keyed.settings, self._keys.notes)
        show_answers(self._session.stderr, [(line.label, line.value) for line in lines[:-1]])
        return Chosen(keyed.settings, keyed.new, tuple(filter(None, self._keys.sources.values())))
