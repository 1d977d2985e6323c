"""Figures as pages report them: the regression where it helps, the weighted mean elsewhere."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from calibration.results import Interval
from qa.sampling import telling
from qa.sampling.estimation import Figure, column_means, greg_by, hajek
from qa.sampling.explaining import MEAN, REGRESSION, SHARE, Explanation, explain
from qa.sampling.reporting import Frame, Regression, Sample, Window, regress, too_few
from qa.sampling.spreads import GREG_STEADIED, HAJEK_SHRUNK
from qa.sampling.strictness import strictness_of


class World:
    """Two queues of 400 parts; the prediction is good in the first and worth nothing in the second."""

    def __init__(self, *, known: float = 1.0) -> None:
        rng = np.random.default_rng(7)
        self.queue = np.repeat([0, 1], 400)
        self.predicted = rng.normal(80, 8, 800)
        noise = rng.normal(0, 6, 800)
        self.y = np.where(self.queue == 0, self.predicted + noise, 70 + 2 * noise)
        self.has = rng.random(800) < known
        self.taken = np.sort(rng.choice(800, 160, replace=False))

    @property
    def sample(self) -> Sample:
        t = self.taken
        return Sample.of(
            y=self.y[t],
            pi=np.full(160, 0.2),
            queue=self.queue[t],
            predicted=np.where(self.has[t], self.predicted[t], np.nan),
            reviewer=np.arange(160) % 4,
        )

    @property
    def frame(self) -> Frame:
        return Frame.of(
            size=[400, 400],
            queue=[0, 1],
            predicted=[self.has[:400].sum(), self.has[400:].sum()],
            predicted_sum=[self.predicted[:400][self.has[:400]].sum(), self.predicted[400:][self.has[400:]].sum()],
        )

    def window(self, *, strict: bool = False) -> Window:
        sample, frame = self.sample, self.frame
        known = strictness_of(sample.y - sample.y.mean(), sample.reviewer, 4) if strict else None
        return Window(sample=sample, frame=frame, regression=regress(sample, frame, 2), strictness=known)


def test_the_prediction_enters_only_in_queues_where_it_correlates() -> None:
    model = World().window().regression

    assert model is not None
    assert model.useful == (True, False)
    assert model.correlations[0] == pytest.approx(0.8, abs=0.1)
    assert abs(model.correlations[1] or 0) < 0.2


def test_the_figure_is_the_regression_estimate_of_those_columns() -> None:
    world = World()
    window = world.window()

    reported = window.quality(np.zeros(160), [0, 0], 1)[0]

    # By the estimator itself: a level for each queue, and the prediction in the first queue.
    used = np.where(world.queue == 0, world.predicted, 0.0)
    x = np.column_stack([world.queue == 0, world.queue == 1, used]).astype(float)
    t = world.taken
    means = column_means(np.zeros(800), 1, x)
    direct = greg_by(np.zeros(160), 1, world.y[t], np.full(160, 0.2), x[t], means)[0]
    assert reported.figure.estimate == pytest.approx(direct.estimate)
    assert reported.figure.variance == pytest.approx(direct.variance)
    assert reported.predicted_mean is not None
    assert reported.residual_mean is not None
    assert reported.predicted_mean + reported.residual_mean == pytest.approx(direct.estimate)
    assert reported.population == 800


def test_a_queue_where_it_does_not_correlate_has_the_weighted_mean() -> None:
    world = World()

    first, second = world.window().quality(world.sample.queue, [0, 1], 2)

    here = world.sample.queue == 1
    plain = hajek(world.sample.y[here], world.sample.pi[here])
    assert first.regression
    assert not second.regression
    assert (second.figure.estimate, second.figure.variance) == (
        pytest.approx(plain.estimate),
        pytest.approx(plain.variance),
    )


def test_without_any_prediction_everything_is_the_weighted_mean() -> None:
    window = World(known=0.0).window()

    assert window.regression is None

    weak = World()
    weak.predicted = np.random.default_rng(8).normal(80, 8, 800)
    unhelpful = weak.window()

    assert unhelpful.regression is not None
    assert unhelpful.regression.useful == (False, False)
    assert not unhelpful.quality(np.zeros(160), [0, 0], 1)[0].regression
    assert not window.quality(np.zeros(160), [0, 0], 1)[0].regression


def test_parts_without_a_prediction_have_a_level_of_their_own() -> None:
    world = World(known=0.7)
    model = world.window().regression

    assert isinstance(model, Regression)
    assert model.columns[:, -1].sum() == (~world.has[world.taken]).sum()
    assert model.sums[:, -1].sum() == (~world.has).sum()
    reported = world.window().quality(np.zeros(160), [0, 0], 1)[0]
    assert reported.figure.estimate == pytest.approx(world.y.mean(), abs=3)


def test_intervals_hold_the_truth_of_a_population_over_many_samples() -> None:
    rng = np.random.default_rng(11)
    world = World(known=0.8)
    held = 0
    for _ in range(200):
        world.taken = np.sort(rng.choice(800, 160, replace=False))
        interval = world.window().quality(np.zeros(160), [0, 0], 1)[0].figure.interval
        assert interval is not None
        held += interval.low <= world.y.mean() <= interval.high

    # 190 expected, standard deviation 3.1.
    assert held >= 180


def test_a_queue_with_hardly_any_review_shares_the_level_of_the_others() -> None:
    sample = Sample.of(
        y=np.linspace(60, 90, 43),
        pi=np.full(43, 0.5),
        queue=[0] * 40 + [1] * 2 + [2],
        predicted=np.linspace(61, 91, 43),
        reviewer=[0] * 43,
    )
    frame = Frame.of(
        size=[80, 10, 5, 7], queue=[0, 1, 2, 3], predicted=[80, 10, 5, 7], predicted_sum=[6000, 700, 350, 490]
    )

    model = regress(sample, frame, 4)

    # Three reviews in small queues and none in the last: all of them join the large one.
    assert model is not None
    assert model.columns.shape == (43, 3)
    assert model.sums[:, 0].tolist() == [80, 10, 5, 7]


def test_a_domain_without_a_frame_has_the_weighted_mean() -> None:
    window = World().window()

    reported = window.quality(np.zeros(160), [-1, -1], 1)[0]

    assert not reported.regression
    assert reported.figure.estimate is not None
    assert reported.correlation is not None


def test_what_the_same_reviewers_scored_cancels_in_a_difference() -> None:
    world = World()
    window = world.window(strict=True)
    halves = np.arange(160) // 80

    first, second = window.quality(halves, [0, 1], 2)
    shared = window.gap(first, second)

    assert first.figure.reviewer_variance > 0
    assert shared.std_error is not None
    assert shared.std_error < (first.figure.std_error or 0) + (second.figure.std_error or 0)
    assert shared.std_error**2 < sum(
        (each.figure.variance or 0) + each.figure.reviewer_variance for each in (first, second)
    )


def test_vectors_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one entry a review"):
        Sample.of(y=[1.0], pi=[0.5, 0.5], queue=[0], predicted=[1.0], reviewer=[0])


@pytest.mark.parametrize(
    ("n", "interval", "proportion", "few"),
    [
        pytest.param(4, (70, 90), False, True, id="four reviews"),
        pytest.param(5, (0, 100), False, False, id="five reviews, however wide"),
        pytest.param(50, (0.5, 0.8001), True, True, id="a share known to over 30 points"),
        pytest.param(50, (0.5, 0.8), True, False, id="a share known to 30 points"),
        pytest.param(50, None, True, True, id="a share without an interval"),
    ],
)
def test_too_few_to_judge(n: int, interval: Any, proportion: bool, few: bool) -> None:
    known = Interval(low=interval[0], high=interval[1], confidence=0.95) if interval else None

    assert too_few(Figure(estimate=0.7, n=n, interval=known), proportion=proportion) is few


def test_the_explanations_formula_gives_the_figure() -> None:
    world = World()
    first, second = world.window(strict=True).quality(world.sample.queue, [0, 1], 2)
    share = world.window().share(world.sample.y > 75, np.zeros(160), [0, 0], 1)[0]

    regression = explain(first, title="Quality")
    mean = explain(second, title="Quality")
    rate = explain(share, title="Pass rate", proportion=True, drawn=170, left_out=[("voided", 0), ("targeted", 2)])

    assert (regression.formula, mean.formula, rate.formula) == (REGRESSION, MEAN, SHARE)
    assert sum(regression.terms) == pytest.approx(regression.estimate)
    assert mean.terms[0] / mean.terms[1] == pytest.approx(mean.estimate)
    assert 100 * rate.terms[0] / rate.terms[1] == pytest.approx(rate.estimate)
    assert rate.left_out == (("targeted", 2),)
    assert (rate.n, rate.drawn, rate.population) == (160, 170, 800)
    assert regression.quantile is not None
    assert regression.std_error is not None
    assert regression.estimate is not None
    assert regression.high == pytest.approx(regression.estimate + regression.quantile * regression.std_error)
    assert regression.reviewers > 0


def told(**given: Any) -> Explanation:
    """Five reviews of ten that were drawn, from a mean of 80 with errors of 3 and 4 points."""
    usual: dict[str, Any] = {
        "title": "Quality",
        "words": "",
        "formula": MEAN,
        "terms": (4000.0, 50.0),
        "estimate": 80.0,
        "scale": 1.0,
        "unit": "",
        "n": 5,
        "n_effective": 4.5,
        "population": 1200,
        "drawn": 10,
        "least_weight": 8.0,
        "largest_weight": 12.0,
        "method": "weighted",
        "reason": None,
        "low": 70.0,
        "high": 90.0,
        "quantile": 2.0,
        "sampling": 3.0,
        "reviewers": 4.0,
        "df": 9.0,
        "correlation": None,
        "regression": False,
        "left_out": (("voided", 2), ("targeted", 1)),
        "rubric_versions": ("General 1.0", "General 2.0"),
        "rules": (("Verdict", "cannot tell"),),
    }
    return Explanation(**usual | given)


def test_an_explanation_tells_what_a_number_rests_on_and_what_it_leaves_out() -> None:
    assert telling.facts(told()) == [
        ("Reviews", "5 of 10 drawn, worth 4.5 of equal weight"),
        ("Stands for", "1,200 parts"),
        ("Weights", "8.0 to 12.0 parts a review"),
        ("Standard error", "5.00: sampling 3.00, reviewers’ strictness 4.00"),
        ("95 % interval", "70.0 to 90.0 = estimate ± 2.00 × 5.00"),
        ("Method", "weighted"),
        ("Predicted score", "not used: no correlation of at least 0.20 is measured"),
        ("Left out", "2 voided"),
        ("also left out", "1 targeted"),
        ("Rubric", "General 1.0, General 2.0"),
        ("Verdict", "cannot tell"),
    ]
    assert telling.worked_out(told()) == "Σ w·y ÷ Σ w = 4,000.0 ÷ 50.0 = 80.00"


def test_an_explanation_says_of_a_share_an_answer_and_a_prediction_what_holds_of_each() -> None:
    share = told(scale=100.0, unit=" %", terms=(40.0, 50.0), reviewers=0.0, quantile=None, least_weight=12.0)
    bare = {"drawn": None, "population": 0, "rubric_versions": (), "rules": (), "left_out": ()}
    answers = dict(telling.facts(told(counted="Answers", **bare)))
    unknown = told(terms=(), estimate=None, low=None, high=None, sampling=None, reason="too few to judge")
    predicted = told(formula=REGRESSION, regression=True, terms=(81.0, -1.0), correlation=0.45)

    assert telling.worked_out(share).endswith(" = 4,000.0 ÷ 50.0 = 80.00 %")
    assert dict(telling.facts(share)) | {"Weights": "12.0 parts a review on average"} == dict(telling.facts(share))
    assert dict(telling.facts(share))["Standard error"] == "3.00 %: sampling 3.00, reviewers’ strictness not counted in"
    assert dict(telling.facts(share))["95 % interval"] == "70.0 to 90.0 %"
    assert "Predicted score" not in dict(telling.facts(share))
    assert list(answers) == ["Answers", "Standard error", "95 % interval", "Method", "Predicted score"]
    assert answers["Answers"] == "5"
    assert telling.worked_out(unknown) == MEAN
    assert ("No interval", "too few to judge") in telling.facts(unknown)
    for method in (HAJEK_SHRUNK, GREG_STEADIED):
        lent = dict(telling.facts(told(method=method)))["Spread of scores"]
        assert lent.endswith("that of all weeks looked at, which counts like 8 reviews more at most")
    assert telling.worked_out(predicted) == f"{REGRESSION} = 81.00 − 1.00 = 80.00"
    assert dict(telling.facts(predicted))["Predicted score"] == "correlates 0.45 with the reviews here"
    assert (
        dict(telling.facts(told(regression=True)))["Predicted score"]
        == "correlation not measured here: under 30 reviews"
    )


def test_a_share_carries_reviewers_strictness_told_apart_and_a_change_only_what_they_do_not_share() -> None:
    world = World()
    hits, halves = (world.sample.y > 75).astype(float), np.arange(160) // 80  # all four reviewers in both halves
    alone = world.window().share(hits, np.zeros(160), [0, 0], 1)[0].figure
    window = world.window(strict=True)

    whole = window.share(hits, np.zeros(160), [0, 0], 1)[0].figure
    first, second = window.share(hits, halves, [0, 1], 2)
    change = window.gap(first, second)

    assert (whole.estimate, whole.variance) == (alone.estimate, alone.variance)
    assert whole.reviewer_variance > 0
    assert whole.interval is not None
    assert alone.interval is not None
    assert whole.interval.low < alone.interval.low < alone.interval.high < whole.interval.high
    assert change.std_error == pytest.approx(((first.figure.variance or 0) + (second.figure.variance or 0)) ** 0.5)


@pytest.mark.slow
def test_pass_rates_by_six_reviewers_hold_the_truth_only_with_their_strictness() -> None:
    rng = np.random.default_rng(1)
    held = {True: 0, False: 0}
    truth = stats.norm.sf((80 - 88) / np.hypot(14, 4))  # over all reviewers there could be
    for _ in range(150):
        reviewer = rng.integers(0, 6, 400)
        y = 88 + rng.normal(0, 14, 400) + rng.normal(0, 4, 6)[reviewer]
        queue = np.zeros(400, dtype=np.int64)
        sample = Sample.of(y=y, pi=np.full(400, 0.1), queue=queue, predicted=np.full(400, np.nan), reviewer=reviewer)
        frame = Frame.of(size=[4000], queue=[0], predicted=[0], predicted_sum=[0])
        known = strictness_of(y - y.mean(), reviewer, 6)
        for strict in held:
            window = Window(sample=sample, frame=frame, regression=None, strictness=known if strict else None)
            interval = window.share((y >= 80).astype(float), queue, [0], 1)[0].figure.interval
            held[strict] += interval is not None and interval.low <= truth <= interval.high

    # 95 % of 150 within three standard errors; without strictness seven in ten.
    assert held[True] >= 134
    assert held[False] < 125
