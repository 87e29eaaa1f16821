"""The exit codes of thothctl and the failures it foresees; every failure knows the next step."""

from enum import IntEnum
from typing import ClassVar, Self


class ExitCode(IntEnum):
    """Stable process exit codes, documented in docs/reference/exit-codes.md."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    CHECK_FAILED = 3
    CHECK_WARNED = 4
    LOCKED = 5
    ENGINE = 6
    INVALID_INPUT = 7
    NOT_HEALTHY = 8
    ROLLED_BACK = 9
    NEEDS_OPERATOR = 10
    BACKUP_FAILED = 11
    INTEGRITY = 12
    INCOMPATIBLE = 13
    NO_SPACE = 14
    NETWORK = 15
    UNFINISHED = 16
    UPDATE_AVAILABLE = 100
    INTERRUPTED = 130


def tells_no_space(said: str) -> bool:
    """Whether a program ended for a full disk: Docker, PostgreSQL and tools have no code for it."""
    return "no space left on device" in said.lower()


class ThothctlError(Exception):
    """A failure we foresaw. `hint` is required: an error without a next step is not finished."""

    code: ClassVar[str]
    exit_code: int
    quiet: ClassVar[bool] = False
    """Nothing is printed: whoever failed has spoken."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def worded(self, message: str, *, hint: str) -> Self:
        """The same failure, told as part of something larger."""
        same = type(self).__new__(type(self), message)
        same.__dict__.update(self.__dict__, message=message, hint=hint)
        return same


class UsageError(ThothctlError):
    """The command line asks for something that does not exist or does not fit together."""

    code = "usage"
    exit_code = ExitCode.USAGE


class AnswerMissingError(ThothctlError):
    """A question without a default has no answer and nobody can be asked."""

    code = "answer_missing"
    exit_code = ExitCode.USAGE


class CheckFailedError(ThothctlError):
    """A preflight probe says that the operation cannot work here; exits with the probe's code."""

    code = "check_failed"

    def __init__(self, message: str, *, hint: str, exit_code: int = ExitCode.CHECK_FAILED) -> None:
        super().__init__(message, hint=hint)
        self.exit_code = exit_code


class CheckWarnedError(ThothctlError):
    """A check warned, and warnings were to count."""

    code = "check_warned"
    exit_code = ExitCode.CHECK_WARNED


class NotInstalledError(ThothctlError):
    """Nothing is installed under this name."""

    code = "not_installed"
    exit_code = ExitCode.CHECK_FAILED


class NoAnswerError(ThothctlError):
    """The server found no answer it would stand behind."""

    code = "no_answer"
    exit_code = ExitCode.CHECK_FAILED


class LockedError(ThothctlError):
    """Another operation holds the install."""

    code = "locked"
    exit_code = ExitCode.LOCKED


class EngineUnreachableError(ThothctlError):
    """No Docker engine answered."""

    code = "engine_unreachable"
    exit_code = ExitCode.ENGINE


class EngineRefusedError(ThothctlError):
    """The engine, or Compose, answered no."""

    code = "engine_refused"
    exit_code = ExitCode.ENGINE


class InvalidInputError(ThothctlError):
    """A setting, secret or file is not what it has to be."""

    code = "invalid_input"
    exit_code = ExitCode.INVALID_INPUT


class NameInUseError(ThothctlError):
    """What is to be created is there already."""

    code = "name_in_use"
    exit_code = ExitCode.INVALID_INPUT


class NoSystemdError(ThothctlError):
    """Units cannot be installed: systemd does not run this machine."""

    code = "no_systemd"
    exit_code = ExitCode.INVALID_INPUT


class NotHealthyError(ThothctlError):
    """The stack did not become healthy; nothing was taken back."""

    code = "not_healthy"
    exit_code = ExitCode.NOT_HEALTHY


class EndlessError(NotHealthyError):
    """What was waited for did not come to an end in its time, and was ended."""

    code = "not_ended"


class NeedsOperatorError(ThothctlError):
    """An operation failed and taking it back failed too."""

    code = "needs_operator"
    exit_code = ExitCode.NEEDS_OPERATOR


class BackupFailedError(ThothctlError):
    """A backup could not be made; nothing was published, the last good one is as it was."""

    code = "backup_failed"
    exit_code = ExitCode.BACKUP_FAILED


class IntegrityError(ThothctlError):
    """Bytes are not the bytes that were written."""

    code = "integrity"
    exit_code = ExitCode.INTEGRITY


class IncompatibleError(ThothctlError):
    """Versions that do not go together; nothing was changed."""

    code = "incompatible"
    exit_code = ExitCode.INCOMPATIBLE


class NoSpaceError(ThothctlError):
    """Disk or memory does not suffice."""

    code = "no_space"
    exit_code = ExitCode.NO_SPACE


class NetworkError(ThothctlError):
    """A registry, proxy or remote service did not give what was asked for."""

    code = "network"
    exit_code = ExitCode.NETWORK


class LoginRequiredError(NetworkError):
    """A registry wants to know who asks, or knows and says no."""

    code = "login_required"


class UpdateAvailableError(ThothctlError):
    """Nothing failed: there is a newer version, and scripts learn it from the exit code."""

    code = "update_available"
    exit_code = ExitCode.UPDATE_AVAILABLE
    quiet = True


class UnfinishedError(ThothctlError):
    """The journal holds an operation that never ended."""

    code = "unfinished_operation"
    exit_code = ExitCode.UNFINISHED


class ServerFailedError(ThothctlError):
    """The server failed in a way of which there is no more to say than what it said."""

    code = "server_failed"
    exit_code = ExitCode.INTERNAL


class ProgramFailedError(ThothctlError):
    """A program that was run for the user failed; its exit status is passed on."""

    code = "program_failed"
    quiet = True

    def __init__(self, program: str, status: int) -> None:
        super().__init__(f"{program} ended with exit status {status}", hint="see what it printed")
        self.exit_code = status


class DeclinedError(ThothctlError):
    """The user said no; nothing was changed."""

    code = "declined"
    exit_code = ExitCode.INTERRUPTED


class StoppedError(ThothctlError):
    """What was under way was stopped; nothing of it is half done."""

    code = "interrupted"
    exit_code = ExitCode.INTERRUPTED
