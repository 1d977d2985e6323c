"""What the library says about two public sets of real ratings, as Markdown tables and pictures.

    python -m bench.ratings_report --ratings DIR [--pictures DIR]

DIR holds wmt23_mqm/ and stanford_politeness/ (ratings.csv, items.csv, gold_checks.csv). Tables go to the standard
output, pictures as SVG to --pictures. Nothing of the data is copied; sums and intervals alone are shown.
"""

import argparse
import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.dot_plot import Dot, dot_plot, panel_plot
from calibration.agreement import RatingList, gwet_ac, krippendorff_alpha
from calibration.crossed_effects import CrossedDesign
from calibration.intervals import normal_quantile, wilson_interval
from calibration.multiplicity import holm
from calibration.quantiles import normal_two_sided_p
from calibration.reliability import icc
from calibration.severity import Severities, severities_of

Codes = NDArray[np.int64]
Vector = NDArray[np.float64]
WEEK_MS = 7 * 24 * 3600 * 1000
FEW = 20  # scorings of a week below which it is not shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """Tidy ratings by code."""

    raters: list[str]
    rater: Codes
    item: Codes
    group: Codes
    value: Vector
    time: Vector

    def design(self, reviewer: Codes, block: Codes) -> CrossedDesign:
        return CrossedDesign(reviewer=reviewer, ticket=self.item, specialist=self.group, block=block)

    def listed(self, value: Vector | None = None) -> RatingList:
        return RatingList(raters=self.rater, items=self.item, values=self.value if value is None else value)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read(folder: Path, dimension: str, group: str | None) -> Ratings:
    """The ratings of one dimension; ``group`` is the column of the items that stands for the specialist."""
    rows = [row for row in rows_of(folder / "ratings.csv") if row["dimension"] == dimension]
    of_item = {row["item"]: row[group] for row in rows_of(folder / "items.csv")} if group else {}
    raters, rater = np.unique([row["rater"] for row in rows], return_inverse=True)
    _, item = np.unique([row["item"] for row in rows], return_inverse=True)
    _, groups = np.unique([of_item.get(row["item"], "") for row in rows], return_inverse=True)
    return Ratings(
        raters=[str(name) for name in raters],
        rater=rater,
        item=item,
        group=groups,
        value=np.array([float(row["rating"]) for row in rows]),
        time=np.array([float(row.get("time_ms") or 0) for row in rows]),
    )


def shown(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def agreement(ratings: Ratings, extra: Sequence[tuple[str, Any]] = ()) -> None:
    """Reliability of the scores and agreement beyond chance, with intervals."""
    listed = ratings.listed()
    rng = np.random.default_rng(1)
    figures = [
        ("ICC(1), a single rater", icc(listed, model="1")),
        ("ICC(1), the mean of an item's raters", icc(listed, model="1", unit="average")),
        ("Krippendorff's alpha, interval", krippendorff_alpha(listed, level="interval", bootstrap=2000, rng=rng)),
        *extra,
    ]
    rows = []
    for name, found in figures:
        ends = "-" if not found.interval else f"{found.interval.low:.3f} to {found.interval.high:.3f}"
        rows.append([name, shown(found.estimate, 3), ends, f"{found.n_items:,}", str(found.n_raters)])
    table(["figure", "estimate", "95 % interval", "items", "raters"], rows)


def severity_dots(names: Sequence[str], found: Severities) -> list[Dot]:
    """Raters with an estimate, the strictest first."""
    dots = [
        Dot(label=name, value=own.estimate, low=own.interval.low, high=own.interval.high)
        for name, own in zip(names, found.reviewers, strict=True)
        if own.estimate is not None and own.interval
    ]
    return sorted(dots, key=lambda dot: dot.value)


def mqm(folder: Path, pictures: Path | None) -> None:
    """Eight professional raters over five weeks."""
    ratings = read(folder, "total_penalty", "system")
    score = -ratings.value  # more penalty is stricter
    start = ratings.time.min()
    week = ((ratings.time - start) // WEEK_MS).astype(np.int64)
    first = datetime.fromtimestamp(start / 1000, tz=UTC).date()
    print(f"## Translations: {len(ratings.raters)} raters, {ratings.value.size:,} ratings from {first}\n")
    any_error = (ratings.value > 0).astype(float)
    agreement(
        ratings,
        [
            ("AC1, any error or none", gwet_ac(ratings.listed(any_error), categories=[0, 1])),
            ("alpha, any error or none", krippendorff_alpha(ratings.listed(any_error), categories=[0, 1])),
        ],
    )
    whole = severities_of(ratings.design(ratings.rater, week), score, week, wobble=0.0)
    dots = severity_dots(ratings.raters, whole)
    checks = planted(folder, start)
    rows = []
    for dot in dots:
        own = ratings.rater == ratings.raters.index(dot.label)
        caught, asked = checks.get(dot.label, {}).get("all", (0, 0))
        ends = wilson_interval(caught, asked) if asked else None
        rows.append(
            [
                dot.label,
                f"{int(own.sum()):,}",
                f"{dot.value:+.2f}",
                f"{dot.low:+.2f} to {dot.high:+.2f}",
                f"{caught} of {asked}" + (f" ({ends.low:.0%} to {ends.high:.0%})" if ends else ""),
            ]
        )
    table(["rater", "ratings", "severity", "95 % interval", "planted errors found"], rows)
    drift(ratings, score, week, pictures)
    if pictures:
        write(pictures / "mqm-severity.svg", dot_plot("Severity of eight raters, penalty points", dots, zero=0.0))
        found_dots = []
        for dot in dots:
            caught, asked = checks.get(dot.label, {}).get("all", (0, 0))
            if asked:
                ends = wilson_interval(caught, asked)
                share = Dot(label=dot.label, value=100 * caught / asked, low=100 * ends.low, high=100 * ends.high)
                found_dots.append(share)
        write(pictures / "mqm-checks.svg", dot_plot("Planted errors found, per cent", found_dots, zero=None))


def planted(folder: Path, start: float) -> dict[str, dict[str, tuple[int, int]]]:
    """Planted errors found and shown, by rater: in all, and by half of the time."""
    rows = rows_of(folder / "gold_checks.csv")
    middle = (start + max(float(row["time_ms"]) for row in rows)) / 2
    counts: dict[str, dict[str, tuple[int, int]]] = {}
    for row in rows:
        half = "first" if float(row["time_ms"]) < middle else "second"
        for key in ("all", half):
            own = counts.setdefault(row["rater"], {})
            caught, asked = own.get(key, (0, 0))
            own[key] = (caught + (row["result"] == "Found"), asked + 1)
    return counts


def drift(ratings: Ratings, score: Vector, week: Codes, pictures: Path | None) -> None:
    """Severity of every rater in every week from one fit, and the change from her first to her last week."""
    weeks = int(week.max()) + 1
    cell = ratings.rater * weeks + week
    names, code = np.unique(cell, return_inverse=True)
    # No block of weeks here: an item keeps its quality, so a week that differs is its raters' doing.
    found = severities_of(ratings.design(code, np.zeros_like(week)), score, week, wobble=0.0)
    often = np.bincount(code)
    quantile = normal_quantile(0.975)
    panels, changes, p_values = [], [], []
    for place, name in enumerate(ratings.raters):
        own = [at for at, number in enumerate(names) if number // weeks == place and often[at] >= FEW]
        dots = [
            Dot(
                label=str(names[at] % weeks + 1),
                value=found.estimates[at],
                low=found.estimates[at] - quantile * sqrt(found.covariance[at, at]),
                high=found.estimates[at] + quantile * sqrt(found.covariance[at, at]),
            )
            for at in own
        ]
        panels.append((name, dots))
        if len(own) < 2:
            continue
        a, b = own[0], own[-1]
        change = found.estimates[b] - found.estimates[a]
        error = sqrt(found.covariance[a, a] + found.covariance[b, b] - 2 * found.covariance[a, b])
        span = f"{names[a] % weeks + 1} to {names[b] % weeks + 1}"
        changes.append((name, span, change, error))
        p_values.append(normal_two_sided_p(change / error))
    rows = [
        [
            name,
            span,
            f"{change:+.2f}",
            f"{change - quantile * error:+.2f} to {change + quantile * error:+.2f}",
            "< 0.001" if p < 0.001 else f"{p:.3f}",
        ]
        for (name, span, change, error), p in zip(changes, holm(p_values), strict=True)
    ]
    table(["rater", "weeks", "change of severity", "95 % interval", "p after Holm"], rows)
    if pictures:
        write(pictures / "mqm-weeks.svg", panel_plot("Severity by week, penalty points", panels))


def politeness(folder: Path, pictures: Path | None) -> None:
    """212 raters of politeness, each of her own items."""
    ratings = read(folder, "politeness", None)
    print(f"## Politeness: {len(ratings.raters)} raters, {ratings.value.size:,} ratings\n")
    agreement(ratings)
    zero = np.zeros(ratings.rater.size, dtype=np.int64)
    found = severities_of(ratings.design(ratings.rater, zero), ratings.value, zero, wobble=0.0)
    dots = severity_dots(ratings.raters, found)
    apart = sum(dot.low > 0 or dot.high < 0 for dot in dots)
    variances = found.components.variances if found.components else None
    rows = [
        ["raters compared with one another", str(len(dots))],
        ["groups without a shared item", str(len(found.ticket_groups))],
        ["standard deviation of severity", shown(sqrt(found.reviewer_variance or 0))],
        ["standard deviation between items", shown(sqrt(variances.ticket) if variances else None)],
        ["standard deviation of a single rating", shown(sqrt(variances.error) if variances else None)],
        ["raters whose interval leaves out the mean", str(apart)],
        ["strictest, most lenient", f"{dots[0].value:+.1f}, {dots[-1].value:+.1f}"],
    ]
    table(["figure, points of 1 to 25", ""], rows)
    if pictures:
        write(
            pictures / "politeness-severity.svg",
            dot_plot("Severity of 212 raters of politeness, points of 25", dots, zero=0.0, labels=False),
        )


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.ratings_report", description=__doc__)
    parser.add_argument("--ratings", type=Path, default=None)
    parser.add_argument("--pictures", type=Path, default=None)
    given = parser.parse_args(arguments)
    folder = given.ratings
    if folder is None or not (folder / "wmt23_mqm").is_dir():
        print("no ratings: name the folder with --ratings", file=sys.stderr)
        return 0 if folder is None else 2
    mqm(folder / "wmt23_mqm", given.pictures)
    politeness(folder / "stanford_politeness", given.pictures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
