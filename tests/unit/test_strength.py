"""What is generated is good enough; what everybody tries first is not."""

import secrets

import pytest

from thothctl.adapters.machine import SystemEntropy
from thothctl.config.strength import MACHINE_BITS, PERSON_BITS, strength, weakness
from thothctl.model.secret_spec import SecretSpec


@pytest.mark.parametrize("turn", range(50))
def test_what_is_generated_passes(turn: int) -> None:
    entropy = SystemEntropy()
    machine = entropy.secret(SecretSpec("x", 32)).reveal()
    person = entropy.secret(SecretSpec("x", 22, readable=True)).reveal()

    assert not weakness(machine, MACHINE_BITS)
    assert not weakness(person, MACHINE_BITS)
    assert not weakness(secrets.token_hex(16), MACHINE_BITS)


@pytest.mark.parametrize(
    "value",
    ["password", "P@ssw0rd!!!!", "admin123456!", "changeme-changeme", "1111111111111",
     "qwerty2024!!", "abcabcabcabcabc", "Thothctl-2026", "postgres1234", "short"],
)  # fmt: skip
def test_what_everybody_tries_first_fails(value: str) -> None:
    assert weakness(value, PERSON_BITS)


def test_rows_and_repetition_count_little() -> None:
    assert strength("abcdefghijklmnop") < 20
    assert strength("xkfqxkfqxkfqxkfq") < strength("xkfqzrpwmbtj")
