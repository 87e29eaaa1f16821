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
    """The real server keeps it, and does not count looking at it as asking."""
    page.set_viewport_size({"width": width, "height": 800})
    states.ask(page, states.COUNTED)
    rows = page.locator("#answer tbody tr")
    shown = rows.all_text_contents()
    states.ask(page, "What is the weather on Mars?")
    page.get_by_role("button", name="History").click()
    asked = page.locator(".entry").filter(has_text=states.COUNTED).first
    asked.wait_for()
    entries = page.locator(".entry").count()

    asked.click()

    expect(rows).to_have_text(shown)
    expect(page.locator("#answer")).to_contain_text("stored demo example")
    expect(page.locator("#history")).to_be_visible(visible=width >= 1200)
    page.reload()
    page.get_by_role("button", name="History").click()
    expect(page.locator(".entry")).to_have_count(entries)


def test_a_stored_no_is_shown_as_it_was(page: Page) -> None:
    """The real server keeps it."""
    states.ask(page, "What is the weather on Venus?")
    page.reload()
    page.get_by_role("button", name="History").click()

    page.locator(".entry").filter(has_text="Venus").click()

    expect(page.get_by_role("heading", name="No answer")).to_be_visible()
    expect(page.locator(".asked q")).to_have_text("What is the weather on Venus?")


def test_the_arrow_keys_walk_the_list(page: Page) -> None:
    """GET /questions is played."""
    states.history(page)
    entries = page.locator(".entry")
    expect(entries.first).to_be_focused()

    for key, at in (("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", 0), ("End", 3), ("Home", 0)):
        page.keyboard.press(key)
        expect(entries.nth(at)).to_be_focused()


def test_deleting_takes_it_from_the_list_and_keeps_the_place(page: Page) -> None:
    """The real server forgets it."""
    states.ask(page, "What is the weather on Jupiter?")
    states.ask(page, "What is the weather on Saturn?")
    page.get_by_role("button", name="History").click()
    expect(page.locator(".entry").first).to_contain_text("Saturn")

    page.get_by_role("button", name="Delete").first.click()

    expect(page.locator(".entry").first).to_contain_text("Jupiter")
    expect(page.locator(".entry").first).to_be_focused()
    page.reload()
    page.get_by_role("button", name="History").click()
    expect(page.locator(".entry").first).to_contain_text("Jupiter")


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
