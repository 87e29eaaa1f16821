"""News of what went wrong, to a webhook or to a command that sends mail."""

import subprocess
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from thothctl.adapters.http_trust import trust
from thothctl.errors import NetworkError
from thothctl.model.secret import Secret

SECONDS = 15


class RealNotices:
    """Answers `world.Notices`; an address may hold a token, so it is in no message."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def webhook(self, url: Secret, document: Mapping[str, object]) -> None:
        import httpx  # noqa: PLC0415 - only when something went wrong

        host = urlsplit(url.reveal()).hostname or "the webhook"
        hint = "see `thothctl backup access set webhook`, and whether it can be reached from here"
        try:
            answer = httpx.post(
                url.reveal(),
                json=dict(document),
                timeout=SECONDS,
                verify=trust(self._environment),
            )
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise NetworkError(
                f"{host} did not answer: {type(error).__name__}", hint=hint
            ) from None
        if answer.is_error:
            raise NetworkError(f"{host} answered {answer.status_code}", hint=hint)

    def mail(self, command: Sequence[str], text: str) -> None:
        hint = "try the command of `thothctl backup schedule show` by hand"
        try:
            done = subprocess.run(  # noqa: S603 - the user's own
                list(command),
                input=text,
                text=True,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NetworkError(f"{command[0]} could not send mail: {error}", hint=hint) from error
        if done.returncode != 0:
            raise NetworkError(
                f"{command[0]} could not send mail: {done.stderr.strip()[-200:]}", hint=hint
            )
