"""The documents of one workspace as JSON Schema (2020-12)."""

from thoth_ai.api.schema_words import (
    MOMENT,
    NUMBER,
    SHARE,
    TEXT,
    TEXTS,
    YES_NO,
    Schema,
    body,
    by_name,
    either,
    listed,
    or_null,
    partly,
    record,
    ref,
    word,
)  # fmt: skip
from thoth_ai.importing.knowledge_document import FORMAT, ORIGINS
from thoth_ai.workspaces.sharing import Shared

VALUE: Schema = {"type": ["string", "number", "boolean", "null"]}
COLUMN_WORDS = either(TEXT, body((), description=TEXT, values=TEXT, personal=YES_NO))
TAUGHT = record(question=TEXT, sql=TEXT, evidence=TEXT, difficulty=TEXT, origin=word(*ORIGINS))

WORKSPACE_SCHEMAS: dict[str, Schema] = {
    "Workspace": record(
        name=TEXT,
        title=TEXT,
        notice=TEXT,
        origin=TEXT,
        created_at=MOMENT,
        databases=listed(ref("Database")),
        evidence=listed(record(id=NUMBER, text=TEXT)),
        examples=NUMBER,
        rejected_examples=NUMBER,
        values_shared=word(*Shared.values),
        suggestions=TEXTS,
    ),
    "Database": record(
        name=TEXT,
        engine=TEXT,
        bytes=NUMBER,
        sha256=TEXT,
        created_at=MOMENT,
        report=ref("ImportReport"),
        joins=listed(ref("Join")),
        tables=listed(ref("Table")),
    ),
    "Join": record(
        table=TEXT,
        column=TEXT,
        referenced_table=TEXT,
        referenced_column=TEXT,
        contained=SHARE,
        score=SHARE,
    ),
    "Profile": body(
        (),
        kind=TEXT,
        rows=NUMBER,
        nulls=NUMBER,
        distinct=NUMBER,
        exact=YES_NO,
        unique=YES_NO,
        low=VALUE,
        high=VALUE,
        mean_size=SHARE,
        longest=NUMBER,
        top=listed(listed(VALUE)),
        listed=listed(VALUE),
        shapes=listed(listed(VALUE)),
    ),
    "ImportReport": body(
        (),
        rows_in=NUMBER,
        rows_out=NUMBER,
        diverted=NUMBER,
        verified=TEXT,
        encoder=TEXT,
        renamed=by_name(by_name(TEXT)),
        index=YES_NO,
        models=body(("chat", "embedding"), chat=TEXT, embedding=TEXT, told_values=YES_NO),
        tables=listed(
            record(
                name=TEXT,
                source=TEXT,
                rows_in=NUMBER,
                rows_out=NUMBER,
                diverted=NUMBER,
                warnings=TEXTS,
                columns=listed(
                    record(name=TEXT, type=TEXT, nulls=NUMBER, diverted=NUMBER, hash=TEXT)
                ),
            )
        ),
    ),
    "Table": record(
        name=TEXT,
        rows=NUMBER,
        description=TEXT,
        derived=TEXT,
        columns=listed(ref("Column")),
        foreign_keys=listed(record(columns=TEXTS, table=TEXT, references=TEXTS)),
    ),
    "Column": record(
        name=TEXT,
        type=TEXT,
        description=TEXT,
        derived=TEXT,
        values=TEXT,
        primary_key=YES_NO,
        not_null=YES_NO,
        personal=YES_NO,
        profile=or_null(ref("Profile")),
    ),
    "WorkspaceDetails": body((), title=TEXT, notice=TEXT, values_shared=word(*Shared.values)),
    "Descriptions": body((), tables=by_name(TEXT), columns=by_name(by_name(COLUMN_WORDS))),
    "Changed": record(changed=NUMBER),
    "Example": partly(
        record(
            id=NUMBER, question=TEXT, sql=TEXT, evidence=TEXT, difficulty=TEXT, origin=TEXT,
            reason=TEXT,
        ),
        "reason",
    ),
    "Examples": record(examples=listed(ref("Example")), total=NUMBER),
    "NewExample": body(("question", "sql"), question=TEXT, sql=TEXT, evidence=TEXT),
    "Knowledge": partly(
        record(
            format={"const": FORMAT},
            title=TEXT,
            notice=TEXT,
            tables=by_name(TEXT),
            columns=by_name(by_name(COLUMN_WORDS)),
            evidence=TEXTS,
            examples=listed(partly(TAUGHT, "evidence", "difficulty", "origin")),
        ),
        "title", "notice", "tables", "columns", "evidence", "examples",
    ),
    "Taken": record(
        added=record(examples=NUMBER, evidence=NUMBER, descriptions=NUMBER),
        skipped=listed(record(what=TEXT, why=TEXT)),
    ),
}  # fmt: skip
