"""Drawing a period's sample: commit to a seed, freeze the frame, draw, write the receipt, give it to reviewers."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from qa.core import audit, summing
from qa.core.crypto import KeyRing
from qa.core.errors import ConflictError, InvalidInputError
from qa.people.models import Programme, ProgrammeSetting
from qa.rubric_library.queries import rule_book_at
from qa.sampling import chances, committing, companions, fields, frames, receipts
from qa.sampling.allocation import Plan
from qa.sampling.attributes import beyond_base, carried_by
from qa.sampling.draw import DrawResult
from qa.sampling.evidence import Scores, no_scores
from qa.sampling.giving import Given, give, part_facts
from qa.sampling.models import Draw, DrawnUnit, DrawReceipt, FrameUnit, Period
from qa.sampling.walking import draw_stored

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    draw: Draw
    receipt: DrawReceipt
    given: Given


def draw_period(
    session: Session,
    programme: Programme,
    setting: ProgrammeSetting,
    period: Period,
    plans: Sequence[Plan] | None = None,
    *,
    ring: KeyRing,
    by: int | None,
    now: dt.datetime,
    seed: bytes | None = None,
    reason: str | None = None,
    scores: Scores = no_scores,
) -> Done:
    """Draw a period by the seed and the plans that were committed to, or commit to them before the frame is counted.

    Without ``plans`` those that are due take part. A period is drawn once; with a ``reason`` a second draw is a
    numbered supplement over the same frame. ``seed`` is for a simulated past only; a real draw makes its own.
    """
    frames.one_at_a_time(session, programme.id)
    session.refresh(period)  # whoever was a moment faster has frozen it
    number = _number(session, period, reason)
    row, plans, seed = _committed(
        session,
        programme.id,
        period,
        plans,
        number=number,
        reason=reason,
        ring=ring,
        by=by,
        now=now,
        seed=seed,
        scores=scores,
    )
    framed = select(FrameUnit.part_id).where(FrameUnit.period_id == period.id)
    with summing.changing(session, parts=framed):
        if number == 1:
            frames.freeze(session, period, _attributes(plans), now=now)
        result = _result(session, period, plans, seed)
        row.rubricless = _without_rubric(session, setting, period, now)
        row.drawn_at, row.drawn_by_id = now, by
        row.frame_size, row.size = sum(cell.size for cell in result.cells), result.size
        late, carried = _entered(session, period)
        receipt = _write_receipt(session, programme, period, row, plans, seed, result, late, carried, now)
        drawn = _write_units(session, period, row, result)
        if number > 1:
            chances.refresh(session, period)
    parts = part_facts(session, list(drawn))
    given = give(session, setting, parts, drawn, rng=_generator(seed), by=by, now=now)
    invited = companions.invite(session, setting, period, drawn, parts, rng=_generator(seed + b"+"), by=by, now=now)
    session.flush()
    audit.record(
        session,
        action="draw.done" if number == 1 else "draw.supplement",
        object_type="draw",
        object_id=row.id,
        actor_id=by,
        now=now,
        detail={
            "period": period.key,
            "number": number,
            "receipt": receipt.digest,
            "size": result.size,
            "frame": row.frame_size,
            "assigned": given.routine + given.double,
            "left": len(given.left),
            "self_reviews": invited.own,
            "peer_reviews": invited.peer,
        },
    )
    session.flush()
    return Done(draw=row, receipt=receipt, given=given)


def _number(session: Session, period: Period, reason: str | None) -> int:
    """Which draw of its period this is; a second one needs a reason."""
    drawn = session.scalar(
        select(func.count()).select_from(Draw).where(Draw.period_id == period.id, Draw.drawn_at.is_not(None))
    )
    if not drawn:
        if reason is not None:
            raise ConflictError(f"{period.key} is not drawn yet: there is nothing to supplement.")
        return 1
    if reason is None:
        raise ConflictError(f"{period.key} is drawn already. A receipt stands for it; nobody draws twice.")
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise InvalidInputError(
            f"Say why the week is supplemented, in up to {LONGEST_REASON} characters.", {"reason": "missing"}
        )
    return drawn + 1


def _committed(
    session: Session,
    programme_id: int,
    period: Period,
    plans: Sequence[Plan] | None,
    *,
    number: int,
    reason: str | None,
    ring: KeyRing,
    by: int | None,
    now: dt.datetime,
    seed: bytes | None,
    scores: Scores,
) -> tuple[Draw, Sequence[Plan], bytes]:
    """The committed draw with its plans and seed; a new commitment where none stands for these plans."""
    row = committing.pending(session, period) if number == 1 else None
    if row is not None:
        kept, known = committing.committed_plans(row), committing.seed_of(row, period, ring)
        if (plans is None or committing.same_rules(kept, plans)) and seed in (None, known):
            return row, kept, known
    if plans is None:
        plans = committing.plans_due(session, programme_id, period.starts_on, scores)
    if not plans:
        raise InvalidInputError("No plan takes part in this week. Make one first, or choose another week.")
    made = committing.commit(
        session, period, plans, ring=ring, by=by, now=now, seed=seed, n=number, reason=reason and reason.strip()
    )
    return made, plans, committing.seed_of(made, period, ring)


def _attributes(plans: Sequence[Plan]) -> set[str]:
    return {name for plan in plans for name in (*plan.where, *plan.strata)}


def _result(session: Session, period: Period, plans: Sequence[Plan], seed: bytes) -> DrawResult:
    try:
        return draw_stored(session, period.id, plans, seed)
    except ValueError as error:
        carried = carried_by(frames.a_cell(session, period.id))
        lacking = sorted(name for name in beyond_base(_attributes(plans)) if name not in carried)
        if not lacking:
            raise
        named = ", ".join(fields.label_of(name) for name in lacking)
        raise InvalidInputError(
            f"The frame of {period.key} was frozen without telling its parts apart by: {named}. A plan that selects on "
            "it cannot be fair there any more; it can take part from the next draw on."
        ) from error


def _entered(session: Session, period: Period) -> tuple[int, int]:
    """How many parts of a frame came late, and how many were carried from a former one."""
    counts = dict(
        session.execute(
            select(FrameUnit.entry, func.count()).where(FrameUnit.period_id == period.id).group_by(FrameUnit.entry)
        ).all()
    )
    return counts.get("late", 0), counts.get("carried", 0)


def _generator(seed: bytes) -> np.random.Generator:
    return np.random.default_rng(list(seed))


def _write_receipt(
    session: Session,
    programme: Programme,
    period: Period,
    row: Draw,
    plans: Sequence[Plan],
    seed: bytes,
    result: DrawResult,
    late: int,
    carried: int,
    now: dt.datetime,
) -> DrawReceipt:
    previous = session.scalar(
        select(DrawReceipt.digest)
        .where(DrawReceipt.programme_id == programme.id)
        .order_by(DrawReceipt.id.desc())
        .limit(1)
    )
    facts = facts_of(programme, period, row, seed.hex(), late=late, carried=carried, previous=previous)
    document = receipts.receipt(facts, plans, result)
    receipt = DrawReceipt(
        programme_id=programme.id,
        draw_id=row.id,
        document=document,
        digest=receipts.digest(document),
        previous_digest=previous,
        created_at=now,
    )
    session.add(receipt)
    session.flush()
    return receipt


def facts_of(
    programme: Programme,
    period: Period,
    row: Draw,
    seed_hex: str,
    *,
    late: int,
    carried: int,
    previous: str | None,
) -> receipts.ReceiptFacts:
    """What a receipt says beside the draw itself, from the rows that hold it."""
    if period.cut_off_at is None:
        raise ConflictError(f"{period.key} has no cut-off yet.")
    return receipts.ReceiptFacts(
        programme=programme.key,
        period=period.key,
        cut_off=period.cut_off_at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        draw_number=row.n,
        reason=row.reason,
        seed_hex=seed_hex,
        committed_before_opening=row.committed_before_opening,
        late=late,
        carried=carried,
        rubricless=row.rubricless,
        previous_digest=previous,
    )


def _write_units(session: Session, period: Period, row: Draw, result: DrawResult) -> dict[int, int]:
    """One row a drawn part, in drawn order; the row's id by part. What a former draw of the week took stays its."""
    before = set(
        session.scalars(
            select(DrawnUnit.part_id).join(Draw, Draw.id == DrawnUnit.draw_id).where(Draw.period_id == period.id)
        )
    )
    units: list[dict[str, Any]] = [
        {
            "draw_id": row.id,
            "part_id": part.part_id,
            "position": position,
            "cell": part.cell,
            "cell_size": part.cell_size,
            "cell_drawn": part.cell_drawn,
            "inclusion_probability": part.inclusion_probability,
            "plans": list(part.plans),
        }
        for position, part in enumerate(result.parts, start=1)
        if part.part_id not in before
    ]
    if units:
        session.execute(insert(DrawnUnit), units)
    return dict(
        session.execute(
            select(DrawnUnit.part_id, DrawnUnit.id).where(DrawnUnit.draw_id == row.id).order_by(DrawnUnit.position)
        ).all()
    )


def _without_rubric(session: Session, setting: ProgrammeSetting, period: Period, now: dt.datetime) -> int:
    """Eligible parts of the frame that no rule gives a rubric."""
    book = rule_book_at(session, setting, now)
    return sum(
        count
        for queue, channel, language, resolved_at, count in frames.facts_in_frame(session, period)
        if book.version_for(queue, channel, language, resolved_at) is None
    )
