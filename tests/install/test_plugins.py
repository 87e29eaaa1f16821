"""install.sh brings Compose 2 and buildx, from the distribution or from a newer suite of it."""

from pathlib import Path

import pytest
from install.box import Box, installed

ENGINE = ("--yes", "--no-setup")
NEWER_SUITE = """
case "$*" in
  indextargets*) cat mirror ;;
  *' download '*) eval "name=\\${$#}"
    for word; do case $word in Dir::Etc::SourceList=*) cp "${word#*=}" sources ;; esac; done
    cd "$OLDPWD" && touch "${name}_1_amd64.deb" ;;
esac"""
UNPACK = """
[ -e "$2" ] || exit 1
name=$(basename "$3")
mkdir -p "$3/usr/libexec" "$3/usr/share/lintian"
touch "$3/usr/share/lintian/$name" compose
head -c 2000000 /dev/zero >"$3/usr/libexec/$name" """


@pytest.fixture
def without(ready: Box) -> Box:
    ready.unset("compose")
    return ready


@pytest.mark.parametrize(
    ("offered", "wanted"),
    [
        ("docker-compose-v2 docker-compose docker-buildx", "docker-compose-v2 docker-buildx"),
        ("docker-compose docker-buildx", "docker-compose docker-buildx"),
        (
            "docker-compose-plugin docker-buildx-plugin docker-compose",
            "docker-compose-plugin docker-buildx-plugin",
        ),
    ],
)
def test_the_distributions_own_packages_come_first(without: Box, offered: str, wanted: str) -> None:
    without.set("offered", offered.replace(" ", "\n"))

    without.ok(*ENGINE)

    assert installed(without.calls("apt-get")) == [wanted]


def test_without_consent_nothing_is_installed(without: Box) -> None:
    done = without.run("--no-setup")

    assert done.code == 2
    assert "--yes" in done.err
    assert without.calls("apt-get") == []


def test_version_one_of_compose_is_not_enough(ready: Box) -> None:
    ready.replace("docker", 'case "$1" in compose) echo 1.29.2 ;; *) echo 20.10.24 ;; esac')

    assert ready.run("--no-setup").code == 2


def test_a_newer_suite_is_read_without_touching_the_machines_apt(without: Box) -> None:
    _offer_newer_suite(without)

    without.ok(*ENGINE)

    private = [call for call in without.calls("apt-get") if "Dir::" in call]
    assert private
    assert all(f"<Dir::State={without.root}/temporary/" in call for call in private)
    assert all("<Dir::Etc::SourceParts=/dev/null>" in call for call in private)
    assert (without.root / "sources").read_text() == (
        "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"
        " http://mirror.invalid/debian/ trixie main\n"
    )
    assert installed(without.calls("apt-get")) == []


def test_only_the_two_programs_are_taken_from_their_packages(without: Box) -> None:
    _offer_newer_suite(without)

    without.ok(*ENGINE)

    plugins = without.root / "usr/local/lib/docker/cli-plugins"
    found = {file.name: file for file in plugins.iterdir()}
    assert set(found) == {"docker-compose", "docker-buildx"}
    assert all(_is_program(file) for file in found.values())


def test_no_source_with_compose_is_said(without: Box) -> None:
    without.set("mirror", "http://mirror.invalid/ubuntu/ Ubuntu")

    done = without.run(*ENGINE)

    assert done.code == 6
    assert "https://docs.docker.com/engine/install/" in done.err


def _offer_newer_suite(box: Box) -> None:
    entries = ("cdrom:[disc]/ Debian", "http://mirror.invalid/debian/ Debian", "x Other")
    box.set("mirror", "\n".join(entries))
    box.replace("apt-get", NEWER_SUITE)
    box.replace("dpkg", UNPACK)
    (box.root / "bin/head").symlink_to("/usr/bin/head")


def _is_program(file: Path) -> bool:
    return file.stat().st_mode & 0o777 == 0o755 and file.stat().st_size > 1_000_000
