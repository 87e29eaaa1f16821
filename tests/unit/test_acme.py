"""Names that an authority certifies, and what its no comes to."""

import pytest

from thothctl.errors import InvalidInputError, NetworkError, ThothctlError
from thothctl.model.acme import refusal, refuse_private_names


@pytest.mark.parametrize("host", ["localhost", "thoth", "10.0.0.1", "[::1]", "a.local", "A.Test."])
def test_names_that_nobody_can_look_up_are_refused(host: str) -> None:
    with pytest.raises(InvalidInputError, match="no public authority"):
        refuse_private_names(("thoth.example.org", host))


@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        ("connection", NetworkError, "could not reach"),
        ("rateLimited", NetworkError, "enough"),
        ("caa", InvalidInputError, "may not"),
        ("somethingNew", NetworkError, "gave no certificate"),
        ("", NetworkError, "gave no certificate"),
    ],
)
def test_a_no_is_explained(code: str, error: type[ThothctlError], words: str) -> None:
    said = refusal(code, "a\n  b")

    assert type(said) is error
    assert words in said.message
    assert "a b" in said.message
    assert said.hint
