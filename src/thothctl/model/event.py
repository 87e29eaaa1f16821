"""What happens while an operation runs, for whoever watches."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepBegan:
    """A step of the plan starts."""

    index: int
    total: int
    title: str


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A step is done; `seconds` it took."""

    index: int
    total: int
    title: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Progress:
    """News of one subject (an image, a service, a file); `done` of `total` where both are known.

    `rate` is in units a second, `left` in seconds.
    """

    subject: str
    status: str
    done: int | None = None
    total: int | None = None
    unit: str = ""
    rate: float | None = None
    left: float | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence the user should read."""

    text: str


Event = StepBegan | StepEnded | Progress | Note
