"""How a reviewer's scores of a part stand to those of others who scored the very same part, blind. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from calibration.intervals import normal_quantile, weighted_mean
from calibration.results import Estimate, Interval, undefined
from calibration.scorings import Codes, Flags, Kind, Scale, Scorings, Vector, base_scores

CONSISTENCY = "spread of own scores around the others' of the same part, strictness taken out"
LEAST = 5  # parts; a spread of fewer says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """One reviewer beside the others on shared parts: agreement in percent of criteria, consistency in points.

    ``pairs`` are parts with a hidden second score, ``seats`` parts of calibration sessions.
    """

    agreement: Estimate
    consistency: Estimate
    pairs: int
    seats: int

    @property
    def shared(self) -> int:
        """Parts that somebody else scored too."""
        return self.pairs + self.seats


def together(
    scorings: Scorings, asked: Flags, strictness: NDArray[np.float64], scale: Scale, count: int, twice: Vector
) -> list[Together]:
    """Every reviewer's figures, by code; gold is nobody's score and left out.

    ``asked`` says, scorings x criteria, which were on the form; N/A is an answer. ``strictness`` is in points.
    A part with a hidden second score counts as many times as its chance of one says (``twice``), one of a session once.
    """
    own = np.flatnonzero(scorings.kind != Kind.GOLD)
    # Taken out of the whole once: inside the loop each part would copy all of them again.
    ticket, people, kinds = scorings.ticket[own], scorings.reviewer[own], scorings.kind[own]
    given, forms, stands = scorings.answers[own], asked[own], twice[own]
    scores = base_scores(given, scale) - strictness[people]
    alike: list[list[float]] = [[] for _ in range(count)]
    apart: list[list[float]] = [[] for _ in range(count)]
    stands_for: list[list[float]] = [[] for _ in range(count)]
    pairs, seats = [0] * count, [0] * count
    for rows in _shared(ticket):
        who = people[rows].tolist()
        if len(set(who)) < 2:
            continue
        answers, on_form = given[rows], forms[rows]
        kind = int(kinds[rows[0]])
        chances = stands[rows]
        known_chance = chances[~np.isnan(chances)]
        weight = float(known_chance.max()) if known_chance.size else 1.0
        for place, reviewer in enumerate(who):
            others = np.arange(len(who)) != place
            both = on_form[others] & on_form[place]
            same = (answers[others] == answers[place]) | (np.isnan(answers[others]) & np.isnan(answers[place]))
            asked_both = both.sum(axis=1)
            if (asked_both > 0).any():
                kept = asked_both > 0
                alike[reviewer].append(100 * float(((same & both).sum(axis=1)[kept] / asked_both[kept]).mean()))
                stands_for[reviewer].append(weight)
            known = others & ~np.isnan(scores[rows])
            if known.any() and not np.isnan(scores[rows][place]):
                # A difference from a mean of m others spreads 1 + 1/m times as much as one score.
                gap = scores[rows][place] - scores[rows][known].mean()
                apart[reviewer].append(float(gap) / sqrt(1 + 1 / int(known.sum())))
            if kind == Kind.CALIBRATION:
                seats[reviewer] += 1
            else:
                pairs[reviewer] += 1
    return [
        Together(
            agreement=weighted_mean(alike[code], stands_for[code], bounds=(0.0, 100.0)),
            consistency=spread(apart[code]),
            pairs=pairs[code],
            seats=seats[code],
        )
        for code in range(count)
    ]


def _shared(ticket: Codes) -> Iterator[Codes]:
    """Rows of each ticket that has two or more."""
    if not ticket.size:
        return
    order = np.argsort(ticket, kind="stable")
    starts = np.flatnonzero(np.diff(ticket[order], prepend=-1))
    for start, end in zip(starts, [*starts[1:], order.size], strict=True):
        if end - start > 1:
            yield order[start:end]


def spread(values: list[float], *, confidence: float = 0.95) -> Estimate:
    """Standard deviation around 0, with an interval that does not take the values for normal.

    References
    ----------
    Bonett (2006), Comput. Stat. Data Anal. 50, 775-782: the variance of the log of a variance is about
    (kurtosis - (n - 3)/n) / (n - 1).
    """
    n = len(values)
    if n < LEAST:
        return undefined(f"fewer than {LEAST} parts scored together", method=CONSISTENCY, n_items=n)
    squares = np.array(values) ** 2
    mean = float(squares.mean())
    if mean == 0:
        return undefined("every score equals the others'", method=CONSISTENCY, n_items=n)
    kurtosis = float((squares**2).mean()) / mean**2
    error = sqrt(max(kurtosis - (n - 3) / n, 2.0 / n) / (n - 1)) / 2
    half = normal_quantile(0.5 + confidence / 2) * error
    middle = sqrt(mean)
    return Estimate(
        estimate=middle,
        std_error=middle * error,
        interval=Interval(low=exp(log(middle) - half), high=exp(log(middle) + half), confidence=confidence),
        n_items=n,
        method=CONSISTENCY,
    )
