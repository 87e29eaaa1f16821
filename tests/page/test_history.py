"""What was asked before: listed when it is wanted, shown again, deleted."""

import pytest
from page import documents, states
from page.stand_in import refuse, stand_in
from playwright.sync_api import Page, expect

WIDTHS = {"beside the page": 1280, "above the page": 700}


def test_nothing_is_read_before_the_panel_opens(page: Page) -> None:
    """GET /questions is played."""
    endpoint = stand_in(page, "GET", "/questions", {"questions": []})
    states.ask(page, "How many schools are there?")
    assert endpoint.addresses == []

    page.get_by_role("button", name="History").click()

    expect(page.locator("#history")).to_contain_text("Nothing was asked yet.")
    assert endpoint.addresses[0].endswith("/questions?limit=50")


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_a_stored_answer_is_shown_and_run_again(page: Page, width: int) -> None:
    """GET /questions, GET /questions/9 and POST /sql are played."""
    page.set_viewport_size({"width": width, "height": 800})
    states.history(page)
    stored = documents.answered(id=9, rows=[], columns=[], row_count=0)
    stand_in(page, "GET", "/questions/9", stored)
    rerun = stand_in(page, "POST", "/sql", documents.edited(id=50))

    page.locator(".entry").first.click()

    expect(page.locator("#answer tbody tr")).to_have_count(12)
    expect(page.locator("#answer")).to_contain_text("Written by a-model-4")
    assert rerun.received == [
        {"workspace": "california_schools", "sql": documents.SQL, "question": 9}
    ]
    expect(page.locator("#history")).to_be_visible(visible=width >= 1200)


def test_a_stored_no_is_shown_as_it_was(page: Page) -> None:
    """GET /questions and GET /questions/8 are played."""
    states.history(page)
    stand_in(page, "GET", "/questions/8", documents.unanswered(id=8))

    page.get_by_role("button", name="What colour is the sky?").click()

    expect(page.get_by_role("heading", name="No answer")).to_be_visible()


def test_the_arrow_keys_walk_the_list(page: Page) -> None:
    """GET /questions is played."""
    states.history(page)
    entries = page.locator(".entry")
    expect(entries.first).to_be_focused()

    for key, at in (("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", 0), ("End", 3), ("Home", 0)):
        page.keyboard.press(key)
        expect(entries.nth(at)).to_be_focused()


def test_deleting_takes_it_from_the_list_and_keeps_the_place(page: Page) -> None:
    """GET /questions and DELETE /questions/9 are played."""
    states.history(page)
    endpoint = stand_in(page, "DELETE", "/questions/9", {})

    page.get_by_role("button", name="Delete").first.click()

    expect(page.locator(".entry")).to_have_count(3)
    expect(page.locator(".entry").first).to_be_focused()
    assert len(endpoint.addresses) == 1


def test_a_deletion_that_fails_leaves_it_there(page: Page, complaints: list[str]) -> None:
    """GET /questions and DELETE /questions/9 are played."""
    states.history(page)
    refuse(page, "DELETE", "/questions/9", documents.problem(500, "Not now.", "Try later."))

    page.get_by_role("button", name="Delete").first.click()

    expect(page.locator("#history").get_by_role("alert")).to_contain_text("Not now.")
    expect(page.locator(".entry")).to_have_count(4)
    complaints.clear()


def test_older_ones_follow(page: Page) -> None:
    """GET /questions is played twice."""
    newest = [documents.asked(100 - at, f"Number {at}?") for at in range(50)]
    stand_in(page, "GET", "/questions", {"questions": newest})
    page.get_by_role("button", name="History").click()
    expect(page.locator(".entry")).to_have_count(50)
    older = stand_in(page, "GET", "/questions", {"questions": [documents.asked(3)]})

    page.get_by_role("button", name="Older").click()

    expect(page.locator(".entry")).to_have_count(51)
    assert older.addresses[0].endswith("limit=50&before=51")
    expect(page.get_by_role("button", name="Older")).to_have_count(0)


def test_an_open_list_takes_in_what_is_asked(page: Page) -> None:
    """GET /questions is played twice."""
    states.history(page)
    stand_in(page, "GET", "/questions", {"questions": [documents.asked(10, "The newest?")]})

    states.ask(page, "The newest?")

    expect(page.locator(".entry")).to_have_count(1)
    expect(page.locator(".entry")).to_contain_text("The newest?")


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_escape_closes_the_panel_and_gives_the_focus_back(page: Page, width: int) -> None:
    """GET /questions is played."""
    page.set_viewport_size({"width": width, "height": 800})
    states.history(page)

    page.keyboard.press("Escape")

    expect(page.locator("#history")).to_be_hidden()
    expect(page.get_by_role("button", name="History")).to_be_focused()
