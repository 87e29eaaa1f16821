"""The API described for programs: OpenAPI 3.1."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from thoth_ai.api.schema_words import NUMBER, TEXT, ref
from thoth_ai.api.schemas import SCHEMAS

JSON, PROBLEM = "application/json", "application/problem+json"
STREAM = """\
With `Accept: text/event-stream` the answer is a stream of events while it comes about: `step`
(name, title, state, detail), `text` (what a language model writes, piece by piece), and at the
end `reply` or `problem`."""


BUNDLE = """\
The body is the tar archive that `thothctl import-bird` makes: `manifest.json`, `database.sqlite`,
and what is known about it; or, as `application/vnd.sqlite3`, a bare database with the name of its
file as `origin`. The answer says where to look how far it is."""
TEXTS = ("workspace", "name", "create", "replace", "describe", "origin", "rejected")


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path; `takes` and `gives` name schemas, `gives` of nothing is a 204."""

    path: str
    method: str
    name: str
    summary: str
    takes: str = ""
    gives: str = ""
    status: int = 200
    also: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    details: str = ""

    def described(self) -> dict[str, Any]:
        """Return it as OpenAPI has it."""
        described: dict[str, Any] = {
            "operationId": self.name,
            "summary": self.summary,
            "parameters": [*_path_parameters(self.path), *map(_query_parameter, self.query)],
            "responses": {str(self.status): self._answer(), "default": _problem()},
        }
        if self.details:
            described["description"] = self.details
        if self.takes:
            content = {JSON: {"schema": ref(self.takes)}}
            described["requestBody"] = {"required": True, "content": content}
        return described

    def _answer(self) -> dict[str, Any]:
        if not self.gives:
            return {"description": "Done; there is nothing to tell."}
        content: dict[str, Any] = {JSON: {"schema": ref(self.gives)}}
        content |= {kind: {"schema": {"type": "string"}} for kind in self.also}
        return {"description": self.summary, "content": content}


OPERATIONS = (
    Operation(
        "/ask", "post", "ask", "Answer a question in plain language", "Ask", "Reply",
        also=("text/event-stream",), details=STREAM,
    ),
    Operation(
        "/sql", "post", "runSql", "Run SQL of your own, read-only", "Sql", "Answer",
        also=("text/csv",), details="With `Accept: text/csv` the whole result, up to 100,000 rows.",
    ),
    Operation(
        "/questions", "get", "listQuestions", "List what you asked, newest first",
        gives="Questions", query=("workspace", "limit", "before"),
    ),
    Operation("/questions/{id}", "get", "getQuestion", "A reply without its rows", gives="Reply"),
    Operation("/questions/{id}", "delete", "deleteQuestion", "Forget a question", status=204),
    Operation(
        "/questions/{id}/verdict", "post", "judge", "Say whether an answer is right", "Verdict",
        "Judged", details="What is right becomes a stored example; taking it back removes it.",
    ),
    Operation("/workspaces", "get", "listWorkspaces", "List what can be asked", gives="Workspaces"),
    Operation(
        "/workspaces/{name}", "get", "getWorkspace", "Everything known of one", gives="Workspace"
    ),
    Operation(
        "/workspaces/{name}", "patch", "changeWorkspace", "Change title, notice, what is told",
        "WorkspaceDetails", "Changed",
    ),
    Operation(
        "/workspaces/{name}", "delete", "deleteWorkspace", "Remove it with its data", status=204
    ),
    Operation(
        "/workspaces/{name}/descriptions", "patch", "describe", "Describe tables and columns",
        "Descriptions", "Changed",
    ),
    Operation(
        "/workspaces/{name}/examples", "get", "listExamples", "List stored questions, newest first",
        gives="Examples", query=("limit", "before", "rejected"),
        details="With `rejected=true` those that were refused, each with the reason.",
    ),
    Operation(
        "/workspaces/{name}/examples", "post", "addExample", "Add a question with its SQL",
        "NewExample", "Example", status=201,
    ),
    Operation(
        "/workspaces/{name}/examples/{id}", "delete", "deleteExample", "Forget a stored question",
        status=204,
    ),
    Operation(
        "/workspaces/{name}/export", "get", "exportKnowledge", "What is known, without rows",
        gives="Knowledge",
    ),
    Operation(
        "/workspaces/{name}/import", "post", "importKnowledge", "Add such a document's knowledge",
        "Knowledge", "Taken",
    ),
    Operation(
        "/imports", "post", "importDatabase", "Send a database in; it is imported beside serving",
        gives="Job", status=202, query=("name", "create", "replace", "describe", "origin"),
        details=BUNDLE,
    ),
    Operation("/jobs/{key}", "get", "getJob", "How far a job is", gives="Job"),
    Operation("/tokens", "get", "listTokens", "List your tokens", gives="Tokens"),
    Operation(
        "/tokens", "post", "mintToken", "Make a token; its text is told once", "MintToken",
        "NewToken", status=201,
    ),
    Operation("/tokens/{id}", "delete", "revokeToken", "Revoke a token at once", status=204),
)  # fmt: skip


@require_safe
def openapi(_: HttpRequest) -> JsonResponse:
    """Answer with the description; it holds nothing secret and needs nobody."""
    return JsonResponse(document(settings.BUILD.version))


def document(version: str) -> dict[str, Any]:
    """Return the whole description."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = operation.described()
    return {
        "openapi": "3.1.0",
        "info": {"title": "thoth-ai", "version": version, "summary": "Questions to databases"},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {"schemas": SCHEMAS, "securitySchemes": _security()},
    }


def _security() -> dict[str, Any]:
    return {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME},
    }


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": NUMBER if name == "id" else TEXT,
        }
        for name in names
    ]


def _query_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": TEXT if name in TEXTS else NUMBER}


def _problem() -> dict[str, Any]:
    description = "What went wrong, with a hint; 429 and 503 say when to come again."
    return {"description": description, "content": {PROBLEM: {"schema": ref("Problem")}}}
