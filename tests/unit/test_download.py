"""A database behind an address is fetched whole, also when the connection breaks off."""

import hashlib
import random
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from file_server import FileServer, serving
from provider_stub import certificate

from thothctl.adapters.download import Downloader, Wanted
from thothctl.adapters.obtaining import obtained
from thothctl.errors import IntegrityError, NetworkError, NoSpaceError, UsageError
from thothctl.model.event import Event

CONTENT = random.Random(1).randbytes(3 * 1024 * 1024)  # noqa: S311 - the same every time
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def server(keys: tuple[Path, Path]) -> Iterator[FileServer]:
    with serving(CONTENT, keys[1]) as server:
        yield server


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def downloader(tmp_path: Path, keys: tuple[Path, Path], told: list[Event]) -> Downloader:
    return Downloader(tmp_path, {"THOTHCTL_CA_BUNDLE": str(keys[0])}, told.append, pause=0)


def test_a_file_is_fetched_and_named_as_its_address(
    server: FileServer, downloader: Downloader, told: list[Event]
) -> None:
    path = downloader.fetch(Wanted(server.url, SHA256.upper()))

    assert path.read_bytes() == CONTENT
    assert path.name == "my zoo.sqlite"
    assert f"done={len(CONTENT)}" in str(told[-1])


@pytest.mark.parametrize("sha256", ["", SHA256])
@pytest.mark.parametrize("tells_state", [1, 0])
def test_what_was_broken_off_goes_on_where_it_was(
    server: FileServer, downloader: Downloader, sha256: str, tells_state: int
) -> None:
    server.cuts, server.tells_state = [1_000_000, 500_000], bool(tells_state)

    path = downloader.fetch(Wanted(server.url, sha256))

    assert path.read_bytes() == CONTENT
    sure = bool(sha256 or tells_state)
    assert [bool(one) for one in server.ranges] == [False, sure, sure]


def test_the_next_command_goes_on_too(server: FileServer, downloader: Downloader) -> None:
    server.cuts = [1_000_000, 0, 0, 0, 0, 0]
    with pytest.raises(NetworkError, match="broken off at 0 MiB"):
        downloader.fetch(Wanted(server.url))
    server.ranges.clear()

    path = downloader.fetch(Wanted(server.url))

    assert path.read_bytes() == CONTENT
    assert server.ranges[0].startswith("bytes=")


def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(
    server: FileServer, downloader: Downloader
) -> None:
    server.cuts = [1_000_000, 0, 0, 0, 0, 0]
    with pytest.raises(NetworkError):
        downloader.fetch(Wanted(server.url))
    server.content, server.etag = CONTENT[::-1], '"two"'

    assert downloader.fetch(Wanted(server.url)).read_bytes() == CONTENT[::-1]


def test_a_server_without_ranges_sends_it_all_again(
    server: FileServer, downloader: Downloader
) -> None:
    server.knows_ranges, server.cuts = False, [1_000_000]

    assert downloader.fetch(Wanted(server.url)).read_bytes() == CONTENT


def test_a_wrong_checksum_is_refused_and_nothing_of_it_is_kept(
    server: FileServer, downloader: Downloader
) -> None:
    with pytest.raises(IntegrityError, match=SHA256):
        downloader.fetch(Wanted(server.url, "0" * 64))

    server.ranges.clear()
    downloader.fetch(Wanted(server.url, SHA256))
    assert server.ranges == [""]


def test_a_certificate_nobody_vouches_for_is_refused(server: FileServer, tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="certificate"):
        Downloader(tmp_path, {}, lambda _: None, pause=0).fetch(Wanted(server.url))


def test_a_redirect_is_followed_but_not_to_plain_http(
    server: FileServer, downloader: Downloader
) -> None:
    server.redirect = "/elsewhere"
    assert downloader.fetch(Wanted(server.url)).read_bytes() == CONTENT

    server.redirect = "http://127.0.0.1/x"
    with pytest.raises(UsageError, match="no https address"):
        downloader.fetch(Wanted(server.url))


def test_more_than_the_disk_holds_is_refused_before_it_comes(
    server: FileServer, downloader: Downloader, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = SimpleNamespace(free=65 * 1024 * 1024)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)

    with pytest.raises(NoSpaceError):
        downloader.fetch(Wanted(server.url))


@pytest.mark.parametrize("url", ["http://a/b", "ftp://a/b", "https://user:pw@a/b", "file:///etc/x"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(UsageError):
        Wanted(url)


def test_what_was_obtained_is_gone_afterwards(
    server: FileServer, keys: tuple[Path, Path], tmp_path: Path
) -> None:
    environment = {"THOTHCTL_CA_BUNDLE": str(keys[0])}

    with obtained(tmp_path, environment, server.url, SHA256, lambda _: None) as path:
        assert path.read_bytes() == CONTENT

    assert [one for one in tmp_path.rglob("*") if one.is_file() and one.suffix != ".lock"] == []


def test_two_commands_fetch_one_address_one_after_the_other(
    server: FileServer, keys: tuple[Path, Path], tmp_path: Path
) -> None:
    environment = {"THOTHCTL_CA_BUNDLE": str(keys[0])}
    waits, holders = threading.Event(), list[str]()

    def told(event: Event) -> None:
        if "waiting" in str(event):
            waits.set()

    def second() -> bytes:
        with obtained(tmp_path, environment, server.url, "", told) as path:
            holders.append("second")
            return path.read_bytes()

    with ThreadPoolExecutor(1) as threads:
        with obtained(tmp_path, environment, server.url, "", lambda _: None) as path:
            other = threads.submit(second)
            assert waits.wait(20)
            assert path.read_bytes() == CONTENT
            holders.append("first")
        assert other.result() == CONTENT
    assert holders == ["first", "second"]


def test_a_part_that_another_program_wrote_into_is_not_believed(
    server: FileServer, downloader: Downloader, tmp_path: Path
) -> None:
    def meddle(_: Event) -> None:
        if not meddled:
            meddled.append(1)
            with next(tmp_path.rglob("part")).open("ab") as stream:
                stream.write(b"!")

    meddled: list[int] = []

    path = replace(downloader, report=meddle).fetch(Wanted(server.url))

    assert path.read_bytes() == CONTENT


def test_the_checksum_of_a_local_file_counts_too(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").write_bytes(CONTENT)

    with obtained(tmp_path, {}, str(tmp_path / "a.sqlite"), SHA256, lambda _: None) as path:
        assert path == tmp_path / "a.sqlite"
    with (
        pytest.raises(IntegrityError),
        obtained(tmp_path, {}, str(tmp_path / "a.sqlite"), "0" * 64, lambda _: None),
    ):
        pass


@pytest.mark.parametrize(
    ("path", "name"),
    [("a/b.zip", "b.zip"), ("", "database.sqlite"), ("x/%2e%2e", "database.sqlite"),
     ("%2fetc%2fpass%00wd", "pass_wd"), ("a/C%3A%5Cx.db?key=1", "C__x.db")],
)  # fmt: skip
def test_the_name_of_an_address_stays_in_its_folder(path: str, name: str) -> None:
    assert Wanted(f"https://example.org/{path}").name == name
