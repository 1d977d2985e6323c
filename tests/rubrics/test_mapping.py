"""Answers carried from one version to another, as far as they still mean the same."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics import Declared, carrying, score
from tests.rubrics.builders import criterion, level, percent, rubric, section, steps
from tests.rubrics.strategies import scored

OLD = rubric(section("all", criterion("tone", 1, steps(2, 1, 0)), criterion("note"), criterion("gone")))


MERGER = Declared(kind="merged", old=("tone", "note"), new=("tone",))


def new(*criteria, **rules):
    return replace(rubric(section("all", *criteria), **rules), major=2)


def test_answers_keep_their_level_whatever_it_is_worth_now():
    draft = new(criterion("tone", 3, steps(2, 1, 0)), criterion("note"))

    found = carrying(OLD, draft).answers({"tone": level("p1"), "note": percent(40), "gone": percent(0)})

    assert found == {"tone": level("p1"), "note": percent(40)}
    assert score(draft, found).value == Fraction("47.5")  # (3 x 50 + 1 x 40) / 4


def test_a_criterion_that_lost_a_level_is_left_out_of_every_review_alike():
    way = carrying(OLD, new(criterion("tone", 1, steps(2, 0)), criterion("note")))

    for answer in ("p2", "p1", "p0"):
        assert way.answers({"tone": level(answer), "note": percent(1)}) == {"note": percent(1)}


@pytest.mark.parametrize(
    ("draft", "key", "reason"),
    [
        pytest.param(new(criterion("idea")), "idea", "new: nobody has answered it yet", id="new"),
        pytest.param(new(criterion("tone")), "tone", "another scale", id="a percentage instead of levels"),
        pytest.param(
            new(criterion("tone", 1, steps(2, 0))), "tone", "another scale: it no longer has “Level 1”", id="less"
        ),
        pytest.param(new(criterion("note", na_allowed=False)), "note", "N/A is no longer allowed", id="no N/A"),
        pytest.param(
            new(criterion("a"), criterion("b"), lineage=(Declared(kind="split", old=("tone",), new=("a", "b")),)),
            "a", "split: the former answer", id="split",
        ),
        pytest.param(
            new(criterion("tone", 1, steps(2, 1, 0)), lineage=(MERGER,)),
            "tone", "merged: the former answer", id="merged",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_mapped_is_named_with_its_reason(draft, key, reason):
    first = carrying(OLD, draft).unmapped[0]

    assert first.key == key
    assert first.reason.startswith(reason)


@given(scored(), st.sampled_from([None, "chat"]))
def test_the_same_version_carries_everything(pair, channel):
    version, answers = pair

    found = carrying(version, replace(version, major=version.major + 1)).answers(answers)

    assert score(version, found, channel=channel).value == score(version, answers, channel=channel).value
