"""The app of people who may sign in."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users who sign in with an e-mail address."""

    name = "thoth_ai.accounts"
    label = "accounts"
