"""The app of long work."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Imports and indexing, one after the other."""

    name = "thoth_ai.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Let the figures tell what waits."""
        from thoth_ai.jobs import waiting  # noqa: PLC0415 - models are there only now
        from thoth_ai.metrics import jobs  # noqa: PLC0415 - likewise

        jobs.watch(waiting.by_kind)
