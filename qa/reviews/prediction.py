"""The predicted score of every part of a frozen frame, learned from past periods' reviews only.

A column of the regression estimate, never a figure by itself and never shown before a review is submitted. No part's
own review enters its prediction: the model of a period has seen only periods before it.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.db import reading
from qa.core.errors import ConflictError
from qa.reviews import measuring
from qa.reviews.keeping_sums import following
from qa.reviews.measured import NO_QUEUE, Reviewed
from qa.reviews.measuring import METHOD, PREDICTED, prediction_version
from qa.sampling.models import FrameUnit, Period
from qa.sampling.predicting import Prediction, fit_prediction
from qa.tickets.models import HandledPart, Ticket, TicketSignal
from qa.tickets.rows import insert_rows
from qa.tickets.signal_storing import RULES
from qa.tickets.signals import MAPPED_VERSION

LEARNED_OVER = dt.timedelta(weeks=52)
LEARN_FROM = 60  # scored reviews of past periods; from fewer nothing is predicted
KNOWN_OF = 0.95  # share of the frame that a signal must be known of to be used
LEAST_IN_QUEUE = 10
CHUNK = 5_000  # parts read or written together
TOO_FEW_PAST = f"fewer than {LEARN_FROM} reviews of past periods to learn from"
NO_SIGNALS = "no signal is known of the frame"

Vector = NDArray[np.float64]
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """What a period's prediction came to; ``reason`` when there is none."""

    period: str
    version: str
    parts: int
    learned_from: int
    signals: tuple[str, ...]
    reason: str | None = None


def predict_period(
    session: Session, period_id: int, *, now: dt.datetime, progress: Callable[[int, int], None] | None = None
) -> Predicted:
    """Predict every part of a frozen period, in short transactions of its own; the same again replaces the same."""
    with reading():
        period = session.get_one(Period, period_id)
        if period.state == "open":
            raise ConflictError(f"{period.key} has no frozen frame yet: there is nothing to predict.")
        key, programme_id = period.key, period.programme_id
        version = prediction_version(key)
        past = [
            row
            for row in measuring.reviewed(
                session,
                [HandledPart.programme_id == programme_id],
                since=period.starts_on - LEARNED_OVER,
                until=period.starts_on - dt.timedelta(weeks=1),
            )
            if row.score is not None
        ]
        parts, queues = _frame(session, period_id)
        names, frame = _signals(session, parts, None)
        known = [n for n in range(len(names)) if np.isfinite(frame[:, n]).mean() >= KNOWN_OF] if len(parts) else []
        names = [names[n] for n in known]
        frame = frame[:, known]
        _, learned = _signals(session, np.array(sorted(row.part_id for row in past), dtype=np.int64), names)
        session.rollback()
    reason = TOO_FEW_PAST if len(past) < LEARN_FROM else NO_SIGNALS if not names else None
    values: Vector | None = None
    if reason is None:
        past = sorted(past, key=lambda row: row.part_id)
        model, means, levels = _fit(past, learned)
        values = model.of(_columns(frame, means, queues, levels))
    _keep(session, parts, version, values, progress)
    audit.record(
        session,
        action="prediction.fit",
        object_type="period",
        object_id=period_id,
        actor_id=None,
        now=now,
        detail={
            "period": key,
            "version": version,
            "method": METHOD,
            "rules": RULES.version,
            "signals": names,
            "learned_from": len(past),
            "parts": 0 if values is None else len(values),
            "reason": reason,
        },
    )
    session.commit()
    return Predicted(
        period=key,
        version=version,
        parts=0 if values is None else len(values),
        learned_from=len(past),
        signals=tuple(names),
        reason=reason,
    )


def _frame(session: Session, period_id: int) -> tuple[Ids, list[str]]:
    """The parts of a frame in the order of their ids, and the queue of each."""
    rows = session.execute(
        select(FrameUnit.part_id, Ticket.queue)
        .join(HandledPart, HandledPart.id == FrameUnit.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(FrameUnit.period_id == period_id)
        .order_by(FrameUnit.part_id)
    ).all()
    return np.array([part_id for part_id, _ in rows], dtype=np.int64), [queue or NO_QUEUE for _, queue in rows]


def _signals(session: Session, parts: Ids, names: Sequence[str] | None) -> tuple[list[str], Vector]:
    """The signals of parts (ids in rising order), parts x names, NaN where one is not known; all names unless given."""
    columns: dict[str, Vector] = {name: np.full(len(parts), np.nan) for name in names or ()}
    for start in range(0, len(parts), CHUNK):
        some = parts[start : start + CHUNK]
        place = {part_id: start + n for n, part_id in enumerate(some.tolist())}
        # A whole frame lies side by side; a few reviewed parts lie among many that nobody asks for.
        near = int(some[-1] - some[0]) < 2 * len(some)
        for part_id, name, value in session.execute(
            select(TicketSignal.part_id, TicketSignal.name, TicketSignal.value).where(
                TicketSignal.part_id.between(int(some[0]), int(some[-1]))
                if near
                else TicketSignal.part_id.in_(list(place)),
                TicketSignal.version.in_((RULES.version, MAPPED_VERSION)),
            )
        ):
            if part_id not in place:
                continue
            if name not in columns:
                if names is not None:
                    continue
                columns[name] = np.full(len(parts), np.nan)
            columns[name][place[part_id]] = value
    ordered = sorted(columns) if names is None else list(names)
    return ordered, np.column_stack([columns[name] for name in ordered]) if ordered else np.empty((len(parts), 0))


def _fit(past: Sequence[Reviewed], signals: Vector) -> tuple[Prediction, Vector, list[str]]:
    """The model, the mean of each signal (for a part that lacks one), and the queues with a level of their own."""
    seen: dict[str, int] = {}
    for row in past:
        seen[row.queue] = seen.get(row.queue, 0) + 1
    levels = sorted(queue for queue, count in seen.items() if count >= LEAST_IN_QUEUE)
    known = np.isfinite(signals)
    n = known.sum(axis=0)
    means = np.divide(np.where(known, signals, 0.0).sum(axis=0), n, out=np.zeros(signals.shape[1]), where=n > 0)
    x = _columns(signals, means, [row.queue for row in past], levels)
    return fit_prediction(x, [row.score or 0.0 for row in past]), means, levels


def _columns(signals: Vector, means: Vector, queues: Sequence[str], levels: Sequence[str]) -> Vector:
    filled = np.where(np.isfinite(signals), signals, means)
    named = np.array(queues, dtype=np.str_)
    return np.column_stack([filled, *((named == level).astype(np.float64) for level in levels)])


def _keep(
    session: Session, parts: Ids, version: str, values: Vector | None, progress: Callable[[int, int], None] | None
) -> None:
    for start in range(0, len(parts), CHUNK):
        some = parts[start : start + CHUNK]
        with following(session, parts=some.tolist()):
            session.execute(
                delete(TicketSignal).where(
                    TicketSignal.name == PREDICTED,
                    TicketSignal.version == version,
                    TicketSignal.part_id >= int(some[0]),
                    TicketSignal.part_id <= int(some[-1]),
                )
            )
            if values is not None:
                insert_rows(
                    session,
                    TicketSignal,
                    [
                        {"part_id": int(part_id), "name": PREDICTED, "version": version, "value": float(value)}
                        for part_id, value in zip(some, values[start : start + CHUNK], strict=True)
                    ],
                )
        session.commit()
        if progress is not None:
            progress(min(start + CHUNK, len(parts)), len(parts))
