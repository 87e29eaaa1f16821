"""How hard a password is to guess; what everybody tries first is refused whatever its length."""

import math
import re

from thothctl.model.secret import Secret
from thothctl.model.secret_spec import SecretSpec

THROW_AWAY = "throw-away-"
MACHINE_BITS, PERSON_BITS = 96, 60
"""Asked of what a user gives; what is generated has at least 128 bits."""
SHORTEST, ROW = 12, 3
KNOWN = frozenset(
    "password passwort passw0rd secret changeme change-me default admin administrator root toor "
    "postgres redis django thoth thothctl thoth-ai qwerty qwertz azerty letmein welcome monkey "
    "dragon iloveyou master login abc123 test guest demo example placeholder todo none null "
    "insecure supersecret mysecret mypassword yourpassword".split()
)
FILLING = re.compile(r"[\W\d_]+")
CLASSES = (
    (re.compile(r"[a-z]"), 26),
    (re.compile(r"[A-Z]"), 26),
    (re.compile(r"[0-9]"), 10),
    (re.compile(r"[^A-Za-z0-9]"), 20),
)
HEXADECIMAL = re.compile(r"[0-9a-f]+|[0-9A-F]+")


def weakness(value: str, least_bits: int) -> str:
    """Why this will not do, or nothing; the answer never repeats the value."""
    if not value:
        return "it is empty"
    if not all("!" <= c <= "~" for c in value):
        return "it has spaces, line breaks or letters that not every program reads alike"
    if value.startswith(THROW_AWAY) or _is_known(value):
        return "it is one of the passwords that everybody tries first"
    if len(value) < SHORTEST:
        return f"it has fewer than {SHORTEST} characters"
    if (bits := strength(value)) < least_bits:
        return f"it is worth about {bits} bits, and {least_bits} are needed"
    return ""


def throw_away(spec: SecretSpec) -> Secret:
    """What stands for a secret where developers work: everybody may know it, and sees that."""
    return Secret(THROW_AWAY + spec.name.replace("_", "-"))


def strength(value: str) -> int:
    """An estimate in bits: the alphabet it draws on, and how little it repeats."""
    alphabet = sum(size for kind, size in CLASSES if kind.search(value))
    if HEXADECIMAL.fullmatch(value):
        alphabet = 16
    return int(_own_length(value) * math.log2(max(alphabet, 2)))


def _own_length(value: str) -> int:
    """Characters that neither go on with a row (aaa, abc, 321) nor repeat three from before."""
    return sum(not _expected(value, at) for at in range(len(value)))


def _expected(value: str, at: int) -> bool:
    if at < ROW - 1:
        return False
    first, second, third = (ord(c) for c in value[at - 2 : at + 1])
    is_row = second - first == third - second and abs(third - second) <= 1
    return is_row or value[at - 2 : at + 1] in value[:at]


def _is_known(value: str) -> bool:
    """Such a word, alone or dressed up with digits and signs."""
    lowered = value.lower().translate(str.maketrans("013457@$", "oleastas"))
    words = {FILLING.sub("", value.lower()), FILLING.sub("", lowered)}
    plain = {FILLING.sub("", word) for word in KNOWN} | KNOWN
    said = any(not word.replace(known, "") for word in words if word for known in plain)
    return said or value.isdigit()
