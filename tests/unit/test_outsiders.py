"""What others made is known by what it holds; nothing that is broken passes for it."""

import gzip
import io
import json
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from thothctl.adapters import dumps
from thothctl.adapters.outsiders import FOLDER, PROJECT, SERVICE, Outsiders
from thothctl.errors import IntegrityError, InvalidInputError


def tar_of(path: Path, files: Mapping[str, bytes]) -> Path:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    path.write_bytes(
        gzip.compress(stream.getvalue()) if path.suffix == ".gz" else stream.getvalue()
    )
    return path


CLUSTER = {"PG_VERSION": b"16\n", "global/pg_control": b"0" * 99, "base/5/PG_VERSION": b"16\n"}


@pytest.mark.parametrize("root", ["./", "", "data/", "var/lib/postgresql/data/"])
@pytest.mark.parametrize("name", ["v.tar.gz", "v.tar"])
def test_the_data_of_postgres_is_known_wherever_it_lies(
    tmp_path: Path, root: str, name: str
) -> None:
    files = {f"{root}{place}": content for place, content in CLUSTER.items()}
    found = Outsiders({}).volume_tar(tar_of(tmp_path / name, files))

    assert (found.major, found.files, found.bytes) == ("16", 3, 105)
    assert found.folder == (root.strip("./") or ".")


def test_the_data_of_the_server_is_known_and_anything_else_is_nothing(tmp_path: Path) -> None:
    look = Outsiders({}).volume_tar
    ours = look(tar_of(tmp_path / "a.tar.gz", {"data/thoth.sqlite": b"x", "data/databases/a": b""}))
    other = look(tar_of(tmp_path / "b.tar.gz", {"index.html": b"x"}))

    assert (ours.folder, ours.database, ours.major) == ("data", "data/thoth.sqlite", "")
    assert (other.database, other.major) == ("", "")


@pytest.mark.parametrize("damage", ["torn", "flipped", "no tar", "leads out"])
def test_what_is_broken_or_leads_out_is_refused(tmp_path: Path, damage: str) -> None:
    name = "../out" if damage == "leads out" else "thoth.sqlite"
    path = tar_of(tmp_path / "v.tar.gz", {name: bytes(range(256)) * 40})
    content = bytearray(path.read_bytes())
    if damage == "torn":
        content = content[:-20]
    elif damage == "flipped":
        content[-6] ^= 1
    path.write_bytes(b"no tar at all" if damage == "no tar" else content)

    with pytest.raises(IntegrityError):
        Outsiders({}).volume_tar(path)


def test_a_dump_goes_with_the_files_it_speaks_of(tmp_path: Path) -> None:
    rows = [{"model": "workspaces.database", "fields": {"file": "a.sqlite", "engine": "sqlite"}}]
    dump = tmp_path / "dump.json"
    dump.write_text(json.dumps(rows))
    look = Outsiders({})
    with pytest.raises(InvalidInputError, match=r"a\.sqlite"):
        look.dumped_files(dump, None)
    (tmp_path / "databases").mkdir()
    (tmp_path / "databases/a.sqlite").write_bytes(b"y" * 700)

    files = look.dumped_files(dump, None)
    stream = io.BytesIO(b"".join(look.dump(dump, files)))

    with tarfile.open(fileobj=stream) as tar:
        assert tar.getnames() == ["dump.json", "databases/a.sqlite"]
        assert [member.size for member in tar.getmembers()] == [len(dump.read_bytes()), 700]
    with pytest.raises(IntegrityError):
        dumps.files_of(dump, b"<html>", None)


@pytest.mark.parametrize("source", ["shop", ".", "../project", "../linked", "inner/.."])
def test_a_project_is_found_by_its_name_or_by_any_way_to_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    (tmp_path / "project/inner").mkdir(parents=True)
    (tmp_path / "linked").symlink_to(tmp_path / "project")
    labels = {PROJECT: "shop", FOLDER: str(tmp_path / "linked"), SERVICE: "web"}
    found = {
        "Id": "i", "Name": "/shop-web-1", "Image": "m", "State": {"Running": True},
        "Config": {"Labels": labels, "Env": ["A=b"]},
        "NetworkSettings": {"Networks": {"n": {"Aliases": ["web", "site"]}, "m": {}}},
    }  # fmt: skip
    docker = tmp_path / "docker"
    listed = f"i\\tshop\\t{tmp_path}/linked\\ngone\\tother\\t/elsewhere\\n"
    docker.write_text(
        f"#!/bin/sh\ncase $* in ps*) printf '{listed}';; 'inspect i') cat {tmp_path}/said;;"
        " *) exit 1;; esac\n"
    )
    docker.chmod(0o755)
    (tmp_path / "said").write_text(json.dumps([found]))
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    look = Outsiders(os.environ)

    (one,) = look.project(source)

    assert (one.service, one.aliases) == ("web", frozenset({"web", "site"}))
    assert look.project("inner") == ()
