"""Give a user a new password, read from standard input."""

import argparse
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand

from thoth_ai.accounts.models import User
from thoth_ai.errors import ServerError

LONGEST = 4096


class Command(BaseCommand):
    """Reads one line; the password is in no argument, no variable and no output."""

    help = "Give a user the password that stands on standard input; ends the user's sessions."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *, email: str, **_: object) -> None:
        """Change it; a password that is set already counts as changed."""
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            raise ServerError(
                f"Nobody signs in as {email}.", hint="Name the e-mail address of a user."
            )
        password = sys.stdin.read(LONGEST).strip()
        if not user.check_password(password):
            _refuse_weak(password, user)
            user.set_password(password)
            user.save(update_fields=["password"])
        self.stdout.write(f"{user.email} signs in with the new password")


def _refuse_weak(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ServerError(
            f"This password will not do: {' '.join(error.messages)}",
            hint="Take a longer one that nobody guesses.",
        ) from None
