"""Asks on a terminal."""

import questionary
from questionary import Choice, Style

from thothctl.config.settings import parse
from thothctl.errors import InvalidInputError
from thothctl.model.stack import Setting, SettingKind, SettingValue

CALM = Style([("qmark", "fg:ansicyan"), ("question", "bold"), ("answer", "fg:ansicyan")])


def ask_yes(question: str) -> bool:
    """A yes or a no; Ctrl-C raises KeyboardInterrupt."""
    return bool(questionary.confirm(question, default=False, style=CALM).unsafe_ask())


def ask_setting(setting: Setting, value: SettingValue | None) -> object:
    """One question with the value shown as its default; asks again until the answer is valid."""
    if setting.kind is SettingKind.BOOLEAN:
        return questionary.confirm(setting.question, default=bool(value), style=CALM).unsafe_ask()
    if setting.kind is SettingKind.CHOICE:
        choices = [Choice(name) for name in setting.choices]
        return questionary.select(
            setting.question, choices=choices, default=str(value), style=CALM
        ).unsafe_ask()

    shown = "" if value is None else str(value)

    def valid(text: str) -> bool | str:
        if shown and not text.strip():
            return True
        try:
            parse(setting, text, "here")
        except InvalidInputError as error:
            return error.message.partition(f"{setting.key}: ")[2]
        return True

    question = questionary.text(
        setting.question,
        instruction=f"({shown})" if shown else None,
        validate=valid,
        style=CALM,
    )
    return question.unsafe_ask().strip() or shown
