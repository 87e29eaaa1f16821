"""Asking: what is shown on the way, at the end, and when there is no good end."""

import re
import urllib.parse

import pytest
from page import documents, states
from page.held_stream import HeldStream
from page.served import EMAIL, PASSWORD, Served
from page.stand_in import events, refuse, stand_in
from playwright.sync_api import Page, expect

DEMO = "How many charter schools are there in Alameda County?"


def test_the_demo_answers_with_its_sql_and_source(page: Page) -> None:
    """The real server answers; nothing is played."""
    states.ask(page, DEMO)

    answer = page.locator("#answer")
    expect(answer.get_by_role("heading", name=DEMO)).to_be_visible()
    expect(answer).to_contain_text("SELECT")
    expect(answer).to_contain_text("stored demo example")
    expect(page.get_by_role("status")).to_have_text("Answered: 1 row.")


@pytest.mark.parametrize("how", ["Enter", "click"])
def test_a_question_sent_before_the_script_is_there_is_asked(page: Page, how: str) -> None:
    """The real server answers; only the script is held back."""
    page.route(re.compile(r"/ask\.[0-9a-f]+\.js$"), lambda _: None)
    page.reload(wait_until="commit")
    page.get_by_label("Question").fill(DEMO)

    if how == "Enter":
        page.keyboard.press("Enter")
        page.unroute_all()
    else:
        page.unroute_all()
        page.get_by_role("button", name="Ask", exact=True).click()

    expect(page.locator("#answer").get_by_role("heading", name=DEMO)).to_be_visible()
    assert "question" not in page.url


def test_a_link_of_somebody_else_fills_in_and_does_not_ask(page: Page) -> None:
    """The real server answers; a link could make people ask, and models cost money."""
    page.goto(f"/?question={urllib.parse.quote(DEMO)}")

    expect(page.get_by_label("Question")).to_have_value(DEMO)
    expect(page.locator("#answer")).to_be_empty()


def test_an_honest_no_offers_the_nearest_stored_ones(page: Page) -> None:
    """The real server refuses; its nearest question, clicked, is answered."""
    states.ask(page, "Charter schools of the moon and of Mars?")
    expect(page.get_by_role("heading", name="No answer")).to_be_visible()

    nearest = page.locator(".near .chip").first
    wanted = nearest.evaluate("chip => chip.firstChild.textContent")
    nearest.click()

    expect(page.get_by_role("heading", name=wanted)).to_be_visible()


def test_steps_and_words_are_shown_as_they_come(page: Page, stream: HeldStream) -> None:
    """POST /ask is played by a stream the test holds."""
    states.stream_steps(page, stream)
    answer = page.locator("#answer")
    expect(answer.locator(".step.done")).to_have_count(2)
    expect(answer.locator(".step.running")).to_have_text("Asking the model")
    expect(answer).to_have_attribute("aria-busy", "true")

    stream.send("text", {"text": " schools GROUP BY County"})
    expect(answer.locator(".writing")).to_contain_text("FROM schools GROUP BY County")
    stream.send("reply", documents.answered())
    stream.end()

    expect(answer.get_by_role("heading", name=documents.QUESTION)).to_be_visible()
    expect(answer.locator(".writing")).to_have_count(0)
    expect(answer).to_contain_text("Only schools that are open count.")
    expect(answer).to_contain_text("Written by a-model-4 (openai), at attempt 2")
    expect(answer).to_contain_text("12 rows · 1.8 s · 1,834 tokens in, 97 out · $0.0021")


def test_a_step_that_runs_again_is_told_again(page: Page, stream: HeldStream) -> None:
    """POST /ask is played: the first SQL fails, so the model writes anew."""
    states.stream_steps(page, stream)
    for name, state in (("model", "done"), ("check", "running"), ("check", "failed")):
        stream.send("step", {"name": name, "title": name, "state": state, "detail": ""})

    stream.send("step", {"name": "repair", "title": "repair", "state": "running", "detail": ""})
    stream.send("text", {"text": "SELECT 2"})
    stream.send("step", {"name": "check", "title": "check", "state": "running", "detail": ""})

    expect(page.locator(".step .title")).to_have_text(
        [*states.STEPS[:2], "model", "check", "repair", "check"]
    )
    expect(page.locator(".writing")).to_have_text("SELECT 2")


def test_time_passes_while_it_runs(page: Page, stream: HeldStream) -> None:
    page.get_by_label("Question").fill(DEMO)
    page.keyboard.press("Enter")

    expect(page.locator(".clock")).to_have_text(re.compile(r"^(0\.[3-9]|[1-9]\.\d)\s+s$"))


def test_what_is_written_moves_nothing_above_it(page: Page, stream: HeldStream) -> None:
    """POST /ask is played; the box of the model's words keeps its height however many come."""
    states.stream_steps(page, stream)
    card = page.locator(".waiting")
    before = card.bounding_box()

    stream.send("text", {"text": "SELECT 1;\n" * 200 + "end"})
    expect(page.locator(".writing")).to_contain_text("end")

    assert card.bounding_box() == before


def test_escape_stops_it_and_the_server_notices(page: Page, stream: HeldStream) -> None:
    """POST /ask is played by a stream the test holds."""
    states.stream_steps(page, stream)

    page.keyboard.press("Escape")

    expect(page.get_by_role("heading", name="Stopped")).to_be_visible()
    expect(page.locator("#answer")).to_have_attribute("aria-busy", "false")
    assert stream.left.wait(timeout=10)
    expect(page.get_by_label("Question")).to_have_value(documents.QUESTION)


def test_a_newer_question_replaces_the_one_under_way(page: Page, stream: HeldStream) -> None:
    """POST /ask is played: first by a stream that never ends, then by a document."""
    states.stream_steps(page, stream)
    stand_in(page, "POST", "/ask", documents.answered(question="How many?"))

    states.ask(page, "How many?")

    expect(page.get_by_role("heading", name="How many?")).to_be_visible()
    assert stream.left.wait(timeout=10)


def test_a_stream_that_breaks_off_says_so(page: Page, stream: HeldStream) -> None:
    """POST /ask is played by a stream that ends in the middle."""
    states.stream_steps(page, stream)

    stream.end()

    expect(page.locator(".problem")).to_contain_text("ended before the answer")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


@pytest.mark.parametrize("status", [400, 429, 500])
def test_a_problem_is_told_with_its_hint_and_can_be_tried_again(
    page: Page, complaints: list[str], status: int
) -> None:
    """POST /ask is played: first a problem document, then an answer."""
    told = documents.problem(status, "That went wrong.", "Do `this` next.")
    refuse(page, "POST", "/ask", told)
    states.ask(page)
    expect(page.get_by_role("heading", name="That went wrong.")).to_be_visible()
    expect(page.locator(".problem code")).to_have_text("this")

    stand_in(page, "POST", "/ask", documents.answered())
    page.get_by_role("button", name="Try again").click()

    expect(page.get_by_role("heading", name=documents.QUESTION)).to_be_visible()
    complaints.clear()


def test_a_problem_within_the_stream_is_told_too(page: Page) -> None:
    """POST /ask is played by a whole stream."""
    states.error(page)

    expect(page.get_by_role("heading", name="openai did not answer within 60 s.")).to_be_visible()


def test_a_server_that_is_gone_is_told(page: Page, complaints: list[str]) -> None:
    page.route("**/api/v1/ask", lambda route: route.abort("connectionrefused"))

    states.ask(page)

    expect(page.locator(".problem")).to_contain_text("The server did not answer.")
    expect(page.locator(".problem code")).to_have_text("thothctl status")
    complaints.clear()


def test_no_model_is_told_with_the_command_that_sets_one(page: Page) -> None:
    """The real server has no language model."""
    states.ask(page, "What colour is the sky above Oakland at noon?")

    expect(page.locator("#answer code")).to_have_text("thothctl keys set PROVIDER")


def test_signing_in_again_asks_what_was_interrupted(
    page: Page, served: Served, complaints: list[str]
) -> None:
    """The real server answers 401 once the session is gone, and then signs in again."""
    page.context.clear_cookies(name="thoth_session")
    states.ask(page, DEMO)
    expect(page.locator(".problem")).to_contain_text("You are signed out.")

    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    expect(page.locator("#answer").get_by_role("heading", name=DEMO)).to_be_visible()
    expect(page.get_by_label("Question")).to_have_value(DEMO)
    assert urllib.parse.urlsplit(page.url).path == "/"
    complaints.clear()


def test_a_follow_up_names_the_answer_it_continues(page: Page) -> None:
    """POST /ask is played twice."""
    states.follow_up(page)
    expect(page.locator("#following")).to_contain_text(documents.QUESTION)
    expect(page.get_by_label("Question")).to_be_focused()
    reply = documents.answered(id=43, question="x", previous=41, restated="How many in Kern?")
    again = stand_in(page, "POST", "/ask", reply)

    states.ask(page, "And in Kern?")

    assert again.received == [
        {"question": "And in Kern?", "workspace": "california_schools", "previous": 41}
    ]
    expect(page.locator("#following")).to_be_hidden()
    expect(page.locator("#answer")).to_contain_text("Follows up on")
    expect(page.locator("#answer")).to_contain_text("How many in Kern?")


def test_a_follow_up_can_be_taken_back(page: Page) -> None:
    """POST /ask is played twice."""
    states.follow_up(page)
    page.get_by_role("button", name="Do not follow up").click()
    again = stand_in(page, "POST", "/ask", documents.answered())

    states.ask(page, "Something else?")

    assert "previous" not in again.received[0]


def test_the_page_asks_for_a_stream_and_takes_a_document(page: Page) -> None:
    """POST /ask is played."""
    endpoint = stand_in(page, "POST", "/ask", documents.answered())

    states.ask(page)

    assert endpoint.accepted[0].startswith("text/event-stream")
    assert endpoint.received == [
        {"question": documents.QUESTION, "workspace": "california_schools"}
    ]


def test_events_may_be_cut_anywhere(page: Page) -> None:
    """The parser alone, fed a letter at a time, with every kind of line ending."""
    text = ": hello\r\n\r\n" + events(("step", {"name": "é"})).replace("\n", "\r\n")
    text += events(("text", {"text": "a\nb"}), ("reply", {"answered": True}))

    seen = page.evaluate(
        """async (text) => {
            const module = [...performance.getEntriesByType("resource")]
                .find(({ name }) => /stream\\.[^/]*js$/.test(name)).name;
            const { events } = await import(module);
            const bytes = new TextEncoder().encode(text);
            let at = 0;
            const body = new ReadableStream({ pull(to) {
                if (at < bytes.length) to.enqueue(bytes.slice(at, ++at)); else to.close();
            } });
            const seen = [];
            for await (const { event, data } of events(body)) seen.push([event, data]);
            return seen;
        }""",
        text,
    )

    assert seen == [
        ["step", {"name": "é"}],
        ["text", {"text": "a\nb"}],
        ["reply", {"answered": True}],
    ]


def test_nothing_in_a_reply_becomes_markup(page: Page) -> None:
    """POST /ask is played with markup in every text."""
    evil = "<img src=x onerror=alert(1)><b>bold</b>"
    reply = documents.table_of(
        [[evil, 1], [evil, 2]],
        [evil, "n"],
        question=evil,
        sql=f"SELECT '{evil}'",
        explanation=evil,
        assumptions=[evil],
        evidence=[evil],
        notice=evil,
        chart={"kind": "bar", "x": 0, "y": [1]},
    )

    states.reply_with(page, reply)
    page.get_by_role("button", name="Chart", exact=True).click()

    expect(page.locator("#answer img")).to_have_count(0)
    expect(page.get_by_role("heading", level=2, name=evil)).to_be_visible()
