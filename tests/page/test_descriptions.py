"""The page of a workspace: the frame is the server's, its document is played."""

import pytest
from page import documents, states
from page.stand_in import refuse, stand_in
from playwright.sync_api import Page, expect

DESCRIBE = "/workspaces/california_schools/descriptions"


@pytest.fixture
def workspace(page: Page) -> Page:
    """GET /workspaces/NAME and its examples are played."""
    states.descriptions(page)
    return page


def test_the_page_to_ask_leads_to_it(page: Page) -> None:
    """The real server lists the demo's tables, its evidence and its examples."""
    page.get_by_role("link", name="Tables and descriptions").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("California")
    expect(page.locator("details h3")).to_have_text(
        ["frpm", "satscores", "schools", "Evidence", "Stored examples"]
    )
    page.get_by_role("heading", name="Stored examples").click()
    expect(page.locator(".examples details").first).to_be_visible()


def test_keys_and_personal_data_are_marked(workspace: Page) -> None:
    rows = workspace.locator(".column")

    expect(rows.filter(has_text="AdmEmail").locator(".badge")).to_have_text("personal data")
    expect(rows.filter(has_text="cdsTEXT").locator(".badge")).to_have_text(
        ["key", "→ schools.CDSCode"]
    )
    expect(rows.filter(has_text="County")).to_contain_text("Alameda · Kern · Yolo")


def test_how_the_import_ended_is_shown(workspace: Page) -> None:
    said = workspace.locator(".verified")

    expect(said).to_contain_text("19,955 rows in, 19,955 rows out, 3 values diverted.")
    expect(said).to_contain_text("Imported on March 5, 2024, described by openai/a-model-4")


def test_an_edit_outlives_the_visit(page: Page) -> None:
    """The real server keeps it; the search finds it."""
    page.goto("/workspaces/california_schools/")
    page.get_by_role("heading", name="schools", exact=True).click()
    field = page.get_by_label("Description of schools.County", exact=True)

    field.fill("The county, said in other words")
    field.press("Enter")
    expect(page.locator(".saved", has_text="Saved")).to_be_visible()
    page.reload()

    page.get_by_label("Find a table or a column").fill("said in other words")
    expect(page.locator(".column:visible")).to_have_count(1)
    expect(field).to_have_value("The county, said in other words")


@pytest.mark.parametrize("leave", ["Enter", "Tab"])
def test_an_edited_description_is_saved(workspace: Page, leave: str) -> None:
    """PATCH descriptions is played."""
    endpoint = stand_in(workspace, "PATCH", DESCRIBE, {"changed": 1})

    workspace.get_by_label("Description of schools.County").fill("Where it lies")
    workspace.keyboard.press(leave)

    expect(workspace.locator(".saved", has_text="Saved")).to_be_visible()
    assert endpoint.received == [{"columns": {"schools": {"County": "Where it lies"}}}]


def test_a_table_has_a_description_too(workspace: Page) -> None:
    """PATCH descriptions is played."""
    endpoint = stand_in(workspace, "PATCH", DESCRIBE, {"changed": 1})

    workspace.get_by_label("Description of satscores", exact=True).fill("Results of the SAT")
    workspace.keyboard.press("Enter")

    expect(workspace.locator(".saved", has_text="Saved")).to_be_visible()
    assert endpoint.received == [{"tables": {"satscores": "Results of the SAT"}}]


def test_escape_takes_an_edit_back(workspace: Page) -> None:
    """PATCH descriptions is played, and must not be called."""
    endpoint = stand_in(workspace, "PATCH", DESCRIBE, {"changed": 1})
    field = workspace.get_by_label("Description of schools.County")

    field.fill("Oops")
    field.press("Escape")
    field.press("Tab")

    expect(field).to_have_value("County the school lies in")
    assert endpoint.received == []


def test_a_refused_edit_is_told_beside_it(workspace: Page, complaints: list[str]) -> None:
    """PATCH descriptions is played."""
    refuse(workspace, "PATCH", DESCRIBE, documents.problem(403, "You may not.", "Ask someone."))

    workspace.get_by_label("Description of schools.County").fill("Mine")
    workspace.keyboard.press("Enter")

    expect(workspace.get_by_role("alert")).to_contain_text("You may not.")
    expect(workspace.get_by_label("Description of schools.County")).to_have_value("Mine")
    complaints.clear()


def test_the_search_finds_columns_by_name_and_by_meaning(workspace: Page) -> None:
    search = workspace.get_by_label("Find a table or a column")

    search.fill("mathematics")
    expect(workspace.locator(".column:visible")).to_have_count(1)
    expect(workspace.locator(".column:visible")).to_contain_text("AvgScrMath")
    search.fill("every school of")
    expect(workspace.locator(".column:visible")).to_have_count(4)
    search.fill("nothing like it")
    expect(workspace.get_by_text("No table and no column holds this text.")).to_be_visible()
    search.fill("")
    expect(workspace.locator("details h3:visible")).to_have_count(4)


def test_examples_are_read_when_opened_and_deleted(workspace: Page) -> None:
    """DELETE of an example is played."""
    gone = stand_in(workspace, "DELETE", "/workspaces/california_schools/examples/7", {})

    workspace.get_by_role("heading", name="Stored examples").click()
    listed = workspace.locator(".examples > li")
    expect(listed).to_have_count(2)
    listed.first.locator("summary").click()
    expect(listed.first).to_contain_text("SELECT County")
    listed.first.get_by_role("button", name="Delete this example").click()

    expect(listed).to_have_count(1)
    assert len(gone.addresses) == 1


def test_evidence_is_listed(workspace: Page) -> None:
    workspace.get_by_role("heading", name="Evidence").click()

    expect(workspace.get_by_text("Exceeding means a score above 1500.")).to_be_visible()


def test_a_workspace_that_is_not_there_is_not_found(page: Page, complaints: list[str]) -> None:
    answer = page.goto("/workspaces/nowhere/")

    assert answer
    assert answer.status == 404
    complaints.clear()
