"""What the SDK raises when an engine dies while it speaks is an engine that went away."""

import pytest
from docker.errors import StreamParseError
from urllib3.exceptions import ProtocolError

from thothctl.adapters.engine_errors import asking_to
from thothctl.errors import EngineUnreachableError


@pytest.mark.parametrize(
    "cause", [ProtocolError("broken"), StreamParseError("half a line"), ConnectionResetError()]
)
def test_f2_an_engine_that_dies_in_the_middle_of_an_answer_is_unreachable(
    cause: Exception,
) -> None:
    with pytest.raises(EngineUnreachableError), asking_to("pull"):
        raise cause
