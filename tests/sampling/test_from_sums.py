"""Figures from weekly sums are those from the single reviews, to rounding."""

import datetime as dt
import statistics
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from qa.reviews.measured import Drawn, Framed, Reviewed, completion_weights, measure
from qa.sampling import from_sums
from qa.sampling.estimation import Figure
from qa.sampling.reporting import Reported
from qa.sampling.sum_rows import Draws, FrameRows, Rows, Weighted, completion

MONDAY = dt.date(2026, 1, 5)
QUEUES = ("billing", "login", "payouts")
TEAMS = ("North", "South", "West")
Codes = NDArray[np.int64]


class World:
    """Drawn reviews with their frame, and the same as sums."""

    def __init__(
        self, seed: int, *, size: int = 400, weeks: int = 5, done: float = 0.8, predicted: float = 0.9
    ) -> None:
        rng = np.random.default_rng(seed)
        frame: dict[tuple[int, int, int], list[float]] = {}
        drawn: dict[tuple[int, int, int, int], int] = {}
        self.reviews: list[Reviewed] = []
        for part in range(size * 5):
            week, team, queue = (int(rng.integers(top)) for top in (weeks, len(TEAMS), len(QUEUES)))
            risk = int(rng.integers(2))
            truth = float(np.clip(rng.normal(80 + 5 * queue, 12), 0, 100))
            guess = float(truth + rng.normal(0, 12)) if queue != 1 and rng.random() < predicted else None
            sums = frame.setdefault((week, team, queue), [0, 0, 0.0])
            sums[0] += 1
            sums[1] += guess is not None
            sums[2] += guess or 0.0
            chance = (0.15, 0.3)[risk] if queue else 1.0 if risk else 0.2
            if rng.random() >= chance:
                continue
            drawn[week, team, queue, risk] = drawn.get((week, team, queue, risk), 0) + 1
            if rng.random() >= done or (week == 0 and team == 2):
                continue
            score = None if rng.random() < 0.03 else truth
            outcome = (
                "" if score is None else "failed_critical" if score < 55 else "passed" if score >= 80 else "failed"
            )
            self.reviews.append(
                Reviewed(
                    review_id=part,
                    week=MONDAY + dt.timedelta(weeks=week),
                    team=TEAMS[team],
                    queue=QUEUES[queue],
                    score=score,
                    base_score=score,
                    outcome=outcome,
                    inclusion_probability=chance,
                    reviewer_id=int(rng.integers(6)),
                    risk_class=risk,
                    predicted=guess,
                )
            )
        self.frame = [
            Framed(
                week=MONDAY + dt.timedelta(weeks=week),
                team=TEAMS[team],
                queue=QUEUES[queue],
                frame=int(parts),
                predicted=int(known),
                predicted_sum=total,
            )
            for (week, team, queue), (parts, known, total) in frame.items()
        ]
        self.drawn = [
            Drawn(week=MONDAY + dt.timedelta(weeks=w), team=TEAMS[t], queue=QUEUES[q], risk_class=r, drawn=count)
            for (w, t, q, r), count in drawn.items()
        ]

    def rows(self) -> Rows:
        """One row a review: adding rows up is what ``bincount`` does in either case."""
        y = np.array([row.score or 0.0 for row in self.reviews])
        n = np.array([float(row.score is not None) for row in self.reviews])
        p = np.array(
            [row.predicted if row.predicted is not None and row.score is not None else 0.0 for row in self.reviews]
        )
        d = n / np.array([row.inclusion_probability for row in self.reviews])
        hits = {
            "passed": np.array([float(row.outcome == "passed") for row in self.reviews]),
            "critical": np.array([float(row.outcome == "failed_critical") for row in self.reviews]),
        }
        products = {"": n, "y": y, "y2": y * y, "p": p, "p2": p * p, "yp": y * p}
        sums = {"reviews": np.ones(len(n)), "n": n, "y": y, "p": p}
        for name, values in products.items():
            sums[f"d{name}"], sums[f"d2{name}"] = d * values, d * d * values
        for name, values in hits.items():
            sums[f"d_{name}"], sums[f"d2_{name}"] = d * values, d * d * values
        return Rows(
            week=weeks_of(self.reviews),
            team=np.array([TEAMS.index(row.team) for row in self.reviews]),
            queue=np.array([QUEUES.index(row.queue) for row in self.reviews]),
            risk=np.array([row.risk_class for row in self.reviews]),
            value=np.zeros(len(n), dtype=np.int64),
            known=np.array([row.predicted is not None for row in self.reviews]),
            sums=sums,
        )

    def draws(self) -> Draws:
        return Draws(
            week=weeks_of(self.drawn),
            team=np.array([TEAMS.index(row.team) for row in self.drawn]),
            queue=np.array([QUEUES.index(row.queue) for row in self.drawn]),
            risk=np.array([row.risk_class for row in self.drawn]),
            drawn=np.array([float(row.drawn) for row in self.drawn]),
        )

    def frame_rows(self) -> FrameRows:
        return FrameRows(
            week=weeks_of(self.frame),
            team=np.array([TEAMS.index(row.team) for row in self.frame]),
            queue=np.array([QUEUES.index(row.queue) for row in self.frame]),
            value=np.zeros(len(self.frame), dtype=np.int64),
            sums={
                "parts": np.array([float(row.frame) for row in self.frame]),
                "predicted": np.array([float(row.predicted) for row in self.frame]),
                "p": np.array([row.predicted_sum for row in self.frame]),
            },
        )

    def weighted(self) -> Weighted:
        rows = self.rows()
        factor = completion(rows.week, rows.team, rows.risk, rows.sums["reviews"], self.draws(), rows)
        return Weighted.of(rows, factor)


def weeks_of(rows: Sequence[Reviewed | Framed | Drawn]) -> Codes:
    return np.array([(row.week - MONDAY).days // 7 for row in rows], dtype=np.int64)


def same(a: Figure, b: Figure) -> None:
    assert (a.n, a.method, a.reason) == (b.n, b.method, b.reason)
    for name in ("estimate", "variance", "n_effective", "df", "weight"):
        ours, theirs = getattr(a, name), getattr(b, name)
        assert (ours is None) == (theirs is None), name
        assert ours is None or ours == pytest.approx(theirs, rel=1e-7, abs=1e-9), name
    assert (a.interval is None) == (b.interval is None)
    if a.interval is not None and b.interval is not None:
        assert (a.interval.low, a.interval.high) == pytest.approx((b.interval.low, b.interval.high), rel=1e-7)


def all_same(a: Sequence[Reported], b: Sequence[Reported]) -> None:
    assert len(a) == len(b) > 0
    for one, other in zip(a, b, strict=True):
        same(one.figure, other.figure)
        assert one.population == other.population
        for name in ("weighted_sum", "predicted_mean", "residual_mean", "correlation"):
            ours, theirs = getattr(one, name), getattr(other, name)
            assert (ours is None) == (theirs is None), name
            assert ours is None or ours == pytest.approx(theirs, rel=1e-6, abs=1e-8), name


@pytest.mark.parametrize(
    ("seed", "done", "predicted"),
    [
        pytest.param(1, 0.8, 0.9, id="some reviews and some predictions are missing"),
        pytest.param(2, 1.0, 1.0, id="everything is in"),
        pytest.param(3, 0.35, 0.5, id="most is missing, so classes join"),
        pytest.param(4, 0.9, 0.0, id="nothing was predicted"),
    ],
)
def test_every_figure_of_sums_is_that_of_the_reviews(seed: int, done: float, predicted: float) -> None:
    world = World(seed, done=done, predicted=predicted)
    measured = measure(world.reviews, world.frame, world.drawn)
    window = measured.window
    plain = type(window)(sample=window.sample, frame=window.frame, regression=window.regression, strictness=None)
    sums, frame = world.weighted(), world.frame_rows()
    model = from_sums.fit(sums, len(QUEUES))
    splits: list[tuple[int, Callable[[Any], int]]] = [
        (5, lambda row: (row.week - MONDAY).days // 7),
        (3, lambda row: TEAMS.index(row.team)),
        (3, lambda row: QUEUES.index(row.queue)),
    ]

    for count, place in splits:
        scored, framed, every = (
            np.array([place(row) for row in rows], dtype=np.int64)
            for rows in (measured.reviews, world.frame, world.reviews)
        )
        all_same(
            from_sums.quality(sums, every, count, model=model, frame=frame, framed=framed),
            plain.quality(scored, framed, count),
        )
        for name, outcome in (("passed", "passed"), ("critical", "failed_critical")):
            hits = np.array([float(row.outcome == outcome) for row in measured.reviews])
            shares = from_sums.share(sums, name, every, count, frame=frame, framed=framed)
            for one, other in zip(shares, plain.share(hits, scored, framed, count), strict=True):
                same(one.figure, other.figure)

    assert (model is None) == (window.regression is None)
    if model is not None and window.regression is not None:
        theirs = window.regression.correlations
        assert [each is None for each in model.correlations] == [each is None for each in theirs]
        assert [each or 0 for each in model.correlations] == pytest.approx([each or 0 for each in theirs], rel=1e-8)


def test_the_factor_for_reviews_not_done_is_that_of_the_completion_weights() -> None:
    world = World(5, done=0.3, size=120)
    rows = world.rows()

    factor = completion(rows.week, rows.team, rows.risk, rows.sums["reviews"], world.draws(), rows)

    chances = np.array([row.inclusion_probability for row in world.reviews])
    assert factor / chances == pytest.approx(completion_weights(world.reviews, world.drawn), rel=1e-12)


def test_equal_scores_have_no_spread_and_say_so() -> None:
    world = World(6, size=60)
    rows = world.rows()
    scored = rows.sums["n"]
    for power, name in ((1, "y"), (2, "y2")):
        for d in ("d", "d2"):
            rows.sums[d + name][:] = rows.sums[d] * 86.7**power
    rows.sums["y"][:] = scored * 86.7

    figure = from_sums.quality(Weighted.of(rows, np.full(len(rows), 1.3)), np.zeros(len(rows), dtype=np.int64), 1)[
        0
    ].figure

    assert figure.estimate == pytest.approx(86.7)
    assert figure.interval is None
    assert "equal" in str(figure.reason)


def test_shares_of_a_random_part_scatter_as_simpson_says() -> None:
    rng = np.random.default_rng(7)
    shares = np.array([0.5, 0.3, 0.2])
    drawn = rng.multinomial(12, shares, size=20_000) / 12

    expected = float(from_sums.concentration_within(float(shares @ shares), 12))

    assert float((drawn**2).sum(axis=1).mean()) == pytest.approx(expected, abs=0.002)
    assert expected == pytest.approx(0.38 + 0.62 / 12)


def of_reviews(scores: Any, chances: Any, queue: Any) -> Weighted:
    """Weekly sums of one row a review, without predictions."""
    y, d = np.asarray(scores, dtype=np.float64), 1 / np.asarray(chances, dtype=np.float64)
    none, zero, one = np.zeros(len(y), dtype=np.int64), np.zeros(len(y)), np.ones(len(y))
    sums = {"n": one, "p": zero}
    for name, values in {"": one, "y": y, "y2": y * y, "p": zero, "p2": zero, "yp": zero}.items():
        sums[f"d{name}"], sums[f"d2{name}"] = d * values, d * d * values
    sums |= {f"{d}_{name}": zero for d in ("d", "d2") for name in ("passed", "critical")}
    rows = Rows(week=none, team=none, queue=np.asarray(queue), risk=none, value=none, known=none > 0, sums=sums)
    return Weighted.of(rows, one)


def test_a_handful_of_reviews_borrows_the_spread_of_its_window() -> None:
    # Chance 1/2 throughout, so V = (1 - 1/2) s2 / m: half the sample variance over m, and n_eff is m.
    few, many, other = [70.0, 80.0, 90.0], [60.0, 100.0] * 8, [50.0, 90.0] * 10
    scores, queue = [*few, *many, *other], [0] * 19 + [1] * 20
    domain = np.array([0] * 3 + [1] * 16 + [2] * 20)
    sums = of_reviews(scores, [0.5] * 39, queue)

    spread = from_sums.spread_in(sums, 2, None)
    figures = [each.figure for each in from_sums.quality(sums, domain, 3, spread=spread)]

    halves = [0.5 * statistics.variance(each) for each in (few + many, other)]
    pooled = (19 * halves[0] + 20 * halves[1]) / 39
    assert spread is not None
    assert (spread.variance, spread.df) == (pytest.approx(2 * pooled), pytest.approx(18 + 19))  # of one score
    own = 0.5 * statistics.variance(few)
    assert figures[0].variance == pytest.approx((2 * own + 8 * pooled) / 10 / 3)  # Smyth (2004), 8 prior df
    assert figures[0].df == pytest.approx(10)
    assert figures[0].interval is not None
    half = 2.2281388519649385 * ((2 * own + 8 * pooled) / 10 / 3) ** 0.5  # t of 10 df at 0.975, by R's qt
    assert figures[0].interval.low == pytest.approx(80 - half)
    assert figures[1].df == pytest.approx(15 + 8)


def test_a_window_lends_no_more_than_it_has_besides_and_nothing_to_what_was_reviewed_whole() -> None:
    alone = of_reviews([70.0, 80.0, 90.0], [0.5] * 3, [0] * 3)
    everything = np.zeros(3, dtype=np.int64)

    whole = of_reviews([70.0, 90.0, 60.0, 80.0], [1.0, 1.0, 0.5, 0.5], [0, 0, 1, 1])
    spread = from_sums.spread_in(whole, 2, None)
    certain, drawn = (each.figure for each in from_sums.quality(whole, np.array([0, 0, 1, 1]), 2, spread=spread))

    own = from_sums.quality(alone, everything, 1)[0].figure
    borrowed = from_sums.quality(alone, everything, 1, spread=from_sums.spread_in(alone, 1, None))[0].figure
    assert (borrowed.variance, borrowed.df) == (pytest.approx(own.variance), pytest.approx(own.df))
    assert certain.variance == 0
    assert drawn.variance == pytest.approx(0.5 * 200 / 2)  # its own alone
    assert drawn.df == pytest.approx(1)
    assert from_sums.spread_in(of_reviews([70.0], [0.5], [0]), 1, None) is None


@pytest.mark.parametrize(("chance", "beside"), [(0.1, 1.0), (0.1, 0.9), (0.9, 0.1)])
def test_how_surely_other_work_was_drawn_makes_no_band_narrower_or_wider(chance: float, beside: float) -> None:
    rng = np.random.default_rng(7)
    handfuls, each = 500, 9
    size = handfuls * each
    domain = np.concatenate([np.repeat(np.arange(handfuls), each), np.full(2 * size, handfuls)])
    sums = of_reviews(rng.normal(80, 10, 3 * size), [chance] * size + [beside] * 2 * size, np.repeat([0, 1, 1], size))

    lent = from_sums.quality(sums, domain, handfuls + 1, spread=from_sums.spread_in(sums, 2, None))[:handfuls]

    mean = float(np.mean([one.figure.variance for one in lent]))
    assert mean == pytest.approx((1 - chance) * 100 / each, rel=0.05)  # of simple random draws: Cochran (1977), 2.15


def test_bands_of_a_handful_of_reviews_hold_the_truth_though_scores_have_a_long_tail() -> None:
    # 4,000 handfuls of 14 reviews, drawn with two chances from so many parts that all count as different; one part in
    # 25 failed a critical. By their own variances alone too few bands hold: both the mean and the spread miss the tail.
    rng = np.random.default_rng(3)
    handfuls, each = 4_000, 14
    size = handfuls * each
    scores = rng.normal(88, 6, size) - 45 * (rng.random(size) < 0.04)
    domain = np.repeat(np.arange(handfuls), each)
    sums = of_reviews(scores, np.tile([0.02, 0.05], size // 2), domain % 5)

    def held(**lent: Any) -> float:
        figures = [one.figure for one in from_sums.quality(sums, domain, handfuls, **lent)]
        return float(np.mean([one.interval.low <= 88 - 45 * 0.04 <= one.interval.high for one in figures]))  # type: ignore[union-attr]

    assert held() < 0.92
    assert 0.935 <= held(spread=from_sums.spread_in(sums, 5, None)) <= 0.975
