import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server import databases, imports
from tests.services import application_database
from thoth_ai.importing import knowledge_document, teaching
from thoth_ai.workspaces import removal
from thoth_ai.workspaces.models import Workspace

LACKING = "\0" if application_database.ON_POSTGRES else ""
TEXT = st.text(st.characters(codec="utf-8", exclude_characters=LACKING), max_size=40)
FILLED = TEXT.filter(lambda text: bool(text.strip()))
COLUMN = st.fixed_dictionaries(
    {"personal": st.booleans()}, optional={"description": FILLED, "values": FILLED}
)
QUESTION = FILLED.map(lambda text: " ".join(text.split())).filter(bool)
EXAMPLE = st.fixed_dictionaries(
    {
        "question": QUESTION,
        "sql": st.integers(0, 99).map(lambda n: f"SELECT name FROM animals WHERE id = {n}"),
        "evidence": TEXT,
        "difficulty": TEXT,
        "origin": st.sampled_from(["user", "bird", "demo"]),
    }
)


def asked(example: Any) -> tuple[str, str]:  # noqa: ANN401 - the strategy has no type
    return example["question"], example["sql"]


DOCUMENT = st.fixed_dictionaries(
    {
        "format": st.just("thoth-workspace/1"),
        "title": FILLED,
        "notice": FILLED,
        "tables": st.dictionaries(st.just("animals"), FILLED),
        "columns": st.fixed_dictionaries(
            {"animals": st.fixed_dictionaries({"id": COLUMN, "name": COLUMN})}
        ),
        "evidence": st.lists(FILLED, unique=True, max_size=4),
        "examples": st.lists(EXAMPLE, unique_by=asked, max_size=4),
    }
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=DOCUMENT)
def test_what_is_exported_deleted_and_imported_is_the_same(
    data: Path, document: dict[str, Any]
) -> None:
    first = exported(document)
    second = exported(first)

    assert first == document
    assert second == first


def exported(document: dict[str, Any]) -> dict[str, Any]:
    """Import into a fresh workspace and give what that exports, both as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        imports.from_file(databases.small(Path(folder) / "zoo.sqlite"))
    workspace = Workspace.objects.get()
    teaching.take(workspace, knowledge_document.parse(json.loads(json.dumps(document))))
    result = json.loads(json.dumps(teaching.export(workspace)))
    removal.remove(workspace)
    assert isinstance(result, dict)
    return result
