"""Scoring many reviews at once gives what scoring them one by one gives: figure, outcome, and what is displayed."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics import Answer, AnswerError, Condition, RubricVersion, columns_of, display_score, score, score_all
from rubrics.bulk import BULK_ENGINE
from rubrics.model import ENGINES
from tests.rubrics.builders import criterion, percent, rubric, section, steps
from tests.rubrics.engine_corpus import corpus
from tests.rubrics.strategies import answers_to, versions

ODD = st.sampled_from([None, Fraction("79.95"), Fraction(200, 3), Fraction(80), Fraction("66.65")])


def assert_alike(version, reviews):
    found = score_all(version, columns_of(version, reviews))
    for row, (answers, channel) in enumerate(reviews):
        one = score(version, answers, channel=channel)
        assert found.outcome_of(row) == one.outcome
        assert found.display(row) == display_score(one.value, version.pass_mark)
        assert set(found.failed_criticals(row)) == set(one.failed_criticals)
        for value, exact in ((found.value[row], one.value), (found.base[row], one.base)):
            assert np.isnan(value) if exact is None else abs(Fraction(float(value)) - exact) < Fraction(1, 10**9)
    return found


@st.composite
def conditioned(draw: st.DrawFn) -> RubricVersion:
    """A version in which some criteria are shown only at certain levels of an earlier one; caps at some levels."""
    version = draw(versions())
    earlier: list = []
    sections = []
    for part in version.sections:
        items = []
        for item in part.criteria:
            if earlier and draw(st.booleans()):
                other = draw(st.sampled_from(earlier))
                at = draw(st.lists(st.sampled_from([one.key for one in other.scale.levels]), min_size=1, unique=True))
                item = replace(item, condition=Condition(criterion=other.key, levels=tuple(at)))
            if item.scale.levels and draw(st.integers(0, 3)) == 0:
                *better, last = item.scale.levels
                cap = draw(st.sampled_from([Fraction(60), Fraction("79.95"), Fraction(250, 3)]))
                item = replace(item, scale=replace(item.scale, levels=(*better, replace(last, cap=cap))))
            if item.scale.levels:
                earlier.append(item)
            items.append(item)
        sections.append(replace(part, criteria=tuple(items)))
    return replace(version, sections=tuple(sections), pass_mark=draw(ODD))


@given(conditioned(), st.data())
def test_any_rubric_gives_in_bulk_what_it_gives_one_by_one(version, data):
    reviews = []
    for _ in range(data.draw(st.integers(1, 12))):
        answers = data.draw(answers_to(version))
        for key in data.draw(st.sets(st.sampled_from(sorted(answers)), max_size=2)):
            del answers[key]
        reviews.append((answers, data.draw(st.sampled_from([None, "chat", "web"]))))

    assert_alike(version, reviews)


def test_every_rule_of_the_corpus_gives_the_same_in_bulk():
    for _, version, reviews in corpus():
        assert_alike(version, reviews)


WEIGHTS = [Fraction(n, 4) for n in (1, 2, 3, 7)]


@given(st.lists(st.tuples(st.sampled_from(WEIGHTS), st.integers(0, 4)), min_size=1, max_size=6), ODD)
def test_ties_and_the_mark_are_decided_as_by_exact_numbers(pairs, mark):
    criteria = [criterion(f"c{n}", weight, steps(4, 3, 2, 1, 0)) for n, (weight, _) in enumerate(pairs)]
    answers = {f"c{n}": Answer(level=f"p{points}") for n, (_, points) in enumerate(pairs)}

    assert_alike(rubric(section("all", *criteria), pass_mark=mark, arithmetic="pooled"), [(answers, None)])


@pytest.mark.parametrize(
    ("given", "mark", "shown", "outcome"),
    [
        pytest.param("79.95", "80", "79.95", "failed", id="a tie under the mark shows more decimals"),
        pytest.param("79.95", "79.95", "80.0", "passed", id="on the mark, half away from zero"),
        pytest.param("62.25", "80", "62.3", "failed", id="an exact tie goes up"),
        pytest.param("62.249999999999", "80", "62.2", "failed", id="a hair under a tie"),
        pytest.param("79.999999999999", "80", "79.999999999999", "failed", id="a hair under the mark"),
        pytest.param("200/3", "200/3", "66.7", "passed", id="on a mark that no float holds"),
    ],
)
def test_worked_boundaries(given, mark, shown, outcome):
    version = rubric(section("all", criterion("tone")), pass_mark=Fraction(mark))

    found = score_all(version, columns_of(version, [({"tone": percent(Fraction(given))}, None)]))

    assert (found.display(0), found.outcome_of(0)) == (shown, outcome)


def test_boundaries_of_common_rubrics_need_no_exact_scoring():
    # Thirds and quarters of weights in whole percent: (3 x 50 + 5 x 2/3 x 100 ...) is decided by its denominator.
    version = rubric(
        section("care", criterion("tone", 30, steps(3, 2, 1, 0)), criterion("note", 70, steps(2, 1, 0)), weight=45),
        section("solving", criterion("answer", 100, steps(4, 3, 2, 1, 0)), weight=55),
        pass_mark=Fraction(80),
    )
    reviews = [
        ({"tone": Answer(level=f"p{a}"), "note": Answer(level=f"p{b}"), "answer": Answer(level=f"p{c}")}, None)
        for a in range(4)
        for b in range(3)
        for c in range(5)
    ]

    found = assert_alike(version, reviews)

    assert any(abs(value * 20 - round(value * 20)) < 1e-9 and round(value * 20) % 2 for value in found.value)
    assert not found.exact


def test_no_reviews_give_no_results():
    version = rubric(section("all", criterion("tone")))

    assert len(score_all(version, columns_of(version, [])).value) == 0


def test_answers_that_do_not_fit_are_refused_as_by_score():
    version = rubric(section("all", criterion("tone", scale=steps(1, 0))))

    with pytest.raises(AnswerError, match="no level 'p9'"):
        columns_of(version, [({"tone": Answer(level="p9")}, None)])
    with pytest.raises(ValueError, match="no criterion 'tome'"):
        columns_of(version, [({"tome": percent(1)}, None)])


def test_columns_of_another_version_are_refused():
    version, other = rubric(section("all", criterion("tone"))), rubric(section("all", criterion("note")))

    with pytest.raises(ValueError, match="other criteria"):
        score_all(version, columns_of(other, []))


def test_bulk_repeats_the_newest_engine():
    assert ENGINES[-1] == BULK_ENGINE
    version = replace(rubric(section("all", criterion("tone"))), engine="2")

    with pytest.raises(ValueError, match="engine 1, not 2"):
        score_all(version, columns_of(version, []))
