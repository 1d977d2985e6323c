"""The gallery in a real browser: no violation, no sideways scroll, charts by arrow keys, what a place shows."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.core.gallery import gallery_app
from tests.support.browser import WIDTHS, Watch, check_axe, check_reflow

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, gallery_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="gallery", daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()


@pytest.fixture
def opened(browser: Browser, address: str, theme: str, width: str, watch: Watch) -> Iterator[Page]:
    across, down = WIDTHS[width]
    context = browser.new_context(
        base_url=address,
        viewport={"width": across, "height": down},
        color_scheme=theme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    watch.attach(page)
    yield page
    watch.check()
    context.close()


@pytest.mark.parametrize(
    ("path", "theme", "width"),
    [
        ("/", "light", "wide"),
        ("/scoring?offline&sent", "dark", "narrow"),
        pytest.param("/", "dark", "narrow", marks=pytest.mark.slow),
        pytest.param("/scoring?offline&sent", "light", "wide", marks=pytest.mark.slow),
    ],
)
def test_a_page_breaks_no_rule_of_accessibility(opened: Page, path: str):
    opened.goto(path)
    for summary in opened.locator("details.disclosure > summary").all()[:2]:
        summary.click()

    check_axe(opened)


@pytest.mark.parametrize("path", ["/", "/scoring", "/error/404"])
@pytest.mark.parametrize("width", ["narrow", "smallest"])
def test_a_page_does_not_scroll_sideways(opened: Page, path: str, watch: Watch):
    watch.expect("404")

    opened.goto(path)

    check_reflow(opened)


@pytest.mark.parametrize(("width", "word"), [("wide", "medium"), ("narrow", "narrow")])
def test_of_drawings_and_words_for_several_widths_those_that_fit_are_shown(opened: Page, word: str):
    opened.goto("/")
    rows = opened.locator(".chart-figure").filter(has_text="Points above or below the others")
    over_time = opened.locator(".chart-figure").first

    expect(rows.locator(f"svg.chart--{word}")).to_be_visible()
    expect(rows.locator("svg.chart:visible")).to_have_count(1)
    expect(over_time.locator(f".chart__strip.at-{word}")).to_be_visible()
    expect(over_time.locator(".chart__strip:visible")).to_have_count(1)


def test_a_curve_is_pulled_to_the_marks_of_its_points(opened: Page):
    opened.goto("/")
    figure = opened.locator(".chart-figure").first
    plot = figure.locator(".chart__plot").bounding_box()
    last = figure.locator("circle.mark").last.bounding_box()
    line = figure.locator("path.line").last.bounding_box()

    assert plot
    assert last
    assert line
    assert abs(last["x"] + last["width"] / 2 - (line["x"] + line["width"])) <= 1
    assert line["y"] >= plot["y"] - 1
    assert line["y"] + line["height"] <= plot["y"] + plot["height"] + 1


def test_arrow_keys_walk_along_the_points_of_a_chart(opened: Page):
    opened.goto("/")
    points = opened.locator(".chart-figure").first.locator("svg:visible a.point")

    points.first.focus()
    opened.keyboard.press("ArrowRight")
    expect(points.nth(1)).to_be_focused()
    opened.keyboard.press("End")
    expect(points.last).to_be_focused()
    opened.keyboard.press("Tab")

    expect(points.last).not_to_be_focused()
    expect(points.last).to_have_attribute("tabindex", "0")
    expect(points.first).to_have_attribute("tabindex", "-1")


def test_thirteen_criteria_fit_a_window_of_900_px(opened: Page):
    opened.goto("/scoring")
    criteria = opened.locator(".criterion")

    expect(criteria).to_have_count(13)
    expect(criteria.last.locator(".levels")).to_be_in_viewport(ratio=1)
    foot = opened.locator(".scoring__foot").bounding_box()
    last = criteria.last.bounding_box()
    assert foot is not None
    assert last is not None
    assert last["y"] + last["height"] <= foot["y"] + 1


@pytest.mark.parametrize("width", ["narrow"])
def test_rubric_and_submit_are_on_the_first_screen_of_a_telephone(opened: Page):
    opened.goto("/scoring")

    expect(opened.locator(".criterion").first.locator(".levels")).to_be_in_viewport(ratio=1)
    expect(opened.get_by_role("button", name="Submit")).to_be_in_viewport(ratio=1)
    expect(opened.locator("#conversation")).to_be_hidden()
