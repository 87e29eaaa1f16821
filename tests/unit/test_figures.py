"""The text that thothctl writes for Prometheus."""

import re
from datetime import UTC, datetime, timedelta

from thothctl.adapters.shipped import shipped
from thothctl.model.figures import ContainerFigures, DiskFigures, Figures, exposition

NOW = datetime(2026, 3, 1, tzinfo=UTC)
APP = ContainerFigures(
    "app",
    "prod-app-1",
    running=True,
    restarts=2,
    memory_bytes=1000,
    memory_limit_bytes=4000,
    cpu_seconds=12.5,
)
FIGURES = Figures(
    install="prod",
    written_at=NOW,
    installed_at=NOW - timedelta(days=9),
    release=7,
    version="1.0.0",
    operation_open=True,
    backup_at=NOW - timedelta(hours=1),
    certificate_until=NOW + timedelta(days=90),
    containers=(APP,),
    disks=(DiskFigures("/var/lib/docker", 10, 100),),
)


def test_every_figure_is_written_with_its_install() -> None:
    lines = exposition(FIGURES).splitlines()

    assert 'thothctl_release_number{install="prod"} 7.0' in lines
    assert 'thothctl_operation_open{install="prod"} 1.0' in lines
    assert 'thothctl_backup_age_seconds{install="prod"} 3600.0' in lines
    assert "# TYPE thothctl_container_cpu_seconds_total counter" in lines
    container = 'install="prod",service="app",container="prod-app-1"'
    assert f"thothctl_container_cpu_seconds_total{{{container}}} 12.5" in lines
    assert f"thothctl_container_restarts{{{container}}} 2.0" in lines


def test_without_a_backup_there_is_no_age() -> None:
    text = exposition(Figures("prod", NOW, NOW, 1, "1.0.0", operation_open=False))

    assert "# TYPE thothctl_backup_age_seconds gauge" in text
    assert not re.search(r"^thothctl_backup", text, re.MULTILINE)


def test_odd_names_are_escaped() -> None:
    odd = DiskFigures('C:\\data "x"\n', 1, 2)
    text = exposition(Figures("prod", NOW, NOW, 1, "1", operation_open=False, disks=(odd,)))

    assert r'place="C:\\data \"x\"\n"' in text


def test_rules_and_panels_use_only_names_that_are_written() -> None:
    files = [file for file in shipped("templates").glob("monitoring/**/*") if file.is_file()]
    used = {name for file in files for name in re.findall(r"\bthothctl_\w+", file.read_text())}
    written = set(re.findall(r"^# TYPE (\w+)", exposition(FIGURES), re.MULTILINE))

    assert used
    assert used <= written


def test_every_name_is_in_the_reference() -> None:
    page = shipped("templates").parent / "docs/reference/metrics.md"
    written = re.findall(r"^# TYPE (\w+) (\w+)", exposition(FIGURES), re.MULTILINE)

    assert written
    for name, kind in written:
        assert f"| `{name}` | {kind} |" in page.read_text()
