"""Whether the coaching list finds the right people, and whether coaching that does nothing looks as if it did."""

import numpy as np
from scipy import stats

from bench.bars import Bar, at_least, at_most
from bench.population import Codes, Population, Vector, critical_signal
from qa.coaching.effects import Course, coaching_effect, verdict
from qa.sampling.estimation import column_means, greg_by, working_coefficients
from qa.sampling.ordering import fay_herriot

REVIEWS = 5
RMSE_BAR, FOUND_BAR, SPEARMAN_BAR = 2.5, 0.68, 0.91
LOWEST = 0.1
BEFORE_WEEKS = 6
COACHED_REVIEWS = 10
FALSE_CLAIM_BAR = 0.08
LEVEL = 0.05


def simple_samples(codes: Codes, count: int, size: int, rng: np.random.Generator) -> tuple[Codes, Vector]:
    """A simple random sample of each domain: places and chances."""
    order = np.lexsort((rng.random(len(codes)), codes))
    sizes = np.bincount(codes, minlength=count)
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    rank = np.arange(len(codes)) - first[codes[order]]
    taken = order[rank < size]
    return taken.astype(np.int64), np.minimum(1.0, size / sizes[codes[taken]])


def _estimates(score: Vector, x: Vector, codes: Codes, count: int, size: int, rng: np.random.Generator) -> Vector:
    """The regression figure of each specialist from a simple random sample of their parts; NaN where there is none."""
    places, pi = simple_samples(codes, count, size, rng)
    figures = greg_by(codes[places], count, score[places], pi, x[places], column_means(codes, count, x), shrink=True)
    return np.array([np.nan if figure.estimate is None else figure.estimate for figure in figures])


def ranking_bars(population: Population, replicates: int) -> list[Bar]:
    """D3.5: five reviews of each specialist, shrunken for the order."""
    rng = np.random.default_rng(5)
    group = population.grouping("specialist")
    x = population.working_columns([population.auto, critical_signal(population)])
    truth = population.true_means(group, population.score)
    new = population.true_means(group, np.array([float(value) for value in population.column("new_specialist")]))
    means = column_means(group.codes, group.count, x)
    lowest = int(group.count * LOWEST)
    truly_lowest = set(np.argsort(truth)[:lowest].tolist())
    results: dict[str, list[tuple[float, float, float]]] = {"raw": [], "shrunken": []}
    for _ in range(replicates):
        places, pi = simple_samples(group.codes, group.count, REVIEWS, rng)
        y, codes = population.score[places], group.codes[places]
        b = working_coefficients(x[places], y, pi)
        figures = greg_by(codes, group.count, y, pi, x[places], means, coefficients=b, shrink=True)
        ordering = fay_herriot(figures, np.column_stack([np.ones(group.count), means @ b, new]))
        shrunken = np.array([domain.estimate for domain in ordering.domains])
        raw = np.bincount(codes, y, group.count) / np.bincount(codes, minlength=group.count)
        for name, estimate in (("raw", raw), ("shrunken", shrunken)):
            found = truly_lowest & set(np.argsort(estimate)[:lowest].tolist())
            error = float(np.sqrt(np.mean((estimate - truth) ** 2)))
            results[name].append((error, len(found) / lowest, float(stats.spearmanr(estimate, truth).statistic)))
    raw_error, raw_found, raw_order = np.mean(results["raw"], axis=0)
    error, share, order = (float(mean) for mean in np.mean(results["shrunken"], axis=0))
    return [
        at_most(f"D3.5 five reviews each, shrunken: RMSE (raw mean {raw_error:.2f})", error, RMSE_BAR),
        at_least(f"D3.5 true lowest tenth found (raw mean {raw_found:.2f})", share, FOUND_BAR),
        at_least(f"D3.5 Spearman with the truth (raw mean {raw_order:.2f})", order, SPEARMAN_BAR),
    ]


def coaching_bars(population: Population, replicates: int) -> list[Bar]:
    """D3.6: the lowest tenth by ten reviews, half of them coached without effect, ten reviews after.

    Once by Welch's test of the two halves, once as the product tells an effect, beside everybody who was not coached.
    """
    rng = np.random.default_rng(6)
    group = population.grouping("specialist")
    x = population.working_columns([population.auto, critical_signal(population)])
    early = population.week <= BEFORE_WEEKS
    lowest = int(group.count * LOWEST)
    claims = naive = told = 0
    for _ in range(replicates):
        before, after = (
            _estimates(population.score[half], x[half], group.codes[half], group.count, COACHED_REVIEWS, rng)
            for half in (early, ~early)
        )
        change = after - before
        known = np.flatnonzero(np.isfinite(change))
        chosen = rng.permutation(known[np.argsort(before[known])[:lowest]])
        coached, waiting = change[chosen[: lowest // 2]], change[chosen[lowest // 2 :]]
        claims += float(stats.ttest_ind(coached, waiting, equal_var=False).pvalue) < LEVEL
        naive += float(stats.ttest_1samp(change[chosen], 0).pvalue) < LEVEL
        courses = {
            int(who): Course(
                before=before[who], after=after[who], reviews_before=COACHED_REVIEWS, reviews_after=COACHED_REVIEWS
            )
            for who in known
        }
        helped = [courses.pop(int(who)) for who in chosen[: lowest // 2]]
        told += verdict(coaching_effect(helped, list(courses.values()))) != "cannot tell yet"
    name = f"D3.6 false claims of coaching without effect (naive {naive / replicates:.2f})"
    return [
        at_most(name, claims / replicates, FALSE_CLAIM_BAR),
        at_most("the same, as the product tells an effect", told / replicates, FALSE_CLAIM_BAR),
    ]
