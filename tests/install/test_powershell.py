"""install.ps1, as far as it can be read where there is no PowerShell."""

import pytest
import tree_sitter_powershell
from install.box import ROOT
from tree_sitter import Language, Parser

SCRIPT = ROOT / "install.ps1"


def is_whole(source: bytes) -> bool:
    """Whether the parser met no error and had to invent nothing."""
    language = Language(tree_sitter_powershell.language())
    return not Parser(language).parse(source).root_node.has_error


def test_it_parses() -> None:
    assert is_whole(SCRIPT.read_bytes())


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        (b"    exit $Code\n}", b"    exit $Code\n"),
        (b"param(", b"param(("),
        (b"'Stop'", b"'Stop"),
    ],
)
def test_the_parser_would_notice(text: bytes, broken: bytes) -> None:
    source = SCRIPT.read_bytes()
    assert text in source

    assert not is_whole(source.replace(text, broken, 1))


def test_it_is_short_and_strict() -> None:
    text = SCRIPT.read_text()

    assert len(text.splitlines()) <= 80
    assert text.isascii(), "Windows PowerShell reads a script without a mark as ANSI"
    assert "Set-StrictMode -Version" in text
    assert "$ErrorActionPreference = 'Stop'" in text


@pytest.mark.parametrize("name", ["Yes", "NoEngine", "NoSetup", "Help"])
def test_it_has_the_options_of_the_other_script(name: str) -> None:
    assert f"[switch]${name}" in SCRIPT.read_text()


def test_every_failure_has_a_hint_and_a_code_of_the_contract() -> None:
    calls = SCRIPT.read_text().split("Stop-Install ")[1:]
    codes = {call.split()[0] for call in calls if not call.startswith("$")}

    assert codes == {"2", "3", "6"}
    assert "hint: $Hint" in SCRIPT.read_text()
