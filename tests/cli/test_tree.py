"""The tree of commands: its help is known without loading them, and says what they say."""

import subprocess
import sys

import pytest

from thothctl.cli.app import PLACES, load
from thothctl.cli.summaries import SUMMARIES


@pytest.mark.parametrize("name", PLACES)
def test_the_help_of_the_whole_says_what_a_command_says(name: str) -> None:
    assert load(name).help.partition("\n\n")[0].replace("\n", " ") == SUMMARIES[name]


def test_no_command_is_summed_up_that_is_not_there() -> None:
    assert list(SUMMARIES) == list(PLACES)


def test_the_help_of_the_whole_loads_no_command() -> None:
    ask = "import sys; from thothctl.cli.main import main; main(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)

    loaded = {name for name in done.stdout.split() if name.startswith("thothctl.")}
    assert {"thothctl.cli.app"} <= loaded
    assert not {name for name in loaded if name.startswith("thothctl.operations")}
    assert not {f"thothctl.cli.{place.partition(':')[0]}" for place, _ in PLACES.values()} & loaded
