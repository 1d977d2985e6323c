"""Drawing a week: the sample and its receipt, who gets what, and what nobody can take."""

import datetime as dt
import json
from collections.abc import Callable

import pytest
from click.testing import Result
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from qa.core.audit import AuditEvent
from qa.core.errors import ConflictError, InvalidInputError
from qa.people.queries import zone_of
from qa.sampling import frames, service
from qa.sampling.models import DrawnUnit, DrawReceipt, FrameUnit, Period
from qa.sampling.plans import plans_of
from qa.sampling.receipts import canonical, digest
from qa.sampling.service import Done
from tests.sampling.weeks import SEED, WEEK, arranged, assignments, draw_week, make_plan, problems
from tests.support.builders import RESOLVED, RING, make_ticket, publish_rubric
from tests.support.cast import NOW, TODAY, Cast
from tests.support.statements import count_queries


def test_each_specialist_gives_as_many_parts_as_the_plan_says(session: Session, cast: Cast):
    arranged(session, cast)

    done = draw_week(session, cast)

    drawn = session.scalars(select(DrawnUnit).where(DrawnUnit.draw_id == done.draw.id)).all()
    assert (done.draw.frame_size, done.draw.size, len(drawn)) == (10, 4, 4)
    assert {unit.inclusion_probability for unit in drawn} == {0.4}  # two of five parts of each
    # The weights of the drawn parts stand for the whole frame.
    assert sum(1 / unit.inclusion_probability for unit in drawn) == pytest.approx(10)
    assert len(assignments(session)) == 4


def test_every_drawn_part_is_due_after_the_programme_s_days_by_the_rubric_in_force(session: Session, cast: Cast):
    arranged(session, cast)
    newer = publish_rubric(session, cast, version="2.0", effective_from=NOW, everywhere=False)

    draw_week(session, cast)

    given = assignments(session)
    assert {row.due_on for row in given} == {TODAY + dt.timedelta(days=7)}
    assert newer.id not in {row.rubric_version_id for row in given}  # resolved before the newer one was in force


def test_the_receipt_of_a_draw_holds(session: Session, cast: Cast):
    arranged(session, cast)

    done = draw_week(session, cast, seed=None)

    told = json.loads(done.receipt.document)
    assert problems(session, cast) == []
    assert (told["period"], told["N"], told["n"]) == (WEEK, 10, 4)
    assert told["commitment_note"].startswith("committed after the period")


def test_the_seed_is_committed_to_before_the_draw_is_told(session: Session, cast: Cast):
    arranged(session, cast)

    done = draw_week(session, cast)

    actions = session.scalars(
        select(AuditEvent.action).where(AuditEvent.action.like("draw.%")).order_by(AuditEvent.id)
    ).all()
    assert actions == ["draw.commit", "draw.done"]
    assert SEED not in done.draw.sealed_seed
    assert len(done.draw.commitment) == 64


def tamper_number(session: Session, done: Done) -> None:
    unit = session.scalars(select(FrameUnit).order_by(FrameUnit.part_id)).first()
    assert unit is not None
    session.execute(update(FrameUnit).where(FrameUnit.part_id == unit.part_id).values(prn=unit.prn ^ 1))


def tamper_cell(session: Session, done: Done) -> None:
    units = session.scalars(select(FrameUnit).order_by(FrameUnit.part_id)).all()
    session.execute(update(FrameUnit).where(FrameUnit.part_id == units[0].part_id).values(cell=units[-1].cell))


def tamper_drawn(session: Session, done: Done) -> None:
    drawn = select(DrawnUnit.part_id)
    other = session.scalar(select(FrameUnit.part_id).where(FrameUnit.part_id.not_in(drawn)).limit(1))
    unit = session.scalars(select(DrawnUnit).order_by(DrawnUnit.id)).first()
    assert unit is not None
    unit.part_id = other


def tamper_probability(session: Session, done: Done) -> None:
    session.execute(update(DrawnUnit).where(DrawnUnit.position == 1).values(inclusion_probability=0.9))


def tamper_document(session: Session, done: Done) -> None:
    document = done.receipt.document.replace(b'"late":0', b'"late":1')
    session.execute(update(DrawReceipt).values(document=document))


def tamper_document_and_digest(session: Session, done: Done) -> None:
    document = done.receipt.document.replace(b'"late":0', b'"late":1')
    session.execute(update(DrawReceipt).values(document=document, digest=digest(document)))


def rewritten(session: Session, done: Done, **changes: object) -> None:
    """The receipt written anew with its digest, as somebody would who knows how."""
    document = canonical({**json.loads(done.receipt.document), **changes})
    session.execute(update(DrawReceipt).values(document=document, digest=digest(document)))


def tamper_seed(session: Session, done: Done) -> None:
    rewritten(session, done, seed=bytes(range(1, 33)).hex())


def tamper_list(session: Session, done: Done) -> None:
    drawn = select(DrawnUnit.part_id)
    other = session.scalar(select(FrameUnit.part_id).where(FrameUnit.part_id.not_in(drawn)).limit(1))
    (_, *rest), *others = json.loads(done.receipt.document)["parts"]
    rewritten(session, done, parts=[[other, *rest], *others])


def tamper_cut_off(session: Session, done: Done) -> None:
    session.execute(update(Period).where(Period.key == WEEK).values(cut_off_at=NOW + dt.timedelta(hours=1)))


def tamper_chain(session: Session, done: Done) -> None:
    session.execute(update(DrawReceipt).values(previous_digest="0" * 64))


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        pytest.param(tamper_number, "sum of random numbers", id="a random number"),
        pytest.param(tamper_cell, "parts 5 on the receipt, 4 now", id="a part's cell"),
        pytest.param(tamper_drawn, "the drawn parts in the database are not those of the receipt", id="a drawn part"),
        pytest.param(tamper_probability, "the drawn parts in the database are not those of the receipt", id="a chance"),
        pytest.param(tamper_document, "the document is not the one that was signed off", id="the document"),
        pytest.param(tamper_document_and_digest, "late: receipt 1, re-run 0", id="the document with its digest"),
        pytest.param(tamper_seed, "the seed is not the one that was committed to", id="the seed"),
        pytest.param(tamper_list, "on the receipt but not drawn (part", id="the list"),
        pytest.param(tamper_cut_off, "cut_off: receipt", id="the cut-off"),
        pytest.param(tamper_chain, "it does not follow the receipt before it", id="the chain"),
    ],
)
def test_whatever_is_changed_afterwards_is_named(
    session: Session,
    cast: Cast,
    tamper: Callable[[Session, Done], None],
    named: str,
    flask_command: Callable[..., Result],
):
    arranged(session, cast)
    done = draw_week(session, cast)
    before = flask_command("receipts", "verify")

    tamper(session, done)

    after = flask_command("receipts", "verify", "--json")
    assert before.exit_code == 0
    assert after.exit_code == 1
    assert named in " ".join(json.loads(after.output)["receipts"][0]["problems"])


def test_receipts_are_chained_and_a_missing_one_is_noticed(session: Session, cast: Cast):
    arranged(session, cast)
    make_ticket(session, cast, resolved_at=RESOLVED - dt.timedelta(weeks=1))
    first = draw_week(session, cast, "2026-W13")

    second = draw_week(session, cast)

    assert second.receipt.previous_digest == first.receipt.digest
    assert problems(session, cast) == []
    session.delete(first.receipt)
    session.flush()
    assert problems(session, cast) == ["it does not follow the receipt before it"]


def test_a_week_is_drawn_once(session: Session, cast: Cast):
    arranged(session, cast)
    draw_week(session, cast)

    with pytest.raises(ConflictError, match="drawn already"):
        draw_week(session, cast)


def test_a_week_that_is_not_over_cannot_be_drawn(session: Session, cast: Cast):
    arranged(session, cast)

    with pytest.raises(ConflictError, match="not over yet"):
        draw_week(session, cast, "2026-W15")


def test_a_draw_needs_a_plan(session: Session, cast: Cast):
    with pytest.raises(InvalidInputError, match="No plan takes part"):
        draw_week(session, cast)


def test_the_same_seed_draws_the_same_parts_and_reviewers(session: Session, cast: Cast):
    arranged(session, cast)
    period = frames.get_or_open_period(session, cast.programme.id, WEEK, zone_of(cast.setting))
    outcomes = []

    for _ in range(2):
        with session.begin_nested() as attempt:
            service.draw_period(
                session,
                cast.programme,
                cast.setting,
                period,
                [view.value for view in plans_of(session, cast.programme.id)],
                ring=RING,
                by=None,
                now=NOW,
                seed=SEED,
            )
            outcomes.append([(row.part_id, row.reviewer_id) for row in assignments(session)])
            attempt.rollback()

    assert outcomes[0] == outcomes[1]
    assert len(outcomes[0]) == 4


def test_a_plan_for_some_queues_leaves_the_others_a_small_chance(session: Session, cast: Cast):
    publish_rubric(session, cast)
    make_plan(session, cast, 2, queue=["payouts"])
    for queue in ("payouts", "appeals"):
        for _ in range(5):
            make_ticket(session, cast, queue=queue)

    done = draw_week(session, cast)

    cells = {cell[0].split("|")[1]: cell for cell in json.loads(done.receipt.document)["cells"]}
    assert cells["payouts"][4] > cells["appeals"][4] > 0  # expected counts: nothing eligible has no chance
    assert problems(session, cast) == []


def test_the_command_draws_and_tells_as_json(session: Session, cast: Cast, flask_command: Callable[..., Result]):
    arranged(session, cast)

    told = json.loads(flask_command("draw", "weekly", "--period", WEEK, "--json").output)

    assert (told["period"], told["frame"], told["size"], told["assigned"]) == (WEEK, 10, 4, 4)
    assert told["left"] == []
    assert told["receipt"] == session.scalars(select(DrawReceipt.digest)).one()


def test_the_command_names_plans_it_does_not_know(session: Session, cast: Cast, flask_command: Callable[..., Result]):
    arranged(session, cast)

    result = flask_command("draw", "monthly", "--period", WEEK)

    assert result.exit_code != 0
    assert session.scalar(select(func.count()).select_from(Period).where(Period.state != "open")) == 0


def test_drawing_more_parts_asks_no_more_of_the_database(
    session: Session, cast: Cast, flask_command: Callable[..., Result]
):
    arranged(session, cast, sams=3, olgas=3, amount=30)
    for n in range(30):  # of both teams, as the week after: what a draw writes of a week is kept by team
        agent = (cast.sam_agent, cast.olga_agent)[n % 2]
        make_ticket(session, cast, agent=agent, resolved_at=RESOLVED - dt.timedelta(weeks=1))
    counts, sizes = [], []

    for week in ("2026-W14", "2026-W13"):
        with count_queries() as statements:
            sizes.append(json.loads(flask_command("draw", "weekly", "--period", week, "--json").output)["size"])
        counts.append(len(statements))

    assert sizes == [6, 30]
    assert abs(counts[0] - counts[1]) <= 2
