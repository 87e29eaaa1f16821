"""A root folder as the BIRD benchmark ships it, with the quirks its folders are known for."""

import json
from pathlib import Path

from tests.server import databases

BOM = b"\xef\xbb\xbf"
HEADER = b"original_column_name,column_name,column_description,data_format,value_description\r\n"
CARDS = """
CREATE TABLE cards (id INTEGER PRIMARY KEY, "card Name" TEXT, [Percent (%)] REAL, "T-BIL" TEXT,
                    uuid TEXT UNIQUE);
CREATE TABLE rulings (uuid TEXT REFERENCES cards(uuid), text TEXT, date DATE);
CREATE TABLE set_translations (setCode TEXT, language TEXT, translation TEXT);
CREATE TABLE "order" (a TEXT);
INSERT INTO cards VALUES (1, 'Ancestor', 50.0, 'x', 'u1'), (2, 'Bog', 25.0, 'y', 'u2');
"""
PEOPLE = """
CREATE TABLE member (member_id TEXT PRIMARY KEY, first_name TEXT, email TEXT, phone TEXT);
INSERT INTO member VALUES ('1', 'Ada', 'ada@example.org', '1'), ('2', 'Alan', 'a@example.org', '2');
"""
FILES = {
    "cards.csv": BOM
    + HEADER
    + b"id,unique number,the number of the card,integer,\r\n"
    + b" Card Name , the name ,the card's printed name,text,\r\n"
    + b' Percent (%),,share,real,"\x95 0: never\r\n\x95 100: always \x96 rare"\r\n'
    + b"id,again,another text,integer,\r\n"
    + b"home_player_X1,,not in the table,integer,\r\n",
    "ruling.csv": b"Original_Column_Name , column_name,column_description\nuuid,,the card\n"
    b"text,,\xe9dition\0\ndate,,the day\n",
    "set_transactions.csv": HEADER + b"setCode,set code,,text,\nlanguage,,language,text,a, b\n",
    "order.csv": b"",
    "readme.txt": b"nothing",
}
MEMBERS = {"member.csv": HEADER + b"member_id,member id,the number,text,\n"}
QUESTIONS = [
    {
        "question_id": 1,
        "db_id": "card_game",
        "question": "What is the name of the rarest card?",
        "evidence": "rarest refers to MIN(Percent (%))",
        "SQL": 'SELECT "card Name" FROM cards ORDER BY "Percent (%)" LIMIT 1',
        "difficulty": "simple",
    },
    {"db_id": "people", "question": "Who is first?", "SQL": "SELECT first_name FROM member"},
    {"db_id": "card_game", "question": "Broken?", "SQL": "SELECT nothing FROM nowhere"},
]
TABLES = [
    {
        "db_id": "card_games",
        "table_names_original": ["cards", "set_translations", "gone"],
        "table_names": ["cards", "translations of sets", "gone"],
        "column_names_original": [[-1, "*"], [0, "T-BIL"], [1, "translation"], [2, "x"]],
        "column_names": [[-1, "*"], [0, "total bilirubin"], [1, "translated text"], [2, "x"]],
    }
]


def root(folder: Path) -> Path:
    """Make a root with two databases and a folder whose database is missing."""
    for name, script, files in (("card_games", CARDS, FILES), ("people", PEOPLE, MEMBERS)):
        place = folder / "dev_databases" / name
        descriptions = place / "database_description"
        descriptions.mkdir(parents=True)
        databases.make(place / f"{name}.sqlite", script)
        for file, content in files.items():
            (descriptions / file).write_bytes(content)
    (folder / "dev_databases" / "retail_world").mkdir()
    (folder / "dev.json").write_text(json.dumps(QUESTIONS))
    (folder / "dev_tables.json").write_text(json.dumps(TABLES))
    return folder
