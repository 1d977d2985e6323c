"""The row of key figures of a scope: the newest weeks against those before."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy.orm import Session

from qa.core.clock import midnight
from qa.core.numerals import number
from qa.sampling import from_sums
from qa.sampling.estimation import Difference, Figure
from qa.sampling.reporting import PEOPLE
from qa.trends import linking, scoped, summed, tiles
from qa.trends.linking import Step
from qa.trends.over_time import Crowd, fair_of
from qa.trends.shares import Scope
from qa.trends.standing_rows import apart_of
from qa.trends.summed import Summed
from qa.trends.tiles import Tile


def tile_row(
    session: Session,
    found: Summed,
    newest: Sequence[dt.date],
    before: Sequence[dt.date],
    crowd: Crowd,
    more_left_out: Sequence[tuple[str, int]],
    rubrics: Sequence[str],
    zone: ZoneInfo,
    *,
    fair: bool,
) -> list[Tile]:
    """The row of key figures, of the newest weeks against those before."""
    if not newest or not found.anything:
        return []
    block = np.full(len(found.weeks), -1)
    block[found.places(newest)], block[found.places(before)] = 0, 1
    at = summed.domain(found, lambda week, team, queue, value: block[week], 2)
    pair = (newest, before)
    figures = summed.figures(found, at, lambda d, n: found.concentration(pair[d], n))
    now_share, then_share = (found.shares.of(found.places(weeks))[0] for weeks in pair)
    apart = float((now_share - then_share) @ (now_share - then_share))
    if not found.shares.exact:
        apart = apart_of(now_share, then_share, *(each.figure.n_effective for each in figures.quality))
    counts = {name: [float(value) for value in values] for name, values in figures.counts.items()}
    drawn, reviewed, scored = (round(counts[key][0]) for key in ("drawn", "reviewed", "scored"))
    left_out = (
        ("drawn and not completed, made up for by weights", max(drawn - reviewed, 0)),
        ("without a score (all N/A)", max(reviewed - scored, 0)),
        ("parts that came late, counted in the frame of the week they came in", round(counts["late"][0])),
        *more_left_out,
    )
    rows: list[tuple[Tile, bool, Any, Any, Any]] = []
    betweens = {"quality": found.known.between, "passed": found.known.passed, "critical": found.known.critical}
    for key, title, pairs, more in (
        ("quality", "Quality", figures.quality, True),
        ("passed", "Pass rate", figures.passed, True),
        ("critical", "Critical-error rate", figures.critical, False),
    ):
        change = from_sums.gap(pairs[0], pairs[1], betweens[key] * apart)
        note, rules = "", []
        if key == "quality":
            upheld = figures.upheld[0]
            rules.append(upheld.rule)
            effect = found.effect(newest)
            mean = fair_of(pairs[0], effect).figure.estimate
            said = [upheld.note] if upheld.note else []
            if fair and mean is not None:
                said.append(f"strictness moves this by {number(effect, signed=True)}: fair mean {number(mean)}")
            note = "; ".join(said)
        tile = tiles.of_reviews(
            key,
            title,
            pairs[0],
            change,
            proportion=key != "quality",
            note=note,
            drawn=drawn,
            left_out=left_out,
            rubrics=rubrics,
            rules=rules,
        )
        rows.append((tile, more, pairs[0].figure, pairs[1].figure, change))
    for key, title, hits, of, n_word, words, formula, more in COUNTED:
        now, then = ((sum(counts[name][d] for name in hits), sum(counts[name][d] for name in of)) for d in (0, 1))
        tile, a, b, change = tiles.of_counts(key, title, now, then, n_word=n_word, words=words, formula=formula)
        rows.append((tile, more, a, b, change))
    for key, title, n, total, squares in TIMED:
        times = [(counts[n][d], counts[total][d], counts[squares][d]) for d in (0, 1)]
        rows.append((tiles.of_times(key, title, *times), False, None, None, None))
    cost = []
    for d, weeks in enumerate(pair):
        places = found.places(weeks)
        n = found.shares.n[places].sum(axis=0)
        cost.append((counts["reviewed"][d], float(found.shares.seconds[places].sum()), int((n > 0).sum())))
    rows.append((_cost(found, cost, counts["parts"], counts["drawn"][0]), True, None, None, None))
    for tile, a, b, change in _disputes(session, found.scope, newest, before, zone, counts["reviewed"]):
        rows.append((tile, False, a, b, change))
    rows.append((tiles.of_agreement(found.known.agreement, 13), True, None, None, None))
    people = crowd.shown()
    if (
        people is not None
        and min(max((people.get(("", week), 0) for week in weeks), default=0) for weeks in pair) < PEOPLE
    ):
        return [each[0] if each[0].key == "agreement" else tiles.held_back(each[0]) for each in rows]
    return tiles.judged(rows)


def _disputes(
    session: Session,
    scope: Scope,
    newest: Sequence[dt.date],
    before: Sequence[dt.date],
    zone: ZoneInfo,
    reviewed: Sequence[float],
) -> list[tuple[Tile, Figure, Figure, Difference]]:
    """How often reviews were disputed, and how often a settled dispute changed the score."""
    now, then = scoped.disputes_in(
        session,
        scope,
        since=midnight(min(before), zone),
        middle=midnight(min(newest), zone),
        until=midnight(max(newest) + dt.timedelta(weeks=1), zone),
    )
    return [
        tiles.of_counts(
            "disputed",
            "Disputed",
            (min(now[0], reviewed[0]), reviewed[0]),
            (min(then[0], reviewed[1]), reviewed[1]),
            n_word="reviews",
            words="Disputes opened in these weeks beside the reviews of these weeks; one may be about an older review.",
            formula="disputes opened ÷ reviews",
        ),
        tiles.of_counts(
            "overturned",
            "Overturned",
            (now[2], now[1]),
            (then[2], then[1]),
            n_word="settled disputes",
            words="Of the disputes opened in these weeks and settled since, the share that changed the review.",
            formula="changed ÷ settled",
        ),
    ]


def _cost(found: Summed, cost: Sequence[tuple[float, float, int]], parts: Sequence[float], drawn: float) -> Tile:
    """Scoring time is kept by reviewer for whole teams, queues and languages; of a smaller part it is not told."""
    now, then = cost
    if not found.shares.exact:
        now, then = (now[0], 0.0, 0), (then[0], 0.0, 0)
    return tiles.of_cost(now, then, parts, drawn)


COUNTED = (
    (
        "csat",
        "CSAT",
        ("csat_good",),
        ("csat_good", "csat_bad"),
        "answers",
        "Share of good among those who answered; whoever does not answer is not in it, so it may not speak for all.",
        "good ÷ (good + bad)",
        True,
    ),
    (
        "reopen",
        "Reopened",
        ("reopened",),
        ("parts",),
        "parts",
        "Share of the parts that could be drawn whose ticket was opened again after it was solved.",
        "reopened ÷ parts",
        False,
    ),
    (
        "escalated",
        "Escalated",
        ("escalated",),
        ("parts",),
        "parts",
        "Share of the parts that could be drawn whose ticket was escalated.",
        "escalated ÷ parts",
        False,
    ),
)
TIMED = (
    ("reply", "First response", "replied", "ln_reply", "ln2_reply"),
    ("solve", "Resolution time", "solved", "ln_solve", "ln2_solve"),
)


def over_steps(row: Sequence[Tile], between: Sequence[Step]) -> list[Tile]:
    """The tiles; where a step lies between the two blocks those that rest on scores have no change."""
    if not between:
        return list(row)
    return [
        replace(
            tile,
            change=None,
            change_low=None,
            change_high=None,
            change_reason=linking.withheld_by(between),
            adjusted_p=None,
            verdict=linking.NOT_COMPARABLE,
        )
        if tile.key in {"quality", "passed", "critical"} and tile.value is not None
        else tile
        for tile in row
    ]
