"""Effective shares: how much of the score each criterion really decides."""

from fractions import Fraction

import pytest

from rubrics import Answer, Condition, effective_shares
from tests.rubrics.builders import criterion, level, percent, rubric, section, steps

SECTIONS = (
    section("care", criterion("tone", 1), criterion("note", 3), weight=20),
    section("solving", criterion("answer", 1), weight=60),
    section("live", criterion("pace", 5), weight=20, channels=("chat",)),
)


@pytest.mark.parametrize(
    ("rules", "channel", "shares"),
    [
        pytest.param({}, "chat", {"tone": "0.05", "note": "0.15", "answer": "0.6", "pace": "0.2"}, id="sections"),
        pytest.param({}, "email", {"tone": "1/16", "note": "3/16", "answer": "3/4"}, id="without the chat section"),
        pytest.param(
            {"arithmetic": "pooled"},
            "chat",
            {"tone": "0.1", "note": "0.3", "answer": "0.1", "pace": "0.5"},
            id="pooled: section weights do not count",
        ),
        pytest.param(
            {"method": "deductive"},
            "email",
            {"tone": "1/400", "note": "3/400", "answer": "3/400"},
            id="deductive: the most it can take off",
        ),
        pytest.param(
            {"method": "deductive", "arithmetic": "pooled"},
            "email",
            {"tone": "0.01", "note": "0.03", "answer": "0.01"},
            id="deductive and pooled",
        ),
    ],
)
def test_shares_follow_the_arithmetic(rules, channel, shares):
    found = effective_shares(rubric(*SECTIONS, **rules), channel=channel)

    assert found == {key: Fraction(value) for key, value in shares.items()}


def test_a_bonus_stands_on_top_of_the_whole():
    version = rubric(*SECTIONS[:2], section("extra", criterion("idea", 1), criterion("gift", 1), weight=10, bonus=True))

    found = effective_shares(version)

    assert (found["idea"], found["gift"]) == (Fraction(1, 20), Fraction(1, 20))
    assert found["tone"] + found["note"] + found["answer"] == 1


@pytest.mark.parametrize(
    ("rule", "shares"),
    [
        pytest.param("removed", {"note": "1/4", "answer": "3/4"}, id="removed: the others take its share"),
        pytest.param("zero", {"tone": "1/16", "note": "3/16", "answer": "3/4"}, id="zero: it keeps its share"),
    ],
)
def test_live_shares_follow_the_na_rule(rule, shares):
    found = effective_shares(rubric(*SECTIONS[:2], na_rule=rule), answers={"tone": percent(None)})

    assert found == {key: Fraction(value) for key, value in shares.items()}


def test_live_shares_leave_hidden_criteria_out():
    version = rubric(
        section(
            "all",
            criterion("moved", 1, steps(1, 0)),
            criterion("note", 3, condition=Condition(criterion="moved", levels=("p1",))),
        )
    )

    assert effective_shares(version, answers={"moved": level("p0")}) == {"moved": 1}
    assert effective_shares(version, answers={"moved": level("p1"), "note": Answer()})["note"] == Fraction(3, 4)
