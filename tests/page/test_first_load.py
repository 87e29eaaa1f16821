"""What a first visit costs, what the browser may do, and that a keyboard is enough."""

import re

import pytest
from page import documents, states
from page.served import SERVER
from page.stand_in import stand_in
from playwright.sync_api import BrowserContext, Page, expect

MOST_BYTES = 200 * 1024
STATIC = SERVER / "thoth_ai/web/static/web"


@pytest.mark.parametrize("path", ["/", "/workspaces/california_schools/"])
def test_a_first_visit_is_light(context: BrowserContext, path: str) -> None:
    page = context.new_page()
    stand_in(page, "GET", "/workspaces/california_schools", documents.workspace())
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))

    page.goto(path, wait_until="networkidle")

    assert len(sizes) > 5
    assert sum(sizes) < MOST_BYTES


def test_every_file_has_the_name_of_its_content_and_is_kept(page: Page) -> None:
    with page.expect_response(re.compile(r"/stream\.")) as found:
        page.reload()

    assert re.search(r"/stream\.[0-9a-f]{12}\.js$", found.value.url)
    assert "immutable" in found.value.headers["cache-control"]
    unhashed = page.evaluate(
        """performance.getEntriesByType("resource").map(({ name }) => name)
            .filter((name) => name.includes("/static/") && !/\\.[0-9a-f]{12}\\./.test(name))"""
    )
    assert unhashed == []


def test_the_policy_holds_in_every_state(context: BrowserContext) -> None:
    """The answer is played; the browser reports what its policy stopped."""
    page = context.new_page()
    page.add_init_script(
        "addEventListener('securitypolicyviolation',"
        " (event) => (window.stopped ??= []).push(event.blockedURI))"
    )
    answer = page.goto("/")
    assert answer
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy

    for state in ("bars", "lines", "long-table", "failed-sql"):
        states.WAYS[state](page)

    assert page.evaluate("window.stopped ?? []") == []


def test_no_module_is_longer_than_one_can_read() -> None:
    lengths = {file.name: len(file.read_text().splitlines()) for file in STATIC.glob("*.js")}

    assert max(lengths.values()) <= 250, lengths
    for file in STATIC.glob("*.js"):
        assert not re.search(r"\beval\(|new Function|innerHTML|\.style\b", file.read_text()), file


def test_a_keyboard_is_enough(page: Page) -> None:
    """The real server answers; POST /sql is played."""
    stand_in(page, "POST", "/sql", documents.edited())
    page.locator("body").click(position={"x": 5, "y": 400})
    page.keyboard.press("/")
    expect(page.get_by_label("Question")).to_be_focused()
    page.keyboard.type("Where do students under Provision 2 attend school, counted per county?")
    page.keyboard.press("Enter")
    page.locator("#answer[aria-busy=false] tbody tr").first.wait_for()

    _tab_to(page, "Filter rows")
    page.keyboard.type("a")
    _tab_to(page, "SQL")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#answer")).to_contain_text("Run from SQL edited by you")


def test_what_has_the_focus_is_seen(page: Page) -> None:
    states.answer(page)
    for _ in range(25):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => {
                const at = document.activeElement;
                const card = at.closest(".asker");
                const style = getComputedStyle(at);
                return at === document.body || style.outlineStyle !== "none"
                    || (card && getComputedStyle(card).borderColor !== "");
            }"""
        )
        assert seen, page.evaluate("document.activeElement.outerHTML")


def test_a_slash_within_a_text_is_a_slash(page: Page) -> None:
    page.get_by_label("Question").press_sequentially("1/2")

    expect(page.get_by_label("Question")).to_have_value("1/2")


def _tab_to(page: Page, label: str) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.ariaLabel") == label:
            return
    raise AssertionError(label)
