"""Failures we foresaw, with the exit codes that `thothctl` documents."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The part of the exit codes of `thothctl` that the server uses."""

    OK = 0
    FAILURE = 1
    NO_ANSWER = 3
    CHECK_FAILED = 3
    BUSY = 5
    INVALID_INPUT = 7
    NOT_HEALTHY = 8
    BACKUP_FAILED = 11
    NOT_VERIFIED = 12
    INCOMPATIBLE = 13
    NO_SPACE = 14
    NETWORK = 15
    INTERRUPTED = 130


class ServerError(Exception):
    """A failure we foresaw; an error without a next step is not finished."""

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        code: str = "failure",
        exit_code: ExitCode = ExitCode.INVALID_INPUT,
    ) -> None:
        super().__init__(message)
        self.hint = hint
        self.code = code
        self.exit_code = exit_code


class PutBackError(Exception):
    """Raised by a job that returns to the queue: it is neither done nor failed."""
