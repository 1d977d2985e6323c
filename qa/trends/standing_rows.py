"""Teams and queues over the newest weeks, each beside its weeks before, by name."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from calibration.multiplicity import benjamini_hochberg
from qa.reviews.measured import NO_QUEUE, NO_TEAM
from qa.reviews.upheld import NOTHING
from qa.sampling import from_sums
from qa.sampling.estimation import Difference
from qa.sampling.reporting import PEOPLE, Reported
from qa.trends import summed
from qa.trends.key_figures import LIST_LEVEL, Standing, verdict
from qa.trends.over_time import Crowd, fair_of
from qa.trends.rules import HELD_BACK, NOTHING_SHOWN
from qa.trends.shares import BlockShares, block_shares
from qa.trends.summed import Summed

Kept = Mapping[
    str, Mapping[str, BlockShares]
]  # reviewers' shares by face and value, where they are exactly the scope's


def shares_by_face(
    session: Session, found: Summed, newest: Sequence[dt.date], before: Sequence[dt.date], faces: Sequence[str]
) -> Kept:
    """The reviewers' shares of every value of these faces over both blocks, one statement each."""
    scope, effects = found.scope, found.known.effects
    if scope.face != "all" or not found.anything:
        return {}
    others = {"team": scope.queue, "queue": scope.teams, "language": scope.teams or scope.queue}
    return {face: block_shares(session, scope, effects, face, newest, before) for face in faces if others[face] is None}


def standings(
    found: Summed,
    newest: Sequence[dt.date],
    before: Sequence[dt.date],
    crowd: Crowd,
    names: Mapping[int, str],
    kept: Kept,
) -> tuple[list[Standing], list[Standing]]:
    """Teams and queues over the newest weeks, each beside its weeks before, by name."""
    if not newest or not found.anything:
        return [], []
    teams = _standing_rows(
        found,
        newest,
        before,
        "team",
        [(str(team), names.get(team, NO_TEAM)) for team in found.teams],
        kept.get("team", {}),
        crowd,
    )
    queues = _standing_rows(
        found,
        newest,
        before,
        "queue",
        [(queue, queue or NO_QUEUE) for queue in found.queues],
        kept.get("queue", {}),
        crowd,
    )
    return teams, queues


def _standing_rows(
    found: Summed,
    newest: Sequence[dt.date],
    before: Sequence[dt.date],
    kind: str,
    values: Sequence[tuple[str, str]],
    kept: Mapping[str, BlockShares],
    crowd: Crowd,
) -> list[Standing]:
    block = np.full(len(found.weeks), -1)
    block[found.places(newest)], block[found.places(before)] = 0, 1

    def place(week: Any, team: Any, queue: Any, value: Any) -> Any:
        at = block[week]
        return np.where(at >= 0, (team if kind == "team" else queue) * 2 + at, -1)

    at = summed.domain(found, place, 2 * len(values))
    now_share, then_share = (found.shares.of(found.places(weeks))[0] for weeks in (newest, before))

    def concentration(d: int, n: float) -> float:
        shares = kept.get(values[d // 2][0])
        if shares is not None:
            return shares.then if d % 2 else shares.now
        whole = then_share if d % 2 else now_share
        return float(from_sums.concentration_within(float(whole @ whole), n))

    figures = summed.figures(found, at, concentration, shares=False)
    people = crowd.shown(kind)
    rows: list[tuple[str, str, Reported, Reported, Difference, bool]] = []
    for n, (value, name) in enumerate(values):
        now, then = figures.quality[2 * n], figures.quality[2 * n + 1]
        if not now.figure.n and not figures.counts["parts"][2 * n]:
            continue
        shares = kept.get(value)
        apart = (
            shares.apart
            if shares is not None
            else apart_of(now_share, then_share, now.figure.n_effective, then.figure.n_effective)
        )
        shown = people is None or max((people.get((value, week), 0) for week in newest), default=0) >= PEOPLE
        change = summed.gap(found, now, then, apart) if shown else Difference(estimate=None, reason=HELD_BACK)
        rows.append((value, name, now, then, change, shown))
    adjusted = benjamini_hochberg([row[4].p_value for row in rows])
    correlations = dict(zip(found.queues, found.model.correlations, strict=True)) if found.model else {}
    place_of = {value: n for n, (value, _) in enumerate(values)}
    standing = []
    for (value, name, now, then, change, shown), p in sorted(
        zip(rows, adjusted, strict=True), key=lambda each: each[0][1]
    ):
        d = 2 * place_of[value]
        shares = kept.get(value)
        effect = shares.effect if shares is not None else found.effect(newest)
        drawn, reviewed, scored = (round(figures.counts[key][d]) for key in ("drawn", "reviewed", "scored"))
        standing.append(
            Standing(
                name=name,
                now=now if shown else NOTHING_SHOWN,
                then=then,
                change=change,
                verdict=verdict(now.figure, then.figure, change, p, level=LIST_LEVEL),
                correlation=correlations.get(value) if kind == "queue" else now.correlation,
                fair=fair_of(now, effect).figure if shown else None,
                adjusted_p=p,
                drawn=drawn,
                left_out=(
                    ("drawn and not completed, made up for by weights", max(drawn - reviewed, 0)),
                    ("without a score (all N/A)", max(reviewed - scored, 0)),
                ),
                upheld=figures.upheld[d] if shown else NOTHING,
            )
        )
    return standing


def apart_of(now: Any, then: Any, n_now: float, n_then: float) -> float:
    """Expected sum of squared differences of the shares of two random parts of the same reviewers' work."""
    scatter = sum((1 - float(each @ each)) / max(n, 1.0) for each, n in ((now, n_now), (then, n_then)))
    return float((now - then) @ (now - then)) + scatter
