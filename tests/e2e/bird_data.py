"""A BIRD root to import: the real descriptions and questions where the test data is, else alike."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

BOM = b"\xef\xbb\xbf"
HEADER = b"original_column_name,column_name,column_description,data_format,value_description\r\n"
SCHEMA = {
    "db_id": "student_club",
    "table_names_original": ["member", "event"],
    "table_names": ["members", "event"],
    "column_names_original": [[-1, "*"], [0, "member_id"], [0, "first_name"], [1, "event_name"]],
    "column_names": [[-1, "*"], [0, "member id"], [0, "first name"], [1, "event name"]],
    "column_types": ["text", "text", "text", "text"],
}
FILES = {
    "members.csv": BOM
    + HEADER
    + b"member_id,,\x93number\x94,text,\r\nfirst_name,,called,text,\r\n",
    "event.csv": HEADER + b"event_name,,its name,text,\r\nlocation,,not in the table,text,\r\n",
}
QUESTION = {
    "db_id": "student_club",
    "question": "What are the members called?",
    "evidence": "called refers to first_name",
    "SQL": "SELECT first_name FROM member",
    "difficulty": "simple",
}


def make(root: Path) -> Path:
    """Make the root; the databases have the tables of `dev_tables.json` and no rows."""
    root.mkdir()
    data = os.environ.get("THOTH_TEST_DATA")
    if data and (Path(data) / "bird").is_dir():
        _copy(Path(data) / "bird", root)
    else:
        _generate(root)
    for schema in json.loads((root / "dev_tables.json").read_text(encoding="utf-8")):
        folder = root / "dev_databases" / schema["db_id"]
        with closing(sqlite3.connect(folder / f"{schema['db_id']}.sqlite")) as database:
            for statement in statements(schema):
                database.execute(statement)
            database.commit()
    return root


def statements(schema: dict[str, Any]) -> list[str]:
    """The tables of a database as the benchmark lists them."""
    columns: dict[int, list[str]] = {}
    pairs = zip(schema["column_names_original"], schema["column_types"], strict=True)
    for (table, name), kind in pairs:
        columns.setdefault(table, []).append(f'"{name}" {kind}')
    return [
        f'CREATE TABLE "{name}" ({", ".join(columns[number])})'
        for number, name in enumerate(schema["table_names_original"])
    ]


def _copy(data: Path, root: Path) -> None:
    shutil.copyfile(data / "dev_tables.json", root / "dev_tables.json")
    shutil.copyfile(data / "mini_dev_sqlite.json", root / "dev.json")
    for folder in (data / "dev_databases").iterdir():
        place = root / "dev_databases" / folder.name / "database_description"
        place.mkdir(parents=True)
        for file in (folder / "database_description").iterdir():
            shutil.copyfile(file, place / file.name)


def _generate(root: Path) -> None:
    place = root / "dev_databases" / "student_club" / "database_description"
    place.mkdir(parents=True)
    for name, content in FILES.items():
        (place / name).write_bytes(content)
    (root / "dev_tables.json").write_text(json.dumps([SCHEMA]))
    (root / "dev.json").write_text(json.dumps([QUESTION]))
