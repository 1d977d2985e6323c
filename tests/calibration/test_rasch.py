"""Many-facet Rasch fits beside what is known of them; the published cases are in test_published_values."""

from typing import Any

import numpy as np
import pytest

from calibration.rasch import many_facet_rasch, marginal_rasch

MISSING = float("nan")


def made(seed: int = 1, persons: int = 400) -> tuple[Any, Any, Any]:
    """Scores 0..2 of four raters (severities -.6, -.2, .2, .6) on five items; two raters each person."""
    rng = np.random.default_rng(seed)
    ability, severity = rng.normal(0, 1, persons), np.array([-0.6, -0.2, 0.2, 0.6])
    difficulty, steps = np.array([-1.0, -0.5, 0.0, 0.5, 1.0]), np.array([-0.7, 0.7])
    person = np.repeat(np.arange(persons), 2)
    rater = np.concatenate([rng.choice(4, 2, replace=False) for _ in range(persons)])
    eta = (ability[person] - severity[rater])[:, None] - difficulty
    logits = np.stack([k * eta - steps[:k].sum() for k in range(3)])
    shares = np.exp(logits) / np.exp(logits).sum(axis=0)
    scores = (rng.random(eta.shape) > np.cumsum(shares, axis=0)).sum(axis=0).astype(float)
    return person, rater, scores


def test_severities_come_back_from_scores_made_with_them() -> None:
    fit = marginal_rasch(*made(persons=2000))

    measures = np.array([rater.measure for rater in fit.raters])
    errors = np.array([rater.std_error for rater in fit.raters[:-1]])

    # Five standard errors: the persons' abilities are drawn anew, which the model's errors do not hold.
    assert np.abs(measures - [-0.6, -0.2, 0.2, 0.6]).max() < 5 * errors.max()
    assert fit.person_variance == pytest.approx(1.0, abs=0.15)
    assert [step.measure for step in fit.steps] == pytest.approx([-0.7, 0.7], abs=0.1)


def test_at_the_joint_fit_every_facet_has_the_score_the_model_expects() -> None:
    person, rater, scores = made()
    fit = many_facet_rasch(person, rater, scores)

    kept = [row for row in range(len(person)) if fit.persons[person[row]].measure is not None]
    theta = np.array([fit.persons[person[row]].measure for row in kept], dtype=float)
    severity = np.array([fit.raters[rater[row]].measure for row in kept], dtype=float)
    difficulty = np.array([item.measure for item in fit.items], dtype=float)
    eta = (theta - severity)[:, None] - difficulty
    steps = np.array(fit.thresholds, dtype=float)
    powers = np.stack([np.exp(k * eta - steps[:k].sum()) for k in range(3)])
    expected = (powers[1] + 2 * powers[2]) / powers.sum(axis=0)

    assert expected.sum(axis=0) == pytest.approx(scores[kept].sum(axis=0), abs=1e-6)
    for code, own in enumerate(fit.raters):
        rows = rater[kept] == code
        assert expected[rows].sum() == pytest.approx(own.score, abs=1e-6)
    assert severity.size
    assert sum(own.measure or 0.0 for own in fit.raters) == pytest.approx(0.0, abs=1e-9)
    assert steps.sum() == pytest.approx(0.0, abs=1e-9)


def test_the_order_of_rows_does_not_matter() -> None:
    person, rater, scores = made()
    turned = np.random.default_rng(5).permutation(len(person))

    first = many_facet_rasch(person, rater, scores)
    second = many_facet_rasch(person[turned], rater[turned], scores[turned])

    assert [own.measure for own in second.raters] == pytest.approx([own.measure for own in first.raters], abs=1e-9)


def test_a_rater_who_gives_one_step_less_is_severer_by_what_the_scale_says() -> None:
    person, rater, scores = made()
    harsher = np.where(rater[:, None] == 3, np.maximum(scores - 1, 0), scores)

    before, after = (many_facet_rasch(person, rater, given).raters[3].measure for given in (scores, harsher))

    assert before is not None
    assert after is not None
    assert after > before + 1


def test_a_person_with_only_top_scores_has_no_measure_and_moves_nobody() -> None:
    person, rater, scores = made()
    top = (np.append(person, [400, 400]), np.append(rater, [0, 1]), np.vstack([scores, np.full((2, 5), 2.0)]))

    fit = many_facet_rasch(*top)

    assert fit.persons[400].measure is None
    assert "only highest" in (fit.persons[400].reason or "")
    others = many_facet_rasch(person, rater, scores)
    assert [own.measure for own in fit.raters] == pytest.approx([own.measure for own in others.raters], abs=1e-9)


def test_raters_who_share_nobody_with_the_others_cannot_be_told() -> None:
    person, rater, scores = made()
    few = np.repeat(np.arange(400, 405), 2)
    apart = (
        np.append(person, few),
        np.append(rater, [4, 5] * 5),
        np.vstack([scores, np.tile([[0.0, 1, 2, 1, 0]], (10, 1))]),
    )

    fit = many_facet_rasch(*apart)

    assert [own.measure is None for own in fit.raters] == [False] * 4 + [True] * 2
    assert "cannot tell" in (fit.raters[5].reason or "")


def test_a_category_that_nobody_used_has_no_threshold_beside_it() -> None:
    person, rater, scores = made()
    doubled = 2 * scores  # 0, 2, 4: the odd ones are never given

    fit = many_facet_rasch(person, rater, doubled, max_category=5)

    assert fit.thresholds == (None,) * 5
    assert all(own.measure is not None for own in fit.raters)
    assert all(step.measure is None for step in marginal_rasch(person, rater, doubled, max_category=5).steps)


@pytest.mark.parametrize(
    "scores",
    [
        pytest.param([[1, 1], [1, 1]], id="one category"),
        pytest.param([[MISSING, MISSING], [MISSING, MISSING]], id="nothing"),
        pytest.param(np.zeros((0, 2)), id="no rows"),
        pytest.param([[0, 1], [MISSING, MISSING]], id="too little"),
        pytest.param([[0, 1], [1, 0]], id="perfectly balanced"),
    ],
)
def test_scores_that_say_nothing_give_a_reason(scores: Any) -> None:
    rows = len(scores)
    codes = np.zeros(rows, dtype=int), np.arange(rows)

    joint, margin = many_facet_rasch(*codes, scores), marginal_rasch(*codes, scores)

    for element in (*joint.raters, *joint.items, *joint.persons, *margin.raters, *margin.items):
        assert element.measure is not None or element.reason
        assert element.measure is None or np.isfinite(element.measure)
        assert element.std_error is None or np.isfinite(element.std_error)


@pytest.mark.parametrize(
    ("scores", "codes", "top", "message"),
    [
        pytest.param([[0.5]], [0], None, "whole numbers", id="half a category"),
        pytest.param([[-1.0]], [0], None, "whole numbers", id="below"),
        pytest.param([[4.0]], [0], 3, "above the highest", id="above"),
        pytest.param([[1.0]], [-1], None, "from 0", id="negative code"),
        pytest.param([[1.0]], [0, 1], None, "one code per row", id="too many codes"),
        pytest.param([1.0], [0], None, "rows x items", id="no matrix"),
    ],
)
def test_wrong_input_is_named(scores: Any, codes: list[int], top: int | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        many_facet_rasch(np.array(codes), np.zeros(len(codes), dtype=int), scores, max_category=top)
