"""Where logs are sent, in the words of the engine's log drivers."""

import pytest

from thothctl.config.shipping import shipping
from thothctl.errors import InvalidInputError


@pytest.mark.parametrize(
    ("given", "driver", "option"),
    [
        ("syslog+udp://logs.example.org:514", "syslog", "udp://logs.example.org:514"),
        ("syslog+tls://[2001:db8::1]:6514", "syslog", "tcp+tls://[2001:db8::1]:6514"),
        ("gelf+tcp://10.0.0.1:12201", "gelf", "tcp://10.0.0.1:12201"),
        ("fluentd://127.0.0.1:24224", "fluentd", "127.0.0.1:24224"),
    ],
)
def test_a_place_becomes_a_driver_that_keeps_a_copy_here(
    given: str, driver: str, option: str
) -> None:
    found = shipping({"logging.ship_to": given})

    assert found is not None
    assert found.driver == driver
    assert option in found.options.values()
    assert found.options["cache-max-size"]
    assert found.options["mode"] == "non-blocking"


@pytest.mark.parametrize(
    "given",
    ["syslog://x:514", "syslog+udp://x", "syslog+udp://x:0", "gelf+udp://x:70000", "http://x:1",
     "syslog+udp://user:secret@x:514", "fluentd://a b:1"],
)  # fmt: skip
def test_what_is_no_place_is_refused_with_those_there_are(given: str) -> None:
    with pytest.raises(InvalidInputError, match="no place") as refused:
        shipping({"logging.ship_to": given})

    assert "syslog+tls" in refused.value.hint


def test_logs_stay_here_where_nothing_is_said() -> None:
    assert shipping({}) is None
