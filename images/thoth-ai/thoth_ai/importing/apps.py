"""The app that takes databases in."""

from django.apps import AppConfig


class ImportingConfig(AppConfig):
    """Imports, whole or not at all."""

    name = "thoth_ai.importing"
    label = "importing"
