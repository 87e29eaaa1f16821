"""Every address the server answers."""

from django.contrib import admin
from django.urls import path

from thoth_ai.api import jobs, openapi, questions, tokens, workspaces
from thoth_ai.api import views as api
from thoth_ai.health import views as health
from thoth_ai.metrics import views as metrics
from thoth_ai.web import login
from thoth_ai.web import views as web

urlpatterns = [
    path("", web.ask_page, name="ask"),
    path("import/", web.import_page, name="import"),
    path("workspaces/<str:name>/", web.workspace_page, name="workspace"),
    path("login/", login.login_page, name="login"),
    path("logout/", web.logout_page, name="logout"),
    path("health/live/", health.live, name="health-live"),
    path("health/", health.overall, name="health"),
    path("health/db/", health.database, name="health-db"),
    path("health/vector/", health.vector, name="health-vector"),
    path("health/ai/", health.ai, name="health-ai"),
    path("metrics", metrics.exposition, name="metrics"),
    path("api/v1/ask", api.ask, name="api-ask"),
    path("api/v1/openapi.json", openapi.openapi, name="api-openapi"),
    path("api/v1/sql", api.sql, name="api-sql"),
    path("api/v1/questions", questions.questions, name="api-questions"),
    path("api/v1/questions/<int:number>", questions.question, name="api-question"),
    path("api/v1/questions/<int:number>/verdict", questions.verdict, name="api-verdict"),
    path("api/v1/imports", jobs.imports, name="api-imports"),
    path("api/v1/jobs/<uuid:key>", jobs.job, name="api-job"),
    path("api/v1/tokens", tokens.tokens, name="api-tokens"),
    path("api/v1/tokens/<int:number>", tokens.token, name="api-token"),
    path("api/v1/workspaces", api.workspaces, name="api-workspaces"),
    path("api/v1/workspaces/<str:name>", workspaces.workspace, name="api-workspace"),
    path(
        "api/v1/workspaces/<str:name>/descriptions",
        workspaces.descriptions,
        name="api-descriptions",
    ),
    path("api/v1/workspaces/<str:name>/examples", workspaces.examples, name="api-examples"),
    path(
        "api/v1/workspaces/<str:name>/examples/<int:number>",
        workspaces.example,
        name="api-example",
    ),
    path("api/v1/workspaces/<str:name>/export", workspaces.export, name="api-export"),
    path("api/v1/workspaces/<str:name>/import", workspaces.take, name="api-import"),
    path("admin/", admin.site.urls),
]
handler400 = "thoth_ai.web.errors.bad_request"
handler403 = "thoth_ai.web.errors.forbidden"
handler404 = "thoth_ai.web.errors.not_found"
handler500 = "thoth_ai.web.errors.server_error"
