"""Which criteria are asked, and what still stops a submit."""

from fractions import Fraction

import pytest

from rubrics import Answer, Condition, Critical, Level, Scale, is_failing, missing, visible_criteria
from tests.rubrics.builders import PERCENT, criterion, level, percent, rubric, section, steps

STRICT = Scale(
    kind="levels",
    levels=(
        Level(key="good", name="Good", points=Fraction(2)),
        Level(key="fair", name="Fair", points=Fraction(1), evidence_required=True, failing=True),
        Level(
            key="poor",
            name="Poor",
            points=Fraction(0),
            failing=True,
            comment_required=True,
            evidence_required=True,
        ),
    ),
)


def whats(version, answers, **where):
    return [(need.criterion_key, need.what) for need in missing(version, answers, **where)]


@pytest.mark.parametrize(
    ("answer", "needed"),
    [
        pytest.param(None, ["answer"], id="nothing yet"),
        pytest.param(Answer(comment="hm", evidence=1), ["answer"], id="a comment is no answer"),
        pytest.param(level("good"), [], id="a good level needs nothing"),
        pytest.param(level("fair"), ["evidence"], id="a failing level needs a pin"),
        pytest.param(Answer(level="fair", evidence=1), [], id="a pin is enough"),
        pytest.param(level("poor"), ["comment", "evidence"], id="the lowest needs both"),
        pytest.param(Answer(level="poor", comment="  \n", evidence=1), ["comment"], id="blanks are no comment"),
        pytest.param(Answer(level="poor", comment="Why", evidence=1), [], id="both given"),
        pytest.param(Answer(not_applicable=True), [], id="N/A needs nothing"),
    ],
)
def test_what_a_level_asks_for_stops_the_submit(answer, needed):
    version = rubric(section("all", criterion("tone", 1, STRICT)))

    found = missing(version, {} if answer is None else {"tone": answer})

    assert [need.what for need in found] == needed


def test_the_messages_name_criterion_and_level():
    found = missing(rubric(section("all", criterion("tone", 1, STRICT), criterion("note"))), {"tone": level("poor")})

    assert [need.message for need in found] == [
        "Tone: “Poor” needs a comment that says why.",
        "Tone: “Poor” needs a pinned passage.",
        "Note is not answered yet.",
    ]


def test_a_percentage_asks_below_its_thresholds():
    scale = Scale(kind="percentage", comment_below=Fraction(50), evidence_below=Fraction(80))
    version = rubric(section("all", criterion("share", 1, scale)))

    assert whats(version, {"share": percent(80)}) == []
    assert whats(version, {"share": percent(79)}) == [("share", "evidence")]
    assert whats(version, {"share": percent("49.9")}) == [("share", "comment"), ("share", "evidence")]


def test_only_what_is_asked_can_be_missing():
    version = rubric(
        section(
            "all",
            criterion("moved", 1, steps(1, 0)),
            criterion("note", condition=Condition(criterion="moved", levels=("p1",))),
        ),
        section("live", criterion("pace"), channels=("chat",)),
    )

    assert whats(version, {"moved": level("p0")}, channel="email") == []
    assert whats(version, {"moved": level("p1")}, channel="email") == [("note", "answer")]
    assert whats(version, {"moved": level("p1")}, channel="chat") == [("note", "answer"), ("pace", "answer")]


@pytest.mark.parametrize(
    ("answers", "shown"),
    [
        pytest.param({}, "a", id="nothing answered"),
        pytest.param({"a": level("p1")}, "ab", id="first condition met"),
        pytest.param({"a": level("p1"), "b": level("p1")}, "abc", id="both met"),
        pytest.param({"a": level("p0"), "b": level("p1")}, "a", id="what hangs on a hidden one is hidden"),
        pytest.param({"a": Answer(not_applicable=True)}, "a", id="N/A meets no condition"),
    ],
)
def test_conditions_hold_along_the_chain(answers, shown):
    version = rubric(
        section("late", criterion("c", condition=Condition(criterion="b", levels=("p1",)))),
        section(
            "all",
            criterion("a", 1, steps(1, 0)),
            criterion("b", 1, steps(1, 0), condition=Condition(criterion="a", levels=("p1",))),
        ),
    )

    found = visible_criteria(version, answers)

    assert "".join(sorted(item.key for item in found)) == shown


def test_a_condition_on_a_criterion_of_another_channel_is_not_met():
    version = rubric(
        section("live", criterion("a", 1, steps(1, 0)), channels=("chat",)),
        section("all", criterion("b", condition=Condition(criterion="a", levels=("p1",)))),
    )

    assert visible_criteria(version, {"a": level("p1")}, channel="email") == ()


def test_a_circle_of_conditions_is_refused_instead_of_followed_for_ever():
    version = rubric(
        section(
            "all",
            criterion("a", 1, steps(1, 0), condition=Condition(criterion="b", levels=("p1",))),
            criterion("b", 1, steps(1, 0), condition=Condition(criterion="a", levels=("p1",))),
        )
    )

    with pytest.raises(ValueError, match="circle"):
        visible_criteria(version, {"a": level("p1"), "b": level("p1")})


@pytest.mark.parametrize(
    ("scale", "answer", "failing"),
    [
        pytest.param(STRICT, level("fair"), True, id="a failing level"),
        pytest.param(STRICT, level("good"), False, id="a good one"),
        pytest.param(STRICT, Answer(not_applicable=True), False, id="N/A"),
        pytest.param(STRICT, None, False, id="open"),
        pytest.param(Scale(kind="percentage", failing_below=Fraction(60)), percent(59), True, id="below the threshold"),
        pytest.param(Scale(kind="percentage", failing_below=Fraction(60)), percent(60), False, id="on the threshold"),
        pytest.param(PERCENT, percent(0), False, id="no threshold"),
    ],
)
def test_failing_is_what_the_scale_says(scale, answer, failing):
    assert is_failing(criterion("tone", 1, scale), answer) is failing


def test_a_percentage_that_fails_a_critical_is_failing():
    question = criterion("share", critical=Critical(fails_below=Fraction(30)))

    assert is_failing(question, percent(29))
