"""The file of figures that a service of the stack hands to Prometheus."""

from pathlib import Path

from thothctl.adapters.files import translated, write_durably

FOLDER, FILE = "figures", "thothctl.prom"


class FiguresFile:
    """Answers `world.FiguresFile` below THOTHCTL_HOME."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def write(self, name: str, text: str) -> Path:
        folder = self._home / "installs" / name / FOLDER
        with translated(f"create {folder}"):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)  # whoever reads it in a container is another user
        write_durably(folder / FILE, text)
        return folder / FILE
