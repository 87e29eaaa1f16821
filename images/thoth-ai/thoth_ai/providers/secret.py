"""A provider's key: it can be sent, and it can be blotted out of what others say."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import httpx

BLOT = "[key]"
LONGEST = 200
_UNSPEAKABLE = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")


class Secret:
    """Keeps the key out of every repr; what frames of a traceback hold stays silent too."""

    __slots__ = ("_key",)

    def __init__(self, key: str) -> None:
        self._key = key.strip()

    def __bool__(self) -> bool:
        return bool(self._key)

    @property
    def is_sendable(self) -> bool:
        """Tell whether the key can stand in a header at all."""
        return self._key.isascii() and self._key.isprintable()

    def quote(self, text: str) -> str:
        """Return another's words as one short line in which the key does not occur."""
        for form in {self._key, quote(self._key, safe=""), repr(self._key)[1:-1]} - {""}:
            text = re.sub(re.escape(form), BLOT, text, flags=re.IGNORECASE)
        line = _UNSPEAKABLE.sub(" ", text).strip()
        return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"

    def header(self, name: str, form: str) -> httpx.Auth:
        """Return what adds the key to a request as it leaves."""
        return _KeyHeader(self, name, form)

    def fill(self, form: str) -> str:
        """Return the text of a header with the key in its place."""
        return form.format(self._key)


class _KeyHeader(httpx.Auth):
    def __init__(self, secret: Secret, name: str, form: str) -> None:
        self._secret, self._name, self._form = secret, name, form

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override] # any iterator would do
        if self._secret:
            request.headers[self._name] = self._secret.fill(self._form)
        yield request
