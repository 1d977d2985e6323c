"""How much hard content a reviewer meets: budgets for a week and for a day, by severity.

A week's budget holds where parts are given out; a day's where they are read, because a draw gives a whole week at
once. What counts for the day are the conversations somebody opened, also those handed over afterwards: the eyes do not
know whether a score followed. Nobody but the person sees these numbers.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core import access_log
from qa.core.access_log import AccessLogEntry
from qa.core.clock import local_day, midnight
from qa.people.queries import zone_of
from qa.sampling.assigning import Load
from qa.sampling.models import Assignment
from qa.tickets.models import HandledPart, Ticket

HARMFUL = 2  # content severity from which on a part counts towards the budgets
SEVERE = 3  # ... and towards the tighter ones of the most severe
ORDINARY = HARMFUL - 1  # what everybody may be offered at any time
DAYS = 7  # of a week's budget, the last ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """How many parts somebody met, of severity 2 and more, and of them of severity 3."""

    harmful: int = 0
    severe: int = 0


NOTHING = Met()


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one reviewer met, and the programme's limits for it."""

    today: Met
    week: Met
    today_limit: Met
    week_limit: Met
    opened_today: frozenset[int] = frozenset()  # tickets: to look at one again is nothing new

    @property
    def offered_up_to(self) -> int:
        """The highest content severity of which something new may still be opened today."""
        if self.today.harmful >= self.today_limit.harmful:
            return ORDINARY
        return SEVERE - 1 if self.today.severe >= self.today_limit.severe else SEVERE

    @property
    def given_up_to(self) -> int:
        """The highest content severity of which something new may be given, by both budgets."""
        if self.week.harmful >= self.week_limit.harmful:
            return ORDINARY
        severe = SEVERE - 1 if self.week.severe >= self.week_limit.severe else SEVERE
        return min(severe, self.offered_up_to)

    def rests(self, severity: int, ticket_id: int) -> bool:
        """Whether a part waits for another day."""
        return severity > self.offered_up_to and ticket_id not in self.opened_today


def day_limit(setting: Any) -> Met:
    return Met(harmful=setting.harmful_per_day, severe=setting.severe_per_day)


def week_limit(setting: Any) -> Met:
    return Met(harmful=setting.harmful_per_week, severe=setting.severe_per_week)


def budget_of(session: Session, setting: Any, reviewer_id: int, *, now: dt.datetime) -> Budget:
    """One reviewer's exposure beside the limits, in two statements."""
    opened = _opened_today(session, setting, [reviewer_id], now=now).get(reviewer_id, {})
    return Budget(
        today=_met(opened),
        week=given_lately(session, [reviewer_id], now=now).get(reviewer_id, NOTHING),
        today_limit=day_limit(setting),
        week_limit=week_limit(setting),
        opened_today=frozenset(opened),
    )


def read_today(session: Session, setting: Any, reviewer_ids: Collection[int], *, now: dt.datetime) -> dict[int, Met]:
    """What each reviewer opened since midnight, in the programme's time zone; who opened nothing hard is left out."""
    found = _opened_today(session, setting, reviewer_ids, now=now)
    return {reviewer_id: _met(opened) for reviewer_id, opened in found.items()}


def _met(opened: Mapping[int, int]) -> Met:
    return Met(harmful=len(opened), severe=sum(severity >= SEVERE for severity in opened.values()))


def _opened_today(
    session: Session, setting: Any, reviewer_ids: Collection[int], *, now: dt.datetime
) -> dict[int, dict[int, int]]:
    """Severity by ticket by reviewer; what is not in the log yet included."""
    zone = zone_of(setting)
    since = midnight(local_day(now, zone), zone)
    pairs: set[tuple[int, int]] = {
        (user_id, ticket_id)
        for user_id, ticket_id in session.execute(
            select(AccessLogEntry.user_id, AccessLogEntry.ticket_id)
            .join(Ticket, Ticket.id == AccessLogEntry.ticket_id)
            .where(
                AccessLogEntry.at >= since,
                AccessLogEntry.user_id.in_(reviewer_ids),
                Ticket.content_severity >= HARMFUL,
            )
            .distinct()
        )
    }
    pairs |= {pair for pair in access_log.pending(since=since) if pair[0] in reviewer_ids}
    if not pairs:
        return {}
    severities: dict[int, int] = dict(
        session.execute(
            select(Ticket.id, Ticket.content_severity).where(
                Ticket.id.in_({ticket_id for _, ticket_id in pairs}), Ticket.content_severity >= HARMFUL
            )
        ).all()
    )
    found: dict[int, dict[int, int]] = {}
    for user_id, ticket_id in pairs:
        if ticket_id in severities:
            found.setdefault(user_id, {})[ticket_id] = severities[ticket_id]
    return found


def given_lately(session: Session, reviewer_ids: Collection[int], *, now: dt.datetime) -> dict[int, Met]:
    """What each reviewer was given in the last seven days; a part that went elsewhere since counts too."""
    rows = session.execute(
        select(
            Assignment.reviewer_id,
            func.count(),
            func.count().filter(Ticket.content_severity >= SEVERE),
        )
        .join(HandledPart, HandledPart.id == Assignment.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            Assignment.reviewer_id.in_(reviewer_ids),
            Assignment.created_at > now - dt.timedelta(days=DAYS),
            Ticket.content_severity >= HARMFUL,
        )
        .group_by(Assignment.reviewer_id)
    )
    return {reviewer_id: Met(harmful=harmful, severe=severe) for reviewer_id, harmful, severe in rows}


def bears(load: Load[Any], severity: int) -> bool:
    """Whether a reviewer's week has room for a part of this severity."""
    return load.bears(harmful=severity >= HARMFUL, severe=severity >= SEVERE)


def used(load: Load[Any], severity: int) -> float:
    """Which share of the week's budget a reviewer has met, so that hard content goes round; 0 for ordinary parts."""
    if severity < HARMFUL:
        return 0.0
    met, limit = (load.severe, load.severe_limit) if severity >= SEVERE else (load.harmful, load.harmful_limit)
    return met / max(limit, 1) if limit is not None else 0.0


def who_bears(
    session: Session, setting: Any, loads: Sequence[Load[Any]], severity: int, *, now: dt.datetime
) -> list[Load[Any]]:
    """Who may be given one more part of this severity at once: within the week's budget, and within today's."""
    if severity < HARMFUL:
        return list(loads)
    today = read_today(session, setting, [load.key for load in loads], now=now)
    limit = day_limit(setting)
    return [
        load
        for load in loads
        if bears(load, severity)
        and today.get(load.key, NOTHING).harmful < limit.harmful
        and (severity < SEVERE or today.get(load.key, NOTHING).severe < limit.severe)
    ]


def meets(load: Load[Any], severity: int) -> None:
    """Count a part of this severity as given."""
    load.harmful += severity >= HARMFUL
    load.severe += severity >= SEVERE
