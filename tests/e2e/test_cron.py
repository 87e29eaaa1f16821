"""The real cron takes a line of ours and runs it, whatever is in its words."""

import uuid
from pathlib import Path

from e2e.machine import docker
from e2e.own_images import LABEL, builder, until

from thothctl.config.unit_file import cron_line

FOLDER = Path(__file__).parents[1] / "cron"
IMAGE = "thoth-test-cron:latest"
HOME = "/given/my 100% $HOME"
TELLS = """#!/bin/sh
{ printf '%s\\n' "$THOTHCTL_HOME" "$@"; } > /given/told.part && mv /given/told.part /given/told
"""


def test_cron_runs_the_line_with_every_word_as_it_was_written(engine: None, tmp_path: Path) -> None:
    program = tmp_path / "it's 1% of thothctl"
    program.write_text(TELLS)
    program.chmod(0o755)
    words = [f"/given/{program.name}", "backup", "run", "--install", "default"]
    line = cron_line("* * * * *", words, {"THOTHCTL_HOME": HOME})
    (tmp_path / "crontab").write_text(f"# a remark\n{line}\n")
    docker("buildx", "build", "--load", "-q", "-t", IMAGE,
           "--build-arg", f"BASE_IMAGE={builder(tmp_path).base()}", str(FOLDER))  # fmt: skip
    name = f"thoth-cron-{uuid.uuid4().hex[:8]}"
    docker("run", "-d", "--name", name, "--label", f"{LABEL}={name}", "--network", "none",
           "-v", f"{tmp_path}:/given", IMAGE)  # fmt: skip
    try:
        until((tmp_path / "told").exists, seconds=90)
    finally:
        docker("rm", "-f", "-v", name)

    assert (tmp_path / "told").read_text().splitlines() == [HOME, *words[1:]]
