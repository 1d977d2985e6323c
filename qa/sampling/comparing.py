"""Whether reviewers' strictness can be compared: who scored the same parts lately, and what would connect them best."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from qa.core.clock import local_day
from qa.people.models import ProgrammeSetting
from qa.people.queries import zone_of
from qa.sampling.models import Assignment, Purpose
from qa.sampling.pairing import Connection, Pair, bridges, connection, pair_of
from qa.sampling.reviewers import reviewers_on
from qa.tickets.models import HandledPart

WEEKS = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The graph of hidden second scores in words."""

    connection: Connection
    words: tuple[str, ...]
    proposals: tuple[str, ...]  # the cheapest bridges, in words
    doubles: int


def comparison(session: Session, setting: ProgrammeSetting, *, now: dt.datetime) -> Comparison:
    """What the parts that two reviewers were given in the last weeks can tell about their strictness."""
    reviewers = {
        one.user_id: one for one in reviewers_on(session, setting.programme_id, local_day(now, zone_of(setting)))
    }
    first, second = aliased(Assignment), aliased(Assignment)
    rows = session.execute(
        select(first.reviewer_id, second.reviewer_id)
        .join(second, second.part_id == first.part_id)
        .join(HandledPart, HandledPart.id == first.part_id)
        .where(
            HandledPart.programme_id == setting.programme_id,
            first.purpose == Purpose.ROUTINE,
            second.purpose == Purpose.DOUBLE,
            first.state.in_(("open", "submitted")),
            second.state.in_(("open", "submitted")),
            first.created_at > now - dt.timedelta(weeks=WEEKS),
        )
    )
    doubles: Counter[Pair] = Counter(pair_of(a, b) for a, b in rows if a in reviewers and b in reviewers and a != b)
    found = connection(list(reviewers), doubles)
    names = {key: one.name for key, one in reviewers.items()}
    proposals: list[str] = []
    if not found.connected and len(reviewers) > 1:
        shares = {key: one.load / max(one.capacity, 1) for key, one in reviewers.items()}
        chosen, apart = bridges(found, {key: one.languages for key, one in reviewers.items()}, shares)
        proposals = [
            f"{names[bridge.first]} and {names[bridge.second]}: {bridge.parts} parts"
            + (f" in {bridge.language}" if bridge.language else "")
            for bridge in chosen
        ]
        proposals += [
            f"{', '.join(names[key] for key in part)}: no language in common with anybody else; "
            "only somebody who reads it could be the bridge"
            for part in apart
        ]
    return Comparison(
        connection=found, words=tuple(found.words(names)), proposals=tuple(proposals), doubles=doubles.total()
    )
