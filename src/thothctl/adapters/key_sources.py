"""Where keys come from: a file, standard input, an .env file, the keyring."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from thothctl.adapters.files import translated
from thothctl.config.keys import clean_key
from thothctl.errors import InvalidInputError, UsageError
from thothctl.model.secret import Secret

LARGEST = 64 * 1024
KEYRING_SECONDS = 2.0
SERVICE = "thothctl"
ASK_KEYRING = "import sys, keyring; sys.stdout.write(keyring.get_password(*sys.argv[1:]) or '')"


def key_in_file(path: Path) -> Secret:
    """The key that a file holds alone."""
    with translated(f"read {path}"):
        content = path.read_bytes() if path.stat().st_size <= LARGEST else b""
    return clean_key(content.decode(errors="replace"), str(path))


def text_in_file(path: Path) -> Secret:
    """Everything that a file says; remarks may lie beside the key."""
    with translated(f"read {path}"):
        content = path.read_bytes() if path.stat().st_size <= LARGEST else b""
    return Secret(content.decode(errors="replace"))


def key_on_stdin() -> Secret:
    """The key that another program hands over."""
    if sys.stdin.isatty():
        raise UsageError("standard input is a terminal", hint="pipe the key in: … | thothctl …")
    return clean_key(sys.stdin.read(LARGEST), "standard input")


def env_file(path: Path) -> Mapping[str, str | None]:
    """Names and values of an .env file; `$` in a value stays what it is."""
    from dotenv import dotenv_values  # noqa: PLC0415 - only when there is such a file

    with translated(f"read {path}"):
        if not path.is_file():
            raise InvalidInputError(f"there is no file {path}", hint="give --env-file an .env file")
        try:
            return dotenv_values(path, interpolate=False)
        except UnicodeDecodeError as error:
            raise InvalidInputError(f"{path} is not UTF-8 text", hint="save it as UTF-8") from error


def key_in_keyring(name: str) -> Secret | None:
    """The password of service thothctl and this user name; None when there is none."""
    text = text_in_keyring(name)
    return clean_key(text, "the keyring") if text else None


def text_in_keyring(name: str) -> str:
    """Whatever lies there under this user name, empty where nothing does.

    Asked in a process of its own: a keyring without a desktop may wait for ever.
    """
    argv = [sys.executable, "-c", ASK_KEYRING, SERVICE, name]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter
            argv,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=KEYRING_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InvalidInputError(
            f"the keyring did not answer within {KEYRING_SECONDS:.0f} s",
            hint="unlock it, or give it in a file or on standard input",
        ) from None
    if done.returncode != 0:
        raise InvalidInputError(
            "there is no keyring that works here",
            hint="give it in a file or on standard input",
        )
    return done.stdout.decode(errors="replace")
