"""Simulating the operation: from a seed and a day to its tickets and handled parts (after statistics.md B1)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np

from qa.demo import story
from qa.demo.arrays import Bools, Floats, Ints
from qa.demo.arrivals import Arrivals, Handling, arrivals, handed_over, reopened
from qa.demo.cast import Cast, cast
from qa.demo.chance import generator
from qa.demo.facts import AGAIN, FIRST_HALF, INELIGIBLE, SECOND_HALF, STATUSES, WHOLE, Operation, Parts, Tickets
from qa.demo.latent import THEME_SD, TICKET_SD, Effects, effects
from qa.demo.scenarios import FAMILIES, LANGUAGES, TIERS
from qa.demo.shifts import DAY, Shifts, shifts
from qa.demo.themes import THEMES

__all__ = ["Operation", "simulate_operation"]

FIRST_NUMBER = 500_001
NONE = -1
OPEN_SHARE = 0.006  # waiting at the end of the last day
CREATORS_PER_TICKET = 0.4
CLOSED_AFTER = 28 * DAY
HISTORY = 60 * DAY
ANSWERED_SURVEYS = 0.24
INELIGIBLE_SHARES = (0.992, 0.003, 0.004, 0.001)


def simulate_operation(seed: int, as_of: dt.date, *, weeks: int = story.LAST_WEEK, tickets: int = 60_000) -> Operation:
    """The operation of the weeks that end with the as-of day; the same for the same seed and day.

    ValueError without weeks or tickets, or when nobody works on any of the days.
    """
    if weeks < 1 or tickets < 1:
        raise ValueError(f"at least one week and one ticket are needed, not {weeks} and {tickets}")
    people = cast(seed, as_of)
    worked = shifts(people, as_of, weeks)
    truth = effects(people, worked.team_of, generator("effects", seed, story.monday_of(as_of), weeks))
    rng = generator("operation", seed, as_of, weeks, tickets)
    end = worked.first_day + ((as_of - story.monday_of(as_of)).days + 1 + 7 * (weeks - 1)) * DAY
    waiting = int(tickets * OPEN_SHARE)
    came = arrivals(people, worked, tickets - waiting, rng)
    parts, reopens, solved = _parts(people, worked, truth, came, rng)
    facts, parts = _in_order(_tickets(came, waiting, reopens, solved, parts, end, rng), parts)
    return Operation(seed=seed, as_of=as_of, weeks=weeks, cast=people, tickets=facts, parts=parts, effects=truth)


def _parts(
    people: Cast, worked: Shifts, truth: Effects, came: Arrivals, rng: np.random.Generator
) -> tuple[Parts, Ints, Ints]:
    """Every part, unordered; how often each ticket was reopened; and when it was solved last."""
    size = came.family.size
    of_ticket = rng.normal(0, TICKET_SD * 0.8, size)
    escalates = np.array([item.escalates for item in FAMILIES])[came.family] * np.array([0.8, 1.2, 1.5])[came.tier]
    handed, first_half, second_half = handed_over(people, worked, came, rng.random(size) < escalates, rng)
    whole_latent = _latent(truth, came.handling, came.queue, of_ticket, rng)
    to_reopen = rng.random(size) < 1 / (1 + np.exp(3.1 + 0.9 * whole_latent))
    again, resolved_again, handling_again = reopened(people, worked, came, to_reopen, rng)
    alone = np.setdiff1d(np.arange(size), handed)
    blocks: Sequence[tuple[int, int, Ints, Handling, Floats]] = (
        (1, WHOLE, alone, _some(came.handling, alone), whole_latent[alone]),
        (1, FIRST_HALF, handed, first_half, _latent(truth, first_half, came.queue[handed], of_ticket[handed], rng)),
        (1, SECOND_HALF, handed, second_half, whole_latent[handed]),
        (
            2,
            AGAIN,
            resolved_again,
            handling_again,
            _latent(truth, handling_again, came.queue[resolved_again], of_ticket[resolved_again], rng),
        ),
    )
    ticket = np.concatenate([where for _, _, where, _, _ in blocks])
    specialist = np.concatenate([handling.specialist for _, _, _, handling, _ in blocks])
    day = np.concatenate([handling.day for _, _, _, handling, _ in blocks])
    replies = np.concatenate([handling.replies for _, _, _, handling, _ in blocks])
    kind = np.concatenate([np.full(where.size, kind) for _, kind, where, _, _ in blocks])
    share = np.ones(ticket.size)
    share[kind == FIRST_HALF] = 1 / (1 + second_half.replies)
    share[kind == SECOND_HALF] = second_half.replies / (1 + second_half.replies)
    deviations = truth.queue_theme[came.queue[ticket]] + truth.specialist_theme[specialist]
    parts = Parts(
        ticket=ticket,
        resolution=np.concatenate([np.full(where.size, n) for n, _, where, _, _ in blocks]),
        kind=kind,
        specialist=specialist,
        resolved=np.concatenate([handling.resolved for _, _, _, handling, _ in blocks]),
        first_reply=np.concatenate([handling.first_reply for _, _, _, handling, _ in blocks]),
        last_reply=np.concatenate([handling.last_reply for _, _, _, handling, _ in blocks]),
        replies=replies,
        share=share,
        primary=kind != FIRST_HALF,
        week=truth.first_week + day // 7,
        latent=np.concatenate([value for _, _, _, _, value in blocks]),
        themes=deviations + rng.normal(0, THEME_SD, (ticket.size, len(THEMES))),
    )
    reopens = np.zeros(size, dtype=np.int64)
    reopens[again] = 1
    solved = came.handling.resolved.copy()
    solved[again] = NONE  # reopened and waiting, unless resolved again
    solved[resolved_again] = handling_again.resolved
    return parts, reopens, solved


def _some(handling: Handling, where: Ints) -> Handling:
    return Handling(
        specialist=handling.specialist[where],
        day=handling.day[where],
        replies=handling.replies[where],
        first_reply=handling.first_reply[where],
        last_reply=handling.last_reply[where],
        resolved=handling.resolved[where],
    )


def _latent(truth: Effects, handling: Handling, queue: Ints, of_ticket: Floats, rng: np.random.Generator) -> Floats:
    week = handling.day // 7
    of_part = rng.normal(0, TICKET_SD * 0.6, week.size)  # .8 and .6 of the ticket make its whole spread
    value: Floats = (
        truth.specialist_week[handling.specialist, week] + truth.queue_week[queue, week] + of_ticket + of_part
    )
    return value


def _tickets(
    came: Arrivals, waiting: int, reopens: Ints, solved: Ints, parts: Parts, end: int, rng: np.random.Generator
) -> Tickets:
    """The tickets of the parts, then those that nobody has answered yet."""
    size = came.family.size
    like = rng.integers(0, size, waiting)

    def told(values: Ints) -> Ints:
        return np.concatenate([values, values[like]])

    def unknown(values: Ints) -> Ints:
        return np.concatenate([values, np.full(waiting, NONE)])

    created = np.concatenate([came.created, end - (rng.random(waiting) * 2.2 * DAY).astype(np.int64)])
    language, tier = told(came.language), told(came.tier)
    creator = _creators(language, tier, rng)
    status = np.full(created.size, STATUSES.index("solved"))
    all_solved = unknown(solved)
    status[all_solved == NONE] = STATUSES.index("open")
    status[(all_solved != NONE) & (all_solved < end - CLOSED_AFTER)] = STATUSES.index("closed")
    left_out = rng.choice(len(INELIGIBLE), size=created.size, p=INELIGIBLE_SHARES)
    escalated = np.zeros(created.size, dtype=np.bool_)
    escalated[parts.ticket[parts.kind == FIRST_HALF]] = True
    return Tickets(
        number=np.arange(created.size),
        creator=creator,
        queue=told(came.queue),
        family=told(came.family),
        channel=told(came.channel),
        tier=tier,
        language=language,
        risk=told(came.risk),
        severity=told(came.severity),
        created=created,
        solved=all_solved,
        first_reply_seconds=unknown(came.handling.first_reply - came.created),
        resolution_seconds=np.where(all_solved == NONE, NONE, all_solved - created),
        reopens=np.concatenate([reopens, np.zeros(waiting, dtype=np.int64)]),
        escalated=escalated,
        csat=_satisfaction(parts, all_solved, rng),
        status=status,
        launch=np.array([bool(item.launch) for item in FAMILIES])[told(came.family)],
        history=_wrote_before(creator, created),
        ineligible=left_out,
    )


def _creators(language: Ints, tier: Ints, rng: np.random.Generator) -> Ints:
    """A creator for each ticket, of one language and tier; some write often, most once or twice."""
    creator = np.zeros(language.size, dtype=np.int64)
    taken = 0
    for group in range(len(LANGUAGES) * len(TIERS)):
        where = np.flatnonzero(language * len(TIERS) + tier == group)
        known = max(1, int(where.size * CREATORS_PER_TICKET))
        creator[where] = taken + (known * rng.random(where.size) ** 1.6).astype(np.int64)
        taken += known
    return creator


def _wrote_before(creator: Ints, created: Ints) -> Bools:
    """Whether the creator had written within 60 days before."""
    order = np.lexsort((created, creator))
    same = np.diff(creator[order], prepend=-1) == 0
    near = np.diff(created[order], prepend=0) <= HISTORY
    before = np.zeros(creator.size, dtype=np.bool_)
    before[order] = same & near
    return before


def _satisfaction(parts: Parts, solved: Ints, rng: np.random.Generator) -> Ints:
    """What the creators who answered the survey said: it follows true quality, and suffers from a reopening."""
    quality = np.zeros(solved.size)
    quality[parts.ticket] = parts.latent  # the last of equal tickets counts
    again = np.zeros(solved.size)
    again[parts.ticket[parts.kind == AGAIN]] = 1.0
    good = rng.random(solved.size) < 1 / (1 + np.exp(-(1.6 + 1.5 * quality - 0.6 * again)))
    answered = (rng.random(solved.size) < ANSWERED_SURVEYS) & (solved != NONE)
    return np.where(answered, good.astype(np.int64), NONE)


def _in_order(facts: Tickets, parts: Parts) -> tuple[Tickets, Parts]:
    """Tickets by their creation, numbered in that order; parts by ticket, resolution and kind."""
    by_time = np.argsort(facts.created, kind="stable")
    place = np.empty_like(by_time)
    place[by_time] = np.arange(by_time.size)
    tickets = Tickets(**{field.name: getattr(facts, field.name)[by_time] for field in fields(Tickets)})
    by_ticket = np.lexsort((parts.kind, parts.resolution, place[parts.ticket]))
    sorted_parts = Parts(**{field.name: getattr(parts, field.name)[by_ticket] for field in fields(Parts)})
    return (
        replace(tickets, number=FIRST_NUMBER + np.arange(by_time.size)),
        replace(sorted_parts, ticket=place[sorted_parts.ticket]),
    )
