"""The tree of commands: its help is known without loading them, and says what they say."""

import pytest

from thothctl.cli.app import PLACES, load
from thothctl.cli.summaries import SUMMARIES


@pytest.mark.parametrize("name", PLACES)
def test_the_help_of_the_whole_says_what_a_command_says(name: str) -> None:
    assert load(name).help.partition("\n\n")[0].replace("\n", " ") == SUMMARIES[name]


def test_no_command_is_summed_up_that_is_not_there() -> None:
    assert list(SUMMARIES) == list(PLACES)
