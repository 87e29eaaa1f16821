"""The rules of the layers, read off the imports."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import thothctl
from thothctl.cli.app import PLACES

PACKAGE = Path(thothctl.__file__).parent
MAY_IMPORT = {
    "errors": {"errors"},
    "model": {"model", "errors"},
    "world": {"world", "model", "errors"},
    "config": {"config", "model", "errors"},
    "probes": {"probes", "world", "model", "errors"},
    "operations": {"operations", "probes", "config", "world", "model", "errors"},
    "adapters": {"adapters", "config", "world", "model", "errors"},
    "cli": {"cli", "operations", "probes", "config", "world", "model", "errors", "adapters"},
}
FOREIGN = {"adapters": None, "cli": {"typer", "rich"}}
"""Layers that may use third-party packages: any, or these."""
SILENT = ("operations", "probes", "config", "model")
OUTSIDE = {"os", "time", "random", "secrets", "uuid", "subprocess", "socket", "shutil", "tempfile"}


def files_of(layer: str) -> list[Path]:
    return [*PACKAGE.glob(f"{layer}/**/*.py"), *PACKAGE.glob(f"{layer}.py")]


def imported(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("layer", sorted(MAY_IMPORT))
def test_a_layer_imports_only_what_it_may(layer: str) -> None:
    files = files_of(layer)
    assert files, "a renamed layer must not pass unseen"
    modules = {module for file in files for module in imported(file)}

    ours = {m.split(".")[1] for m in modules if m.startswith("thothctl.")}
    assert ours <= MAY_IMPORT[layer]


@pytest.mark.parametrize("layer", sorted(MAY_IMPORT))
def test_third_party_packages_stay_in_their_layers(layer: str) -> None:
    roots = {m.split(".")[0] for file in files_of(layer) for m in imported(file)}
    foreign = roots - {"thothctl"} - sys.stdlib_module_names
    allowed = FOREIGN.get(layer, set())

    assert allowed is None or foreign <= allowed


@pytest.mark.parametrize("layer", SILENT)
def test_the_core_reads_no_clock_chance_disk_or_environment(layer: str) -> None:
    for file in files_of(layer):
        assert not {m.split(".")[0] for m in imported(file)} & OUTSIDE, file.name


@pytest.mark.parametrize("layer", SILENT)
def test_the_core_never_prints_asks_or_exits(layer: str) -> None:
    for file in files_of(layer):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"print", "input", "exit", "open"}, file.name


def test_every_module_of_the_package_belongs_to_a_layer() -> None:
    tops = {p.relative_to(PACKAGE).parts[0].removesuffix(".py") for p in PACKAGE.rglob("*.py")}

    assert tops - {"__init__", "__main__", "_shipped"} == set(MAY_IMPORT)


def loaded(argument: str) -> set[str]:
    """The modules that a command line of one word loads."""
    probe = (
        "import sys\nfrom thothctl.cli.main import main\n"
        f"main([{argument!r}])\nprint(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_start_up_loads_no_heavy_library(argument: str) -> None:
    heavy = {"docker", "httpx", "questionary", "keyring", "jinja2", "yaml", "requests"}

    assert not heavy & loaded(argument)


def test_the_help_of_the_whole_loads_no_command() -> None:
    modules = {f"thothctl.cli.{place.partition(':')[0]}" for place, _ in PLACES.values()}
    found = loaded("--help")

    assert "thothctl.cli.app" in found
    assert not found & {*modules, "thothctl.operations"}


def test_modules_and_functions_stay_readable() -> None:
    long = [
        f"{file.name}:{node.name}"
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno > 50
    ]

    assert not long
    assert not [f.name for f in PACKAGE.rglob("*.py") if len(f.read_text().splitlines()) > 300]
