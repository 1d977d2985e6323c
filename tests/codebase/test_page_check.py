"""The test client's look at pages, and the browser's, find what they are there to find."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, Route

from qa.core.access import PUBLIC, requires
from tests.support.browser import Watch, check_axe, check_reflow
from tests.support.client import CheckingClient
from tests.support.pages import check_page, problems_of

POLICY = {"Content-Security-Policy": "default-src 'self'"}
SOUND = """<!doctype html>
<html lang="en"><head><title>Queue</title></head>
<body><main><h1>Queue</h1>{body}</main></body></html>"""

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def page_with(body: str) -> str:
    return SOUND.format(body=body)


def test_a_sound_page_has_no_problem():
    form = (
        '<form method="post" action="/x"><input type="hidden" name="csrf_token" value="t">'
        '<label for="a">A</label><input id="a" name="a"><label>B <input name="b"></label>'
        '<button type="submit">Go</button></form>'
    )

    assert problems_of(page_with(form)) == []


@pytest.mark.parametrize(
    ("page", "told"),
    [
        pytest.param(page_with("<p>a</p></div>"), "not valid HTML", id="a tag too many"),
        pytest.param(page_with('<p class="a" class="b">a</p>'), "not valid HTML", id="an attribute twice"),
        pytest.param("<!doctype html><html lang='en'><title>T</title><main></main>", "0 h1", id="no heading"),
        pytest.param(page_with("<h1>Again</h1>"), "2 h1", id="two headings"),
        pytest.param(page_with("").replace("Queue</title>", " · Fairmark</title>"), "title", id="an empty title"),
        pytest.param(page_with("").replace(' lang="en"', ""), "language", id="no language"),
        pytest.param(page_with("<h3>Deep</h3>"), "level 3 follows", id="a level left out"),
        pytest.param(page_with('<p id="a">a</p><p id="a">b</p>'), "'a' is used 2 times", id="an id twice"),
        pytest.param(page_with('<label for="gone">a</label>'), "'gone' points at nothing", id="a label of nothing"),
        pytest.param(page_with('<a href="#gone">a</a>'), "'gone' points at nothing", id="a link to nothing"),
        pytest.param(page_with('<p aria-describedby="gone">a</p>'), "points at nothing", id="described by nothing"),
        pytest.param(page_with('<input name="a">'), "no label", id="an input without a label"),
        pytest.param(page_with("<select><option>a</option></select>"), "no label", id="a select without a label"),
        pytest.param(page_with('<button type="button"></button>'), "no name", id="a button without a name"),
        pytest.param(page_with('<img src="/a.png">'), "no alt", id="an image without words"),
        pytest.param(page_with('<form method="post"></form>'), "no token", id="a post form without its token"),
        pytest.param(page_with('<p style="color: red">a</p>'), "inline style", id="a style attribute"),
        pytest.param(page_with("<style>p { color: red }</style>"), "inline style", id="a style element"),
        pytest.param(page_with("<script>alert(1)</script>"), "inline script", id="a script"),
        pytest.param(page_with('<p onclick="a()">a</p>'), "inline handler", id="a handler"),
        pytest.param(page_with('<a href="javascript:a()">a</a>'), "links to a script", id="a script as an address"),
        pytest.param(
            page_with('<script src="//cdn.example/a.js"></script>'), "from elsewhere", id="a script of others"
        ),
    ],
)
def test_what_is_wrong_with_a_page_is_told(page: str, told: str):
    problems = problems_of(page)

    assert any(told in problem for problem in problems), problems
    with pytest.raises(AssertionError, match="not sound"):
        check_page(page)


@on_sqlite
def test_the_client_refuses_a_page_that_is_not_sound(app: Flask, client: CheckingClient):
    app.add_url_rule("/unsound", "unsound", requires(PUBLIC)(lambda: page_with('<input name="a">')))

    with pytest.raises(AssertionError, match="no label"):
        client.get("/unsound")


@on_sqlite
def test_the_client_refuses_a_get_that_writes(app: Flask, client: CheckingClient):
    from qa.core import jobs
    from qa.core.db import db
    from tests.support.cast import NOW

    def writes() -> str:
        jobs.enqueue(db.session(), "late", {}, by=None, now=NOW)
        return page_with("")

    app.add_url_rule("/writes", "writes", requires(PUBLIC)(writes))

    with pytest.raises(AssertionError, match="GET /writes writes"):
        client.get("/writes")


@pytest.fixture
def shown(new_browser: Callable[..., Page]) -> Callable[[str], Page]:
    """A page with this body, in a browser, under a strict policy."""

    def show(body: str) -> Page:
        page = new_browser()

        def answer(route: Route) -> None:
            route.fulfill(body=page_with(body), content_type="text/html", headers=POLICY)

        page.route("**/shown", answer)
        page.goto("/shown")
        page.wait_for_load_state("networkidle")
        return page

    return show


@on_sqlite
@pytest.mark.browser
@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param('<script src="/static/gone.js"></script>', "answer 404", id="a file that is not there"),
        pytest.param('<p style="color: red">a</p>', "Content-Security-Policy", id="a style that the policy blocks"),
        pytest.param("<script>alert(1)</script>", "Content-Security-Policy", id="a script that the policy blocks"),
        pytest.param(
            '<img alt="a" src="http://127.0.0.1:9/a.png">', "Content-Security-Policy", id="an image of others"
        ),
    ],
)
def test_the_browser_notices_what_goes_wrong(shown: Callable[[str], Page], watch: Watch, body: str, told: str):
    shown(body)

    assert any(told in problem for problem in watch.problems), watch.problems
    with pytest.raises(AssertionError, match="the browser saw"):
        watch.check()


@on_sqlite
@pytest.mark.browser
def test_the_browser_lets_pass_what_a_test_announced(shown: Callable[[str], Page], watch: Watch):
    watch.expect("404")

    shown('<img alt="a" src="/static/gone.png">')

    watch.check()


@on_sqlite
@pytest.mark.browser
def test_axe_and_the_reflow_check_see_the_page(shown: Callable[[str], Page]):
    page = shown('<input name="a"><pre>' + "wide" * 500 + "</pre>")

    with pytest.raises(AssertionError, match="label"):
        check_axe(page)
    with pytest.raises(AssertionError, match="px wide"):
        check_reflow(page)


@on_sqlite
@pytest.mark.browser
def test_axe_sees_a_pale_word_also_where_it_knows_the_colours_already(shown: Callable[[str], Page]):
    page = shown("<p>Pale</p>")
    check_axe(page)
    page.locator("main p").last.evaluate("(word) => { word.style.color = 'rgb(225, 225, 225)'; }")

    for _ in range(2):
        with pytest.raises(AssertionError, match="color-contrast"):
            check_axe(page)
