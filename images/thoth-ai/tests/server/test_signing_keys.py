"""What was signed with the key from before the last rotation is still good."""

import os
import subprocess
import sys
from pathlib import Path

SIGN = "from django.core import signing; print(signing.dumps('me', salt='s'))"
CHECK = "from django.core import signing; import sys; print(signing.loads(sys.argv[1], salt='s'))"
START = "import django; django.setup();"


def run(program: str, data: Path, *words: str, **keys: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "thoth_ai.settings",
        "THOTH_DATA_DIR": str(data),
        **keys,
    }
    return subprocess.run(
        [sys.executable, "-c", START + program, *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_session_survives_one_rotation_and_not_two(tmp_path: Path) -> None:
    old, new, newest = "old-" * 12, "new-" * 12, "newest-" * 8
    signed = run(SIGN, tmp_path, DJANGO_SECRET_KEY=old).stdout.strip()

    once = {"DJANGO_SECRET_KEY": new, "DJANGO_SECRET_KEY_FALLBACK": old}
    assert run(CHECK, tmp_path, signed, **once).stdout.strip() == "me"
    twice = {"DJANGO_SECRET_KEY": newest, "DJANGO_SECRET_KEY_FALLBACK": new}
    assert run(CHECK, tmp_path, signed, **twice).returncode != 0
