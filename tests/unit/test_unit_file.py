"""Quoting for unit files and crontabs, whatever is in a path."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thothctl.config.unit_file import cron_line, unit_command, unit_environment, unit_word
from thothctl.errors import InvalidInputError

PRINTABLE = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1).filter(
    str.isprintable
)


def as_systemd_reads(text: str, *, command: bool = False) -> list[str]:
    """systemd's rules: words, quotes, escapes; then specifiers; then variables in commands."""
    words = shlex.split(text, posix=True)
    return [w.replace("%%", "%").replace("$$", "$" if command else "$$") for w in words]


@given(PRINTABLE)
def test_a_word_is_read_back_as_it_was(text: str) -> None:
    assert as_systemd_reads(unit_word(text)) == [text]


def test_variables_and_specifiers_of_a_command_are_taken_as_they_are() -> None:
    assert unit_command(["/opt/a b/thothctl", "$HOME", "100%"]) == (
        '"/opt/a b/thothctl" $$HOME 100%%'
    )
    assert unit_environment({"THOTHCTL_HOME": "/srv/my data"}) == ('"THOTHCTL_HOME=/srv/my data"',)


@pytest.mark.parametrize("text", ["a\nb", "a\x00", "tab\there"])
def test_what_could_start_another_line_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        unit_word(text)


def test_a_line_of_cron_keeps_its_percent_signs() -> None:
    line = cron_line("@reboot", ["/opt/a b/thothctl", "start"], {"THOTHCTL_HOME": "/srv/100%"})

    assert line == r"@reboot THOTHCTL_HOME=/srv/100\% '/opt/a b/thothctl' start"
