"""The app of pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Login and the page to ask."""

    name = "thoth_ai.web"
    label = "web"
