"""Who reviews what in the simulated operation: routine reviews, blind second ones, calibration sessions and gold."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.scorings import GOLD_REVIEWER, Codes, Kind
from calibration.simulated_people import QUEUES, People

DOUBLE_SHARE, OFF_SHARE, FEWEST = 0.075, 0.06, 3
SESSION_WEEKS, SESSION_SIZE, SESSION_TICKETS = 4, 7, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """One row per scoring, and the tickets behind them; tickets are counted from 0."""

    week: Codes
    kind: Codes
    ticket: Codes
    reviewer: Codes
    specialist: Codes
    queue: Codes
    ticket_week: Codes
    ticket_queue: Codes
    ticket_specialist: Codes


def plan_reviews(
    people: People, weeks: int, joined: Mapping[int, int], moved: Mapping[int, int], rng: np.random.Generator
) -> Rota:
    """Draws who works when, on which tickets, beside whom."""
    reviewers = people.volume.size
    at_work = rng.random((reviewers, weeks)) >= OFF_SHARE
    for joiner, start in joined.items():
        at_work[joiner, :start] = False
    number = np.maximum(rng.poisson(people.volume[:, np.newaxis], (reviewers, weeks)), FEWEST) * at_work
    cells = np.repeat(np.arange(number.size), number.ravel())
    reviewer, week = cells // weeks, cells % weeks
    queue = _queues_of(reviewer, week, people, moved, rng)
    second = np.flatnonzero(rng.random(week.size) < DOUBLE_SHARE)
    other = _others(reviewer[second], week[second], at_work, rng)
    second, other = second[other >= 0], other[other >= 0]
    session = _sessions(at_work, rng)
    session_ticket = week.size + session.ticket
    ticket_week = np.concatenate([week, session.ticket_week])
    ticket_queue = np.concatenate([queue, rng.integers(0, QUEUES, session.ticket_week.size)])
    ticket_specialist = _specialists_of(ticket_queue, people.home, rng)
    ticket = np.concatenate(
        [np.arange(week.size), second, session_ticket, week.size + np.arange(session.ticket_week.size)]
    )
    kinds = (
        (Kind.ROUTINE, week.size),
        (Kind.DOUBLE, second.size),
        (Kind.CALIBRATION, session.ticket.size),
        (Kind.GOLD, session.ticket_week.size),
    )
    gold = np.full(session.ticket_week.size, GOLD_REVIEWER)
    return Rota(
        week=ticket_week[ticket],
        kind=np.concatenate([np.full(size, int(kind)) for kind, size in kinds]),
        ticket=ticket,
        reviewer=np.concatenate([reviewer, other, session.reviewer, gold]),
        specialist=ticket_specialist[ticket],
        queue=ticket_queue[ticket],
        ticket_week=ticket_week,
        ticket_queue=ticket_queue,
        ticket_specialist=ticket_specialist,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sessions:
    ticket: Codes  # of each calibration scoring
    reviewer: Codes
    ticket_week: Codes


def _sessions(at_work: NDArray[np.bool_], rng: np.random.Generator) -> _Sessions:
    """Every reviewer at work sits in one session each ``SESSION_WEEKS`` weeks."""
    reviewers, weeks = at_work.shape
    turn = rng.permutation(reviewers) % SESSION_WEEKS
    tickets: list[Codes] = []
    seats: list[Codes] = []
    ticket_week: list[int] = []
    for week in range(weeks):
        present = rng.permutation(np.flatnonzero(at_work[:, week] & (turn == week % SESSION_WEEKS)))
        if present.size < 2:
            continue
        for group in np.array_split(present, max(1, round(present.size / SESSION_SIZE))):
            own = len(ticket_week) + np.arange(SESSION_TICKETS)
            tickets.append(np.tile(own, group.size))
            seats.append(np.repeat(group, SESSION_TICKETS))
            ticket_week.extend([week] * SESSION_TICKETS)
    nobody = np.zeros(0, dtype=np.int64)
    return _Sessions(
        ticket=np.concatenate([nobody, *tickets]),
        reviewer=np.concatenate([nobody, *seats]),
        ticket_week=np.array(ticket_week, dtype=np.int64),
    )


def _queues_of(
    reviewer: Codes, week: Codes, people: People, moved: Mapping[int, int], rng: np.random.Generator
) -> Codes:
    """A random one of the reviewer's three queues; a mover serves the three others from her week on."""
    lists = np.argsort(~people.queues, axis=1, kind="stable")[:, :3]
    place = rng.integers(0, 3, reviewer.size)
    queue = lists[reviewer, place]
    for mover, from_week in moved.items():
        rows = (reviewer == mover) & (week >= from_week)
        queue[rows] = np.flatnonzero(~people.queues[mover])[place[rows]]
    return np.asarray(queue)


def _specialists_of(queue: Codes, home: Codes, rng: np.random.Generator) -> Codes:
    """A random specialist of each ticket's queue."""
    by_queue = np.argsort(home, kind="stable")
    size = np.bincount(home, minlength=QUEUES)
    start = np.cumsum(size) - size
    return np.asarray(by_queue[start[queue] + (rng.random(queue.size) * size[queue]).astype(np.int64)])


def _others(first: Codes, week: Codes, at_work: NDArray[np.bool_], rng: np.random.Generator) -> Codes:
    """A random other reviewer at work in the week; -1 where there is none."""
    lists = np.argsort(~at_work, axis=0, kind="stable")  # at work first, by number
    present = at_work.sum(axis=0)
    own = np.cumsum(at_work, axis=0)[first, week] - 1
    others = present[week] - 1
    place = (rng.random(first.size) * others).astype(np.int64)
    place += place >= own
    return np.where(others > 0, lists[np.minimum(place, at_work.shape[0] - 1), week], -1)
