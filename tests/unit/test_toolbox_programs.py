"""What the toolbox runs for backups, without a container: trees with databases in use, Qdrant."""

import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import threading
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote

import pytest

BIN = Path(__file__).parents[2] / "images/toolbox/bin"


class Talk:
    """A program that is spoken to line by line."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, line: str = "") -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        if line:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
        while "file" in (answer := json.loads(self._process.stdout.readline())):
            continue
        return dict(answer)


@contextmanager
def talk(program: str, *words: str) -> Iterator[Talk]:
    argv = [sys.executable, str(BIN / program), *words]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Talk(process)
        assert process.stdin
        process.stdin.close()
        assert process.wait(10) == 0


def run(program: str, *words: str) -> bytes:
    argv = [sys.executable, str(BIN / program), *words]
    return subprocess.run(argv, check=True, capture_output=True).stdout


def database(path: Path, *, log: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode={'WAL' if log else 'DELETE'}")
    connection.execute("CREATE TABLE word (text)")
    connection.execute("INSERT INTO word VALUES ('before')")
    return connection


def words_in(path: Path) -> list[str]:
    with sqlite3.connect(f"file:{path}?immutable=1", uri=True) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM word ORDER BY rowid")]


@pytest.mark.parametrize("log", [True, False])
def test_a_database_in_use_is_saved_as_it_was_at_the_point(tmp_path: Path, *, log: bool) -> None:
    used = database(tmp_path / "app.sqlite", log=log)
    with talk("thoth-tree", "point", str(tmp_path)) as tree:
        tree.ask()
        tree.ask("point")
        used.execute("INSERT INTO word VALUES ('after')")
        copied = tree.ask("copy")
        saved = words_in(tmp_path / ".thoth-backup/app.sqlite")
        tree.ask("drop")

    assert saved == ["before"]
    assert copied["rows"] == {"app.sqlite#word": 1}
    assert used.execute("SELECT count(*) FROM word").fetchone() == (2,)
    assert not (tmp_path / ".thoth-backup").exists()


def test_a_writer_in_the_middle_of_a_change_does_not_hold_the_point_up(tmp_path: Path) -> None:
    used = database(tmp_path / "app.sqlite", log=True)
    used.execute("BEGIN IMMEDIATE")
    used.execute("INSERT INTO word VALUES ('half')")
    with talk("thoth-tree", "point", str(tmp_path)) as tree:
        tree.ask()
        tree.ask("point")
        tree.ask("copy")

    assert words_in(tmp_path / ".thoth-backup/app.sqlite") == ["before"]


def test_a_point_that_is_made_inside_at_the_same_time_is_no_part_of_it(tmp_path: Path) -> None:
    (tmp_path / ".thoth-backup-inside").mkdir()
    (tmp_path / ".thoth-backup-inside/app.sqlite").write_text("half")
    (tmp_path / "app.txt").write_text("whole")
    with talk("thoth-tree", "point", str(tmp_path)) as tree:
        tree.ask()
        tree.ask("point")
        assert tree.ask("copy")["files"] == 1
        tree.ask("drop")

    assert (tmp_path / ".thoth-backup-inside/app.sqlite").read_text() == "half"


def test_what_is_only_replaced_is_linked_and_all_else_is_copied(tmp_path: Path) -> None:
    (tmp_path / "read-only").write_text("old")
    (tmp_path / "read-only").chmod(0o400)
    (tmp_path / "named.bin").write_text("old")
    (tmp_path / "changed").write_text("old")
    (tmp_path / "link").symlink_to("changed")
    os.mkfifo(tmp_path / "pipe")
    with talk("thoth-tree", "point", str(tmp_path), "*.bin") as tree:
        tree.ask()
        held = tree.ask("point")
        (tmp_path / "changed").write_text("new")
        (tmp_path / "read-only").unlink()
        tree.ask("copy")

    aside = tmp_path / ".thoth-backup"
    assert held["passed"] == ["pipe"]
    assert [(aside / n).read_text() for n in ("read-only", "named.bin", "changed")] == ["old"] * 3
    assert (aside / "named.bin").samefile(tmp_path / "named.bin")
    assert (aside / "link").readlink() == Path("changed")
    with tarfile.open(fileobj=BytesIO(run("thoth-tree", "pack", str(tmp_path)))) as tar:
        kinds = {member.name: member.type for member in tar.getmembers()}
    assert kinds["./named.bin"] == kinds["./read-only"] == tarfile.REGTYPE
    run("thoth-tree", "clean", str(tmp_path))
    assert not aside.exists()


def test_the_log_of_a_database_is_no_file_of_its_own(tmp_path: Path) -> None:
    used = database(tmp_path / "app.sqlite", log=True)
    assert (tmp_path / "app.sqlite-wal").exists()
    with talk("thoth-tree", "point", str(tmp_path)) as tree:
        tree.ask()
        tree.ask("point")
        tree.ask("copy")
    used.close()

    assert [p.name for p in (tmp_path / ".thoth-backup").iterdir()] == ["app.sqlite"]


def test_a_snapshot_of_redis_becomes_a_folder_that_a_server_starts_from(tmp_path: Path) -> None:
    (tmp_path / "dump.rdb").write_bytes(b"REDIS0012")
    (tmp_path / "out").mkdir()
    content = run("thoth-redis-tar", str(tmp_path))
    subprocess.run(["tar", "-xf", "-", "-C", tmp_path / "out"], input=content, check=True)

    folder = tmp_path / "out/appendonlydir"
    named = [
        line.split()[1] for line in (folder / "appendonly.aof.manifest").read_text().splitlines()
    ]
    assert all((folder / name).is_file() for name in named)
    assert (folder / named[0]).read_bytes() == b"REDIS0012"


class Qdrant(BaseHTTPRequestHandler):
    """Speaks as much of Qdrant's protocol as a backup needs."""

    snapshots: ClassVar[dict[str, bytes]] = {}
    seen: ClassVar[list[str]] = []
    collections: ClassVar[list[str]] = ["a b", "notes"]

    def _answer(self, result: object) -> None:
        self._send(json.dumps({"result": result, "status": "ok", "time": 0}).encode())

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        assert self.headers["api-key"] == "sesame"
        match self.path.split("/")[1:]:
            case ["collections"]:
                self._answer({"collections": [{"name": one} for one in self.collections]})
            case ["collections", _]:
                self._answer({"points_count": 3})
            case [_, _, "snapshots", name]:
                self._send(self.snapshots[unquote(name)])

    def do_POST(self) -> None:
        collection = unquote(self.path.split("/")[2])
        if self.path.endswith("/snapshots/upload?priority=snapshot&wait=true"):
            self.seen.append(f"{collection}: {self._chunks().decode()}")
            self._answer(True)  # noqa: FBT003 - as Qdrant does
            return
        name = f"{collection}-1.snapshot"
        self.snapshots[name] = f"points of {collection}".encode()
        self._answer({"name": name, "size": len(self.snapshots[name])})

    def _chunks(self) -> bytes:
        content = b""
        while size := int(self.rfile.readline(), 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return content

    def do_PUT(self) -> None:
        _, _, name, *points = self.path.split("/")
        self.rfile.read(int(self.headers["Content-Length"]))
        self.collections.extend([] if points else [name])
        self._answer(True)  # noqa: FBT003 - as Qdrant does

    def do_DELETE(self) -> None:
        _, _, name, *snapshot = self.path.split("/")
        if snapshot:
            self.snapshots.pop(unquote(snapshot[-1].partition("?")[0]))
        elif name in self.collections:
            self.collections.remove(name)
        self._answer(True)  # noqa: FBT003 - as Qdrant does

    def log_message(self, *_: object) -> None:
        """Keep still."""


@pytest.fixture
def qdrant() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Qdrant) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_every_collection_of_qdrant_is_snapped_fetched_and_tidied_up(
    qdrant: str, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("sesame\n")
    words = (qdrant, str(tmp_path / "key"))
    with talk("thoth-qdrant", *words, "point") as server:
        assert server.ask()["collections"] == ["a b", "notes"]
        made = server.ask("point")["snapshots"]
        fetched = [run("thoth-qdrant", *words, "get", o["collection"], o["snapshot"]) for o in made]
        server.ask("drop")

    assert fetched == [b"points of a b", b"points of notes"]
    assert [one["points"] for one in made] == [3, 3]
    assert Qdrant.snapshots == {}


def test_a_snapshot_is_streamed_into_a_collection_and_its_points_are_counted(
    qdrant: str, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("sesame")
    Qdrant.seen.clear()
    words = [sys.executable, str(BIN / "thoth-qdrant"), qdrant, str(tmp_path / "key")]

    done = subprocess.run(
        [*words, "put", "a b"], input=b"points of a b", capture_output=True, check=True
    )

    assert json.loads(done.stdout) == {"points": 3}
    (sent,) = Qdrant.seen
    assert sent.startswith("a b: --thoth-")
    assert "\r\n\r\npoints of a b\r\n--thoth-" in sent


def test_a_collection_goes_and_comes_back_with_its_points(qdrant: str, tmp_path: Path) -> None:
    """On the server that THOTH_TEST_QDRANT_URL names, where there is one."""
    url, key = os.environ.get("THOTH_TEST_QDRANT_URL", qdrant), tmp_path / "key"
    key.write_text(os.environ.get("THOTH_TEST_QDRANT_KEY", "sesame"))
    name, words = f"test-{uuid.uuid4().hex[:8]}", (url.rstrip("/"), str(key))

    def ask(method: str, place: str, body: object = None) -> None:
        headers = {"api-key": key.read_text(), "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"{words[0]}/{place}", content, headers, method=method)
        urllib.request.urlopen(asked, timeout=60).close()

    ask("PUT", f"collections/{name}", {"vectors": {"size": 2, "distance": "Dot"}})
    points = [{"id": n, "vector": [n, 1.0]} for n in (1, 2, 3)]
    ask("PUT", f"collections/{name}/points?wait=true", {"points": points})
    try:
        with talk("thoth-qdrant", *words, "point") as server:
            server.ask()
            made = server.ask("point")["snapshots"]
            mine = next(one["snapshot"] for one in made if one["collection"] == name)
            content = run("thoth-qdrant", *words, "get", name, mine)
            server.ask("drop")
        ask("DELETE", f"collections/{name}")
        argv = [sys.executable, str(BIN / "thoth-qdrant"), *words, "put", name]
        done = subprocess.run(argv, input=content, capture_output=True, check=True)
    finally:
        ask("DELETE", f"collections/{name}")

    assert json.loads(done.stdout) == {"points": 3}
