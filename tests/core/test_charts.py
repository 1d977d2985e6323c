"""What every chart keeps to: nothing inline, words that cover no mark, few reviews hollow, links, a table."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from qa.core.charts import (
    Chart,
    Event,
    Point,
    Row,
    Series,
    StackedRow,
    bar_chart,
    control_chart,
    dot_plot,
    interval_plot,
    line_chart,
    small_multiples,
    sparkline,
    stacked_bars,
)
from tests.core import sample_charts
from tests.core.drawings import drawings, words_of

KINDS = {
    name: getattr(sample_charts, name)
    for name in (
        "line",
        "two_lines",
        "many_lines",
        "control",
        "control_at_the_edge",
        "reviewers",
        "session",
        "causes",
        "levels",
        "teams",
        "trend_cell",
        "empty",
    )
}


@pytest.fixture(scope="module")
def charts() -> dict[str, Chart]:
    return {name: draw() for name, draw in KINDS.items()}


def points(*values: float | None, n: int = 40) -> tuple[Point, ...]:
    return tuple(
        Point(label=f"W{week}", value=value, low=None if value is None else value - 2, high=value and value + 2, n=n)
        for week, value in enumerate(values, start=1)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_drawing_has_classes_and_presentation_attributes_only(charts: dict[str, Chart], kind: str):
    svg = str(charts[kind].picture)

    assert not re.search(r"\s(style|id|on\w+|fill|stroke)=|<style|<script|url\(|javascript:|NaN|inf\b", svg)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "empty"])
def test_a_drawing_says_what_it_is(charts: dict[str, Chart], kind: str):
    for drawing in drawings(charts[kind]):
        (named,) = (node for node in drawing.root.iter("svg") if node.get("role"))

        assert named.get("aria-label")
        assert named.get("role") == ("group" if drawing.all("a") else "img")
        assert named.findtext("desc")


@pytest.mark.parametrize("kind", ["reviewers", "session", "causes", "levels"])
def test_rows_are_drawn_for_narrow_middling_and_wide_places(charts: dict[str, Chart], kind: str):
    assert [drawing.width for drawing in drawings(charts[kind])] == [320, 560, 960]


@pytest.mark.parametrize("kind", KINDS)
def test_words_stay_on_the_sheet_and_off_each_other(charts: dict[str, Chart], kind: str):
    for drawing in drawings(charts[kind]):
        boxes = [(node, drawing.text_box(node)) for node in drawing.all("text")]

        for at, (node, box) in enumerate(boxes):
            words = "".join(node.itertext())
            assert box.left >= -1, words
            assert box.right <= drawing.width + 1, words
            for other, its_box in boxes[at + 1 :]:
                assert not box.meets(its_box), (words, "".join(other.itertext()))


@pytest.mark.parametrize("kind", KINDS)
def test_words_cover_no_mark(charts: dict[str, Chart], kind: str):
    for drawing in drawings(charts[kind]):
        marks = [drawing.mark_box(node) for node in [*drawing.all("circle", "mark"), *drawing.all("path", "mark")]]

        for node in drawing.all("text"):
            assert not any(drawing.text_box(node).meets(mark) for mark in marks), "".join(node.itertext())


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_link_of_a_drawing_is_its_only_tab_stop(charts: dict[str, Chart], kind: str):
    for drawing in drawings(charts[kind]):
        stops = [link.get("tabindex") for link in drawing.all("a", "point")]

        assert stops == ["0", *["-1"] * (len(stops) - 1)][: len(stops)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_holds_a_row_for_every_mark(charts: dict[str, Chart], kind: str):
    table = charts[kind].table
    linked = {url for url in table.urls if url}

    assert len(table.rows) == len(table.urls)
    assert {len(row) for row in table.rows} == {len(table.columns)}
    assert table.rows
    for drawing in drawings(charts[kind]):
        if kind != "session":  # there each cell of a row is a dot of its own
            assert {link.get("href") for link in drawing.all("a")} <= linked


def test_few_reviews_are_hollow_and_said_to_be_too_few(charts: dict[str, Chart]):
    chart = charts["line"]

    for drawing in drawings(chart):
        hollow = drawing.all("circle", "mark--hollow")
        titles = [node.text for node in drawing.all("title")]
        assert len(hollow) == 1
        assert sum("n 3, too few to judge" in (title or "") for title in titles) == 1
    assert [row[0] for row in chart.table.rows if "too few to judge" in row] == ["24 Aug"]


def test_hovering_a_point_says_value_interval_and_n():
    chart = line_chart([Series(name="All", points=points(80, 82.44, 85, n=212))], name="Quality")

    titles = [node.text for node in drawings(chart)[0].all("title")]

    assert titles[1] == "W2: 82.4 (80.4 to 84.4), n 212"


def test_a_value_beyond_its_interval_bounds_is_refused():
    with pytest.raises(ValueError, match="upside down: 5 to 4"):
        Row(label="A", value=4.5, low=5, high=4)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_value_that_is_no_number_is_refused_by_name(value: float):
    with pytest.raises(ValueError, match="value of 'A' is not a finite number"):
        Row(label="A", value=value)


def test_series_with_different_weeks_are_refused():
    with pytest.raises(ValueError, match="labels of 'B' are not those of 'A'"):
        line_chart([Series(name="A", points=points(1, 2)), Series(name="B", points=points(1))], name="Quality")


def test_more_series_than_can_be_told_apart_are_refused():
    with pytest.raises(ValueError, match="7 series cannot be told apart"):
        line_chart([Series(name=name, points=points(1)) for name in "ABCDEFG"], name="Quality")


def test_counts_that_do_not_match_their_parts_are_refused():
    with pytest.raises(ValueError, match="'A' has 2 counts for 3 parts"):
        stacked_bars([StackedRow(label="A", counts=(1, 2))], parts=("x", "y", "z"), name="Levels", axis="Criterion")


@pytest.mark.parametrize(
    "chart",
    [
        pytest.param(lambda: line_chart([], name="A"), id="no series"),
        pytest.param(lambda: control_chart([], name="A"), id="no points"),
        pytest.param(lambda: interval_plot([], name="A", axis="B"), id="no rows"),
        pytest.param(lambda: bar_chart([Row(label="A", value=None)], name="A", axis="B"), id="no value"),
        pytest.param(lambda: stacked_bars([], parts=("x",), name="A", axis="B"), id="no stacks"),
        pytest.param(lambda: dot_plot([], name="A", axis="B"), id="no dots"),
    ],
)
def test_a_chart_of_nothing_says_so(chart):  # type: ignore[no-untyped-def]
    assert chart().picture.striptags() == "Nothing to draw: no figure in this selection yet."


def test_a_sparkline_of_nothing_has_a_name_too():
    chart = sparkline([Point(label="W1", value=None)], name="Quality")

    assert drawings(chart)[0].root.get("aria-label") == "Quality: no value"


def test_a_bar_starts_at_zero():
    chart = bar_chart([Row(label="A", value=40), Row(label="B", value=20)], name="Causes", axis="Cause")

    long, short = (float(node.get("width", 0)) for node in drawings(chart)[-1].all("rect", "bar"))

    assert long == pytest.approx(2 * short, abs=0.2)


def test_the_parts_of_a_row_add_up_to_the_whole_axis():
    chart = stacked_bars(
        [StackedRow(label="A", counts=(10, 20, 30))], parts=("x", "y", "z"), name="Levels", axis="Criterion"
    )

    drawing = drawings(chart)[-1]
    lengths = [float(node.get("width", 0)) for node in drawing.all("rect", "part")[3:]]

    assert chart.table.rows == (("A", "10", "17 %", "20", "33 %", "30", "50 %", "60"),)
    assert lengths[2] > lengths[1] > lengths[0]


def test_the_parts_of_a_row_are_told_apart_without_colour():
    chart = stacked_bars(
        [StackedRow(label="A", counts=(10, 20, 30))], parts=("x", "y", "z"), name="Levels", axis="Criterion"
    )

    drawing = drawings(chart)[-1]
    marks = [node for node in drawing.frames if "part-mark" in words_of(node)]
    forms = [(node.tag, len((node.get("d") or "").split("L"))) for node in marks]

    assert len(marks) == 6  # three in the legend, three in the row
    assert forms[:3] == forms[3:]
    assert len(set(forms[:3])) == 3


def test_a_welcome_verdict_is_not_drawn_as_a_bad_one_and_its_name_is_whole():
    rows = [
        Row(label="Queue: Music rights", value=3.6, low=1.4, high=5.8, n=84, flag="higher", good=True),
        Row(label="Queue: Safety", value=-3.6, low=-5.8, high=-1.4, n=84, flag="lower"),
    ]
    chart = interval_plot(rows, name="Slices", axis="Slice", reference=0.0)

    drawing = drawings(chart)[0]
    classes = [words_of(node) for node in drawing.frames if "mark" in words_of(node)]

    assert ["flagged--good" in each for each in classes] == [True, False]
    assert all("flagged" in each for each in classes)
    assert "Queue: Music rights" in "".join(drawing.root.itertext())


def test_people_who_gave_the_same_value_stand_side_by_side(charts: dict[str, Chart]):
    for drawing in drawings(charts["session"]):
        links = [link for link in drawing.all("a", "point") if link.findtext("title", "").startswith("Finds the real")]
        boxes = [drawing.mark_box(node) for link in links for node in link if "mark" in (node.get("class") or "")]

        assert len(boxes) == 5
        assert len({round((box.left + box.right) / 2) for box in boxes}) == 5


def test_who_gave_no_value_is_in_the_table_only(charts: dict[str, Chart]):
    chart = charts["session"]

    titles = [node.text or "" for node in drawings(chart)[0].all("title")]

    assert not any("Next step and deadline, Marc" in title for title in titles)
    assert chart.table.columns == ("Criterion", "Rita", "Marc", "Sofia", "Tom", "Yuki", "Consensus")
    assert chart.table.rows[3] == ("Next step and deadline", "Missed", "–", "Missed", "Met", "Missed", "Missed")


def test_words_from_people_are_escaped():
    hostile = '<b>"Ana" & Co</b>'
    url = '/p?a="b"&c'
    rows = interval_plot([Row(label=hostile, value=1, url=url)], name="<script>alert(1)</script>", axis=hostile)
    point = Point(label=hostile, value=1, url=url, flag=hostile)
    series = [Series(name=name, points=(point,)) for name in (hostile, "B")]
    event = Event(at=hostile, text=hostile)
    over_time = line_chart(series, name=hostile, axis=hostile, events=[event], target=2, target_text=hostile)
    multiples = small_multiples([replace(series[0], url=url)], name=hostile)

    for chart in (rows, over_time, multiples):
        for written in (str(chart.picture), str(chart.table.html)):
            assert "<b>" not in written
            assert "<script" not in written
            assert 'href="/p?a=&quot;b&quot;&amp;c"' in written
            ElementTree.fromstring(f"<all>{written}</all>")
        assert "&lt;b&gt;&quot;Ana&quot; &amp; Co&lt;/b&gt;" in str(chart.table.html)
    assert rows.picture.count('aria-label="&lt;script&gt;alert(1)&lt;/script&gt;"') == 3


def test_the_table_of_a_page_holds_its_cells_and_links():
    chart = line_chart([Series(name="All", points=(*points(80.25)[:1], Point(label="W2", value=None, n=0)))], name="x")
    linked = replace(chart.table, urls=("/w/1", None))

    assert linked.html == (
        '<thead><tr><th scope="col">Week</th><th scope="col" class="numeric">Value</th>'
        '<th scope="col" class="numeric">Low</th><th scope="col" class="numeric">High</th>'
        '<th scope="col" class="numeric">n</th></tr></thead>'
        '<tbody><tr><th scope="row"><a href="/w/1">W1</a></th><td class="numeric">80.3</td>'
        '<td class="numeric">78.3</td><td class="numeric">82.3</td><td class="numeric">40</td></tr>'
        '<tr><th scope="row">W2</th><td class="numeric">–</td><td class="numeric">–</td>'
        '<td class="numeric">–</td><td class="numeric">0</td></tr></tbody>'
    )
