"""Figures over time of every value of one dimension: small charts on one scale."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from qa.reviews.measured import NO_QUEUE, NO_TEAM
from qa.sampling import from_sums
from qa.trends import answers, summed, versions
from qa.trends.dimensions import NOTHING_SAID, Dimension
from qa.trends.over_time import Crowd, Span, fewest, places_of, weekly_item
from qa.trends.rules import Weekly
from qa.trends.shares import BlockShares
from qa.trends.summed import Summed

MOST_CHARTS = 12  # small multiples on one page: what an eye compares, and what a page can draw at once


def split_by(
    session: Session,
    found: Summed,
    dimension: Dimension,
    spans: Sequence[Span],
    crowd: Crowd,
    names: Mapping[int, str],
    kept: Mapping[str, BlockShares],
) -> tuple[dict[str, list[Weekly]], int]:
    """Every week of every value of a dimension, by name; and how many more there were.

    ``kept`` holds the reviewers' shares of the values over the newest weeks, where they are known: a week's reviews are
    a random part of such work.
    """
    if not found.anything:
        return {}, 0
    if dimension.of_answers:
        return answers.weekly(session, found, dimension.key, spans, crowd.shown())
    rows = summed.split(session, found, dimension.face) if dimension.face else found
    people = crowd.shown(dimension.key)
    if dimension.key == "team":
        keys, labels = [str(team) for team in rows.teams], [names.get(team, NO_TEAM) for team in rows.teams]
    elif dimension.key == "queue":
        keys, labels = list(rows.queues), [queue or NO_QUEUE for queue in rows.queues]
    else:
        keys, labels = list(rows.values), [value or NOTHING_SAID for value in rows.values]
    if dimension.key == "version":
        labels = versions.names_of(session, keys)
    count, each = len(keys), len(spans)
    span_of = places_of(rows.weeks, spans)

    def place(week: Any, team: Any, queue: Any, value: Any) -> Any:
        at = {"team": team, "queue": queue}.get(dimension.key, value) * each + span_of[week]
        return np.where(span_of[week] >= 0, at, -1)

    at = summed.domain(rows, place, count * each)

    def concentration(d: int, n: float) -> float:
        own = kept.get(keys[d // each])
        if own is None:
            shares, _ = found.shares.of(found.places(spans[d % each].weeks))
            return float(from_sums.concentration_within(float(shares @ shares), n))
        return float(from_sums.concentration_within(own.now, n))

    figures = summed.figures(rows, at, concentration, shares=False)
    effects = [found.effect(span.weeks) for span in spans]
    sizes = figures.counts["reviewed"].reshape(count, each).sum(axis=1) if count else np.zeros(0)
    largest = sorted(sorted(range(count), key=lambda n: (-sizes[n], labels[n]))[:MOST_CHARTS], key=lambda n: labels[n])
    return {
        labels[n]: [
            weekly_item(span, figures, n * each + d, effects[d], fewest(people, keys[n], span))
            for d, span in enumerate(spans)
        ]
        for n in largest
        if sizes[n]
    }, count - len(largest)
