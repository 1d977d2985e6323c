"""What a draft would change, and how questions work: every figure by hand."""

from dataclasses import replace
from fractions import Fraction

import pytest

from qa.rubric_studies.rules import Past, impact, items
from rubrics import Answer
from tests.rubrics.builders import criterion, level, percent, rubric, section, steps

OLD = rubric(section("all", criterion("tone", 1), criterion("note", 1)), pass_mark=Fraction(80))
NEW = replace(rubric(section("all", criterion("tone", 3), criterion("note", 1)), pass_mark=Fraction(80)), major=2)


def past(tone, note, *, specialist=1, score=None):
    value = (tone + note) / 2 if score is None else score
    answers = {"tone": percent(tone), "note": percent(note)}
    return Past(specialist_id=specialist, channel="chat", score=value, passed=value >= 80, answers=answers)


def test_the_change_is_the_mean_of_paired_differences():
    # Before 75, 50, 90; after (3t + n) / 4 = 87.5, 25, 90: differences 12.5, -25, 0; mean -4.1667, SD 19.094,
    # standard error 11.024, t(2) = 4.3027: -51.60 to 43.27.
    found = impact(OLD, NEW, [past(100, 50), past(0, 100), past(90, 90)])

    assert (found.found, found.compared, found.unscored) == (3, 3, 0)
    assert (found.before, found.after) == (pytest.approx(71.6667, abs=1e-4), pytest.approx(67.5))
    assert found.change.estimate == pytest.approx(-4.1667, abs=1e-4)
    assert found.change.interval is not None
    assert found.change.interval.low == pytest.approx(-51.60, abs=0.01)
    assert found.change.interval.high == pytest.approx(43.27, abs=0.01)


def test_the_pass_rate_changes_by_those_who_cross_the_mark():
    found = impact(OLD, NEW, [past(100, 50), past(0, 100), past(90, 90), past(85, 85)])

    assert (found.passed_before, found.passed_after) == (50.0, 75.0)
    assert found.passed_change.estimate == 25.0


def test_a_specialist_changes_sides_by_the_mean_of_at_least_five_reviews():
    rising = [past(100, 50, specialist=7)] * 5  # 75 before, 87.5 after
    few = [past(100, 50, specialist=8)] * 4
    falling = [past(70, 100, specialist=9)] * 5  # 85 before, 77.5 after
    steady = [past(90, 90, specialist=10)] * 5

    found = impact(OLD, NEW, [*rising, *few, *falling, *steady])

    assert found.judged == 3
    assert [(side.specialist_id, side.before, side.after, side.to) for side in found.sides] == [
        (7, 75.0, 87.5, "above"),
        (9, 85.0, 77.5, "below"),
    ]


def test_what_cannot_be_mapped_is_named_and_the_share_it_leaves_is_told():
    draft = replace(NEW, sections=(section("all", criterion("tone", 3), criterion("idea", 1)),))

    found = impact(OLD, draft, [past(100, 50), past(0, 100)])

    assert [item.key for item in found.unmapped] == ["idea"]
    assert found.covered == 0.75
    assert found.after == 50.0  # of tone alone


def test_a_change_that_is_the_same_everywhere_is_known():
    found = impact(OLD, NEW, [past(90, 90)] * 6)

    assert found.change.interval is not None
    assert (found.change.estimate, found.change.interval.low, found.change.interval.high) == (0.0, 0.0, 0.0)


FORM = rubric(
    section("all", criterion("tone", 1, steps(2, 1, 0)), criterion("kind", 1, steps(2, 1, 0)), criterion("note"))
)


def reviewed(tone, kind="p2", note=50):
    answers = {"tone": tone if isinstance(tone, Answer) else level(tone), "kind": level(kind), "note": percent(note)}
    return Past(specialist_id=1, channel="chat", score=50.0, passed=False, answers=answers)


def test_a_question_that_all_answer_alike_separates_nobody():
    found, _ = items(FORM, [reviewed("p2")] * 39 + [reviewed("p1")], {})

    tone = found[0]
    assert (tone.n, tone.counts) == (40, (39, 1, 0))
    assert tone.ceiling.estimate == 0.975
    assert tone.says == ("98 % choose the top level: it separates nobody.", "Nobody chose “Level 0” in 40 reviews.")


def test_few_reviews_are_said_to_be_few():
    found, alike = items(FORM, [reviewed("p2")] * 12, {})

    assert found[0].says == ("12 answers are too few to judge.",)
    assert alike == ()


def test_a_question_that_is_mostly_na_says_so():
    na = Answer(not_applicable=True)

    found, _ = items(FORM, [reviewed(na)] * 30 + [reviewed("p1")] * 10, {})

    assert (found[0].not_applicable, found[0].na.estimate) == (30, 0.75)
    assert found[0].says[0] == "75 % mark it N/A: ask it only where it applies."


def test_two_questions_that_go_together_are_named():
    both = [reviewed(step, step) for step in ("p0", "p1", "p2")] * 20

    _, alike = items(FORM, both, {})

    assert [(pair.first, pair.second, pair.correlation.estimate) for pair in alike] == [("Tone", "Kind", 1.0)]


def test_disagreement_of_double_scores_is_counted_by_part():
    apart, same = (level("p2"), level("p0")), (level("p1"), level("p1"))

    found, _ = items(FORM, [reviewed("p2")] * 40, {"tone": [apart] * 20 + [same] * 20})

    assert found[0].disagree.estimate == 0.5
    assert found[0].says[0] == ("Two reviewers of the same part choose differently in 50 %: its anchors are unclear.")


def test_a_question_that_goes_its_own_way_is_told():
    # Tone and kind go together; note moves against neither: r = 0 by design.
    reviews = [
        reviewed(tone, kind, note)
        for tone, kind in (("p0", "p0"), ("p2", "p2"))
        for note in (0, 100)
        for _ in range(60)
    ]

    found, _ = items(FORM, reviews, {})

    assert found[2].goes_with_rest.estimate == pytest.approx(0, abs=1e-9)
    assert found[2].says[0].startswith("It does not go with the rest of the form")
    assert found[0].goes_with_rest.estimate == pytest.approx(0.7071, abs=1e-4)  # 1 of two equal halves
