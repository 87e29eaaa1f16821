"""Facts about rendered files that need no engine."""

import hashlib
from collections.abc import Mapping


def files_hash(files: Mapping[str, str]) -> str:
    """SHA-256 over names and contents, in the order of the names."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0{files[name]}".encode())
    return digest.hexdigest()
