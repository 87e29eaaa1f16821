"""Values change, comments stay, whatever the values are."""

from hypothesis import example, given
from hypothesis import strategies as st

from thothctl.adapters.yaml_comments import with_values
from thothctl.adapters.yaml_text import read_mapping, written_mapping

KEYS = st.sampled_from(["port", "bind", "demo", "services.app.replicas", "llm_model", "on"])
VALUES = st.one_of(
    st.booleans(),
    st.integers(0, 10**9),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40),
)
MAPPINGS = st.dictionaries(KEYS, VALUES, min_size=1)


@given(MAPPINGS, MAPPINGS)
@example({"llm_model": "a"}, {"llm_model": "yes"})
@example({"llm_model": "a"}, {"llm_model": "12:30", "bind": "::1", "demo": "# no"})
def test_what_is_written_is_read_back(before: dict[str, object], after: dict[str, object]) -> None:
    assert read_mapping(with_values(written_mapping(before), after, "x"), "x") == after


@given(VALUES)
def test_a_comment_outlives_every_value(value: object) -> None:
    text = with_values("# mine\nport: 1 # here\ndemo: yes\n", {"port": value, "demo": True}, "x")

    assert text.startswith("# mine\n")
    assert "# here" in text
    assert text.endswith("demo: yes\n")


def test_a_file_that_is_no_yaml_is_written_anew() -> None:
    assert with_values("port: [\n", {"port": 1}, "x") == "port: 1\n"
