import fcntl
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from tests.server import databases, imports
from tests.services import application_database, checkout
from thoth_ai.importing import staging
from thoth_ai.workspaces.models import Workspace

pytestmark = checkout.needed
PROJECT = Path(__file__).parents[2]


def environment(data: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "THOTH_DATA_DIR": str(data), "PYTHONPATH": str(PROJECT)} | (
        application_database.variables()
    )


def command(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, str(PROJECT / "manage.py"), "import_bird", "--name=zoo", *arguments)


def wait_for(data: Path, name: str) -> None:
    deadline = time.monotonic() + 20
    while not list((data / "incoming").glob(f"*/{name}")):
        assert time.monotonic() < deadline, "the import never began to write"
        time.sleep(0.02)


def start_half(data: Path, tmp_path: Path) -> "subprocess.Popen[bytes]":
    content = databases.bundle(databases.small(tmp_path / "s.sqlite", rows=5000).read_bytes())
    process = subprocess.Popen(
        command("--bundle=-", "--create-workspace"), stdin=subprocess.PIPE, env=environment(data)
    )
    assert process.stdin is not None
    process.stdin.write(content[: len(content) // 2])
    process.stdin.flush()
    wait_for(data, "database.sqlite")
    return process


def test_a_killed_import_leaves_nothing_after_the_next_sweep(data: Path, tmp_path: Path) -> None:
    process = start_half(data, tmp_path)
    process.kill()
    process.wait()
    assert imports.left(data)

    assert staging.sweep() == 1

    assert imports.left(data) == []
    assert not Workspace.objects.exists()


def test_a_live_import_is_not_swept(data: Path, tmp_path: Path) -> None:
    process = start_half(data, tmp_path)
    try:
        assert staging.sweep() == 0
        assert imports.left(data)
    finally:
        process.kill()
        process.wait()


def test_a_stopped_import_cleans_up_itself(data: Path, tmp_path: Path) -> None:
    process = start_half(data, tmp_path)
    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=20) == 130
    assert imports.left(data) == []


def test_an_import_is_undone_when_its_sender_hangs_up_after_the_bundle(
    data: Path, tmp_path: Path
) -> None:
    content = databases.small(tmp_path / "s.sqlite").read_bytes()
    script = """
        import signal, django
        django.setup()
        from thoth_ai.importing import finding
        def hang(*arguments):
            print("loaded", flush=True)
            signal.pause()
        finding.find = hang
        from django.core.management import call_command
        call_command("import_bird", "--name=zoo", "--create-workspace", "--bundle=-")
    """
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        (sys.executable, "-c", textwrap.dedent(script)),
        stdin=pipe,
        stdout=pipe,
        env=environment(data) | {"DJANGO_SETTINGS_MODULE": "thoth_ai.settings"},
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(databases.bundle(content, attended=True))
    process.stdin.flush()
    while process.stdout.readline() != b"loaded\n":
        assert process.poll() is None

    process.communicate(timeout=20)

    assert process.returncode == 130
    assert (imports.left(data), Workspace.objects.count()) == ([], 0)


@pytest.mark.skipif(application_database.ON_POSTGRES, reason="nothing is moved there")
@pytest.mark.parametrize("replace", [False, True])
def test_a_kill_just_before_the_commit_changes_nothing(
    data: Path, tmp_path: Path, *, replace: bool
) -> None:
    if replace:
        imports.from_file(databases.small(tmp_path / "old.sqlite"))
    kept = imports.left(data)
    path = databases.small(tmp_path / "new.sqlite", rows=9)
    script = f"""
        import os, signal, sys
        import django
        django.setup()
        from thoth_ai.importing import publishing
        publish = publishing.publish
        def die(*arguments):
            publish(*arguments)
            os.kill(os.getpid(), signal.SIGKILL)
        publishing.publish = die
        from django.core.management import call_command
        call_command("import_bird", "--name=zoo", "--create-workspace", "--replace",
                     "--sqlite-file={path}")
    """
    process = subprocess.run(
        (sys.executable, "-c", textwrap.dedent(script)),
        env=environment(data) | {"DJANGO_SETTINGS_MODULE": "thoth_ai.settings"},
        check=False,
    )
    assert process.returncode == -signal.SIGKILL
    assert len([name for name in imports.left(data) if name.endswith(".sqlite")]) == len(kept) + 1

    staging.sweep()

    assert imports.left(data) == kept
    assert Workspace.objects.count() == len(kept)


def test_two_imports_of_one_name_make_one_workspace(data: Path, tmp_path: Path) -> None:
    path = databases.small(tmp_path / "s.sqlite")
    running = [
        subprocess.Popen(
            command("--create-workspace", f"--sqlite-file={path}"),
            env=environment(data),
            stdout=subprocess.DEVNULL,
        )
        for _ in range(4)
    ]

    statuses = sorted(process.wait(timeout=60) for process in running)

    assert statuses == [0, 7, 7, 7]
    assert len(imports.left(data)) == 1


def test_a_folder_whose_lock_is_held_is_left_alone(data: Path) -> None:
    folder = data / "incoming" / "abc"
    folder.mkdir(parents=True)
    with (folder / staging.LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert staging.sweep() == 0
    assert staging.sweep() == 1
