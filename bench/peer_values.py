"""Our coefficients beside those of irrCAC, krippendorff, statsmodels and pingouin on many random sets of ratings.

    python -m bench.peer_values [--sets N]

Two to six raters, five to forty items, two to five categories, up to half of the ratings missing. Every peer has to
come to our value; what peers are known to get wrong is not asked of them. Exit 0 only if all agree. Peers that are
not installed are named as such and hold nothing up.
"""

import argparse
import importlib.util
import math
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from calibration.agreement import (
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    weighted_kappa,
)
from calibration.intervals import (
    agresti_coull_interval,
    clopper_pearson_interval,
    jeffreys_interval,
    wilson_interval,
)
from calibration.multiplicity import benjamini_hochberg, benjamini_yekutieli, bonferroni, hochberg, holm
from calibration.reliability import icc

Ratings = NDArray[np.float64]
WEIGHTS = ("identity", "linear", "quadratic", "ordinal", "radical", "ratio", "circular", "bipolar")
SAME = 1e-8


@dataclass(slots=True)
class Compared:
    """How often a figure was compared with a peer, and the worst difference."""

    values: int = 0
    worst: float = 0.0
    wrong: list[str] = field(default_factory=list)


Results = dict[tuple[str, str], Compared]


def compare(results: Results, figure: str, peer: str, ours: float | None, theirs: float, note: str) -> None:
    """One pair of values; a peer's NaN has to be our ``None``."""
    compared = results.setdefault((figure, peer), Compared())
    compared.values += 1
    if ours is None or not math.isfinite(theirs):
        if ours is not None or math.isfinite(theirs):
            compared.wrong.append(f"{note}: ours {ours}, theirs {theirs}")
        return
    difference = abs(ours - theirs) / max(1.0, abs(theirs))
    compared.worst = max(compared.worst, difference)
    if difference > SAME:
        compared.wrong.append(f"{note}: ours {ours}, theirs {theirs}")


def drawn(sets: int) -> Iterator[tuple[str, Ratings, list[float]]]:
    """Random ratings in which every category of the scale and two ratings of an item occur."""
    for seed in range(sets):
        rng = np.random.default_rng(seed)
        raters, items, size = int(rng.integers(2, 7)), int(rng.integers(5, 41)), int(rng.integers(2, 6))
        truth = rng.integers(1, size + 1, items)
        ratings = np.where(rng.random((raters, items)) < 0.6, truth, rng.integers(1, size + 1, (raters, items))).astype(
            float
        )
        ratings[rng.random(ratings.shape) < rng.uniform(0, 0.5)] = np.nan
        ratings = ratings[:, ~np.isnan(ratings).all(axis=0)]
        seen = np.unique(ratings[~np.isnan(ratings)])
        several = (~np.isnan(ratings)).sum(axis=0) > 1
        if (~np.isnan(ratings)).any(axis=1).all() and seen.size == size and several.sum() > 1:
            yield f"set {seed}", ratings, list(range(1, size + 1))


def with_irrcac(results: Results, note: str, ratings: Ratings, scale: list[float]) -> None:
    import pandas
    from irrCAC.raw import CAC

    table = pandas.DataFrame(ratings.T)
    for kind in WEIGHTS:
        peer = CAC(table, kind, scale, digits=12)
        weights = "unweighted" if kind == "identity" else kind
        for name, ours, theirs in (
            ("AC", gwet_ac, peer.gwet),
            ("Fleiss", fleiss_kappa, peer.fleiss),
            ("Conger", conger_kappa, peer.conger),
            ("Brennan-Prediger", brennan_prediger, peer.bp),
            ("alpha by weights", krippendorff_alpha, peer.krippendorff),
        ):
            found = ours(ratings, weights=weights, categories=scale, std_error="gwet")
            try:
                expected = theirs()["est"]
            except ZeroDivisionError:  # no variation among the items with two ratings: ours has to be undefined
                expected = {"coefficient_value": math.nan, "se": math.nan}
            compare(results, name, "irrCAC", found.estimate, float(expected["coefficient_value"]), f"{note}, {kind}")
            if name == "alpha by weights":  # its error is wrong where items have unequal numbers of ratings
                continue
            compare(
                results, f"{name}, Gwet's error", "irrCAC", found.std_error, float(expected["se"]), f"{note}, {kind}"
            )


def with_krippendorff(results: Results, note: str, ratings: Ratings, scale: list[float]) -> None:
    import krippendorff

    for level in ("nominal", "ordinal", "interval", "ratio"):
        theirs = krippendorff.alpha(ratings, level_of_measurement=level, value_domain=scale)
        ours = krippendorff_alpha(ratings, level=level, categories=scale).estimate
        compare(results, f"alpha, {level}", "krippendorff", ours, float(theirs), note)


def with_statsmodels(results: Results, note: str, ratings: Ratings, scale: list[float]) -> None:
    from statsmodels.stats import inter_rater, multitest, proportion

    complete = ratings[:, ~np.isnan(ratings).any(axis=0)]
    if complete.shape[1] > 1 and np.unique(complete).size > 1:
        counts = inter_rater.aggregate_raters(complete.T.astype(int))[0]
        ours = fleiss_kappa(complete, categories=scale).estimate
        compare(results, "Fleiss, complete", "statsmodels", ours, float(inter_rater.fleiss_kappa(counts)), note)
        pair = complete[:2]
        table = np.zeros((len(scale), len(scale)))
        np.add.at(table, tuple(pair.astype(int) - 1), 1)
        if np.unique(pair).size > 1:
            for kind, weights in (("unweighted", None), ("linear", "linear"), ("quadratic", "quadratic")):
                expected = inter_rater.cohens_kappa(table, wt=weights)
                found = (
                    weighted_kappa(pair, weights=kind, categories=scale)
                    if weights
                    else cohen_kappa(pair, categories=scale)
                )
                compare(results, f"Cohen, {kind}", "statsmodels", found.estimate, float(expected.kappa), note)
                error = found.std_error
                if error:
                    compare(results, f"Cohen, {kind}, error", "statsmodels", error, float(expected.std_kappa), note)
    rng = np.random.default_rng(ratings.size)
    n = int(rng.integers(1, 60))
    x = int(rng.integers(0, n + 1))
    for method, interval in (
        ("wilson", wilson_interval),
        ("beta", clopper_pearson_interval),
        ("agresti_coull", agresti_coull_interval),
        ("jeffreys", jeffreys_interval),
    ):
        low, high = proportion.proportion_confint(x, n, method=method)
        if method == "jeffreys":  # ours ends at 0 of none and 1 of all
            low, high = (0.0 if x == 0 else low), (1.0 if x == n else high)
        own = interval(x, n)
        ends = ((own.low, max(0.0, low)), (own.high, min(1.0, high)))  # it does not clip Agresti-Coull
        for ours, theirs in ends:
            compare(results, f"interval, {method}", "statsmodels", ours, float(theirs), f"{x} of {n}")
    p = rng.random(int(rng.integers(1, 12))) ** 2
    for method, adjust in (
        ("holm", holm),
        ("simes-hochberg", hochberg),
        ("fdr_bh", benjamini_hochberg),
        ("fdr_by", benjamini_yekutieli),
        ("bonferroni", bonferroni),
    ):
        for ours, theirs in zip(adjust(p.tolist()), multitest.multipletests(p, method=method)[1], strict=True):
            compare(results, f"p-values, {method}", "statsmodels", ours, float(theirs), note)


def with_pingouin(results: Results, note: str, ratings: Ratings, scale: list[float]) -> None:
    import pandas
    import pingouin

    rng = np.random.default_rng(ratings.size)
    scores = ratings[:, ~np.isnan(ratings).any(axis=0)]
    scores = scores + rng.normal(0, 0.1, scores.shape)
    if scores.shape[1] < 5:  # pingouin's own least
        return
    rater, item = np.indices(scores.shape)
    long = pandas.DataFrame({"item": item.ravel(), "rater": rater.ravel(), "rating": scores.ravel()})
    table = pingouin.intraclass_corr(long, "item", "rater", "rating")
    kinds = [(model, unit) for unit in ("single", "average") for model in ("1", "2", "3")]
    for (model, unit), expected, ratio in zip(kinds, table["ICC"], table["F"], strict=True):
        found = icc(scores, model=model, unit=unit)
        compare(results, f"ICC({model}), {unit}", "pingouin", found.estimate, float(expected), note)
        compare(results, f"ICC({model}), {unit}, F", "pingouin", found.f, float(ratio), note)


PEERS: dict[str, Callable[[Results, str, Ratings, list[float]], None]] = {
    "irrCAC": with_irrcac,
    "krippendorff": with_krippendorff,
    "statsmodels": with_statsmodels,
    "pingouin": with_pingouin,
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.peer_values", description=__doc__)
    parser.add_argument("--sets", type=int, default=200)
    given = parser.parse_args(arguments)
    results: Results = {}
    present = {name: call for name, call in PEERS.items() if importlib.util.find_spec(name)}
    for name in PEERS.keys() - present.keys():
        print(f"{name} is not installed: see requirements-bench.txt")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # the peers' own
        for note, ratings, scale in drawn(given.sets):
            for call in present.values():
                call(results, note, ratings, scale)
    print(f"{'figure':<34} {'peer':<14} {'values':>7} {'differ':>7} {'worst':>9}")
    for (figure, peer), compared in sorted(results.items()):
        print(f"{figure:<34} {peer:<14} {compared.values:>7} {len(compared.wrong):>7} {compared.worst:>9.1e}")
        for line in compared.wrong[:3]:
            print(f"  {line}", file=sys.stderr)
    return 1 if any(compared.wrong for compared in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
