"""The documents of the API as JSON Schema (2020-12), by the names OpenAPI refers to them."""

from thoth_ai.api.bodies import LONGEST_QUESTION, LONGEST_SQL
from thoth_ai.api.schema_words import (
    MOMENT,
    NUMBER,
    SHARE,
    TEXT,
    TEXTS,
    YES_NO,
    Schema,
    body,
    either,
    listed,
    or_null,
    partly,
    record,
    ref,
    word,
)  # fmt: skip
from thoth_ai.api.workspace_schemas import WORKSPACE_SCHEMAS
from thoth_ai.questions.answers import Reason

SOURCE = partly(
    record(
        kind=word("example", "model", "edited"),
        question=TEXT,
        similarity=SHARE,
        origin=TEXT,
        provider=TEXT,
        model=TEXT,
    ),
    "question", "similarity", "origin", "provider", "model",
)  # fmt: skip

SCHEMAS: dict[str, Schema] = {
    "Problem": record(type=TEXT, title=TEXT, status=NUMBER, code=TEXT, detail=TEXT, hint=TEXT),
    "Value": {"type": ["string", "number", "integer", "boolean", "null"]},
    "Usage": record(input_tokens=NUMBER, output_tokens=NUMBER, cost_usd=or_null(SHARE)),
    "Chart": record(kind=word("bar", "line", "none"), x=NUMBER, y=listed(NUMBER)),
    "Source": SOURCE,
    "Answer": partly(
        record(
            answered={"const": True},
            id=or_null(NUMBER),
            workspace=TEXT,
            question=TEXT,
            restated=TEXT,
            sql=TEXT,
            columns=TEXTS,
            rows=listed(listed(ref("Value"))),
            row_count=NUMBER,
            truncated=YES_NO,
            notice=TEXT,
            source=ref("Source"),
            evidence=TEXTS,
            assumptions=TEXTS,
            explanation=TEXT,
            attempts=NUMBER,
            usage=or_null(ref("Usage")),
            chart=ref("Chart"),
            elapsed_ms=NUMBER,
            previous=or_null(NUMBER),
            verdict=TEXT,
        ),
        "verdict",
    ),
    "NoAnswer": partly(
        record(
            answered={"const": False},
            id=or_null(NUMBER),
            workspace=or_null(TEXT),
            question=TEXT,
            reason=word(*(reason.value for reason in Reason)),
            message=TEXT,
            hint=TEXT,
            nearest=listed(record(question=TEXT, workspace=TEXT, similarity=SHARE)),
            sql=TEXT,
            usage=or_null(ref("Usage")),
            elapsed_ms=NUMBER,
            previous=or_null(NUMBER),
            verdict=TEXT,
        ),
        "verdict",
    ),
    "Reply": either(ref("Answer"), ref("NoAnswer")),
    "Ask": body(
        ("question",),
        question={**TEXT, "minLength": 1, "maxLength": LONGEST_QUESTION},
        workspace=or_null(TEXT),
        previous=or_null(NUMBER),
    ),
    "Sql": body(
        ("workspace", "sql"),
        workspace=TEXT,
        sql={**TEXT, "minLength": 1, "maxLength": LONGEST_SQL},
        question=or_null(NUMBER),
    ),
    "Questions": record(
        questions=listed(
            record(
                id=NUMBER,
                question=TEXT,
                workspace=TEXT,
                answered=YES_NO,
                asked_at=MOMENT,
                sql=TEXT,
                verdict=TEXT,
            )
        )
    ),
    "Verdict": body(("verdict",), verdict=word("up", "down", ""), sql=or_null(TEXT)),
    "Judged": record(verdict=word("up", "down", ""), example=or_null(NUMBER), note=TEXT),
    "Token": record(
        id=NUMBER, name=TEXT, created_at=MOMENT, expires_at=or_null(MOMENT), used_at=or_null(MOMENT)
    ),
    "NewToken": record(
        id=NUMBER,
        name=TEXT,
        created_at=MOMENT,
        expires_at=or_null(MOMENT),
        used_at=or_null(MOMENT),
        token=TEXT,
    ),
    "Tokens": record(tokens=listed(ref("Token"))),
    "MintToken": body(("name",), name={**TEXT, "maxLength": 100}, days=or_null(NUMBER)),
    "Job": record(
        id=TEXT,
        kind=word("import", "reindex"),
        state=word("queued", "running", "done", "failed"),
        phase=TEXT,
        done=NUMBER,
        total=NUMBER,
        unit=TEXT,
        attempts=NUMBER,
        result=or_null({"type": "object"}),
        error=or_null(record(code=TEXT, message=TEXT, hint=TEXT, exit_code=NUMBER)),
        created_at=MOMENT,
        started_at=or_null(MOMENT),
        finished_at=or_null(MOMENT),
    ),
    "Workspaces": record(
        workspaces=listed(
            record(
                name=TEXT,
                title=TEXT,
                notice=TEXT,
                databases=listed(record(name=TEXT, tables=NUMBER, rows=NUMBER)),
                examples=NUMBER,
            )
        )
    ),
    **WORKSPACE_SCHEMAS,
}  # fmt: skip
