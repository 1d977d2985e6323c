"""Which parts get a hidden second score: a random share of all, and a higher one of some reviewers' for a time."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.sampling.assigning import double_sample
from qa.sampling.models import DoubleShare


def raised_shares(session: Session) -> dict[int, float]:
    """The reviewers of whose parts more are scored twice now."""
    return dict(
        session.execute(
            select(DoubleShare.user_id, DoubleShare.share)
            .where(DoubleShare.ended_at.is_(None))
            .order_by(DoubleShare.user_id)
        ).all()
    )


def raise_shares(session: Session, wanted: Mapping[int, float], among: Iterable[int], *, now: dt.datetime) -> None:
    """From the next draw on the ``wanted`` shares hold, and none for the others ``among`` these reviewers."""
    running = raised_shares(session)
    ending = [user_id for user_id in among if user_id in running and running[user_id] != wanted.get(user_id)]
    if ending:
        session.execute(
            update(DoubleShare)
            .where(DoubleShare.user_id.in_(ending), DoubleShare.ended_at.is_(None))
            .values(ended_at=now)
            .execution_options(synchronize_session=False)
        )
    session.add_all(
        DoubleShare(user_id=user_id, share=share, begun_at=now)
        for user_id, share in sorted(wanted.items())
        if running.get(user_id) != share
    )
    session.flush()


def doubled(
    scorers: Sequence[int | None], share: float, raised: Mapping[int, float], rng: np.random.Generator
) -> tuple[frozenset[int], list[float]]:
    """Positions of the parts that are scored twice, and the chance of each part (pi_2).

    ``scorers`` holds each part's first reviewer. Reviewers with a share of their own are strata of their own; all
    others are one. A share below the common one raises nothing. Without any common share nobody is scored twice.
    """
    strata: dict[int | None, list[int]] = {}
    for position, scorer in enumerate(scorers):
        apart = share > 0 and scorer is not None and raised.get(scorer, 0.0) > share
        strata.setdefault(scorer if apart else None, []).append(position)
    chosen: set[int] = set()
    chances = [0.0] * len(scorers)
    for scorer, positions in strata.items():
        again, chance = double_sample(len(positions), share if scorer is None else raised[scorer], rng)
        chosen.update(positions[place] for place in again)
        for position in positions:
            chances[position] = chance
    return frozenset(chosen), chances
