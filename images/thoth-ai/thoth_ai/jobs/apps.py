"""The app of long work."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Imports and indexing, one after the other."""

    name = "thoth_ai.jobs"
    label = "jobs"
