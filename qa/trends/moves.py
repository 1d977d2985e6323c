"""Where quality moved: every team and queue against its own weeks before, corrected for their number. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from calibration.multiplicity import benjamini_hochberg
from qa.sampling.estimation import Difference, Figure
from qa.sampling.explaining import Explanation
from qa.sampling.reporting import too_few
from qa.trends.key_figures import LIST_LEVEL, TOO_FEW, standings
from qa.trends.rules import Domain, Evidence, by_queue, by_team

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
    told: Explanation
    fair: Figure | None = None
    moved_by_strictness: float | None = None  # as scored minus fair, in points


def moves(evidence: Evidence, newest: Sequence[dt.date], before: Sequence[dt.date]) -> list[Move]:
    """Every team and queue, those with a clear change first and then by name: an order of scores would be luck.

    The p-values of all rows are adjusted together (Benjamini & Hochberg 1995), so that of the rows that are called
    better or worse at most one in ten is expected to be so by chance.
    """
    kinds: tuple[tuple[Literal["team", "queue"], Domain], ...] = (("team", by_team), ("queue", by_queue))
    found = [(kind, row) for kind, domain in kinds for row in standings(evidence, newest, before, domain)]
    adjusted = benjamini_hochberg(
        [None if too_few(row.now.figure) or too_few(row.then.figure) else row.change.p_value for _, row in found]
    )
    rows = [
        Move(
            kind=kind,
            name=row.name,
            now=row.now.figure,
            change=row.change,
            verdict=_verdict(row.change, p),
            told=replace(row, adjusted_p=p).told,
            fair=row.fair,
            moved_by_strictness=row.moved_by_strictness,
        )
        for (kind, row), p in zip(found, adjusted, strict=True)
    ]
    return sorted(rows, key=lambda row: (FIRST[row.verdict], row.kind != "team", row.name))


def _verdict(change: Difference, adjusted_p: float | None) -> Verdict:
    if adjusted_p is None or change.estimate is None:
        return TOO_FEW
    if adjusted_p >= LIST_LEVEL:
        return "cannot tell"
    return "better" if change.estimate > 0 else "worse"
