"""Drawing a period's sample and giving it to reviewers: commit to a seed, freeze, draw, write the receipt, assign."""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.clock import local_day
from qa.core.crypto import KeyRing, seal_secret
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices import service as notices
from qa.people.models import Programme, ProgrammeSetting
from qa.people.queries import zone_of
from qa.rubric_library.queries import rule_book
from qa.sampling import frames, receipts
from qa.sampling.allocation import Plan
from qa.sampling.assigning import Load, Outcome, Task, assign, double_sample
from qa.sampling.draw import SEED_BYTES, DrawResult, commitment, draw
from qa.sampling.models import Assignment, Draw, DrawnUnit, DrawReceipt, Period, Purpose
from qa.sampling.reviewers import PartFacts, ReviewerFacts, reviewers_on, why_not
from qa.tickets.models import HandledPart, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What became of a draw's parts: how many assignments, and what nobody could take, by reason."""

    routine: int
    double: int
    left: tuple[tuple[int, str], ...]


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
    plans: Sequence[Plan],
    *,
    ring: KeyRing,
    by: int | None,
    now: dt.datetime,
    seed: bytes | None = None,
) -> Done:
    """Draw a period once: the seed is committed to in the audit trail before the frame is counted.

    ``seed`` is for a simulated past only; a real draw makes its own.
    """
    if not plans:
        raise InvalidInputError("Choose at least one plan; make one first if there is none.")
    if session.scalar(select(Draw.id).where(Draw.period_id == period.id).limit(1)) is not None:
        raise ConflictError(f"{period.key} is drawn already. A receipt stands for it; nobody draws twice.")
    seed = seed or secrets.token_bytes(SEED_BYTES)
    row = _commit(session, period, plans, seed, ring=ring, by=by, now=now)
    late = frames.freeze(session, period, now=now).late
    cells, units, entries = frames.frame_of(session, period.id)
    result = draw(cells, units, plans, seed)
    parts = _part_facts(session, result)
    row.rubricless = _without_rubric(session, programme.id, period)
    row.drawn_at, row.drawn_by_id = now, by
    row.frame_size, row.size = len(units), result.size
    receipt = _write_receipt(session, programme, period, row, plans, seed, result, late, entries.get("carried", 0), now)
    drawn = _write_units(session, row, result)
    given = _give(session, programme.id, setting, parts, drawn, rng=_generator(seed), by=by, now=now)
    session.flush()
    audit.record(
        session,
        action="draw.done",
        object_type="draw",
        object_id=row.id,
        actor_id=by,
        now=now,
        detail={
            "period": period.key,
            "receipt": receipt.digest,
            "size": result.size,
            "frame": len(units),
            "assigned": given.routine + given.double,
            "left": len(given.left),
        },
    )
    session.flush()
    return Done(draw=row, receipt=receipt, given=given)


def _commit(
    session: Session,
    period: Period,
    plans: Sequence[Plan],
    seed: bytes,
    *,
    ring: KeyRing,
    by: int | None,
    now: dt.datetime,
) -> Draw:
    digest = receipts.plans_digest(plans)
    row = Draw(
        period_id=period.id,
        n=1,
        plan_digest=digest,
        commitment=commitment(seed, digest),
        committed_at=now,
        committed_before_opening=now < period.starts_at,
        sealed_seed=seal_secret(ring, seed, f"draw {period.id}/1"),
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        action="draw.commit",
        object_type="draw",
        object_id=row.id,
        actor_id=by,
        now=now,
        detail={"period": period.key, "commitment": row.commitment, "plans": digest},
    )
    session.flush()
    return row


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


def _write_units(session: Session, row: Draw, result: DrawResult) -> dict[int, int]:
    """One row a drawn part, in drawn order; the row's id by part."""
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
    ]
    if units:
        session.execute(insert(DrawnUnit), units)
    return dict(
        session.execute(
            select(DrawnUnit.part_id, DrawnUnit.id).where(DrawnUnit.draw_id == row.id).order_by(DrawnUnit.position)
        ).all()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnFacts:
    """A drawn part with everything that decides its rubric and its reviewer."""

    facts: PartFacts
    channel: str
    resolved_at: dt.datetime


def _part_facts(session: Session, result: DrawResult) -> dict[int, DrawnFacts]:
    rows = session.execute(
        select(HandledPart, Ticket.queue, Ticket.channel, Ticket.language, Ticket.content_severity)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(HandledPart.id.in_([part.part_id for part in result.parts]))
    )
    return {
        part.id: DrawnFacts(
            facts=PartFacts(
                part_id=part.id,
                specialist_id=part.specialist_id,
                team_id=part.team_id,
                queue=queue,
                language=language,
                content_severity=severity,
            ),
            channel=channel,
            resolved_at=part.resolved_at,
        )
        for part, queue, channel, language, severity in rows
    }


def _without_rubric(session: Session, programme_id: int, period: Period) -> int:
    """Eligible parts of the frame that no rule gives a rubric."""
    book = rule_book(session, programme_id)
    return sum(
        count
        for queue, channel, language, resolved_at, count in frames.facts_in_frame(session, period)
        if book.version_for(queue, channel, language, resolved_at) is None
    )


def _give(
    session: Session,
    programme_id: int,
    setting: ProgrammeSetting,
    parts: dict[int, DrawnFacts],
    drawn: dict[int, int],
    *,
    rng: np.random.Generator,
    by: int | None,
    now: dt.datetime,
) -> Given:
    """Assign every drawn part, and a random share of them a second, hidden time."""
    today = local_day(now, zone_of(setting))
    book = rule_book(session, programme_id)
    versions = {
        part_id: book.version_for(part.facts.queue, part.channel, part.facts.language, part.resolved_at)
        for part_id, part in parts.items()
    }
    loads: list[Load[ReviewerFacts]] = [
        Load(key=reviewer.user_id, reviewer=reviewer, capacity=reviewer.capacity, load=reviewer.load)
        for reviewer in reviewers_on(session, programme_id, today)
    ]

    def verdict(reviewer: ReviewerFacts, part: DrawnFacts) -> str | None:
        return why_not(reviewer, part.facts, own_team_ban=setting.own_team_ban)

    scorable = [part_id for part_id in drawn if versions[part_id] is not None]
    left = [(part_id, "no rubric") for part_id in drawn if versions[part_id] is None]
    first = assign([_task(parts[part_id]) for part_id in scorable], loads, verdict, rng)
    scorer = {part.facts.part_id: reviewer_id for part, reviewer_id in first.given}
    again, chance = double_sample(len(scorable), setting.double_share, rng)
    doubled = [scorable[position] for position in sorted(again) if scorable[position] in scorer]
    second = assign([_task(parts[part_id], scorer[part_id]) for part_id in doubled], loads, verdict, rng)
    rows = [
        {
            "part_id": part.facts.part_id,
            "reviewer_id": reviewer_id,
            "purpose": purpose,
            "origin": origin,
            "drawn_unit_id": drawn[part.facts.part_id],
            "rubric_version_id": versions[part.facts.part_id],
            "due_on": today + dt.timedelta(days=setting.review_days),
            "position": position,
            "created_at": now,
            "created_by_id": by,
        }
        for outcome, purpose, origin in ((first, Purpose.ROUTINE, "draw"), (second, Purpose.DOUBLE, "double"))
        for position, (part, reviewer_id) in enumerate(_in_order(outcome, drawn), start=1)
    ]
    if rows:
        session.execute(insert(Assignment), rows)
    _note_doubles(session, [drawn[part_id] for part_id in scorable], chance)
    told = {row["reviewer_id"] for row in rows if isinstance(row["reviewer_id"], int)}
    notices.notify(session, told, kind="parts_assigned", object_type="period", object_id=str(today), now=now)
    return Given(
        routine=len(first.given),
        double=len(second.given),
        left=tuple(left) + tuple((part.facts.part_id, reason) for part, reason in first.left),
    )


def _task(part: DrawnFacts, *excluded: int) -> Task[DrawnFacts]:
    facts = part.facts
    kind = (str(facts.specialist_id), str(facts.team_id), facts.queue, facts.language, str(facts.content_severity))
    return Task(part=part, kind=kind, excluded=frozenset(excluded))


def _in_order(outcome: Outcome[DrawnFacts], drawn: dict[int, int]) -> list[tuple[DrawnFacts, int]]:
    order = {part_id: position for position, part_id in enumerate(drawn)}
    return sorted(outcome.given, key=lambda pair: order[pair[0].facts.part_id])


def _note_doubles(session: Session, unit_ids: Sequence[int], chance: float) -> None:
    if not unit_ids or chance == 0:
        return
    session.execute(update(DrawnUnit).where(DrawnUnit.id.in_(unit_ids)).values(double_probability=chance))
