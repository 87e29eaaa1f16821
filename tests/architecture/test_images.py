"""The rules of the images, read off their build files; what they do is tested on the engine."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(p.parent for p in ROOT.glob("images/*/Dockerfile") if p.parent.name != "base")
PAGE = ROOT / "docs/reference/images.md"
ROWS = {
    cells[0].strip("`"): cells
    for line in PAGE.read_text().splitlines()
    if len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 6
}


def named(folder: Path) -> str:
    return folder.name


def build_file(folder: Path) -> str:
    return (folder / "Dockerfile").read_text()


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_the_reference_names_user_ports_volume_and_stop_signal(folder: Path) -> None:
    text, row = build_file(folder), ROWS[folder.name]
    ports = re.search(r"^EXPOSE (.*)$", text, re.MULTILINE)
    volume = re.search(r"^VOLUME (.*)$", text, re.MULTILINE)
    signal = re.search(r"^STOPSIGNAL (.*)$", text, re.MULTILINE)

    assert f"\nUSER {row[1]}:{row[1]}\n" in text
    assert row[2] == (ports[1].replace(" ", ", ") if ports else "none")
    assert row[3] == (f"`{volume[1]}`" if volume else "none")
    assert row[5] == (signal[1] if signal else "SIGTERM")


def test_every_image_has_a_user_of_its_own() -> None:
    users = [ROWS[folder.name][1] for folder in FOLDERS]

    assert len(set(users)) == len(FOLDERS)
    assert all(int(user) > 10000 for user in users)


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_a_build_needs_no_frontend_and_says_what_it_made(folder: Path) -> None:
    text = build_file(folder)
    title = "thoth-ai" if folder.name == "thoth-ai" else f"thoth-{folder.name}"

    assert text.startswith("ARG BASE_IMAGE=debian:trixie-slim\n\nFROM ${BASE_IMAGE}")
    assert "# syntax=" not in text
    assert f'org.opencontainers.image.title="{title}"' in text
    for label in ("product", "version", "source"):
        assert f"io.thoth.{label}=" in text
    assert "\nHEALTHCHECK " in text
    assert not re.search(r"\b(curl|wget|gosu|sudo)\b", text)


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_an_init_of_its_own_reaps_what_lost_its_parent(folder: Path) -> None:
    text = build_file(folder)

    assert re.search(r"apt-get install [^&]*\btini\b", text)
    assert '\nENTRYPOINT ["tini", "--"' in text


def test_the_scripts_of_the_images_are_portable_and_clean() -> None:
    scripts = [
        path
        for path in ROOT.glob("images/*/bin/*")
        if path.is_file() and path.read_text().startswith(("#!/bin/sh", "#!/bin/bash"))
    ]
    checker = Path(sys.executable).with_name("shellcheck")
    done = subprocess.run([checker, *scripts], capture_output=True, text=True, check=False)

    assert len(scripts) > 6
    assert done.stdout == ""
    assert not [path for path in scripts if b"\r" in path.read_bytes()]
