"""The reference pages say what the code says, and links lead somewhere."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest
from e2e.fault_cells import MOVE, MOVING, ROLLBACK, UPGRADE, exchanging_cells

from thothctl.operations.plan import STEPS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name", ["cli.md", "exit-codes.md", "faults.md", "settings.md", "postgres.sql"]
)
def test_a_generated_page_is_what_make_docs_writes(name: str) -> None:
    assert (DOCS / "reference" / name).read_text() == generator().pages()[name]


def test_the_matrix_of_faults_has_every_step_of_its_plans() -> None:
    tried = {tuple(cell[:2]) for cell in json.loads((DOCS / "reference/faults.json").read_text())}
    planned = {(route.name, step) for route in (UPGRADE, ROLLBACK) for step in route.steps}
    planned |= {(MOVE.name, step) for step in MOVING}
    planned |= {(cell.route.name, cell.step) for cell in exchanging_cells()}

    assert planned <= tried
    assert {step for _, step in tried} <= STEPS.keys()


def pages() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_of_ours_leads_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())

    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


def test_every_page_is_found_from_the_first_page_of_the_documentation() -> None:
    index = (DOCS / "README.md").read_text()

    kinds = ("tutorial", "how-to", "reference", "explanation")
    written = [page for kind in kinds for page in sorted((DOCS / kind).glob("*.md"))]
    assert [
        str(p.relative_to(DOCS)) for p in written if f"({p.relative_to(DOCS)})" not in index
    ] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_a_page_shows_exists(page: Path) -> None:
    known = re.findall(r"^## thothctl (.+)$", generator().pages()["cli.md"], re.MULTILINE)
    shown = re.findall(r"thothctl ((?:[a-z]+[a-z-]* ?)+)", "\n".join(_code(page.read_text())))

    unknown = [words for words in shown if not any(words.startswith(name) for name in known)]
    assert unknown == []


def _code(text: str) -> list[str]:
    blocks = re.findall(r"```(?:console|sh|bash)\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [
        line.removeprefix("$ ") for line in lines if line.startswith(("$ thothctl", "thothctl"))
    ]
