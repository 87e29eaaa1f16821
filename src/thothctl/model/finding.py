"""What a probe saw, and how bad it is."""

from dataclasses import dataclass
from enum import StrEnum

from thothctl.errors import ExitCode


class Verdict(StrEnum):
    """How a finding is judged."""

    PASS = "pass"  # noqa: S105 - a verdict
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe saw; a finding that is not a pass says what to do about it."""

    probe: str
    verdict: Verdict
    summary: str
    hint: str = ""
    exit_code: int = ExitCode.CHECK_FAILED

    def __post_init__(self) -> None:
        if self.verdict is not Verdict.PASS and not self.hint:
            raise ValueError(f"{self.probe}: a {self.verdict} needs a hint")
