"""The rows of an answer: sorted, filtered, paged, copied, downloaded, drawn."""

from pathlib import Path
from typing import Any

from page import documents, states
from page.stand_in import refuse, stand_in_csv
from playwright.sync_api import Locator, Page, expect


def column(page: Page, number: int) -> list[str]:
    return page.locator(f"#answer tbody td:nth-child({number})").all_inner_texts()


def span(first: int, last: int, of: int) -> str:
    return f"{first}\N{EN DASH}{last} of {of}"


def heading(page: Page, name: str) -> Locator:
    return page.get_by_role("columnheader", name=name)


def test_a_heading_sorts_up_down_and_back(page: Page) -> None:
    """POST /ask is played."""
    rows: list[list[Any]] = [["b", 10], ["a", 9], [None, None], ["C", 100]]
    states.reply_with(page, documents.table_of(rows, ["name", "size"]))
    by_size = heading(page, "size")

    by_size.get_by_role("button").click()
    assert column(page, 2) == ["9", "10", "100", "null"]
    expect(by_size).to_have_attribute("aria-sort", "ascending")
    by_size.get_by_role("button").press("Enter")
    assert column(page, 2) == ["100", "10", "9", "null"]
    expect(by_size).to_have_attribute("aria-sort", "descending")
    by_size.get_by_role("button").click()
    assert column(page, 2) == ["10", "9", "null", "100"]
    expect(by_size).to_have_attribute("aria-sort", "none")

    heading(page, "name").get_by_role("button").click()
    assert column(page, 1) == ["a", "b", "C", "null"]


def test_numbers_stand_to_the_right_and_null_is_seen(page: Page) -> None:
    """POST /ask is played."""
    states.long_table(page)

    expect(page.locator("tbody tr").first.locator("td").first).to_have_css("text-align", "right")
    assert column(page, 3)[3] == "null"


def test_a_long_text_is_cut_until_it_is_wanted(page: Page) -> None:
    """POST /ask is played."""
    states.long_table(page)
    cell = page.locator("td.long").first
    assert len(cell.inner_text()) < 160

    cell.get_by_role("button", name="more").press("Enter")

    assert documents.LONG.strip() in cell.inner_text()
    cell.get_by_role("button", name="less").click()
    assert len(cell.inner_text()) < 160


def test_the_filter_leaves_the_rows_that_hold_a_text(page: Page) -> None:
    """POST /ask is played."""
    states.long_table(page)

    page.get_by_label("Filter rows").fill("SCHOOL 5")

    assert column(page, 2) == ["School 5", *(f"School {n}" for n in range(50, 60))]
    expect(page.get_by_role("status")).to_have_text("11 rows left.")
    page.get_by_label("Filter rows").fill("nowhere")
    expect(page.locator("tbody")).to_contain_text("No row holds this text.")


def test_pages_are_turned_and_resized(page: Page) -> None:
    """POST /ask is played."""
    states.long_table(page)
    where = page.locator(".where")
    earlier = page.get_by_role("button", name="Earlier rows")
    expect(where).to_have_text(span(1, 25, 60))
    expect(earlier).to_have_attribute("aria-disabled", "true")

    page.get_by_role("button", name="Later rows").click()
    page.get_by_role("button", name="Later rows").click()
    expect(where).to_have_text(span(51, 60, 60))
    assert column(page, 1)[0] == "51"
    page.get_by_label("Rows per page").select_option("100")
    expect(where).to_have_text(span(1, 60, 60))
    assert len(column(page, 1)) == 60


def test_ten_thousand_rows_stay_quick(page: Page) -> None:
    """POST /ask is played; the browser measures itself from key to drawing."""
    rows = [[at, f"Row {at}", at * 7919 % 10_000, "text " * 8] for at in range(10_000)]
    states.reply_with(page, documents.table_of(rows, ["id", "name", "mixed", "remark"]))
    assert page.locator("tbody tr").count() == 25

    took = page.evaluate(
        """() => {
            const from = performance.now();
            const box = document.querySelector(".filter");
            box.value = "row 99";
            box.dispatchEvent(new Event("input"));
            document.querySelectorAll("th button")[2].click();
            document.querySelector(".table").getBoundingClientRect();
            return performance.now() - from;
        }"""
    )

    expect(page.locator(".where")).to_have_text(span(1, 25, 111))
    assert took < 1000


def test_copying_takes_every_shown_row(page: Page) -> None:
    """POST /ask is played."""
    states.answer(page)
    page.get_by_label("Filter rows").fill("san")

    page.get_by_role("button", name="Copy the rows").click()

    copied = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert copied[0] == "County\tschools\tscore"
    assert [line.split("\t")[0] for line in copied[1:]] == [
        name for name in documents.COUNTIES if "San" in name
    ]


def test_csv_is_the_full_result_of_the_sql_that_was_run(page: Page, tmp_path: Path) -> None:
    """The real server answers and writes it."""
    states.ask(page, states.COUNTED)
    page.get_by_label("SQL", exact=True).fill("SELECT CDSCode, County FROM schools ORDER BY 1")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#answer")).to_contain_text("cut off here")

    with page.expect_download() as download:
        page.get_by_role("button", name="Download all rows as CSV").click()

    download.value.save_as(tmp_path / "rows.csv")
    lines = (tmp_path / "rows.csv").read_text().splitlines()
    assert lines[0] == "CDSCode,County"
    assert len(lines) > 1001
    assert download.value.suggested_filename.startswith("where-do-students-under-provision-2")


def test_a_csv_that_is_cut_says_so(page: Page) -> None:
    """POST /ask and POST /sql (as CSV) are played."""
    states.answer(page)
    stand_in_csv(page, "County\nKern\n").headers["X-Truncated"] = "true"

    with page.expect_download():
        page.get_by_role("button", name="Download all rows as CSV").click()

    expect(page.get_by_role("alert")).to_contain_text("only the beginning")


def test_a_csv_that_fails_says_why(page: Page, complaints: list[str]) -> None:
    """POST /ask and POST /sql are played."""
    states.answer(page)
    refuse(page, "POST", "/sql", documents.problem(429, "Too many.", "Wait a minute."))

    page.get_by_role("button", name="Download all rows as CSV").click()

    expect(page.get_by_role("alert")).to_contain_text("Too many.")
    complaints.clear()


def test_bars_are_drawn_from_the_description(page: Page) -> None:
    """POST /ask is played."""
    states.bars(page)

    expect(page.locator(".mark rect")).to_have_count(12)
    widths = [float(bar.get_attribute("width") or 0) for bar in page.locator(".mark rect").all()]
    assert widths == sorted(widths, reverse=True)
    expect(page.locator(".mark title").first).to_have_text("Los Angeles · schools: 2,100")
    expect(page.get_by_role("img", name="Bars of schools by County")).to_be_visible()
    expect(page.get_by_label("Filter rows")).to_be_hidden()


def test_lines_leave_a_gap_where_there_is_no_value(page: Page) -> None:
    """POST /ask is played."""
    states.lines(page)

    paths = [mark.get_attribute("d") or "" for mark in page.locator(".mark path").all()]
    assert [path.count("M") for path in paths] == [1, 2]
    expect(page.locator(".key")).to_have_text(["enrolled", "left early"])


def test_columns_of_very_different_size_are_drawn_apart(page: Page) -> None:
    """POST /ask is played."""
    rows = [["Kern", 3, 9142], ["Yolo", 2, 4780]]
    chart = {"kind": "bar", "x": 0, "y": [1, 2]}
    states.reply_with(page, documents.table_of(rows, ["county", "few", "many"], chart=chart))

    page.get_by_role("button", name="Chart", exact=True).click()

    expect(page.get_by_role("img", name="Bars of few by county")).to_be_visible()
    expect(page.get_by_role("img", name="Bars of many by county")).to_be_visible()
    expect(page.locator(".mark.series-1 rect")).to_have_count(2)


def test_negative_bars_start_at_nought(page: Page) -> None:
    """POST /ask is played."""
    rows = [["up", 5], ["down", -5]]
    chart = {"kind": "bar", "x": 0, "y": [1]}
    states.reply_with(page, documents.table_of(rows, ["way", "change"], chart=chart))

    page.get_by_role("button", name="Chart", exact=True).click()

    expect(page.locator(".mark rect")).to_have_count(2)
    up, down = (bar.bounding_box() for bar in page.locator(".mark rect").all())
    assert up
    assert down
    assert abs(up["x"] - (down["x"] + down["width"])) < 1


def test_a_description_that_does_not_fit_the_rows_draws_nothing(page: Page) -> None:
    """POST /ask is played with columns that do not exist."""
    states.reply_with(page, documents.answered(chart={"kind": "bar", "x": 9, "y": [7]}))

    expect(page.get_by_role("button", name="Chart", exact=True)).to_have_count(0)
