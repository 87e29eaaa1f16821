"""The verifier is the one of RFC 7677."""

import base64
import hmac

from thothctl.config.scram import verifier

SALT, SERVER_SIGNATURE = (
    "W22ZaJ0SNY7soEsUEjb6gQ==",
    "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
)
NONCE = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
MESSAGE = f"n=user,r=rOprNGfwEbeRWgbNEkqO,r={NONCE},s={SALT},i=4096,c=biws,r={NONCE}"


def test_the_example_of_the_standard_signs_in() -> None:
    made = verifier("pencil", base64.b64decode(SALT))

    head, _, server_key = made.rpartition(":")
    assert head.startswith(f"SCRAM-SHA-256$4096:{SALT}$")
    signature = hmac.digest(base64.b64decode(server_key), MESSAGE.encode(), "sha256")
    assert base64.b64encode(signature).decode() == SERVER_SIGNATURE
