"""How the docker CLI signs in to registries: its config.json and its credential helpers."""

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from thothctl.adapters.process import started

HUB = "https://index.docker.io/v1/"
TOKEN_USER = "<token>"  # noqa: S105 - a helper's word for a name that is none
HELPER_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Login:
    """A name and its password."""

    user: str
    password: str = field(repr=False)

    @property
    def header(self) -> str:
        pair = f"{self.user}:{self.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"


def login_for(host: str, environment: Mapping[str, str]) -> Login | None:
    """What `docker login` left for this registry; None where nobody signed in."""
    config = _config(environment)
    names = (HUB, host) if host == "docker.io" else (host, f"https://{host}", f"http://{host}")
    helpers = config.get("credHelpers")
    for name in names:
        helper = helpers.get(name) if isinstance(helpers, dict) else None
        if (helper := helper or config.get("credsStore")) and (
            found := _from_helper(str(helper), name, environment)
        ):
            return found
    written = config.get("auths")
    entries = (written.get(name) for name in names) if isinstance(written, dict) else ()
    return next((found for entry in entries if (found := _from_entry(entry))), None)


def _config(environment: Mapping[str, str]) -> dict[str, object]:
    folder = environment.get("DOCKER_CONFIG") or Path(environment.get("HOME", "~"), ".docker")
    try:
        found = json.loads(Path(folder, "config.json").expanduser().read_text(encoding="utf-8"))
    except (OSError, ValueError):  # nobody signed in, or not with this docker
        return {}
    return found if isinstance(found, dict) else {}


def _from_entry(entry: object) -> Login | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("auth"), str):
        return None
    try:
        user, _, password = base64.b64decode(entry["auth"]).decode().partition(":")
    except ValueError:
        return None
    return Login(user, password) if user and password else None


def _from_helper(helper: str, name: str, environment: Mapping[str, str]) -> Login | None:
    """Ask a program of the user's as docker does: the name in, a small document out."""
    if os.sep in helper:
        return None
    argv = [f"docker-credential-{helper}", "get"]
    try:
        with started(argv, environment=environment, feed=True) as process:
            said, _ = process.communicate(name.encode(), timeout=HELPER_SECONDS)
            answer = json.loads(said) if process.returncode == 0 else {}
    except Exception:  # noqa: BLE001 - a helper that is missing, silent or strange knows nobody
        return None
    user, password = answer.get("Username"), answer.get("Secret")
    return Login(user, password) if user and user != TOKEN_USER and password else None
