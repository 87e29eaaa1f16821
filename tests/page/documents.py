"""Documents in the shapes of the API's contract, for the endpoints that the tests stand in for."""

from typing import Any

Document = dict[str, Any]

QUESTION = "Which counties have the most schools?"
SQL = (
    "SELECT County, COUNT(*) AS schools, ROUND(AVG(Score), 1) AS score\n"
    "FROM schools\nWHERE Status = 'Active' -- open ones only\n"
    "GROUP BY County\nORDER BY schools DESC\nLIMIT 12"
)
COUNTIES = (
    "Los Angeles",
    "San Diego",
    "Orange",
    "San Bernardino",
    "Alameda",
    "Santa Clara",
    "Riverside",
    "Sacramento",
    "Fresno",
    "Kern",
    "Contra Costa",
    "San Francisco",
)


def answered(**changes: Any) -> Document:  # noqa: ANN401 - any JSON
    """A model's answer with everything an answer may carry."""
    document: Document = {
        "answered": True,
        "id": 41,
        "workspace": "california_schools",
        "question": QUESTION,
        "sql": SQL,
        "columns": ["County", "schools", "score"],
        "rows": [[name, 2100 - 160 * at, 655.5 - at * 3] for at, name in enumerate(COUNTIES)],
        "row_count": len(COUNTIES),
        "truncated": False,
        "notice": "",
        "source": {"kind": "model", "provider": "openai", "model": "a-model-4"},
        "evidence": ["Status is `Active` for schools that are open."],
        "assumptions": ["Only schools that are open count.", "The score is the mean of all years."],
        "explanation": "Counts the open schools of every county and keeps the twelve largest.",
        "attempts": 2,
        "usage": {"input_tokens": 1834, "output_tokens": 97, "cost_usd": 0.0021},
        "chart": {"kind": "bar", "x": 0, "y": [1]},
        "elapsed_ms": 1840,
        "restated": "",
        "previous": None,
    }
    return {**document, **changes}


def edited(**changes: Any) -> Document:  # noqa: ANN401 - any JSON
    """What running SQL by hand gives."""
    changed: Document = {
        "source": {"kind": "edited"},
        "usage": None,
        "explanation": "",
        "assumptions": [],
    }
    return answered(**{**changed, "evidence": [], "attempts": 1, **changes})


def table_of(rows: list[list[Any]], columns: list[str], **changes: Any) -> Document:  # noqa: ANN401 - any JSON
    """An answer with these rows and no chart."""
    shape = {"columns": columns, "rows": rows, "row_count": len(rows)}
    return answered(**{**shape, "chart": {"kind": "none", "x": 0, "y": []}, **changes})


def months() -> Document:
    """An answer over time, with a gap in one of two series."""
    rows = [
        [f"2024-{at + 1:02}", 1200 + at * 90 - (at % 3) * 200, None if at == 5 else 700 + at * 40]
        for at in range(12)
    ]
    return table_of(
        rows, ["month", "enrolled", "left early"], chart={"kind": "line", "x": 0, "y": [1, 2]}
    )


def unanswered(**changes: Any) -> Document:  # noqa: ANN401 - any JSON
    """An honest no."""
    document: Document = {
        "answered": False,
        "id": 42,
        "workspace": "california_schools",
        "question": "What colour is the sky?",
        "reason": "no_close_example",
        "message": "No stored example is close enough to this question.",
        "hint": "Ask one of the nearest questions, or store an example that answers it.",
        "nearest": [
            {"question": QUESTION, "workspace": "california_schools", "similarity": 0.41},
            {
                "question": "How many charter schools are there in Alameda County?",
                "workspace": "california_schools",
                "similarity": 0.33,
            },
        ],
        "elapsed_ms": 12,
    }
    return {**document, **changes}


def problem(status: int, detail: str, hint: str, code: str = "problem") -> Document:
    """A problem document."""
    return {
        "type": "about:blank",
        "title": "Problem",
        "status": status,
        "detail": detail,
        "hint": hint,
        "code": code,
    }


def asked(number: int, question: str = QUESTION, **changes: Any) -> Document:  # noqa: ANN401 - any JSON
    """An entry of the history."""
    document: Document = {
        "id": number,
        "question": question,
        "workspace": "california_schools",
        "answered": True,
        "asked_at": "2024-03-05T10:20:30Z",
        "sql": SQL,
        "verdict": "",
    }
    return {**document, **changes}


def column(name: str, kind: str = "TEXT", **changes: Any) -> Document:  # noqa: ANN401 - any JSON
    """A column of a workspace."""
    document: Document = {
        "name": name,
        "type": kind,
        "description": "",
        "values": "",
        "primary_key": False,
        "not_null": False,
        "personal": False,
    }
    return {**document, **changes}


def workspace() -> Document:
    """A workspace of two tables, one of which points to the other."""
    schools = [
        column("CDSCode", primary_key=True, not_null=True, description="Number of the school"),
        column("County", description="County the school lies in", values="Alameda · Kern · Yolo"),
        column("AdmEmail", description="Address of the head of the school", personal=True),
        column("Latitude", "REAL"),
    ]
    scores = [
        column("cds", primary_key=True, not_null=True),
        column("AvgScrMath", "INTEGER", description="Mean score in mathematics"),
    ]
    key = {"columns": ["cds"], "table": "schools", "references": ["CDSCode"]}
    database: Document = {
        "name": "california_schools",
        "engine": "sqlite",
        "bytes": 1048576,
        "sha256": "0" * 64,
        "created_at": "2024-03-05T10:20:30Z",
        "report": {
            "verified": "19,955 rows in, 19,955 rows out, 3 values diverted",
            "models": {"chat": "openai/a-model-4", "embedding": "local-384"},
        },
        "tables": [
            _table("schools", 17686, "Every school of the state", schools),
            {**_table("satscores", 2269, "", scores), "foreign_keys": [key]},
        ],
    }
    return {
        "name": "california_schools",
        "title": "California schools (demo)",
        "notice": "",
        "origin": "demo",
        "created_at": "2024-03-05T10:20:30Z",
        "databases": [database],
        "evidence": [{"id": 1, "text": "Exceeding means a score above 1500."}],
        "examples": 2,
    }


def _table(name: str, rows: int, description: str, columns: list[Document]) -> Document:
    return {
        "name": name,
        "rows": rows,
        "description": description,
        "columns": columns,
        "foreign_keys": [],
    }


def examples() -> Document:
    """The stored examples of a workspace."""
    return {
        "examples": [
            {"id": 7, "question": QUESTION, "sql": SQL, "evidence": "", "origin": "demo"},
            {
                "id": 8,
                "question": "How many schools are there?",
                "sql": "SELECT COUNT(*) FROM schools",
                "evidence": "Every row is one school.",
                "origin": "user",
            },
        ]
    }


LONG = "Once upon a time there was a school whose description went on and on. " * 6


def long_table() -> Document:
    """Sixty rows with numbers, nulls and texts too long for a cell."""
    rows = [
        [at, f"School {at}", None if at % 4 == 0 else at * 1.5, LONG if at % 7 == 0 else "short"]
        for at in range(1, 61)
    ]
    return table_of(rows, ["id", "name", "share", "remark"])
