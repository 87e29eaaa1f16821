"""How settings and answers look in the wizard's form."""

from collections.abc import Mapping, Sequence

from thothctl.adapters.prompt_frame import Line
from thothctl.adapters.prompts import Option
from thothctl.model.provider import LOCAL, NONE, PROVIDERS, SKIPPED, STORED, USES, provider_of
from thothctl.model.provider_address import as_rendered
from thothctl.model.setting import Setting, SettingKind, SettingValue
from thothctl.model.stack import Stack

CHOICES = {"yes": True, "no": False}
TITLES = {
    NONE: "None for now",
    LOCAL: "This server itself",
    **{n: p.title for n, p in PROVIDERS.items()},
    "custom": "OpenAI-compatible server",
}
NOTES = {
    NONE: "answers stored questions only; no key needed",
    LOCAL: "no key needed",
    "openrouter": "one key for many models",
    "custom": "a gateway, vLLM, LiteLLM …",
    "ollama": "no key needed",
    "lmstudio": "no key needed",
    "yes": "invented schools of California, no key needed",
}


def option_of(setting: Setting, word: str) -> Option:
    """A word of a choice with its title."""
    provides = setting.key.endswith("_provider")
    noted = provides or setting.kind is SettingKind.BOOLEAN
    title = TITLES.get(word, word) if provides else word.capitalize()
    return Option(word, title, NOTES.get(word, "") if noted else "")


def shown(setting: Setting, value: SettingValue) -> str:
    """A value in the words of the form."""
    if setting.kind is SettingKind.BOOLEAN:
        return "yes" if value else "no"
    if setting.kind is SettingKind.KEY:
        return {STORED: "given", SKIPPED: "skipped for now"}.get(str(value), "none")
    if setting.key.endswith("_provider"):
        return TITLES.get(str(value), str(value))
    return str(value) or "the usual one"


def group_lines(
    done: Sequence[Setting],
    setting: Setting,
    values: Mapping[str, SettingValue],
    notes: Mapping[str, str],
) -> tuple[Line, ...]:
    """A line for each group that is finished, then the answers of this one."""
    asked = [s for s in done if s.asked(values)]
    groups = dict.fromkeys(s.group for s in asked if s.group != setting.group)
    finished = [
        Line(group, ", ".join(_briefly(s, values) for s in asked if _tells(s, group, values)))
        for group in groups
    ]
    own = [_line(s, values, notes) for s in asked if s.group == setting.group]
    head = [Line("", "")] if finished else []
    return (*finished, *head, Line(setting.group, "", "heading"), *own)


def _briefly(setting: Setting, values: Mapping[str, SettingValue]) -> str:
    return "no key yet" if setting.kind is SettingKind.KEY else shown(setting, values[setting.key])


def _tells(setting: Setting, group: str, values: Mapping[str, SettingValue]) -> bool:
    """What a finished group is told by: not its address, nor a key that is as it should be."""
    kept = setting.kind is SettingKind.KEY and values[setting.key] != SKIPPED
    return setting.group == group and setting.kind is not SettingKind.URL and not kept


def _line(setting: Setting, values: Mapping[str, SettingValue], notes: Mapping[str, str]) -> Line:
    value = values[setting.key]
    style = "warning" if value == SKIPPED else ""
    note = notes.get(setting.key, "") if value == STORED else ""
    words = ", ".join(word for word in (shown(setting, value), note) if word)
    return Line(f"  {setting.question}", words, style)


def summary_lines(
    stack: Stack, values: Mapping[str, SettingValue], notes: Mapping[str, str]
) -> tuple[Line, ...]:
    """Every answer that counts, group by group, and where a container looks for this machine."""
    lines: list[Line] = []
    answered = [s for s in stack.settings if s.key in values and s.asked(values)]
    for group in dict.fromkeys(s.group for s in answered if s.group):
        own = [s for s in answered if s.group == group]
        if len(own) == 1 and not own[0].advanced:
            lines.append(Line(group, _line(own[0], values, notes).value))
            continue
        lines.append(Line(group, "", "heading"))
        lines += [_line(s, values, notes) for s in own]
        lines += _seen(own, values)
    return (*lines, Line("", ""))


def _seen(own: Sequence[Setting], values: Mapping[str, SettingValue]) -> list[Line]:
    use = own[0].key.partition("_")[0]
    if use not in USES or provider_of(values, use) is None:
        return []
    key = f"{use}_base_url"
    seen = str(as_rendered(values)[key])
    return [Line("  Container sees", seen)] if seen != values[key] else []
