"""What the engine's SDK raises, as errors of ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from docker.errors import APIError, DockerException, StreamParseError
from urllib3.exceptions import HTTPError

from thothctl.errors import (
    EngineRefusedError,
    EngineUnreachableError,
    NoSpaceError,
    ThothctlError,
    tells_no_space,
)


@contextmanager
def asking_to(action: str) -> Iterator[None]:
    """Turn what the SDK raises into our errors, telling a refusal from silence."""
    try:
        yield
    except APIError as error:
        raise _refusal(action, str(error.explanation or error)) from error
    except PermissionError as error:
        raise _unreachable(action, "no permission to use its socket", _GROUP) from error
    except (DockerException, StreamParseError, HTTPError, OSError) as error:
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, PermissionError):
            cause = cause.__context__
        if cause is not None:
            raise _unreachable(action, "no permission to use its socket", _GROUP) from error
        raise _unreachable(action, "it did not answer", _START) from error


_GROUP = "join the group: `sudo usermod -aG docker $USER`, then sign in again"
_START = "start Docker Desktop or the docker service; `./install.sh` installs and starts one"


def _refusal(action: str, said: str) -> ThothctlError:
    if tells_no_space(said):
        return NoSpaceError(
            f"no space left to {action}",
            hint="free some space where Docker keeps its data (`thothctl images prune` does),"
            " then run the command again",
        )
    return EngineRefusedError(
        f"Docker refused to {action}: {said}",
        hint="see what it names; `docker info` shows how the engine is",
    )


def _unreachable(action: str, why: str, hint: str) -> EngineUnreachableError:
    return EngineUnreachableError(f"Docker was asked to {action}: {why}", hint=hint)
