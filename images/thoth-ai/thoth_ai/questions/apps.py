"""The app that answers."""

from django.apps import AppConfig


class QuestionsConfig(AppConfig):
    """Questions in, rows out."""

    name = "thoth_ai.questions"
    label = "questions"
