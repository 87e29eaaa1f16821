"""What the SDK raises when an engine dies while it speaks is an engine that went away."""

import pytest
from docker.errors import APIError, StreamParseError
from urllib3.exceptions import ProtocolError

from thothctl.adapters.engine_errors import asking_to
from thothctl.errors import EngineUnreachableError, NoSpaceError


@pytest.mark.parametrize(
    "cause", [ProtocolError("broken"), StreamParseError("half a line"), ConnectionResetError()]
)
def test_f2_an_engine_that_dies_in_the_middle_of_an_answer_is_unreachable(
    cause: Exception,
) -> None:
    with pytest.raises(EngineUnreachableError), asking_to("pull"):
        raise cause


def test_f5_a_refusal_for_want_of_room_is_a_full_disk() -> None:
    said = "mkdir /var/lib/docker/volumes/a: no space left on device"

    with pytest.raises(NoSpaceError, match="create the volume"), asking_to("create the volume"):
        raise APIError("500 Server Error", explanation=said)
