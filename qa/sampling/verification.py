"""Proving receipts: every draw run again from its frozen frame, and the chain that binds one receipt to the next."""

import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.people.models import Programme
from qa.sampling import frames, receipts
from qa.sampling.draw import commitment
from qa.sampling.models import Draw, DrawnUnit, DrawReceipt, Period
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
    problems += receipts.differences(receipt.document, facts, cells, units, plans)
    stored = dict(
        session.execute(
            select(DrawnUnit.part_id, DrawnUnit.inclusion_probability).where(DrawnUnit.draw_id == row.id)
        ).all()
    )
    told = {part[0]: float(part[2]) for part in document["parts"]}
    if stored != told:
        problems.append("the drawn parts in the database are not those of the receipt")
    return problems
