"""Keys, the calls that check them, and what a refused one hears."""

from collections.abc import Mapping
from typing import Any

VALID, INVALID, NO_QUOTA, NO_ACCESS = "valid", "invalid", "no_quota", "no_access"
CLASSES = {VALID, INVALID, NO_QUOTA, NO_ACCESS}
OPEN = ("/api/tags",)
"""What asks for no key."""
MODELS = (
    "gpt-6-luna",
    "claude-haiku-5-5",
    "gemini-3.5-flash-lite",
    "openai/gpt-oss-120b",
    "mistral-small-latest",
    "deepseek-flash",
    "qwen2.5-coder:7b",
)
"""What is offered where the script names no models."""
CHECKS = (
    ("GET", "/v1beta/models"),
    ("GET", "/api/v1/key"),
    ("POST", "/v1/check-api-key"),
    ("GET", "/api/tags"),
    ("GET", "/models"),
)


def sent(headers: Mapping[str, str]) -> str:
    """Return the key of a request, wherever it is."""
    bearer = headers.get("authorization", "").removeprefix("Bearer ")
    return bearer or headers.get("x-api-key", "") or headers.get("x-goog-api-key", "")


def protocol(path: str, headers: Mapping[str, str]) -> str:
    """Return whose way of refusing fits a request."""
    if "/v1beta/" in path:
        return "gemini"
    return "anthropic" if "x-api-key" in headers else "openai"


def check(method: str, path: str, models: list[str]) -> dict[str, Any] | None:
    """Return the answer to a call that checks a key; None if it is none."""
    for known, end in CHECKS:
        if method == known and path.endswith(end):
            return _checked(end, models)
    return None


def _checked(end: str, models: list[str]) -> dict[str, Any]:
    if end == "/v1beta/models":
        return {"models": [{"name": f"models/{model}"} for model in models]}
    if end == "/api/v1/key":
        return {"data": {"label": "a key", "usage": 0, "limit_remaining": 5}}
    if end == "/v1/check-api-key":
        return {"valid": True}
    if end == "/api/tags":
        return {"models": [{"name": model} for model in models]}
    rows = [{"id": model, "object": "model", "type": "model"} for model in models]
    return {"object": "list", "data": rows, "has_more": False}


def refused(kind: str, path: str, headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    """Return the status and the document for a key that is not valid."""
    whose = protocol(path, headers)
    if kind == NO_QUOTA:
        status = {"anthropic": 402, "gemini": 429, "openai": 429}[whose]
        if path.endswith("/api/v1/key"):
            status = 402
        return status, error(whose, status, "insufficient_quota", "the account has no credit")
    if whose == "gemini":
        return 400, error(whose, 400, "API_KEY_INVALID", "API key not valid")
    said = "invalid x-api-key" if whose == "anthropic" else f"incorrect key: {sent(headers)}"
    code = "authentication_error" if whose == "anthropic" else "invalid_api_key"
    return 401, error(whose, 401, code, said)


def error(whose: str, status: int, code: str, message: str) -> dict[str, Any]:
    """Return an error document in the shape of a protocol."""
    if whose == "gemini":
        quota = [{"violations": [{"quotaId": "RequestsPerDayPerProject"}]}]
        details = quota if code == "insufficient_quota" else [{"reason": code}]
        return {"error": {"code": status, "message": message, "status": code, "details": details}}
    if whose == "anthropic":
        names = {"insufficient_quota": "billing_error", "model_not_found": "not_found_error"}
        return {"type": "error", "error": {"type": names.get(code, code), "message": message}}
    return {"error": {"message": message, "type": code, "code": code}}
