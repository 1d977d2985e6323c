"""Values over time: gaps, steps, bands and whiskers, limits, events, counts."""

import re
from dataclasses import replace

from qa.core.charts import Chart, Event, Limits, Numerals, Point, Series, Stretch, control_chart, line_chart
from tests.core import sample_charts
from tests.core.drawings import Drawing, drawings

WEEKS = Numerals(unit=" weeks")


def points(*values: float | None, n: int = 40) -> tuple[Point, ...]:
    return tuple(
        Point(label=f"W{week}", value=value, low=None if value is None else value - 2, high=value and value + 2, n=n)
        for week, value in enumerate(values, start=1)
    )


def wide(chart: Chart) -> Drawing:
    return drawings(chart)[-1]


def test_counts_are_drawn_from_zero():
    counts = [Series(name="Opened", points=points(150, 216, 182))]

    def lowest(chart: Chart) -> str:
        return wide(chart).texts()[0]  # the first tick

    assert lowest(line_chart(counts, name="Opened", from_zero=True)) == "0"
    assert lowest(line_chart(counts, name="Opened")) == "140"


def test_a_gap_breaks_the_line_and_its_band():
    drawing = wide(line_chart([Series(name="All", points=points(80, 81, None, 83, 84))], name="Quality"))

    assert len(drawing.all("path", "line")) == 2
    assert len(drawing.all("path", "band")) == 2
    assert len(drawing.all("circle", "mark")) == 4


def test_no_line_leads_to_a_point_that_stands_apart():
    first, second, third, fourth, fifth = points(80, 81, 75, 76, 90)
    series = Series(name="All", points=(first, second, replace(third, apart=True), fourth, replace(fifth, apart=True)))

    drawing = wide(line_chart([series], name="Quality"))

    assert len(drawing.all("path", "line")) == 2
    assert len(drawing.all("path", "band")) == 2
    assert len(whiskers(drawing)) == 1
    assert len(drawing.all("circle", "mark")) == 5


def whiskers(drawing: Drawing, tone: str = "s1") -> list[tuple[str, ...]]:
    """(place, one end, other end) of each whisker of a series, in percent."""
    return [
        found
        for path in drawing.all("path", "whisker")
        if tone in (path.get("class") or "")
        for found in re.findall(r"M(\S+) (\S+)V([\d.]+)", path.get("d", ""))
    ]


def test_marks_that_are_not_joined_have_neither_line_nor_band():
    joined = Series(name="All", points=points(1, 2, 3, 4))
    loose = replace(joined, name="Some", joined=False)

    drawing = wide(line_chart([joined, loose], name="x"))

    assert len(drawing.all("path", "s1")) == 2
    assert not [path for path in drawing.all("path", "s2") if path.get("class") in ("line s2", "band s2")]
    assert len(whiskers(drawing, "s2")) == len(drawing.all("path", "mark")) == 4
    assert drawing.root.findtext(".//desc", "").startswith("One line and marks beside it from W1 to W4")


def test_a_stretch_shades_its_weeks_and_is_said_in_the_table():
    stretch = Stretch(first="W2", last="W3", text="likely onset")

    shaded = line_chart([Series(name="Mean", points=points(1, 2, 3, 4))], name="x", stretches=[stretch])
    elsewhere = line_chart(
        [Series(name="Mean", points=points(1, 2, 3, 4))], name="x", stretches=[replace(stretch, last="W9")]
    )

    (shade,) = wide(shaded).all("rect", "stretch")
    assert (shade.get("x"), shade.get("width")) == ("25.00", "50.00")  # the second and the third of four quarters
    assert [row[-1] for row in shaded.table.rows] == ["", "likely onset", "likely onset", ""]
    assert not wide(elsewhere).all("rect", "stretch")


def test_a_point_on_its_own_keeps_a_whisker():
    drawing = wide(line_chart([Series(name="All", points=points(None, 81, None))], name="Quality"))

    assert not drawing.all("path", "band")
    assert len(whiskers(drawing)) == 1


def test_three_series_show_whiskers_side_by_side_instead_of_bands():
    drawing = wide(line_chart([Series(name=name, points=points(80, 81)) for name in "ABC"], name="Quality"))

    assert not drawing.all("path", "band")
    assert len({place for tone in ("s1", "s2", "s3") for place, *_ in whiskers(drawing, tone)}) == 6


def test_a_curve_and_the_marks_of_its_points_lie_on_each_other():
    drawing = wide(sample_charts.two_lines())
    curve = [
        step
        for path in drawing.all("path", "line")
        if path.get("class") == "line s1"
        for step in re.findall(r"[ML](\S+) ([\d.]+)", path.get("d", ""))
    ]
    marks = [(node.get("cx", ""), node.get("cy", "")) for node in drawing.all("circle", "s1")]

    assert [(f"{x}%", f"{y}%") for x, y in curve] == marks
    assert len(marks) == 26


def test_each_series_has_a_mark_of_its_own_shape():
    paths = {
        node.get("class"): (node.get("d") or "circle").count("L")
        for node in drawings(sample_charts.many_lines())[0].root.iter()
        if (node.get("class") or "").startswith("mark")
    }

    assert len(paths) == 5


def test_flagged_points_are_labelled_once_for_each_run():
    alone, run = drawings(sample_charts.control()), drawings(sample_charts.control_at_the_edge())

    for drawing in alone:
        assert sum("above the limit, 12." in text for text in drawing.texts()) == 1
    for drawing in run:
        assert drawing.texts().count("stricter, 3 in a row") == 1
        assert len(drawing.all("circle", "flagged")) == 3


def test_the_last_limits_are_written_with_their_figures():
    for drawing in drawings(sample_charts.control()):
        assert re.search(r"upper limit 9\.\d", " ".join(drawing.texts()))


def test_a_limit_that_is_open_on_one_side_is_not_drawn_there():
    flat = [Point(label=f"W{i}", value=5, n=30, limits=Limits(high=9)) for i in range(6)]

    chart = control_chart(flat, name="Critical errors")

    assert len(wide(chart).all("path", "limit")) == 1


def test_events_stand_at_their_week_and_share_one_line_where_they_coincide():
    chart = line_chart(
        [Series(name="All", points=points(80, 81, 82))],
        name="Quality",
        events=[Event(at="W2", text="rubric 2.0"), Event(at="W2", text="launch"), Event(at="W9", text="not shown")],
    )

    drawing = wide(chart)

    assert {node.get("x1") for node in drawing.all("line", "event")} == {"50.00%"}
    assert len(drawing.all("path", "event-mark")) == 1
    assert "rubric 2.0, launch" in drawing.texts()
    assert "not shown" not in drawing.texts()


def test_events_of_one_week_have_a_label_each_where_one_label_would_be_cut():
    texts = ["identity checks rewritten", "live gifts launched", "rubric 2.0"]
    chart = line_chart(
        [Series(name="All", points=points(80, 81, 82))],
        name="Quality",
        events=[Event(at="W2", text=text) for text in texts],
    )

    narrow, *_, wide_ = drawings(chart)

    assert ", ".join(texts) in wide_.texts()
    assert set(texts) <= set(narrow.texts())


def test_a_week_of_many_events_names_two_and_counts_the_others_and_the_table_holds_all():
    texts = [f"procedure {number}, payments desk" for number in range(1, 6)]
    chart = line_chart(
        [Series(name="Old", points=points(80, None, 82)), Series(name="New", points=points(None, 81, 83))],
        name="Quality",
        events=[Event(at="W2", text=text) for text in texts],
    )

    for drawing in drawings(chart):
        said = [text for text in drawing.texts() if text.startswith("procedure") or text.endswith("more")]
        assert said == [*texts[:2], f"{', '.join(texts[2:])}and 3 more"]  # with what a mouse shows of it
    assert [row[-1] for row in chart.table.rows] == ["", "", "", "", "; ".join(texts), ""]


def test_words_at_the_end_of_a_line_stand_over_their_figure_where_a_telephone_has_no_room_for_both():
    chart = line_chart(
        [Series(name="All", points=points(1, 2))], name="x", target=520, target_text="asked for", numerals=WEEKS
    )

    narrow, *_, wide_ = drawings(chart)

    assert "asked for 520.0 weeks" in wide_.texts()
    assert "asked for 520.0 weeks" not in narrow.texts()
    assert {"asked for", "520.0 weeks"} <= set(narrow.texts())
