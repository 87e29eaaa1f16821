"""install.sh looks for a Python that fits, and brings one."""

from install.box import Box, installed


def test_without_consent_and_without_a_terminal_nothing_is_installed(bare: Box) -> None:
    done = bare.run("--demo")

    assert done.code == 2
    assert "hint: give --yes" in done.err
    assert bare.calls("apt-get") == []


def test_with_consent_python_is_installed(bare: Box) -> None:
    bare.ok("--yes", "--no-engine", "--no-setup")

    assert installed(bare.calls("apt-get")) == ["python3 python3-venv"]
    assert bare.calls("apt-get")[0] == "apt-get <update>"


def test_the_python_of_the_system_comes_first(ready: Box) -> None:
    system = ready.set("usr/bin/python3")
    system.write_text((ready.root / "parts/python3").read_text())
    system.chmod(0o755)

    done = ready.ok("--no-engine", "--no-setup")

    assert f"Python 3.12.1 ({system})" in done.err


def test_a_newer_one_beside_an_old_python_is_found(ready: Box) -> None:
    ready.replace("python3.12", (ready.root / "parts/python3").read_text())
    ready.replace("python3", "exit 1")

    done = ready.ok("--no-engine", "--no-setup")

    assert "bin/python3.12)" in done.err
    assert ready.calls("apt-get") == []


def test_a_distribution_with_an_old_python_is_asked_for_a_newer_one(bare: Box) -> None:
    bare.set("old-python")
    bare.set("offered", "python3.11-venv")

    done = bare.run("--yes", "--no-engine", "--no-setup")

    wanted = ["python3 python3-venv", "python3.11 python3.11-venv"]
    assert installed(bare.calls("apt-get")) == wanted
    assert done.code == 3
    assert "uv" in done.err


def test_without_apt_uv_is_named(bare: Box) -> None:
    for name in ("apt-get", "apt-cache"):
        bare.unset(f"bin/{name}")

    done = bare.run("--yes")

    assert done.code == 3
    assert "hint:" in done.err
    assert "https://docs.astral.sh/uv/" in done.err


def test_uv_brings_a_python_where_apt_cannot(bare: Box) -> None:
    for name in ("apt-get", "apt-cache"):
        bare.unset(f"bin/{name}")
    bare.replace("uv", 'if [ "$2" = find ]; then echo "$BOX/parts/python3"; fi')

    done = bare.ok("--no-engine", "--no-setup")

    assert bare.calls("uv")[0] == "uv <python> <install> <3.12>"
    assert "parts/python3)" in done.err


def test_a_user_without_sudo_is_not_asked(bare: Box) -> None:
    bare.set("uid", "1000")

    done = bare.run("--yes")

    assert done.code == 3
    assert bare.calls("apt-get") == []


def test_a_user_with_sudo_installs_with_it(bare: Box) -> None:
    bare.set("uid", "1000")
    bare.replace("sudo", 'exec "$@"')

    bare.ok("--yes", "--no-engine", "--no-setup")

    assert bare.calls("sudo")[0] == "sudo <apt-get> <update>"
    assert (bare.root / "home/.local/bin/thothctl").is_symlink()


def test_the_log_is_shown_when_a_package_cannot_be_had(bare: Box) -> None:
    bare.set("apt-fails", "E: Failed to fetch the list")

    done = bare.run("--yes")

    assert done.code == 15
    assert "        E: Failed to fetch the list" in done.err
    assert "error: reading the package lists failed" in done.err


def test_a_full_disk_is_called_one(bare: Box) -> None:
    bare.set("apt-fails", "E: You don't have enough free space in /var/cache/apt/archives/.")

    assert bare.run("--yes").code == 14
