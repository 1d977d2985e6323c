"""The same frame on SQLite and on PostgreSQL: the same receipt, byte for byte; the same draw in memory and in SQL."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.sampling import frames
from qa.sampling.draw import draw
from qa.sampling.kinds import Rules
from qa.sampling.models import FrameCell, FrameColumns, FrameUnit
from qa.sampling.plans import plans_of
from qa.sampling.walking import draw_stored
from tests.sampling.weeks import SEED, draw_week, make_plan, problems
from tests.support import engines, programs
from tests.support.builders import make_ticket, publish_rubric
from tests.support.cast import Cast, make_cast
from tests.support.tickets import RESOLVED

KINDS = (
    Rules(kind="quota_per_specialist", amount=2),
    Rules(kind="neyman", amount=9, strata=("queue", "tier")),
    Rules(kind="risk", amount=6),
    Rules(kind="launch_watch", amount=3, where={"launch": ["duet"]}),
    Rules(kind="new_specialists", amount=1, days=700),
    Rules(kind="census", where={"content_severity": ["1"], "tag:vip": ["yes"]}),
)


def arrange(session: Session, cast: Cast) -> None:
    """A week with everything that plans tell apart, and a late part; the numbers of tickets are fixed."""
    publish_rubric(session, cast)
    for number, rules in enumerate(KINDS):
        make_plan(session, cast, rules=rules, name=f"Plan {number}")
    for number in range(60):
        make_ticket(
            session,
            cast,
            external_id=f"F-{number}",
            agent=cast.olga_agent if number % 3 else cast.sam_agent,
            resolved_at=RESOLVED + dt.timedelta(minutes=number),
            queue=("payouts", "music|rights", "")[number % 3],
            tier=("gold", "plain")[number % 2],
            risk_class=number % 6,
            launch="duet" if number % 5 == 0 else "",
            content_severity=int(number % 7 == 0),
            tags=["vip"] if number % 2 else [],
            language=("en", "é")[number % 2],
        )


def receipt_on(engine: str, folder: Path) -> bytes:
    folder.mkdir()
    with (
        engines.migrated_database(engine, folder) as url,
        engines.arranging_engine(url) as opened,
        Session(opened) as session,
    ):
        cast = make_cast(session)
        arrange(session, cast)
        done = draw_week(session, cast)
        assert problems(session, cast) == []
        return done.receipt.document


def test_receipts_are_byte_identical_on_both_engines(tmp_path: Path):
    if programs.postgresql() is None:
        programs.missing("a PostgreSQL server")

    sqlite, postgresql = (receipt_on(engine, tmp_path / engine) for engine in ("sqlite", "postgresql"))

    assert sqlite == postgresql
    assert len(sqlite) > 5_000


def test_the_draw_in_sql_is_the_draw_in_memory(session: Session, cast: Cast):
    arrange(session, cast)
    done = draw_week(session, cast)
    plans = [view.value for view in plans_of(session, cast.programme.id)]
    cells, units, _ = frames.frame_of(session, done.draw.period_id)

    for number in range(5):
        seed = bytes([number]) + SEED[1:]
        assert draw_stored(session, done.draw.period_id, plans, seed) == draw(cells, units, plans, seed)


def test_cells_hold_as_many_parts_as_the_frame_and_the_sum_of_their_numbers(session: Session, cast: Cast):
    arrange(session, cast)
    period_id = draw_week(session, cast).draw.period_id

    counted = session.execute(
        select(FrameUnit.cell, func.count(), func.sum(FrameUnit.prn))
        .where(FrameUnit.period_id == period_id)
        .group_by(FrameUnit.cell)
    )
    kept = {row.cell: (row.size, row.fingerprint) for row in session.scalars(select(FrameCell))}

    assert kept == {cell: (size, int(total) % 2**63) for cell, size, total in counted}


@pytest.mark.parametrize("amount", [1, 7])
def test_a_frame_frozen_before_cells_were_counted_is_drawn_all_the_same(session: Session, cast: Cast, amount: int):
    arrange(session, cast)
    period_id = draw_week(session, cast).draw.period_id
    plans = [Rules(kind="simple", amount=amount).plan("p")]
    from_cells = draw_stored(session, period_id, plans, SEED)

    session.query(FrameCell).delete()
    session.query(FrameColumns).delete()

    assert draw_stored(session, period_id, plans, SEED) == from_cells
