"""Writes docs/reference/api.md from the server's own description: `make docs`; CI compares it."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parent / "reference" / "api.md"
HEAD = """\
<!-- Written by `make docs`; change the code instead. -->
# API of the server

Every path below begins with `/api/v1`. The whole description, with the form of every document,
is OpenAPI 3.1 at `/api/v1/openapi.json` of a running stack.

- **Who may**: `Authorization: Bearer TOKEN`, or a session signed in on the page with its CSRF
  token in `X-CSRFToken`. The installation's own token is the file `secrets/api_token` of the
  install; make others with `POST /tokens`.
- **Errors** are `application/problem+json` with `code`, `detail` and a `hint`.
- **Limits**: 600 requests a minute for each user; 429 and 503 carry `Retry-After` where the time
  is known.
"""


def page(document: Mapping[str, Any]) -> str:
    """Return the page for a description."""
    return HEAD + "\n" + "\n".join(_operations(document)) + "\n"


def _operations(document: Mapping[str, Any]) -> Iterator[str]:
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"## {method.upper()} {path}\n"
            yield f"{operation['summary']}.\n"
            if "description" in operation:
                yield f"{operation['description']}\n"
            yield from _body(operation, schemas)
            yield from _answer(operation)


def _body(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[str]:
    query = [one["name"] for one in operation["parameters"] if one["in"] == "query"]
    if query:
        yield f"Query: {', '.join(f'`{name}`' for name in query)}.\n"
    if "requestBody" in operation:
        name = _named(operation["requestBody"]["content"]["application/json"]["schema"])
        required = schemas[name].get("required", [])
        fields = [
            f"`{field}`{'' if field in required else ' (optional)'}"
            for field in schemas[name]["properties"]
        ]
        yield f"Takes `{name}`: {', '.join(fields)}.\n"


def _answer(operation: Mapping[str, Any]) -> Iterator[str]:
    status, answer = next(iter(operation["responses"].items()))
    content = answer.get("content", {})
    if not content:
        yield f"Answers {status}.\n"
        return
    name = _named(content["application/json"]["schema"])
    also = [f"`{kind}`" for kind in content if kind != "application/json"]
    other = f", or {', '.join(also)}" if also else ""
    yield f"Answers {status} with `{name}`{other}.\n"


def _named(schema: Mapping[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def main() -> None:
    """Write the page; runs with the server's own Python."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "thoth_ai.settings"
    import django  # noqa: PLC0415 - needs the settings above

    django.setup()
    from thoth_ai.api import openapi  # noqa: PLC0415 - likewise

    PAGE.write_text(page(openapi.document("1")))


if __name__ == "__main__":
    main()
