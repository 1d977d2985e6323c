"""Speed of the coefficients of agreement beside other packages, and beside loops where those are not installed.

    python -m bench.agreement [--items N] [--resamples N]

20 raters, 30 % of the ratings filled, five categories. Peers (krippendorff, irrCAC, statsmodels, pingouin) are used
where they can be imported; the loop over items, as the textbooks write it, always runs. CPU seconds, best of several
runs, all threads added; every peer must come to the same value. Of Fleiss' kappa with gaps irrCAC is the only peer, of
an ICC with gaps there is none (pingouin drops every item with a gap, here all of them), so an ICC is compared on
complete ratings, and with gaps with its definition, a least squares fit. Exit 0 only if every bar holds.
"""

import argparse
import importlib.util
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.agreement import fleiss_kappa, gwet_ac, krippendorff_alpha
from calibration.reliability import icc

Ratings = NDArray[np.float64]
RATERS, FILLED, SCALE = 20, 0.3, [1.0, 2.0, 3.0, 4.0, 5.0]
FASTER, BOOTSTRAP_SECONDS, BOOTSTRAP_FASTER, CLUSTER_FASTER, IMPORT_SECONDS = 3.0, 0.5, 50.0, 25.0, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measurement: our seconds, the peer's, and the bar in the way it is stated."""

    name: str
    ours: float
    peer: str
    theirs: float | None
    bar: float
    unit: str = "x"

    @property
    def figure(self) -> float:
        return self.theirs / self.ours if self.unit == "x" and self.theirs is not None else self.ours

    @property
    def holds(self) -> bool:
        return self.figure >= self.bar if self.unit == "x" else self.figure <= self.bar


def made(items: int, *, filled: float) -> Ratings:
    """Ratings of which six in ten agree with a truth."""
    rng = np.random.default_rng(1)
    truth = rng.integers(1, 6, items)
    matrix = np.where(rng.random((RATERS, items)) < 0.6, truth, rng.integers(1, 6, (RATERS, items))).astype(float)
    matrix[rng.random(matrix.shape) > filled] = np.nan
    return matrix


def seconds(call: Callable[[], Any], *, least: float = 0.4, most: int = 40) -> float:
    """CPU seconds of one call, the best of as many as fit in ``least`` seconds (at least one)."""
    best, spent = float("inf"), 0.0
    for _ in range(most):
        start = time.process_time()
        call()
        own = time.process_time() - start
        best, spent = min(best, own), spent + own
        if spent > least:
            break
    return best


def loop_alpha(matrix: Ratings) -> float:
    """Nominal alpha item by item, as Krippendorff (2011) writes the coincidences."""
    together: dict[tuple[float, float], float] = {}
    for column in matrix.T:
        values = [value for value in column if value == value]
        if len(values) < 2:
            continue
        for place, first in enumerate(values):
            for other, second in enumerate(values):
                if place != other:
                    together[first, second] = together.get((first, second), 0.0) + 1 / (len(values) - 1)
    marginals = {value: sum(n for (a, _), n in together.items() if a == value) for value in SCALE}
    total = sum(marginals.values())
    agreeing = sum(n for (a, b), n in together.items() if a == b)
    expected = sum(n * (n - 1) for n in marginals.values()) / (total - 1)
    return (agreeing - expected) / (total - expected)


def loop_ac2(matrix: Ratings) -> float:
    """AC2 with quadratic weights item by item, as Gwet (2014), ch. 5, writes it."""
    weight = {(a, b): 1 - ((a - b) / 4) ** 2 for a in SCALE for b in SCALE}
    agreements, shares, rated = [], dict.fromkeys(SCALE, 0.0), 0
    for column in matrix.T:
        values = [value for value in column if value == value]
        rated += bool(values)
        for value in values:
            shares[value] += 1 / len(values)
        if len(values) > 1:
            pairs = sum(weight[a, b] for a in values for b in values) - len(values)
            agreements.append(pairs / (len(values) * (len(values) - 1)))
    found = sum(agreements) / len(agreements)
    chance = sum(weight.values()) / 20 * sum(n / rated * (1 - n / rated) for n in shares.values())
    return (found - chance) / (1 - chance)


def loop_fleiss(matrix: Ratings) -> float:
    """Fleiss' kappa item by item, as Fleiss (1971) writes it."""
    agreements, shares = 0.0, dict.fromkeys(SCALE, 0.0)
    for column in matrix.T:
        counts = [sum(value == category for value in column) for category in SCALE]
        number = sum(counts)
        agreements += sum(n * (n - 1) for n in counts) / (number * (number - 1))
        for category, n in zip(SCALE, counts, strict=True):
            shares[category] += n / number
    items = matrix.shape[1]
    chance = sum((share / items) ** 2 for share in shares.values())
    return float((agreements / items - chance) / (1 - chance))


def loop_icc(matrix: Ratings) -> float:
    """ICC(2,1) item by item from the sums of squares of Shrout & Fleiss (1979)."""
    k, n = matrix.shape
    mean = sum(sum(column) for column in matrix.T) / (k * n)
    items = sum(k * (sum(column) / k - mean) ** 2 for column in matrix.T)
    raters = sum(n * (sum(row) / n - mean) ** 2 for row in matrix)
    total = sum((value - mean) ** 2 for column in matrix.T for value in column)
    msr, msc, mse = items / (n - 1), raters / (k - 1), (total - items - raters) / ((n - 1) * (k - 1))
    return float((msr - mse) / (msr + (k - 1) * mse + k * (msc - mse) / n))


def sparse_icc(matrix: Ratings) -> float:
    """ICC(2,1) of ratings with gaps: sums of squares by least squares on indicators (Searle et al. 1992, ch. 5)."""
    from scipy import sparse
    from scipy.sparse.linalg import lsqr

    rater, item = np.nonzero(~np.isnan(matrix))
    _, item = np.unique(item, return_inverse=True)
    y = matrix[~np.isnan(matrix)]
    y = y - y.mean()
    rows, ones = np.arange(y.size), np.ones(y.size)
    of_raters = sparse.csr_array((ones, (rows, rater)))
    of_items = sparse.csr_array((ones, (rows, item)))
    both = sparse.hstack([of_raters, of_items], format="csr")

    def left(columns: Any) -> float:
        return float(lsqr(columns, y, atol=1e-14, btol=1e-14, iter_lim=5000)[3] ** 2)

    n, k = of_items.shape[1], of_raters.shape[1]
    error, no_items, no_raters = left(both), left(of_raters), left(of_items)
    mse = error / (y.size - n - k + 1)
    items = ((no_items - error) / (n - 1) - mse) / ((y.size - k) / (n - 1))
    raters = ((no_raters - error) / (k - 1) - mse) / ((y.size - n) / (k - 1))
    return items / (items + raters + mse)


def peers(sparse: Ratings, full: Ratings) -> dict[str, list[tuple[str, Callable[[], float]]]]:
    """The same figures by other programs, by name of the figure."""
    found: dict[str, list[tuple[str, Callable[[], float]]]] = {
        "alpha nominal": [("loop", lambda: loop_alpha(sparse))],
        "AC2 quadratic": [("loop", lambda: loop_ac2(sparse))],
        "Fleiss' kappa": [("loop", lambda: loop_fleiss(sparse))],
        "Fleiss' kappa, complete": [("loop", lambda: loop_fleiss(full))],
        "ICC(2,1)": [("least squares", lambda: sparse_icc(sparse))],
        "ICC(2,1), complete": [("loop", lambda: loop_icc(full))],
        "alpha ordinal": [],
        "alpha interval": [],
    }
    if importlib.util.find_spec("krippendorff"):
        import krippendorff

        for level in ("nominal", "ordinal", "interval"):
            found[f"alpha {level}"].append(
                (
                    "krippendorff",
                    lambda level=level: krippendorff.alpha(sparse, level_of_measurement=level, value_domain=SCALE),
                )
            )
    if importlib.util.find_spec("irrCAC"):
        import pandas
        from irrCAC.raw import CAC

        table = pandas.DataFrame(sparse.T)
        found["AC2 quadratic"].append(
            ("irrCAC", lambda: CAC(table, "quadratic", SCALE, digits=12).gwet()["est"]["coefficient_value"])
        )
        found["Fleiss' kappa"].append(
            ("irrCAC", lambda: CAC(table, "identity", SCALE, digits=12).fleiss()["est"]["coefficient_value"])
        )
    if importlib.util.find_spec("statsmodels"):
        from statsmodels.stats import inter_rater

        whole = full.T.astype(int)
        found["Fleiss' kappa, complete"].append(
            ("statsmodels", lambda: inter_rater.fleiss_kappa(inter_rater.aggregate_raters(whole)[0]))
        )
    if importlib.util.find_spec("pingouin"):
        import pandas
        import pingouin

        rater, item = np.indices(full.shape)
        long = pandas.DataFrame({"item": item.ravel(), "rater": rater.ravel(), "rating": full.ravel()})
        found["ICC(2,1), complete"].append(
            ("pingouin", lambda: pingouin.intraclass_corr(long, "item", "rater", "rating")["ICC"].iloc[1])
        )
    return found


def coefficients(items: int) -> list[Line]:
    """One line per figure and peer."""
    sparse, full = made(items, filled=FILLED), made(items, filled=1.0)
    ours: dict[str, Callable[[], float | None]] = {
        "alpha nominal": lambda: krippendorff_alpha(sparse, categories=SCALE).estimate,
        "alpha ordinal": lambda: krippendorff_alpha(sparse, level="ordinal", categories=SCALE).estimate,
        "alpha interval": lambda: krippendorff_alpha(sparse, level="interval", categories=SCALE).estimate,
        "AC2 quadratic": lambda: gwet_ac(sparse, weights="quadratic", categories=SCALE).estimate,
        "Fleiss' kappa": lambda: fleiss_kappa(sparse, categories=SCALE).estimate,
        "Fleiss' kappa, complete": lambda: fleiss_kappa(full, categories=SCALE).estimate,
        "ICC(2,1)": lambda: icc(sparse, model="2").estimate,
        "ICC(2,1), complete": lambda: icc(full, model="2").estimate,
    }
    lines = []
    for figure, others in peers(sparse, full).items():
        for peer, call in others:
            value, expected = ours[figure](), float(call())
            if value is None or abs(value - expected) > 5e-4 * (peer == "pingouin") + 1e-9:
                raise SystemExit(f"{figure}: {value}, {peer} says {expected}")
            # Turn by turn, so that both meet the same machine.
            own, theirs = float("inf"), float("inf")
            for _ in range(3):
                own = min(own, seconds(ours[figure]))
                theirs = min(theirs, seconds(call)) if theirs == float("inf") or theirs < 2 else theirs
            lines.append(Line(name=figure, ours=own, peer=peer, theirs=theirs, bar=FASTER))
    return lines


def bootstraps(items: int, resamples: int, best_peer: tuple[str, float]) -> list[Line]:
    """The bootstrap interval in seconds, and beside a loop that calls the best peer, or ourselves, once a resample."""
    sparse = made(items, filled=FILLED)
    clusters = np.arange(items) // 20

    def whole() -> None:
        krippendorff_alpha(sparse, categories=SCALE, bootstrap=resamples, rng=np.random.default_rng(1))

    def clustered() -> None:
        rng = np.random.default_rng(1)
        gwet_ac(sparse, weights="quadratic", categories=SCALE, bootstrap=resamples, rng=rng, clusters=clusters)

    def looped_once() -> None:
        drawn = np.random.default_rng(1).integers(0, items // 20, items // 20)
        chosen = (drawn[:, np.newaxis] * 20 + np.arange(20)).ravel()
        gwet_ac(sparse[:, chosen], weights="quadratic", categories=SCALE)

    own, grouped = seconds(whole, least=1.0), seconds(clustered)
    name, once = best_peer
    label = f"{resamples:,} resamples"
    return [
        Line(name=f"alpha, {label}, seconds", ours=own, peer="-", theirs=None, bar=BOOTSTRAP_SECONDS, unit="s"),
        Line(name=f"alpha, {label}", ours=own, peer=f"{name}, looped", theirs=once * resamples, bar=BOOTSTRAP_FASTER),
        Line(
            name=f"AC2, {label} of clusters",
            ours=grouped,
            peer="own, looped",
            theirs=seconds(looped_once) * resamples,
            bar=CLUSTER_FASTER,
        ),
    ]


def import_line() -> Line:
    """CPU seconds of importing the library, numpy included, in a new Python; the best of three."""

    def run(text: str) -> float:
        timed = f"import time; start = time.process_time(); {text}; print(time.process_time() - start)"
        found = [
            float(subprocess.run([sys.executable, "-c", timed], check=True, capture_output=True, text=True).stdout)
            for _ in range(3)
        ]
        return min(found)

    own = run("import calibration.agreement, calibration.reliability")
    return Line(name="import calibration", ours=own, peer="-", theirs=None, bar=IMPORT_SECONDS, unit="s")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.agreement", description=__doc__)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--resamples", type=int, default=2_000)
    given = parser.parse_args(arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the peers' own
        lines = coefficients(given.items)
        alphas = [(line.peer, line.theirs) for line in lines if line.name == "alpha nominal" and line.theirs]
        lines += bootstraps(given.items, given.resamples, min(alphas, key=lambda pair: pair[1]))
    lines.append(import_line())
    print(f"{RATERS} raters x {given.items:,} items, {FILLED:.0%} filled unless said to be complete")
    print(f"{'figure':<34} {'ours ms':>9} {'peer':<22} {'peer ms':>12} {'figure':>9} {'bar':>8}")
    for line in lines:
        theirs = f"{line.theirs * 1000:12,.1f}" if line.theirs is not None else f"{'':>12}"
        sign = ">=" if line.unit == "x" else "<="
        print(
            f"{line.name:<34} {line.ours * 1000:9.1f} {line.peer:<22} {theirs} {line.figure:7.2f} {line.unit} "
            f"{sign} {line.bar:g} {'holds' if line.holds else 'MISSED'}"
        )
    return 0 if all(line.holds for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
