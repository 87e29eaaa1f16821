from pathlib import Path

import pytest

from tests.profiles.sketching import profile
from thoth_ai.profiles.personal_values import Look, look_of

LOOKS = {
    Look.MAIL: ["ada@example.org", "b.c+d@mail.example.com"],
    Look.CARD: ["4111 1111 1111 1111", "5500-0000-0000-0004", "340000000000009"],
    Look.ACCOUNT: ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432"],
    Look.NUMBER: ["078-05-1120", "219-09-9999", "12345678Z"],
    Look.PHONE: ["+39 02 1234567", "(510) 555-0123", "510-555-0199 x12"],
    Look.ADDRESS: ["12 Main Street", "7b Oak Ave.", "Via Roma 3"],
    Look.NAME: ["Ada Lovelace", "Maria Rossi", "John von Neumann"],
}
NOTHING = {
    "days": ["2020-01-01", "2021-12-31"],
    "codes": ["AB-1234", "CD-5678"],
    "cities": ["San Diego", "Los Angeles", "Santa Clara"],
    "words": ["red", "green", "blue"],
    "versions": ["1.2.3", "10.0.1"],
    "prices": ["12.50", "13.99"],
    "one value only": ["ada@example.org"],
    "empty": ["", " "],
}


@pytest.mark.parametrize(("look", "values"), LOOKS.items())
def test_what_identifies_people_is_told_by_its_look(
    tmp_path: Path, look: Look, values: list[str]
) -> None:
    assert look_of(profile(tmp_path / "t.sqlite", values)) is look


@pytest.mark.parametrize("values", NOTHING.values(), ids=NOTHING)
def test_what_does_not_is_left_alone(tmp_path: Path, values: list[str]) -> None:
    assert look_of(profile(tmp_path / "t.sqlite", values)) is None


def test_cards_may_be_numbers_and_numbers_are_no_cards(tmp_path: Path) -> None:
    cards = [4111111111111111, 5500000000000004]

    assert look_of(profile(tmp_path / "t.sqlite", cards, "i")) is Look.CARD
    assert look_of(profile(tmp_path / "t.sqlite", range(100), "i")) is None
