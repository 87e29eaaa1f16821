"""What PostgreSQL keeps of a password: enough to check it, not to know it."""

import base64
import hashlib
import hmac

ROUNDS = 4096


def verifier(password: str, salt: bytes) -> str:
    """The SCRAM-SHA-256 verifier of an ASCII password; a log that shows it shows no password."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ROUNDS)
    client = hmac.digest(salted, b"Client Key", "sha256")
    stored = hashlib.sha256(client).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    parts = (base64.b64encode(part).decode() for part in (salt, stored, server))
    salt_text, stored_text, server_text = parts
    return f"SCRAM-SHA-256${ROUNDS}:{salt_text}${stored_text}:{server_text}"
