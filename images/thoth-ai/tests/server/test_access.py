from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.server.account import EMAIL, PASSWORD
from tests.server.conversations import delete, get, post
from thoth_ai.accounts.models import ApiToken, User
from thoth_ai.api import access
from thoth_ai.api.rates import MOST_KEYS, Rate
from thoth_ai.web import login


@pytest.fixture(autouse=True)
def _forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "FAILURES", Rate(3, seconds=300))
    monkeypatch.setattr(access, "RATE", Rate(1000, seconds=60))


def try_to_sign_in(client: Client, password: str, name: str = EMAIL) -> int:
    client.get("/login/")
    form = {
        "username": name,
        "password": password,
        "csrfmiddlewaretoken": client.cookies["thoth_csrf"].value,
    }
    return client.post("/login/", form).status_code


def test_a_token_acts_for_its_user_until_it_is_revoked(client: Client) -> None:
    made = post(client, "tokens", {"name": "nightly report", "days": 30}).json()
    theirs = {"Authorization": f"Bearer {made['token']}"}

    assert client.get("/api/v1/workspaces", headers=theirs).status_code == 200
    assert get(client, "tokens").json()["tokens"][0]["used_at"]
    assert delete(client, f"tokens/{made['id']}") == 204
    assert client.get("/api/v1/workspaces", headers=theirs).status_code == 401
    assert delete(client, f"tokens/{made['id']}") == 404


def test_the_text_of_a_token_is_told_once_and_not_stored(client: Client) -> None:
    made = post(client, "tokens", {"name": "x"}).json()

    assert made["token"] not in str(get(client, "tokens").json())
    assert made["token"] not in str(list(ApiToken.objects.values()))


def test_an_expired_token_and_that_of_somebody_shut_out_open_nothing(client: Client) -> None:
    made = post(client, "tokens", {"name": "x", "days": 1}).json()
    theirs = {"Authorization": f"Bearer {made['token']}"}

    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get("/api/v1/workspaces", headers=theirs).status_code == 401
    ApiToken.objects.update(expires_at=None)
    User.objects.update(is_active=False)
    assert client.get("/api/v1/workspaces", headers=theirs).status_code == 401


def test_a_token_cannot_make_tokens(client: Client) -> None:
    made = post(client, "tokens", {"name": "x"}).json()

    response = post(client, "tokens", {"name": "y"}, Authorization=f"Bearer {made['token']}")

    assert response.status_code == 403


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": "x", "days": 0}, {"name": "x", "days": 99999}, {"name": 1}]
)
def test_a_bad_wish_for_a_token_is_refused(client: Client, body: object) -> None:
    assert post(client, "tokens", body).status_code == 400


def test_who_asks_too_often_is_told_when_to_come_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(access, "RATE", Rate(2, seconds=60, now=lambda: now[0]))
    codes = [get(client, "workspaces").status_code for _ in range(3)]

    refused = get(client, "workspaces")
    now[0] = 60.0

    assert codes == [200, 200, 429]
    assert refused["Retry-After"] == "60"
    assert get(client, "workspaces").status_code == 200


def test_a_rate_forgets_the_longest_unused_key_not_the_busy_one() -> None:
    rate = Rate(1, seconds=60)
    for number in range(MOST_KEYS + 5):
        rate.wait("busy")
        rate.wait(str(number))

    assert rate.is_over("busy")
    assert not rate.is_over("0")


def test_guessing_passwords_is_slowed_down_even_for_the_right_one(client: Client) -> None:
    codes = [try_to_sign_in(client, "wrong") for _ in range(3)]

    assert codes == [200, 200, 200]
    assert try_to_sign_in(client, PASSWORD) == 429
    assert try_to_sign_in(client, PASSWORD, "other@example.org") == 200, "others are not locked out"


def test_signing_in_forgets_the_failures_before(client: Client) -> None:
    for _ in range(2):
        assert try_to_sign_in(client, "wrong") == 200
        assert try_to_sign_in(client, PASSWORD) == 302
        client.logout()


def test_tokens_of_users_can_be_turned_off(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    made = post(client, "tokens", {"name": "x"}).json()
    monkeypatch.setattr("django.conf.settings.USER_TOKENS", False)
    theirs = {"Authorization": f"Bearer {made['token']}"}

    assert client.get("/api/v1/workspaces", headers=theirs).status_code == 401
    assert post(client, "tokens", {"name": "y"}).status_code == 403
    assert get(client, "workspaces").status_code == 200


def test_who_is_no_administrator_is_told_so_instead_of_sent_to_sign_in_again(
    client: Client,
) -> None:
    User.objects.create_user("guest@example.org", PASSWORD)
    assert client.get("/import/").headers["Location"].startswith("/login/")

    assert try_to_sign_in(client, PASSWORD, "guest@example.org") == 302
    page = client.get("/import/")

    assert page.status_code == 403
    assert "You may not do this." in page.content.decode()

    client.force_login(User.objects.get(email=EMAIL))
    assert client.get("/import/").status_code == 200
