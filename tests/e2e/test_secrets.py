"""Secrets on the real engine: rotated, everybody works with the new value, nobody else sees it."""

import json
import re
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from urllib.parse import urlencode

from e2e.machine import Machine, docker, tree

EMAIL = "admin@localhost"


@contextmanager
def watched() -> Iterator[set[str]]:
    """Every argument list of this machine while the body runs."""
    seen: set[str] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            seen.add(subprocess.check_output(["ps", "-eo", "args"], text=True))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def opens(stack: Machine, token: str) -> int:
    request = urllib.request.Request(f"{stack.url}/api/v1/workspaces")
    request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return error.code


class Browser:
    """Signs in as a person does, and keeps its cookies."""

    def __init__(self, stack: Machine) -> None:
        self._url = stack.url
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(jar)

    def sign_in(self, password: str) -> bool:
        with self._opener.open(f"{self._url}/login/") as reply:
            page = reply.read().decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found
        form = {"username": EMAIL, "password": password, "csrfmiddlewaretoken": found[1]}
        request = urllib.request.Request(f"{self._url}/login/", urlencode(form).encode())
        request.add_header("Referer", f"{self._url}/login/")
        try:
            self._opener.open(request).close()
        except urllib.error.HTTPError:
            return False
        return self.is_signed_in

    @property
    def is_signed_in(self) -> bool:
        try:
            with self._opener.open(f"{self._url}/") as reply:
                return not reply.url.endswith("/login/") and "/login/" not in reply.url
        except urllib.error.HTTPError:
            return False


def test_the_new_token_opens_the_api_and_the_old_one_does_not(stack: Machine) -> None:
    old = stack.secret("api_token")

    with watched() as seen:
        stack.ok("secrets", "rotate", "api_token")

    new = stack.secret("api_token")
    assert (opens(stack, new), opens(stack, old)) == (200, 401)
    assert not [text for text in seen if new in text]
    assert stack.ok("health").data["healthy"] is True


def test_a_session_survives_one_rotation_of_the_signing_key(stack: Machine) -> None:
    browser = Browser(stack)
    assert browser.sign_in(stack.secret("admin_password"))

    stack.ok("secrets", "rotate", "django_secret_key")
    assert browser.is_signed_in


def test_the_administrator_signs_in_with_the_new_password_only(stack: Machine) -> None:
    old, container = stack.secret("admin_password"), stack.container()
    started = docker("inspect", "-f", "{{.State.StartedAt}}", container)

    with watched() as seen:
        stack.ok("secrets", "rotate", "admin_password")

    new = stack.secret("admin_password")
    assert new != old
    assert Browser(stack).sign_in(new)
    assert not Browser(stack).sign_in(old)
    assert not [text for text in seen if new in text]
    assert docker("inspect", "-f", "{{.State.StartedAt}}", container) == started


def test_what_is_exported_comes_back_and_works(stack: Machine) -> None:
    stack.extra = {"THOTHCTL_PASSPHRASE": "violet otter bicycle granite"}
    file = stack.home.parent / "secrets.age"
    stack.ok("secrets", "export", "--to", str(file), "--yes")
    token, password = stack.secret("api_token"), stack.secret("admin_password")
    stack.ok("secrets", "rotate", "--all", "--yes")
    assert opens(stack, token) == 401

    stack.ok("secrets", "import", str(file))

    assert opens(stack, token) == 200
    assert Browser(stack).sign_in(password)
    stack.extra = {"THOTHCTL_PASSPHRASE": "another one altogether"}
    assert stack.json("secrets", "import", str(file)).code == 12
    assert stack.ok("secrets", "check").data["good"] is True


def test_no_secret_is_anywhere_but_in_its_file(stack: Machine) -> None:
    folder = stack.folder / "secrets"
    values = {path.read_text().strip() for path in folder.iterdir()}
    container = stack.container()
    places = {
        "inspect": docker("inspect", container),
        "logs": docker("logs", container),
        "processes": docker("top", container, "-eo", "pid,args"),
        "environment": docker("exec", container, "cat", "/proc/1/environ"),
        "list": json.dumps(stack.ok("secrets", "list", "-vv").data),
        "check": stack.json("secrets", "check", "-vv").out,
        "difference": json.dumps(stack.ok("config", "set", "demo=no", "--dry-run").data),
        "rendered": json.dumps(stack.ok("config", "render").data),
    }

    assert not [place for place, text in places.items() for v in values if v in text]
    outside = {n: c for n, c in tree(stack.home).items() if "/secrets/" not in n}
    assert not [name for name, content in outside.items() for v in values if v.encode() in content]
