"""Downloads that go on where they were broken off, and prove what they brought."""

import hashlib
import hmac
import json
import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import httpx

from thothctl.adapters.files import private_folder, translated, write_durably
from thothctl.adapters.http_trust import trust
from thothctl.adapters.proxies import proxy_for
from thothctl.errors import IntegrityError, NetworkError, NoSpaceError, UsageError
from thothctl.model.event import Progress
from thothctl.world import Report

MIB = 1024 * 1024
RESERVE = 64 * MIB
TRIES = 5
"""In a row without a byte between them."""
PAUSE = 0.5
MOST_REDIRECTS = 5
SECONDS = 30.0
_GONE_ON, _WHOLE, _BEHIND_THE_END = 206, 200, 416


class _BrokenOffError(Exception):
    """The connection ended early; what came so far is kept."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to fetch, and the checksum it has to have, if that is known."""

    url: str
    sha256: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "https" or not parts.hostname:
            raise UsageError(f"{self.url} is no https address", hint="give https://HOST/PATH")
        if parts.username or parts.password:
            raise UsageError(
                "an address with a password in it is seen by everybody on this machine",
                hint="fetch the file yourself, then import it from the disk",
            )

    @property
    def key(self) -> str:
        """Return what tells this address from others."""
        return hashlib.sha256(self.url.encode()).hexdigest()[:24]

    @property
    def name(self) -> str:
        """Return the name of the file, as far as the address has one."""
        last = unquote(urlsplit(self.url).path).rsplit("/", 1)[-1]
        return re.sub(r"[^\w .()+-]", "_", last).strip(". ")[-100:] or "database.sqlite"


@dataclass(frozen=True, slots=True)
class Downloader:
    """Fetches into a folder of one address; what was broken off lies there until it is whole.

    Nobody else may fetch into it meanwhile.
    """

    folder: Path
    environment: Mapping[str, str]
    report: Report
    pause: float = PAUSE

    def fetch(self, wanted: Wanted) -> Path:
        """Return the whole file; raises NetworkError, NoSpaceError or IntegrityError."""
        place = private_folder(self.folder)
        part = _Part(place / "part", place / "part.json")
        tries = 0
        with httpx.Client(
            verify=trust(self.environment),
            trust_env=False,
            proxy=proxy_for(wanted.url, self.environment),
            timeout=SECONDS,
            headers={"Accept-Encoding": "identity"},
        ) as client:
            while tries < TRIES:
                before = part.size
                try:
                    self._go_on(client, wanted, part)
                except (httpx.TransportError, _BrokenOffError) as error:
                    tries = tries + 1 if part.size <= before else 1
                    said = str(error)
                    time.sleep(self.pause * tries)
                else:
                    return self._proved(wanted, part, place)
        raise NetworkError(
            f"{wanted.url} was broken off at {part.size // MIB} MiB: {said}",
            hint="run the same command again: it goes on from there",
        )

    def _go_on(self, client: httpx.Client, wanted: Wanted, part: "_Part") -> None:
        url = wanted.url
        for _ in range(MOST_REDIRECTS):
            with client.stream("GET", url, headers=part.headers(wanted)) as reply:
                if not reply.is_redirect:
                    self._receive(reply, wanted, part)
                    return
                url = urljoin(url, reply.headers.get("Location", ""))
            Wanted(url)  # a redirect to another scheme is refused as the address would be
        raise NetworkError(f"{wanted.url} leads in circles", hint="give the final address")

    def _receive(self, reply: httpx.Response, wanted: Wanted, part: "_Part") -> None:
        if reply.status_code == _BEHIND_THE_END:
            part.forget()
            raise _BrokenOffError("the file there is another one now")
        if reply.status_code not in (_WHOLE, _GONE_ON):
            raise NetworkError(
                f"{wanted.url} answered with status {reply.status_code}",
                hint="check the address in a browser",
            )
        begin = part.begin(reply)
        length = int(reply.headers.get("Content-Length", 0))
        total = begin + length if length else None
        self._require_room(length)
        with translated("keep what is downloaded"), part.path.open("ab") as target:
            for chunk in reply.iter_raw():
                target.write(chunk)
                before, begin = begin, begin + len(chunk)
                if begin // MIB > before // MIB or begin == total:
                    self._require_room(0)
                    self.report(Progress(wanted.name, "downloading", begin, total, "bytes"))
        if part.size != begin:
            part.forget()
            raise _BrokenOffError("another program wrote into what came")
        if total is not None and begin != total:
            raise _BrokenOffError(f"{begin} of {total} bytes came")

    def _require_room(self, more: int) -> None:
        free = shutil.disk_usage(self.folder).free
        if free < more + RESERVE:
            raise NoSpaceError(
                f"{(more + RESERVE) // MIB} MiB are needed at {self.folder},"
                f" {free // MIB} MiB are free",
                hint="free some space, or set THOTHCTL_HOME to another disk",
            )

    def _proved(self, wanted: Wanted, part: "_Part", place: Path) -> Path:
        if wanted.sha256 and not hmac.compare_digest(part.digest(), wanted.sha256.lower()):
            found = part.digest()
            part.forget()
            raise IntegrityError(
                f"the checksum of {wanted.url} is {found}",
                hint="compare it with what the publisher says; nothing was imported",
            )
        whole = private_folder(place / "whole") / wanted.name
        with translated("keep what was downloaded"):
            part.path.replace(whole)
            part.forget()
        return whole


@dataclass(frozen=True, slots=True)
class _Part:
    """What came so far, and by what the server tells one state of its file from another."""

    path: Path
    state: Path

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def headers(self, wanted: Wanted) -> dict[str, str]:
        """Ask for the rest, if it is sure or will be proved that it belongs to the beginning."""
        validator = self._validator()
        if not self.size or not (validator or wanted.sha256):
            return {}
        condition = {"If-Range": validator} if validator else {}
        return {"Range": f"bytes={self.size}-", **condition}

    def begin(self, reply: httpx.Response) -> int:
        """Return where the reply goes on; a whole file begins anew."""
        expected = f"bytes {self.size}-"
        if reply.status_code == _GONE_ON:
            if not reply.headers.get("Content-Range", "").startswith(expected):
                self.forget()
                raise _BrokenOffError("the server sent another part than was asked for")
            return self.size
        self.forget()
        etag = reply.headers.get("ETag", "")
        strong = "" if etag.startswith("W/") else etag
        told = {"validator": strong or reply.headers.get("Last-Modified", "")}
        write_durably(self.state, json.dumps(told))
        return 0

    def digest(self) -> str:
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)
        self.state.unlink(missing_ok=True)

    def _validator(self) -> str:
        try:
            return str(json.loads(self.state.read_text())["validator"])
        except (OSError, ValueError, KeyError):
            return ""
