"""Addresses of places on other machines, and what rclone has to know to get there."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from thothctl.adapters.files import private_folder, translated, write_durably
from thothctl.adapters.locks import lives
from thothctl.errors import AnswerMissingError, InvalidInputError, UsageError

SCHEMES, MOMENT = "://", ".place-"
PRIVATE_FILE = 0o600
SSH_PORT = 22
PATIENCE = {
    "RCLONE_CONFIG": "/tmp/rclone.conf",  # noqa: S108 - a path of the container
    "RCLONE_CONTIMEOUT": "15s",
    "RCLONE_TIMEOUT": "60s",
    "RCLONE_RETRIES": "2",
    "RCLONE_LOW_LEVEL_RETRIES": "4",
}
PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy")
S3_KEYS = (("ACCESS_KEY_ID", "backup_s3_access_key", "AWS_ACCESS_KEY_ID"),
           ("SECRET_ACCESS_KEY", "backup_s3_secret_key", "AWS_SECRET_ACCESS_KEY"))  # fmt: skip
SFTP_KEY, SFTP_PASSWORD, SFTP_HOSTS = "backup_sftp_key", "backup_sftp_password", "known_hosts"
USUAL_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who gets in: secrets of an install first, then what the user's environment holds."""

    secret: Callable[[str], str]
    environment: Mapping[str, str] = field(default_factory=dict)

    def given(self, secret: str, variable: str) -> str:
        return self.secret(secret) or self.environment.get(variable, "")

    def ssh(self, name: str) -> str:
        """A file of the account's own SSH folder, empty where there is none."""
        home = self.environment.get("HOME")
        path = (Path(home) if home else Path.home()) / ".ssh" / name
        with translated(f"read {path}"):
            return path.read_text(encoding="utf-8") if path.is_file() else ""


def is_remote(address: str) -> bool:
    """It is no folder of this machine."""
    return SCHEMES in address


def checked(address: str) -> str:
    """The address without a slash at its end; raises for one that nobody can get to."""
    there = _split(address)
    kinds = {"sftp": _sftp_root, "s3": _s3_root}
    if there.scheme not in kinds:
        raise UsageError(
            f"{there.scheme} is no place that backups can be kept in",
            hint="give a folder, sftp://USER@HOST/FOLDER or s3://BUCKET/FOLDER",
        )
    if there.password is not None:
        raise InvalidInputError(
            "an address holds no password",
            hint="take it out, and run `thothctl backup access set sftp-password`",
        )
    kinds[there.scheme](there)
    base = address.partition("?")[0].rstrip("/")
    return f"{base}?{there.query}" if there.query else base


def _split(address: str) -> SplitResult:
    """What cannot be read is not repeated: part of it may be a password."""
    try:
        there = urlsplit(address)
        _ = there.port  # read only when it is asked for
    except ValueError:
        raise InvalidInputError(
            "the address of that place cannot be read",
            hint="give sftp://USER@HOST:PORT/FOLDER, PORT a number, or s3://BUCKET/FOLDER",
        ) from None
    return there


@contextmanager
def described(
    home: Path, address: str, credentials: Credentials, *, name: str = "place", repository: str = ""
) -> Iterator[Path]:
    """The file that `thoth-place` reads, with what gets in; nobody else sees it."""
    text = json.dumps(_description(address, credentials, name, repository))
    with translated("keep credentials for a moment"):
        private_folder(home)
        _sweep(home)
        with tempfile.TemporaryDirectory(dir=home, prefix=f"{MOMENT}{os.getpid()}-") as folder:
            path = Path(folder) / name
            write_durably(path, text, mode=PRIVATE_FILE)
            yield path


def _sweep(home: Path) -> None:
    """What a killed process kept for a moment does not stay for longer."""
    for folder in home.glob(f"{MOMENT}*-*"):
        pid = folder.name.removeprefix(MOMENT).partition("-")[0]
        if pid.isdecimal() and not lives(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _description(
    address: str, credentials: Credentials, name: str, repository: str
) -> dict[str, object]:
    there = urlsplit(address)
    remote = f"RCLONE_CONFIG_{name.upper()}_"
    if there.scheme == "s3":
        root, own = _s3_root(there), _s3(there, credentials)
        files, obscured = dict[str, str](), dict[str, str]()
    else:
        root, own = _sftp_root(there), _sftp(there)
        files, obscured = _sftp_secrets(there, credentials)
    kept = {key: credentials.environment[key] for key in PROXIES if key in credentials.environment}
    place = f"{name}:{root}"
    variable = f"THOTH_{name.upper()}_REPOSITORY"
    return {
        "root": place,
        "environment": {
            **PATIENCE,
            **kept,
            **{f"{remote}{key}": value for key, value in own.items()},
            variable: f"rclone:{place}/{repository}",
        },
        "files": {f"{remote}{key}": value for key, value in files.items()} | _trusted(credentials),
        "obscured": {f"{remote}{key}": value for key, value in obscured.items()},
    }


def _trusted(credentials: Credentials) -> dict[str, str]:
    bundle = credentials.environment.get("THOTHCTL_CA_BUNDLE", "")
    if not bundle:
        return {}
    with translated(f"read {bundle}"):
        return {"RCLONE_CA_CERT": Path(bundle).read_text(encoding="utf-8")}


def _s3_root(there: SplitResult) -> str:
    if not there.netloc or "@" in there.netloc:
        raise InvalidInputError("an address of S3 names a bucket", hint="give s3://BUCKET/FOLDER")
    return f"{there.netloc}/{unquote(there.path).strip('/')}".rstrip("/")


def _s3(there: SplitResult, credentials: Credentials) -> dict[str, str]:
    asked = {key: values[-1] for key, values in parse_qs(there.query).items()}
    endpoint = asked.get("endpoint", "")
    keys = {word: credentials.given(secret, variable) for word, secret, variable in S3_KEYS}
    if not all(keys.values()):
        raise AnswerMissingError(
            f"nobody said who may write to s3://{there.netloc}",
            hint="run `thothctl backup access set s3-access-key` and s3-secret-key, or set"
            " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        )
    token = credentials.environment.get("AWS_SESSION_TOKEN", "")
    return {
        "TYPE": "s3",
        "PROVIDER": "Other" if endpoint else "AWS",
        **keys,
        **({"SESSION_TOKEN": token} if token else {}),
        **({"ENDPOINT": endpoint} if endpoint else {}),
        "REGION": asked.get("region", "us-east-1"),
        "FORCE_PATH_STYLE": "true",
        "NO_CHECK_BUCKET": "true",
    }


def _sftp_root(there: SplitResult) -> str:
    if not there.hostname or not there.path.strip("/"):
        raise InvalidInputError(
            "an address of SFTP names a machine and a folder",
            hint="give sftp://USER@HOST/FOLDER, or sftp://USER@HOST/~/FOLDER below its home",
        )
    path = unquote(there.path).rstrip("/")
    return path.removeprefix("/~/") if path.startswith("/~/") else path


def _sftp(there: SplitResult) -> dict[str, str]:
    return {
        "TYPE": "sftp",
        "HOST": str(there.hostname),
        "PORT": str(there.port or SSH_PORT),
        **({"USER": unquote(there.username)} if there.username else {}),
        "SHELL_TYPE": "none",
        "DISABLE_HASHCHECK": "true",
    }


def _sftp_secrets(
    there: SplitResult, credentials: Credentials
) -> tuple[dict[str, str], dict[str, str]]:
    """As files, and as what rclone wants obscured; a machine nobody knows is not talked to."""
    hosts = credentials.ssh(SFTP_HOSTS)
    if not hosts:
        raise AnswerMissingError(
            f"nobody knows the host key of {there.hostname}",
            hint=f"sign in there once with `sftp`, which writes it to ~/.ssh/{SFTP_HOSTS}",
        )
    password = credentials.given(SFTP_PASSWORD, "THOTHCTL_SFTP_PASSWORD")
    usual = (text for name in USUAL_KEYS if (text := credentials.ssh(name)))
    key = credentials.secret(SFTP_KEY) or ("" if password else next(usual, ""))
    if not key and not password:
        raise AnswerMissingError(
            f"nobody said who may write to {there.hostname}",
            hint="run `thothctl backup access set sftp-key --from-file FILE`",
        )
    files = {"KNOWN_HOSTS_FILE": hosts, **({"KEY_FILE": key.rstrip() + "\n"} if key else {})}
    return files, ({"PASS": password} if password else {})
