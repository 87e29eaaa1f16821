"""Login, the page to ask, and the page of a workspace."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LogoutView
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from thoth_ai import language_model
from thoth_ai.questions import catalogue
from thoth_ai.questions.catalogue import WorkspaceEntry


@login_required
@require_safe
@never_cache
@ensure_csrf_cookie
def ask_page(request: HttpRequest) -> HttpResponse:
    """Show the page to ask; asking itself goes through the API."""
    return render(request, "web/ask.html", {"workspaces": _workspaces()})


@login_required
@require_safe
@never_cache
@ensure_csrf_cookie
def workspace_page(request: HttpRequest, name: str) -> HttpResponse:
    """Show the frame of a workspace's page; its tables come from the API."""
    entry = next((entry for entry in catalogue.workspaces() if entry.name == name), None)
    if entry is None:
        raise Http404(name)
    return render(request, "web/workspace.html", {"entry": entry, "facts": _facts(entry)})


@login_required
@require_safe
@never_cache
@ensure_csrf_cookie
def import_page(request: HttpRequest) -> HttpResponse:
    """Show the page to import; the file goes to the API, which does the work beside serving."""
    if not getattr(request.user, "is_superuser", False):  # signing in again would change nothing
        raise PermissionDenied("Only an administrator imports databases.")
    model = language_model.current()
    name = f"{model.chat.provider}/{model.chat.model}" if model else ""
    return render(request, "web/import.html", {"model": name})


def _workspaces() -> list[dict[str, Any]]:
    return [
        {
            "entry": entry,
            "suggestions": catalogue.suggestions(entry.name),
            "facts": _facts(entry),
        }
        for entry in catalogue.workspaces()
    ]


def _facts(entry: WorkspaceEntry) -> str:
    tables = sum(database.tables for database in entry.databases)
    rows = sum(database.rows for database in entry.databases)
    counted = ((tables, "table"), (rows, "row"), (entry.examples, "stored example"))
    return " · ".join(f"{count:,} {word}{'' if count == 1 else 's'}" for count, word in counted)


logout_page = LogoutView.as_view()
