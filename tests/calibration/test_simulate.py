"""The simulated operation looks like the one it was measured on, and drifts as it is told."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from calibration.scorings import (
    GOLD_REVIEWER,
    Kind,
    Scale,
    Scorings,
    VersionChange,
    base_scores,
    final_scores,
)
from calibration.simulate import SCALE, Drift, Operation, QualityDrop, World, simulate
from calibration.simulated_people import LATENT, POINTS, expected_base, latent_of_points
from calibration.simulated_reviews import ReviewDrifts


@cache
def worlds() -> tuple[Operation, ...]:
    return tuple(simulate(World(reviewers=40, weeks=24), np.random.default_rng(seed)) for seed in range(6))


def mean_over_worlds(figure: object) -> float:
    return float(np.mean([figure(operation) for operation in worlds()]))  # type: ignore[operator]


def routine(operation: Operation) -> Scorings:
    return operation.scorings.take(operation.scorings.kind == Kind.ROUTINE)


def pairs(operation: Operation) -> tuple[np.ndarray, np.ndarray]:
    """Answers of first and blind second reviews of the same tickets."""
    scorings = operation.scorings
    second = scorings.take(scorings.kind == Kind.DOUBLE)
    first = routine(operation)
    place = np.argsort(first.ticket)[np.searchsorted(np.sort(first.ticket), second.ticket)]
    assert np.array_equal(first.ticket[place], second.ticket)
    return first.answers[place], second.answers


@pytest.mark.parametrize(
    ("figure", "expected", "tolerance"),
    [
        pytest.param(lambda o: np.nanmean(base_scores(routine(o).answers, SCALE)), 87.3, 2.0, id="mean base score"),
        pytest.param(lambda o: np.nanstd(base_scores(routine(o).answers, SCALE)), 14.7, 1.0, id="sd of base scores"),
        pytest.param(lambda o: np.nanmean(final_scores(routine(o).answers, SCALE)), 85.7, 2.0, id="mean score"),
        pytest.param(lambda o: np.nanstd(final_scores(routine(o).answers, SCALE)), 19.5, 1.5, id="sd of scores"),
        pytest.param(
            lambda o: np.mean(final_scores(routine(o).answers, SCALE) == 0), 0.0285, 0.006, id="auto-fail zeros"
        ),
        pytest.param(lambda o: np.mean(final_scores(routine(o).answers, SCALE) == 100), 0.30, 0.05, id="perfect"),
        pytest.param(lambda o: o.severity.std(), 3.56, 0.5, id="sd of true severities"),
        pytest.param(lambda o: np.median(o.scorings.minutes), 8.0, 0.6, id="median minutes"),
        pytest.param(
            lambda o: np.mean(np.abs(np.subtract(*(final_scores(x, SCALE) for x in pairs(o)))) <= 5),
            0.50,
            0.05,
            id="blind pairs within 5 points",
        ),
    ],
)
def test_the_operation_is_as_realistic_as_measured(figure: object, expected: float, tolerance: float) -> None:
    assert mean_over_worlds(figure) == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize(
    ("positions", "low", "high"),
    [
        pytest.param((0, 1, 2, 3, 4, 5), 0.85, 0.95, id="binary"),
        pytest.param((6, 7), 0.75, 0.82, id="three levels"),
        pytest.param((8, 9), 0.59, 0.67, id="five levels"),
    ],
)
def test_two_reviewers_agree_exactly_as_often_as_measured(positions: tuple[int, ...], low: float, high: float) -> None:
    def exact(operation: Operation) -> float:
        first, second = (answers[:, positions] for answers in pairs(operation))
        both = ~np.isnan(first) & ~np.isnan(second)
        return float((first == second)[both].mean())

    assert low <= mean_over_worlds(exact) <= high


@pytest.mark.parametrize(("points", "latent"), list(zip(POINTS.tolist(), LATENT.tolist(), strict=True)))
def test_a_latent_shift_moves_the_expected_score_by_its_points(points: float, latent: float) -> None:
    criteria = len(SCALE.ids)

    moved = expected_base(np.full((1, criteria), latent)) - expected_base(np.zeros((1, criteria)))

    assert latent_of_points(points) == pytest.approx(latent)
    assert moved[0] == pytest.approx(points, abs=0.1)


def test_beyond_the_measured_points_the_latent_shift_grows_on() -> None:
    assert latent_of_points(-16) == pytest.approx(2 * -0.389)
    assert latent_of_points(12) == pytest.approx(1.5 * 0.614)


def test_overlap_is_as_planned() -> None:
    operation = worlds()[0]
    scorings = operation.scorings
    size = np.bincount(scorings.kind, minlength=4)

    doubled = size[Kind.DOUBLE] / size[Kind.ROUTINE]
    seats = np.bincount(scorings.reviewer[scorings.kind == Kind.CALIBRATION], minlength=40) / 5

    assert doubled == pytest.approx(0.075, abs=0.01)
    assert 4.5 < seats.mean() <= 6  # six turns in 24 weeks, some of them in a week off
    assert set(scorings.ticket[scorings.kind == Kind.GOLD]) == set(scorings.ticket[scorings.kind == Kind.CALIBRATION])
    assert (scorings.reviewer[scorings.kind == Kind.GOLD] == GOLD_REVIEWER).all()


def test_nobody_scores_a_ticket_twice() -> None:
    scorings = worlds()[1].scorings
    together = np.stack([scorings.ticket, scorings.reviewer], axis=1)

    assert len(np.unique(together, axis=0)) == len(together)


def test_the_same_seed_plays_the_same_operation() -> None:
    world = World(reviewers=6, weeks=5)
    one, two, other = (simulate(world, np.random.default_rng(seed)).scorings for seed in (3, 3, 4))

    assert np.array_equal(one.answers, two.answers, equal_nan=True)
    assert one.answers.shape != other.answers.shape or not np.array_equal(one.answers, other.answers, equal_nan=True)


def mean_by(world: World, *, after: int, of: object, seed: int = 11) -> tuple[float, float]:
    """A figure of reviewer 0 before and from a week on."""
    operation = simulate(world, np.random.default_rng(seed))
    own = operation.scorings.take(operation.scorings.reviewer == 0)
    early, late = own.take(own.week < after), own.take(own.week >= after)
    return float(of(early)), float(of(late))  # type: ignore[operator]


QUIET = World(reviewers=4, weeks=60, volumes=(60,))


@pytest.mark.parametrize(
    ("kind", "size", "criterion", "of", "least"),
    [
        pytest.param("severity", -8, None, lambda s: -np.nanmean(base_scores(s.answers, SCALE)), 5, id="severity"),
        pytest.param("severity", 8, None, lambda s: np.nanmean(base_scores(s.answers, SCALE)), 5, id="leniency"),
        pytest.param("criterion", -0.8, 9, lambda s: -np.nanmean(s.answers[:, 9]), 0.1, id="criterion"),
        pytest.param("na", 0.12, None, lambda s: np.isnan(s.answers[:, :10]).mean(), 0.08, id="N/A"),
        pytest.param("rubber", 0.5, None, lambda s: (final_scores(s.answers, SCALE) == 100).mean(), 0.3, id="rubber"),
        pytest.param("rubber", 0.5, None, lambda s: -np.log(np.mean(s.minutes)), 0.2, id="rubber is quick"),
        pytest.param(
            "central",
            0.6,
            None,
            lambda s: -np.nanmean(s.answers[:, 8:10] <= 0.25),
            0.05,
            id="central avoids the bottom",
        ),
        pytest.param("noise", 2.2, None, lambda s: -np.nanmean(base_scores(s.answers, SCALE)), 2, id="noise"),
        pytest.param(
            "halo",
            0.7,
            None,
            lambda s: (np.abs(np.nanmean(s.answers[:, :10], axis=1) - 0.5) > 0.49).mean(),
            0.1,
            id="halo gives all or nothing",
        ),
    ],
)
def test_a_drift_changes_what_it_is_about(
    kind: str, size: float, criterion: int | None, of: object, least: float
) -> None:
    drift = Drift(reviewer=0, kind=kind, size=size, onset=30, criterion=criterion)

    early, late = mean_by(replace(QUIET, drifts=(drift,)), after=30, of=of)

    assert late - early > least


def test_a_ramp_grows_by_equal_steps_and_never_touches_gold() -> None:
    drift = Drift(reviewer=1, kind="severity", size=-8, onset=2, ramp_weeks=4)
    reviewer, week = np.array([1, 1, 1, 1, 1, 0, 1]), np.array([1, 2, 3, 5, 9, 9, 9])
    gold = np.array([False] * 6 + [True])

    shift = ReviewDrifts.of([drift], reviewer, week, gold, 12).severity

    assert (shift / -0.389).tolist() == pytest.approx([0, 0.25, 0.5, 1, 1, 0, 0])


def test_a_real_drop_of_quality_shows_in_its_queue_and_weeks_alone() -> None:
    world = World(reviewers=30, weeks=8, drops=(QualityDrop(queue=4, first_week=3, last_week=5, points=-12),))
    operation = simulate(world, np.random.default_rng(2))
    score, queue, week = (
        base_scores(operation.scorings.answers, SCALE),
        operation.scorings.queue,
        operation.scorings.week,
    )
    inside = (week >= 3) & (week <= 5)

    dropped = np.nanmean(score[(queue == 4) & ~inside]) - np.nanmean(score[(queue == 4) & inside])
    others = np.nanmean(score[(queue != 4) & ~inside]) - np.nanmean(score[(queue != 4) & inside])

    assert dropped > 8
    assert abs(others) < 2


def test_a_rubric_version_makes_the_touched_criteria_stricter_for_everybody() -> None:
    world = World(reviewers=20, weeks=10, changes=(VersionChange(week=5, touched=(0, 8)),))
    operation = simulate(world, np.random.default_rng(2))
    late = operation.scorings.week >= 5

    falls = np.nanmean(operation.scorings.answers[~late], axis=0) - np.nanmean(operation.scorings.answers[late], axis=0)

    assert operation.scale.changes == world.changes
    assert falls[0] > 0.03
    assert falls[8] > 0.03
    assert abs(falls[[1, 2, 3, 4, 5]]).max() < 0.03


def test_joiners_start_late_and_movers_serve_other_queues() -> None:
    world = World(reviewers=10, weeks=12, joined={0: 5}, moved={1: 6})
    scorings = simulate(world, np.random.default_rng(3)).scorings
    routine_of_mover = scorings.take((scorings.reviewer == 1) & (scorings.kind == Kind.ROUTINE))
    before, after = routine_of_mover.week < 6, routine_of_mover.week >= 6

    assert scorings.week[scorings.reviewer == 0].min() >= 5
    assert not set(routine_of_mover.queue[before]) & set(routine_of_mover.queue[after])


def test_a_team_drifts_while_its_gold_stays() -> None:
    world = World(reviewers=12, weeks=40, team_drift=(20, latent_of_points(-8)))
    scorings = simulate(world, np.random.default_rng(1)).scorings
    score, late = base_scores(scorings.answers, SCALE), scorings.week >= 20

    def fall(kind: Kind) -> float:
        chosen = scorings.kind == kind
        return float(np.nanmean(score[chosen & ~late]) - np.nanmean(score[chosen & late]))

    assert fall(Kind.ROUTINE) > 5
    assert fall(Kind.GOLD) < 4


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(lambda: simulate(World(reviewers=1), np.random.default_rng(1)), id="nobody to compare with"),
        pytest.param(lambda: Drift(reviewer=0, kind="mood", size=1, onset=3), id="unknown kind"),
        pytest.param(lambda: Drift(reviewer=0, kind="criterion", size=1, onset=3), id="no criterion"),
        pytest.param(lambda: Scale(("a", "a"), np.ones(2), np.zeros(2, bool)), id="one id twice"),
        pytest.param(lambda: Scale(("a",), np.ones(2), np.zeros(2, bool)), id="too many weights"),
        pytest.param(lambda: Scale(("a",), np.array([-1.0]), np.zeros(1, bool)), id="negative weight"),
        pytest.param(lambda: Scale(("a",), np.ones(1), np.ones(1, bool)), id="only critical criteria"),
        pytest.param(lambda: replace(SCALE, changes=(VersionChange(week=4, touched=(99,)),)), id="unknown criterion"),
        pytest.param(lambda: replace(SCALE, changes=(VersionChange(week=4), VersionChange(week=4))), id="same week"),
    ],
)
def test_what_cannot_be_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError):
        wrong()  # type: ignore[operator]


def test_scores_of_answers_by_hand() -> None:
    scale = Scale(("a", "b", "x"), np.array([10.0, 30.0, 0.0]), np.array([False, False, True]))
    answers = np.array([[1, 0.5, 1], [1, np.nan, 1], [1, 1, 0], [np.nan, np.nan, 1], [np.nan, np.nan, 0]])

    assert base_scores(answers, scale).tolist() == pytest.approx([62.5, 100, 100, np.nan, np.nan], nan_ok=True)
    assert final_scores(answers, scale).tolist() == pytest.approx([62.5, 100, 0, np.nan, 0], nan_ok=True)


def test_reviewers_can_be_given_their_volumes() -> None:
    operation = simulate(World(reviewers=3, weeks=12, volume_of=(10, 60, 20)), np.random.default_rng(1))

    weekly = np.bincount(routine(operation).reviewer) / 12

    assert operation.volume.tolist() == [10, 60, 20]
    assert weekly.argsort().tolist() == [0, 2, 1]


@pytest.mark.parametrize("world", [World(reviewers=1), World(reviewers=3, volume_of=(10, 20)), World(volumes=())])
def test_a_world_without_what_it_needs_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="volume"):
        simulate(world, np.random.default_rng(1))
