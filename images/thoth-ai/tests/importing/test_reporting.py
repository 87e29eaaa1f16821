"""What an import says where nobody reads JSON."""

import io

import pytest

from thoth_ai.importing.reporting import Phase, Reporter

SUMMARY = {
    "workspace": "zoo",
    "tables": [{}],
    "rows": 3,
    "examples": 4,
    "verified": "3 rows in, 3 rows out, 0 values diverted",
    "rejected_examples": [],
    "descriptions": {"columns": 0},
    "warnings": [],
}


@pytest.mark.parametrize(("cost", "price"), [(0.0021, "$0.0021"), (None, "price not known")])
def test_what_a_language_model_took_is_told(cost: float | None, price: str) -> None:
    out = io.StringIO()
    tokens = {"input_tokens": 1_834, "output_tokens": 97, "cost_usd": cost}
    model = {"name": "openai/a-model-4", "columns": 2, **tokens}

    Reporter(out, ndjson=False).result({**SUMMARY, "model": model})

    said = f"openai/a-model-4 described 2 columns: 1,834 tokens in, 97 out, {price}."
    assert said in out.getvalue().splitlines()


def test_nothing_is_told_of_a_model_that_was_not_asked() -> None:
    out = io.StringIO()

    Reporter(out, ndjson=False).result({**SUMMARY, "model": None})

    assert "described 2" not in out.getvalue()


def test_a_stop_that_foreign_code_swallowed_comes_with_the_next_progress() -> None:
    reporter = Reporter(io.StringIO(), ndjson=True)
    with pytest.raises(KeyboardInterrupt):
        reporter.stop()

    with pytest.raises(KeyboardInterrupt):
        reporter.progress(Phase.JOINS, 1, 2, "pairs")
