"""Proving receipts: every draw run again from its frozen frame, and the chain that binds one receipt to the next."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core import audit
from qa.people.models import Programme
from qa.sampling import frames, receipts
from qa.sampling.chances import chances_of
from qa.sampling.draw import Unit, commitment, replacement
from qa.sampling.models import Draw, DrawnUnit, DrawReceipt, FrameExclusion, Period
from qa.sampling.receipts import cell_of
from qa.sampling.service import facts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One receipt and what does not hold about it; nothing when all does."""

    period: str
    draw_id: int
    digest: str
    problems: tuple[str, ...]


def verify_all(session: Session, programme: Programme) -> list[Verdict]:
    """Every receipt of a programme, oldest first."""
    rows = session.execute(
        select(DrawReceipt, Draw, Period)
        .join(Draw, Draw.id == DrawReceipt.draw_id)
        .join(Period, Period.id == Draw.period_id)
        .where(DrawReceipt.programme_id == programme.id)
        .order_by(DrawReceipt.id)
    ).all()
    verdicts = []
    previous: str | None = None
    for receipt, row, period in rows:
        problems = list(_problems(session, programme, receipt, row, period))
        if receipt.previous_digest != previous:
            problems.append("it does not follow the receipt before it")
        previous = receipt.digest
        verdicts.append(Verdict(period=period.key, draw_id=row.id, digest=receipt.digest, problems=tuple(problems)))
    return verdicts


def verify(session: Session, programme: Programme, draw_id: int) -> Verdict:
    """One draw's receipt, run again."""
    receipt, row, period = session.execute(
        select(DrawReceipt, Draw, Period)
        .join(Draw, Draw.id == DrawReceipt.draw_id)
        .join(Period, Period.id == Draw.period_id)
        .where(Draw.id == draw_id)
    ).one()
    problems = tuple(_problems(session, programme, receipt, row, period))
    return Verdict(period=period.key, draw_id=row.id, digest=receipt.digest, problems=problems)


def note(session: Session, verdict: Verdict, *, by: int, now: dt.datetime) -> None:
    """Tell the trail that somebody ran a draw again, and whether its receipt held."""
    audit.record(
        session,
        action="receipt.verify",
        object_type="draw",
        object_id=verdict.draw_id,
        actor_id=by,
        now=now,
        detail={"receipt": verdict.digest, "problems": len(verdict.problems)},
    )
    session.flush()


def _problems(session: Session, programme: Programme, receipt: DrawReceipt, row: Draw, period: Period) -> list[str]:
    if receipts.digest(receipt.document) != receipt.digest:
        return ["the document is not the one that was signed off"]
    document = json.loads(receipt.document)
    plans = [receipts.plan_of(entry) for entry in document["plans"]]
    problems = []
    if receipts.plans_digest(plans) != row.plan_digest:
        problems.append("the plans are not those the seed was committed to")
    if commitment(bytes.fromhex(document["seed"]), row.plan_digest) != row.commitment:
        problems.append("the seed is not the one that was committed to")
    cells, units, entries = frames.frame_of(session, period.id)
    facts = facts_of(
        programme,
        period,
        row,
        document["seed"],
        late=entries.get("late", 0),
        carried=entries.get("carried", 0),
        previous=receipt.previous_digest,
    )
    found = receipts.differences(receipt.document, facts, cells, units, plans)
    return problems + found + (_kept_otherwise(session, row, period, document, units) if not found else [])


def _kept_otherwise(
    session: Session, row: Draw, period: Period, document: Mapping[str, Any], units: Sequence[Unit]
) -> list[str]:
    """What the drawn parts in the database say that the receipt and the replacements noted since do not."""
    struck: dict[str, set[int]] = {}
    for cell, part_id in session.execute(
        select(FrameExclusion.cell, FrameExclusion.part_id).where(FrameExclusion.draw_id == row.id)
    ):
        struck.setdefault(cell, set()).add(part_id)
    before = set(
        session.scalars(
            select(DrawnUnit.part_id)
            .join(Draw, Draw.id == DrawnUnit.draw_id)
            .where(Draw.period_id == period.id, Draw.n < row.n)
        )
    )
    chances = chances_of(session, period.id)
    told = {part[0]: part[1] for part in document["parts"]}
    for drawn in (cell_of(document, cell) for cell in sorted(struck)):
        ring = [unit for unit in units if unit.cell == drawn.key]
        for part_id in replacement(drawn, ring, struck[drawn.key]).part_ids:
            told[part_id] = drawn.key
    expected = {
        part_id: chances[cell].probability
        for part_id, cell in told.items()
        if part_id not in before and cell in chances
    }
    stored = dict(
        session.execute(
            select(DrawnUnit.part_id, DrawnUnit.inclusion_probability).where(DrawnUnit.draw_id == row.id)
        ).all()
    )
    if stored != expected:
        return ["the drawn parts in the database are not those of the receipt"]
    return []
