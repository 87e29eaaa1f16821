"""Every state the page can be in, and the way there."""

from collections.abc import Callable

from page import documents
from page.documents import Document
from page.held_stream import HeldStream
from page.stand_in import events, refuse, stand_in
from playwright.sync_api import Page

Way = Callable[[Page], None]
COUNTED = "Where do students under Provision 2 attend school, counted per county?"
STEPS = ("Comparing with the stored examples", "Choosing the tables", "Asking the model")


def ask(page: Page, question: str = documents.QUESTION) -> None:
    """Ask and wait for what comes of it."""
    page.get_by_label("Question").fill(question)
    page.keyboard.press("Enter")
    page.locator("#answer[aria-busy=false] h2").wait_for()


def reply_with(page: Page, reply: Document) -> None:
    """Ask; the server would say this."""
    stand_in(page, "POST", "/ask", reply)
    ask(page)


def stream_steps(page: Page, stream: HeldStream) -> None:
    """Bring the page to where the model is writing."""
    page.get_by_label("Question").fill(documents.QUESTION)
    page.keyboard.press("Enter")
    for name, title in zip(("examples", "schema", "model"), STEPS, strict=True):
        stream.send("step", {"name": name, "title": title, "state": "running", "detail": ""})
        if name != "model":
            done = {"name": name, "title": title, "state": "done", "detail": "3 of 12"}
            stream.send("step", done)
    for piece in ("The counties are in `schools`.\n\n```sql\nSELECT County, ", "COUNT(*)\nFROM"):
        stream.send("text", {"text": piece})
    page.get_by_text("COUNT(*)").wait_for()


def typing(page: Page) -> None:
    page.get_by_label("Question").fill("How many schools\nare there in Kern County?")


def answer(page: Page) -> None:
    reply_with(page, documents.answered())


def single_value(page: Page) -> None:
    reply_with(page, documents.table_of([[17686]], ["schools"]))


def long_table(page: Page) -> None:
    reply_with(page, documents.long_table())


def no_rows(page: Page) -> None:
    reply_with(page, documents.table_of([], ["schools"]))


def bars(page: Page) -> None:
    answer(page)
    page.get_by_role("button", name="Chart", exact=True).click()
    page.locator(".canvas svg").wait_for()


def lines(page: Page) -> None:
    reply_with(page, documents.months())
    page.get_by_role("button", name="Chart", exact=True).click()
    page.locator(".canvas svg").wait_for()


def failed_sql(page: Page) -> None:
    reply_with(
        page,
        documents.unanswered(
            reason="failed",
            message="The SQL failed: no such column: Colour.",
            hint="Mend the SQL below, or say it in other words.",
            sql="SELECT Colour FROM schools",
            nearest=[],
        ),
    )


def no_answer(page: Page) -> None:
    reply_with(page, documents.unanswered())


def error(page: Page) -> None:
    refused = documents.problem(
        502, "openai did not answer within 60 s.", "Run `thothctl keys check`, then ask again."
    )
    stand_in(page, "POST", "/ask", events(("problem", refused))).kind = "text/event-stream"
    ask(page)


def sql_error(page: Page) -> None:
    answer(page)
    told = documents.problem(400, "The SQL failed: no such column: Count.", "Mend it and run it.")
    refuse(page, "POST", "/sql", told)
    page.get_by_label("SQL", exact=True).fill("SELECT Count FROM schools")
    page.keyboard.press("Control+Enter")
    page.get_by_role("alert").wait_for()


def follow_up(page: Page) -> None:
    answer(page)
    page.get_by_role("button", name="Follow up", exact=True).click()


def history(page: Page) -> None:
    listed = [
        documents.asked(9),
        documents.asked(8, "What colour is the sky?", answered=False),
        documents.asked(7, "How many schools are there?", verdict="up"),
        documents.asked(6, "Which district has the lowest share of free meals " * 4),
    ]
    stand_in(page, "GET", "/questions", {"questions": listed})
    answer(page)
    page.get_by_role("button", name="History").click()
    page.get_by_role("button", name="What colour is the sky?").wait_for()


def descriptions(page: Page) -> None:
    stand_in(page, "GET", "/workspaces/california_schools", documents.workspace())
    stand_in(page, "GET", "/workspaces/california_schools/examples", documents.examples())
    page.goto("/workspaces/california_schools/")
    page.get_by_label("Description of schools.County").wait_for()


WAYS: dict[str, Way] = {
    "empty": lambda page: page.get_by_label("Question").wait_for(),
    "typing": typing,
    "answer": answer,
    "single-value": single_value,
    "long-table": long_table,
    "no-rows": no_rows,
    "bars": bars,
    "lines": lines,
    "no-answer": no_answer,
    "failed-sql": failed_sql,
    "error": error,
    "sql-error": sql_error,
    "follow-up": follow_up,
    "history": history,
    "descriptions": descriptions,
    "account": lambda page: page.get_by_role("button", name="Account").click(),
}
