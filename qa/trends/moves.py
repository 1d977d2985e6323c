"""Where quality moved: every team and queue against its own weeks before, corrected for their number. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from calibration.multiplicity import benjamini_hochberg
from qa.sampling.estimation import Difference, Figure
from qa.trends.rules import TOO_FEW, Counted, Domain, Reviewed, by_queue, by_team, kpis

FALSE_DISCOVERIES = 0.10  # expected share of false claims among the rows that are called better or worse
Verdict = Literal["better", "worse", "cannot tell", "too few to judge"]
FIRST: dict[Verdict, int] = {"worse": 0, "better": 1, "cannot tell": 2, TOO_FEW: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One team's or queue's quality over the newest weeks, its change, and what may be said of it."""

    kind: Literal["team", "queue"]
    name: str
    now: Figure
    change: Difference
    verdict: Verdict


def moves(
    reviews: Sequence[Reviewed], counts: Sequence[Counted], newest: Sequence[dt.date], before: Sequence[dt.date]
) -> list[Move]:
    """Every team and queue, those with a clear change first and then by name: an order of scores would be luck.

    The p-values of all rows are adjusted together (Benjamini & Hochberg 1995), so that of the rows that are called
    better or worse at most one in ten is expected to be so by chance.
    """
    kinds: tuple[tuple[Literal["team", "queue"], Domain], ...] = (("team", by_team), ("queue", by_queue))
    found = []
    for kind, domain in kinds:
        for name in sorted({domain(row) for row in reviews}):
            own = [row for row in reviews if domain(row) == name]
            counted = [row for row in counts if domain(row) == name]
            quality = next(item for item in kpis(own, counted, newest, before) if item.key == "quality")
            found.append((kind, name, quality))
    adjusted = benjamini_hochberg([None if item.verdict == TOO_FEW else item.change.p_value for _, _, item in found])
    rows = [
        Move(kind=kind, name=name, now=item.now, change=item.change, verdict=_verdict(item.change, p))
        for (kind, name, item), p in zip(found, adjusted, strict=True)
    ]
    return sorted(rows, key=lambda row: (FIRST[row.verdict], row.kind != "team", row.name))


def _verdict(change: Difference, adjusted_p: float | None) -> Verdict:
    if adjusted_p is None or change.estimate is None:
        return TOO_FEW
    if adjusted_p >= FALSE_DISCOVERIES:
        return "cannot tell"
    return "better" if change.estimate > 0 else "worse"
