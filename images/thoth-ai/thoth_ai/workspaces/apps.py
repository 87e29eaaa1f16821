"""The app of stored knowledge."""

from django.apps import AppConfig


class WorkspacesConfig(AppConfig):
    """Workspaces, their databases, examples and vectors."""

    name = "thoth_ai.workspaces"
    label = "workspaces"

    def ready(self) -> None:
        """Keep the vectors in step with what is edited by hand."""
        from thoth_ai.workspaces import upkeep  # noqa: PLC0415 - models load after the apps

        upkeep.connect()
