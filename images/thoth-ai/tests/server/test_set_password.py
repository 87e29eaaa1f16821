"""A password is changed from outside, over standard input only."""

import io
import sys

import pytest
from django.contrib.auth import get_user
from django.core.management import call_command
from django.http import HttpRequest
from django.test import Client

from tests.server.account import EMAIL, PASSWORD
from thoth_ai.accounts.models import User
from thoth_ai.errors import ServerError

NEW = "another password of the tests"


def change(text: str, email: str = EMAIL) -> str:
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.StringIO(text))
        call_command("set_password", email, stdout=said)
    return said.getvalue()


def may_sign_in(password: str) -> bool:
    return User.objects.get(email=EMAIL).check_password(password)


def test_the_new_password_counts_and_the_old_one_does_not(administrator: str) -> None:
    said = change(f"{NEW}\n")

    assert may_sign_in(NEW)
    assert not may_sign_in(PASSWORD)
    assert NEW not in said


def test_the_same_again_changes_nothing(administrator: str) -> None:
    change(NEW)
    before = User.objects.get(email=EMAIL).password

    change(NEW)

    assert User.objects.get(email=EMAIL).password == before


def test_sessions_with_the_old_password_end(administrator: str, client: Client) -> None:
    client.force_login(User.objects.get(email=EMAIL))
    request = HttpRequest()
    request.session = client.session
    assert get_user(request).is_authenticated

    change(NEW)

    assert not get_user(request).is_authenticated


@pytest.mark.parametrize("text", ["", "\n", "xyz12", "password123"])
def test_a_weak_one_is_refused_and_not_repeated(administrator: str, text: str) -> None:
    with pytest.raises(ServerError) as caught:
        change(text)

    assert may_sign_in(PASSWORD)
    assert not text.strip() or text.strip() not in str(caught.value)


def test_somebody_unknown_is_told_by_name(administrator: str) -> None:
    with pytest.raises(ServerError, match=r"Nobody signs in as x@example\.org"):
        change(NEW, "x@example.org")


def test_the_address_is_taken_in_any_case(administrator: str) -> None:
    change(NEW, EMAIL.upper())

    assert may_sign_in(NEW)
