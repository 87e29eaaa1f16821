"""The SQL of an answer: read, edited, run again, judged."""

from page import documents, states
from page.stand_in import refuse, stand_in
from playwright.sync_api import Page, expect

MINE = "SELECT 3 + 4 AS sum"


def test_edited_sql_is_run_with_the_keyboard(page: Page) -> None:
    """The real server runs it."""
    states.ask(page, states.COUNTED)

    page.get_by_label("SQL", exact=True).fill(MINE)
    page.keyboard.press("Control+Enter")

    expect(page.locator("#answer")).to_contain_text("Run from SQL edited by you")
    expect(page.locator(".single b")).to_have_text("7")
    expect(page.get_by_label("SQL", exact=True)).to_be_focused()


def test_sql_that_would_change_anything_is_refused_in_place(
    page: Page, complaints: list[str]
) -> None:
    """The real server refuses it."""
    states.ask(page, states.COUNTED)

    page.get_by_label("SQL", exact=True).fill("DELETE FROM schools")
    page.get_by_role("button", name="Run").click()

    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#answer tbody tr").first).to_be_visible()
    complaints.clear()


def test_sql_that_fails_keeps_what_was_typed_and_the_rows(
    page: Page, complaints: list[str]
) -> None:
    """POST /ask and POST /sql are played."""
    states.sql_error(page)

    expect(page.get_by_role("alert")).to_contain_text("no such column: Count")
    expect(page.get_by_label("SQL", exact=True)).to_have_value("SELECT Count FROM schools")
    expect(page.locator("#answer tbody tr")).to_have_count(12)
    complaints.clear()


def test_a_refusal_without_an_answer_is_told_in_place(page: Page) -> None:
    """POST /ask and POST /sql are played: the reply is an honest no."""
    states.answer(page)
    stand_in(page, "POST", "/sql", documents.unanswered(reason="refused", message="Reads only."))

    page.get_by_role("button", name="Run").click()

    expect(page.get_by_role("alert")).to_contain_text("Reads only.")


def test_failed_sql_of_a_model_can_be_mended(page: Page) -> None:
    """POST /ask and POST /sql are played."""
    states.failed_sql(page)
    stand_in(page, "POST", "/sql", documents.edited(sql=MINE))

    page.get_by_label("SQL", exact=True).fill(MINE)
    page.get_by_role("button", name="Run").click()

    expect(page.locator("#answer tbody tr")).to_have_count(12)


def test_the_colours_lie_exactly_below_the_text(page: Page) -> None:
    """POST /ask is played."""
    states.answer(page)
    field = page.get_by_label("SQL", exact=True)
    field.fill(documents.SQL + "\n" + "SELECT a_rather_long_name, " * 40 + "\n\n")

    shown = page.locator(".editor pre").inner_text()
    below = page.locator(".editor pre").bounding_box()

    assert shown.rstrip() == field.input_value().rstrip()
    assert field.bounding_box() == below
    assert field.evaluate("field => field.scrollHeight <= field.clientHeight")


def test_edits_are_taken_back(page: Page) -> None:
    """POST /ask is played."""
    states.answer(page)
    field = page.get_by_label("SQL", exact=True)
    field.fill("SELECT 1")

    page.get_by_role("button", name="Undo edits").click()

    expect(field).to_have_value(documents.SQL)
    expect(page.get_by_role("button", name="Undo edits")).to_be_hidden()


def test_the_sql_is_copied_as_edited(page: Page) -> None:
    """POST /ask is played."""
    states.answer(page)
    page.get_by_label("SQL", exact=True).fill("SELECT 2")

    page.get_by_role("button", name="Copy the SQL").click()

    assert page.evaluate("navigator.clipboard.readText()") == "SELECT 2"


def test_copying_works_without_a_certificate(page: Page) -> None:
    """POST /ask is played; a page over plain HTTP has no clipboard to write to."""
    states.answer(page)
    page.evaluate("delete Navigator.prototype.clipboard")

    page.get_by_role("button", name="Copy the SQL").click()

    expect(page.get_by_role("button", name="Copy the SQL")).to_contain_text("Copied")


def test_thumbs_up_stores_an_example_and_again_takes_it_back(page: Page) -> None:
    """The real server stores it; the page of the workspace lists it first."""
    states.ask(page, states.COUNTED)
    page.get_by_label("SQL", exact=True).fill(MINE)
    page.keyboard.press("Control+Enter")
    up = page.get_by_role("button", name="Right: store it as an example")
    expect(page.locator("#answer")).to_contain_text("edited by you")

    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".said")).to_have_text("Stored as an example.")
    with page.context.expect_page() as opened:
        page.evaluate("open('/workspaces/california_schools/')")
    opened.value.get_by_role("heading", name="Stored examples").click()
    expect(opened.value.locator(".examples > li").first).to_contain_text(MINE)
    opened.value.close()

    up.click()
    expect(up).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".said")).to_have_text("Taken back.")


def test_what_an_example_answered_needs_no_other(page: Page) -> None:
    """The real server says why it stores nothing."""
    states.ask(page, states.COUNTED)

    page.get_by_role("button", name="Right: store it as an example").click()

    expect(page.locator(".said")).to_contain_text("stored example already")


def test_a_verdict_that_is_refused_says_so(page: Page, complaints: list[str]) -> None:
    """POST /ask and POST /questions/41/verdict are played."""
    states.answer(page)
    told = documents.problem(409, "An example already asks this.", "Delete it first.")
    refuse(page, "POST", "/questions/41/verdict", told)

    page.get_by_role("button", name="Wrong").click()

    expect(page.locator(".said")).to_contain_text("already asks this")
    complaints.clear()
