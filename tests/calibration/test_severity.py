"""Severities beside the textbook solution written out in full, and what must hold whatever the scores."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from calibration.components import moment_components, start_components
from calibration.crossed_effects import GOLD, CrossedDesign, Variances, crossed_fit
from calibration.fair_means import fair_means
from calibration.scorings import Scale
from calibration.severity import (
    Severities,
    criterion_severities,
    reviewer_groups,
    severities,
    severities_of,
)
from calibration.simulate import World, simulate

MISSING = float("nan")
KNOWN = Variances(error=4.0, gold_error=1.5, ticket=9.0, specialist=2.0, block=3.0, reviewer=5.0)


def drawn(
    seed: int = 1, tickets: int = 60, reviewers: int = 6, specialists: int = 5
) -> tuple[CrossedDesign, Any, Any, Any]:
    """A small operation: one to three reviewers a ticket, gold on every sixth; design, scores, weeks, severities."""
    rng = np.random.default_rng(seed)
    severity = rng.normal(0, 2, reviewers)
    specialist, block = rng.integers(0, specialists, tickets), rng.integers(0, 4, tickets)
    quality = (
        80 + rng.normal(0, 3, tickets) + rng.normal(0, 1.4, specialists)[specialist] + rng.normal(0, 1.7, 4)[block]
    )
    rows = [(GOLD, ticket) for ticket in range(0, tickets, 6)]
    for ticket in range(tickets):
        chosen = rng.choice(reviewers, min(reviewers, 1 + ticket % 3), replace=False)
        rows += [(who, ticket) for who in chosen.tolist()]
    who, of_ticket = (np.array(column) for column in zip(*rows, strict=True))
    design = CrossedDesign(reviewer=who, ticket=of_ticket, specialist=specialist[of_ticket], block=block[of_ticket])
    noise = rng.normal(0, 1, who.size) * np.where(who == GOLD, 1.2, 2.0)
    y = quality[of_ticket] + np.where(who == GOLD, 1.5, severity[who]) + noise
    return design, y, block[of_ticket], severity


def in_full(design: CrossedDesign, y: Any, v: Variances) -> tuple[Any, Any]:
    """Predictions and covariance of their errors from the full covariance matrix of the scores.

    Robinson (1991), Statistical Science 6, 15-51: u = G Z' V^-1 (y - X b), C = G - G Z' P Z G.
    """
    gold = design.gold
    x = np.column_stack([np.ones(y.size), gold.astype(float)])
    z = np.zeros((y.size, design.n_reviewers))
    z[~gold, design.reviewer[~gold]] = 1

    def same(codes: Any) -> Any:
        return (codes[:, None] == codes[None, :]).astype(float)

    whole = np.diag(np.where(gold, v.gold_error, v.error)) + v.ticket * same(design.ticket)
    whole += v.specialist * same(design.specialist) + v.block * same(design.block) + (v.reviewer or 0) * z @ z.T
    inverse = np.linalg.inv(whole)
    fixed = np.linalg.inv(x.T @ inverse @ x)
    project = inverse - inverse @ x @ fixed @ x.T @ inverse
    g = v.reviewer or 0.0
    return g * z.T @ project @ y, g * np.eye(z.shape[1]) - g * g * z.T @ project @ z


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_absorbed_equations_give_the_full_solution(seed: int) -> None:
    design, y, _, _ = drawn(seed)

    fit = crossed_fit(design, y, KNOWN)
    effects, covariance = in_full(design, y, KNOWN)

    assert fit.reviewers == pytest.approx(effects, abs=1e-9)
    assert fit.covariance == pytest.approx(covariance, abs=1e-9)


def test_the_reviewers_variance_is_where_the_restricted_likelihood_is_largest() -> None:
    design, y, _, _ = drawn(4, tickets=90, reviewers=20)
    unknown = replace(KNOWN, reviewer=None)

    found = crossed_fit(design, y, unknown).reviewer_variance

    def likelihood(variance: float) -> float:
        x = np.column_stack([np.ones(y.size), design.gold.astype(float)])
        z = (design.reviewer[:, None] == np.arange(20)).astype(float)
        whole = np.diag(np.where(design.gold, KNOWN.gold_error, KNOWN.error)) + variance * z @ z.T
        for codes, own in (
            (design.ticket, KNOWN.ticket),
            (design.specialist, KNOWN.specialist),
            (design.block, KNOWN.block),
        ):
            whole += own * (codes[:, None] == codes[None, :])
        inverse = np.linalg.inv(whole)
        middle = x.T @ inverse @ x
        project = inverse - inverse @ x @ np.linalg.inv(middle) @ x.T @ inverse
        logs = np.linalg.slogdet(whole)[1] + np.linalg.slogdet(middle)[1]
        # What is known beforehand: two reviewers' worth of a tenth of a single scoring's variance.
        beforehand = np.log(variance) + 0.1 * 13 / variance
        return float(-(logs + y @ project @ y) / 2 - beforehand)

    around = [likelihood(found * factor) for factor in (0.97, 1.0, 1.03)]
    assert around[1] > around[0]
    assert around[1] > around[2]


def test_the_simulated_severities_come_back_within_the_error_they_are_given() -> None:
    operation = simulate(World(reviewers=40, weeks=10), np.random.default_rng(7))
    truth = operation.severity - operation.severity.mean()

    found = severities(operation.scorings, operation.scale)

    wrong = found.estimates - truth
    ends = [(own.interval.low, own.interval.high) for own in found.reviewers if own.interval]
    inside = [low <= true <= high for (low, high), true in zip(ends, truth, strict=True)]
    assert np.sqrt((wrong**2).mean()) < 1.3
    assert sum(inside) >= 34  # 38 of 40 expected
    assert found.estimates.sum() == pytest.approx(0.0, abs=1e-9)
    assert found.gold_level == pytest.approx(1.7, abs=1.5)  # scores meet a ceiling


def test_severities_of_every_criterion_are_told() -> None:
    operation = simulate(World(reviewers=12, weeks=6), np.random.default_rng(8))

    found = criterion_severities(operation.scorings, operation.scale)

    assert [own.criterion for own in found] == [operation.scale.ids[place] for place in operation.scale.graded]
    assert all(own.severities.reason is None for own in found)


def test_neither_the_order_of_scorings_nor_names_nor_the_level_matter() -> None:
    design, y, week, _ = drawn()
    order = np.random.default_rng(1).permutation(y.size)
    renamed = replace(design, specialist=4 - design.specialist, ticket=500 - design.ticket)

    first = severities_of(design, y, week)

    for other in (
        severities_of(design.take(order), y[order], week[order]),
        severities_of(renamed, y, week),
        severities_of(design, y + 7, week),
    ):
        assert other.estimates == pytest.approx(first.estimates, abs=1e-6)
        assert [own.std_error for own in other.reviewers] == pytest.approx(
            [own.std_error for own in first.reviewers], abs=1e-6
        )


def test_scores_in_other_units_give_severities_in_those_units() -> None:
    design, y, week, _ = drawn(tickets=300)
    one = severities_of(design, y, week, wobble=0.0)
    ten = severities_of(design, 10 * y, week, wobble=0.0)

    assert ten.estimates == pytest.approx(10 * one.estimates, rel=1e-3)
    assert ten.covariance == pytest.approx(100 * one.covariance, rel=1e-3, abs=1e-6)


def test_a_reviewer_who_takes_ten_points_off_is_ten_points_stricter() -> None:
    design, y, week, _ = drawn(tickets=400)
    stricter = y - 10 * (design.reviewer == 2)

    before, after = (severities_of(design, own, week).estimates[2] for own in (y, stricter))

    # Five sixths of it: the team's mean moves too.
    assert after - before == pytest.approx(-10 * 5 / 6, abs=0.6)


def test_more_scorings_narrow_the_interval_down_to_the_wobble() -> None:
    few, many = (severities_of(*drawn(tickets=number)[:3]).reviewers[0].std_error for number in (40, 800))

    assert few is not None
    assert many is not None
    assert few > many > np.sqrt(3.0 / 4)


def test_reviewers_who_share_nothing_cannot_be_told_apart_and_are_named_by_group() -> None:
    design, y, week, _ = drawn()
    other, z, later, _ = drawn(2, tickets=9, reviewers=2)
    apart = CrossedDesign(
        reviewer=np.concatenate([design.reviewer, np.where(other.reviewer == GOLD, GOLD, other.reviewer + 6)]),
        ticket=np.concatenate([design.ticket, other.ticket + 60]),
        specialist=np.concatenate([design.specialist, other.specialist + 5]),
        block=np.concatenate([design.block, other.block + 4]),
    )
    no_gold = ~apart.gold

    found = severities_of(
        apart.take(no_gold), np.concatenate([y, z])[no_gold], np.concatenate([week, later + 4])[no_gold]
    )

    assert found.groups == ((0, 1, 2, 3, 4, 5), (6, 7))
    assert [own.estimate is None for own in found.reviewers] == [False] * 6 + [True] * 2
    assert "cannot tell" in (found.reviewers[7].reason or "")
    assert (found.reviewers[7].group, found.reviewers[7].n_scorings > 0) == (1, True)
    alone = severities_of(design.take(~design.gold), y[~design.gold], week[~design.gold])
    assert found.estimates[:6] == pytest.approx(alone.estimates, abs=0.3)


def test_gold_links_reviewers_who_share_no_ticket_with_each_other() -> None:
    design = CrossedDesign(
        reviewer=np.array([0, GOLD, 1, GOLD]),
        ticket=np.array([0, 0, 1, 1]),
        specialist=np.array([0, 0, 1, 1]),
        block=np.array([0, 0, 1, 1]),
    )

    assert reviewer_groups(design, tickets_only=True) == ((0, 1),)
    assert reviewer_groups(design.take(~design.gold), tickets_only=True) == ((0,), (1,))


@pytest.mark.parametrize(
    ("reviewer", "y", "reason"),
    [
        pytest.param([], [], "no scores", id="nothing"),
        pytest.param([GOLD, GOLD], [80.0, 90.0], "no scores", id="gold alone"),
        pytest.param([0, 0], [80.0, 90.0], "one reviewer", id="one reviewer"),
        pytest.param([0, 1], [MISSING, MISSING], "no scores", id="all missing"),
        pytest.param([0, 1], [80.0, MISSING], "one reviewer", id="one left"),
    ],
)
def test_too_little_gives_a_reason_and_no_figure(reviewer: list[int], y: list[float], reason: str) -> None:
    codes = np.arange(len(reviewer))
    zero = np.zeros(len(reviewer), dtype=np.int64)
    design = CrossedDesign(reviewer=np.array(reviewer, dtype=np.int64), ticket=codes, specialist=zero, block=zero)

    found = severities_of(design, np.array(y), zero)

    assert reason in (found.reason or "")
    assert all(own.estimate is None and own.reason for own in found.reviewers)


def test_two_reviewers_who_always_agree_are_alike_with_an_interval_that_says_how_sure() -> None:
    pair = np.arange(40)
    design = CrossedDesign(
        reviewer=pair % 2, ticket=pair // 2, specialist=np.zeros(40, dtype=np.int64), block=pair // 20
    )

    found = severities_of(design, np.full(40, 90.0), pair // 20)

    assert found.estimates == pytest.approx([0, 0], abs=1e-9)
    assert all(own.interval and own.interval.high > 0 for own in found.reviewers)


def test_variances_come_from_pairs_and_cells_and_fall_back_to_typical_ones() -> None:
    design, y, _, severity = drawn(5, tickets=3000, specialists=300)

    known = moment_components(design, y, severity, start_components())
    few = moment_components(design.take(np.arange(3)), y[:3], severity, start_components())

    assert known.variances.error == pytest.approx(4.0, rel=0.1)
    assert known.variances.ticket == pytest.approx(9.0 + 2.0, rel=0.15)  # specialists are within the cells
    assert known.variances.gold_error == pytest.approx(1.44, rel=0.35)
    assert few.variances.error == 65.0
    assert few.blind_pairs < 30


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"reviewer": np.array([-2, 0])}, "codes from 0", id="below gold"),
        pytest.param({"ticket": np.array([0])}, "one code per scoring", id="too few"),
        pytest.param({"ticket": np.array([0, 0]), "specialist": np.array([0, 1])}, "one specialist", id="two owners"),
    ],
)
def test_a_wrong_design_is_named(change: dict[str, Any], message: str) -> None:
    codes = {name: np.array([0, 1]) for name in ("reviewer", "ticket", "specialist", "block")}

    with pytest.raises(ValueError, match=message):
        CrossedDesign(**(codes | change))


@pytest.mark.parametrize(
    ("y", "options", "message"),
    [
        ([1.0], {}, "one score"),
        ([1.0, float("inf")], {}, "infinite"),
        ([1.0, 2.0], {"wobble": -1.0}, "wobble"),
        ([1.0, 2.0], {"confidence": 1.5}, "confidence"),
    ],
)
def test_wrong_scores_are_named(y: list[float], options: dict[str, Any], message: str) -> None:
    codes = np.array([0, 1])
    design = CrossedDesign(reviewer=codes, ticket=codes, specialist=codes, block=codes)

    with pytest.raises(ValueError, match=message):
        severities_of(design, np.array(y), codes[: len(y)], **options)


def fair_world() -> tuple[Severities, Any]:
    design, y, week, _ = drawn(tickets=300)
    return severities_of(design, y, week), y


def test_a_fair_mean_takes_the_scorers_strictness_off_and_leaves_failures_as_scored() -> None:
    found, _ = fair_world()
    s = found.estimates
    base = np.array([80.0, 90.0, 70.0, 85.0])
    final = np.array([80.0, 0.0, 70.0, 85.0])  # the second failed a critical criterion

    team, other, empty = fair_means([0, 0, 0, 1], 3, base, final, [0, 1, 2, 2], found, weights=[1, 1, 2, 1])

    assert team.raw == pytest.approx((80 + 0 + 140) / 4)
    assert team.fair == pytest.approx((80 - s[0] + 0 + 140 - 2 * s[2]) / 4)
    assert team.moved_by.estimate == pytest.approx((team.fair or 0) - (team.raw or 0))
    share = np.array([0.25, 0, 0.5, 0, 0, 0])
    assert team.moved_by.std_error == pytest.approx(np.sqrt(share @ found.covariance @ share))
    assert other.fair == pytest.approx(85 - s[2])
    assert (empty.raw, empty.fair, empty.moved_by.reason) == (None, None, "no scores")


def test_a_group_scored_by_everybody_alike_is_not_moved() -> None:
    found, _ = fair_world()

    (team,) = fair_means(np.zeros(6, dtype=int), 1, np.full(6, 80.0), np.full(6, 80.0), np.arange(6), found)

    assert team.moved_by.estimate == pytest.approx(0.0, abs=1e-9)
    assert team.moved_by.std_error == pytest.approx(0.0, abs=1e-6)


def test_a_group_with_a_reviewer_of_unknown_severity_has_no_fair_mean() -> None:
    found, _ = fair_world()
    unknown = replace(found.reviewers[0], estimate=None, interval=None)
    partly = replace(found, reviewers=(unknown, *found.reviewers[1:]))

    (team,) = fair_means([0, 0], 1, [80.0, 90.0], [80.0, 90.0], [0, 1], partly)

    assert (team.raw, team.fair) == (85.0, None)
    assert "not every reviewer" in (team.moved_by.reason or "")


@pytest.mark.parametrize(
    ("groups", "reviewers", "final", "message"),
    [
        ([2], [0], [80.0], "codes from 0 to count"),
        ([0], [-1], [80.0], "gold is nobody's"),
        ([0], [0], [MISSING], "finite"),
        ([0, 0], [0], [80.0], "one length"),
    ],
)
def test_wrong_groups_are_named(groups: list[int], reviewers: list[int], final: list[float], message: str) -> None:
    found, _ = fair_world()
    with pytest.raises(ValueError, match=message):
        fair_means(groups, 1, final, final, reviewers, found)


def test_critical_criteria_stay_out_of_the_score_that_severity_reads() -> None:
    operation = simulate(World(reviewers=6, weeks=4), np.random.default_rng(3))
    failed = operation.scorings.answers.copy()
    failed[:, operation.scale.critical] = 0.0
    all_failed = replace(operation.scorings, answers=failed)

    assert isinstance(operation.scale, Scale)
    assert severities(all_failed, operation.scale).estimates == pytest.approx(
        severities(operation.scorings, operation.scale).estimates
    )
