"""Drawing a week: the sample and its receipt, who gets what, and what nobody can take."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from qa.core.access import Role
from qa.core.audit import AuditEvent
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices.models import Notice
from qa.people.models import Absence, Capacity, Clearance, Membership, Skill, User
from qa.people.queries import zone_of
from qa.sampling import frames, service, verification
from qa.sampling.models import Assignment, DrawnUnit, DrawReceipt, FrameUnit, Period, Purpose
from qa.sampling.plans import plans_of, save_plan
from qa.sampling.receipts import digest
from qa.sampling.service import Done
from tests.support.builders import RESOLVED, RING, make_ticket, publish_rubric
from tests.support.cast import NOW, SINCE, TODAY, Cast, person
from tests.support.statements import count_queries

WEEK = "2026-W14"
SEED = bytes(range(32))


def make_plan(session: Session, cast: Cast, amount: int = 2, *, name: str = "Weekly", **where: list[str]) -> None:
    save_plan(
        session,
        cast.programme.id,
        name=name,
        kind="quota_per_specialist",
        amount=amount,
        where=where,
        by=cast.quinn.id,
        now=NOW,
    )


def draw_week(session: Session, cast: Cast, week: str = WEEK, *, seed: bytes | None = SEED) -> Done:
    done = service.draw_period(
        session,
        cast.programme,
        cast.setting,
        frames.get_or_open_period(session, cast.programme.id, week, zone_of(cast.setting)),
        [view.value for view in plans_of(session, cast.programme.id)],
        ring=RING,
        by=cast.quinn.id,
        now=NOW,
        seed=seed,
    )
    session.commit()
    return done


def arranged(session: Session, cast: Cast, *, sams: int = 5, olgas: int = 5, amount: int = 2, **facts: Any) -> None:
    """A plan, a rubric, and parts of Sam and Olga resolved in the week."""
    publish_rubric(session, cast)
    make_plan(session, cast, amount)
    for _ in range(sams):
        make_ticket(session, cast, **facts)
    for _ in range(olgas):
        make_ticket(session, cast, agent=cast.olga_agent, **facts)


def assignments(session: Session, purpose: Purpose = Purpose.ROUTINE) -> list[Assignment]:
    return list(session.scalars(select(Assignment).where(Assignment.purpose == purpose).order_by(Assignment.id)))


def problems(session: Session, cast: Cast) -> list[str]:
    return [problem for verdict in verification.verify_all(session, cast.programme) for problem in verdict.problems]


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


def tamper_cut_off(session: Session, done: Done) -> None:
    session.execute(update(Period).where(Period.key == WEEK).values(cut_off_at=NOW + dt.timedelta(hours=1)))


def tamper_chain(session: Session, done: Done) -> None:
    session.execute(update(DrawReceipt).values(previous_digest="0" * 64))


@pytest.mark.parametrize(
    "tamper",
    [
        tamper_number,
        tamper_cell,
        tamper_drawn,
        tamper_probability,
        tamper_document,
        tamper_document_and_digest,
        tamper_cut_off,
        tamper_chain,
    ],
)
def test_whatever_is_changed_afterwards_is_found(
    session: Session, cast: Cast, tamper: Callable[[Session, Done], None], flask_command: Callable[..., Result]
):
    arranged(session, cast)
    done = draw_week(session, cast)
    before = flask_command("receipts", "verify")

    tamper(session, done)

    after = flask_command("receipts", "verify", "--json")
    assert before.exit_code == 0
    assert after.exit_code == 1
    assert json.loads(after.output)["receipts"][0]["problems"]


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
    with pytest.raises(InvalidInputError, match="at least one plan"):
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


def test_the_load_is_balanced(session: Session, cast: Cast):
    arranged(session, cast, amount=5)

    draw_week(session, cast)

    per_reviewer = [row.reviewer_id for row in assignments(session)]
    assert sorted(per_reviewer.count(each.id) for each in (cast.rita, cast.rob)) == [5, 5]


def test_capacity_decides_how_much_somebody_gets(session: Session, cast: Cast):
    session.add_all(
        Capacity(user_id=user.id, reviews_per_week=amount, valid_from=SINCE)
        for user, amount in ((cast.rita, 30), (cast.rob, 10))
    )
    arranged(session, cast, sams=4, olgas=4, amount=4)

    draw_week(session, cast)

    per_reviewer = [row.reviewer_id for row in assignments(session)]
    assert (per_reviewer.count(cast.rita.id), per_reviewer.count(cast.rob.id)) == (6, 2)


def reviewers_of(session: Session, user: User) -> set[int]:
    rows = session.scalars(
        select(Assignment.reviewer_id)
        .join(DrawnUnit, DrawnUnit.id == Assignment.drawn_unit_id)
        .join(FrameUnit, FrameUnit.part_id == DrawnUnit.part_id)
        .where(FrameUnit.cell.startswith(f"{user.id}|"))
    )
    return set(rows)


def test_nobody_reviews_the_own_team(session: Session, cast: Cast):
    session.add(Membership(user_id=cast.rita.id, team_id=cast.payouts.id, kind="member", valid_from=SINCE))
    arranged(session, cast)

    draw_week(session, cast)

    assert reviewers_of(session, cast.sam) == {cast.rob.id}
    assert reviewers_of(session, cast.olga)


def test_a_lead_who_reviews_does_not_review_the_led_team(session: Session, cast: Cast):
    session.add(Membership(user_id=cast.rita.id, team_id=cast.payouts.id, kind="lead", valid_from=SINCE))
    arranged(session, cast)

    draw_week(session, cast)

    assert reviewers_of(session, cast.sam) == {cast.rob.id}


def test_where_the_programme_allows_it_the_own_team_is_reviewed(session: Session, cast: Cast):
    cast.setting.own_team_ban = False
    for user in (cast.rita, cast.rob):
        session.add(Membership(user_id=user.id, team_id=cast.payouts.id, kind="member", valid_from=SINCE))
    arranged(session, cast, olgas=0)

    done = draw_week(session, cast)

    assert done.given.left == ()


def test_nobody_reviews_the_own_ticket_whatever_the_programme_allows(session: Session, cast: Cast):
    cast.setting.own_team_ban = False
    sam_reviews = person(session, cast.programme, "Sally Sole", Role.REVIEWER, Role.SPECIALIST)
    cast.sam_agent.user_id = sam_reviews.id
    arranged(session, cast, olgas=0)

    draw_week(session, cast)

    given = {row.reviewer_id for row in assignments(session)}
    assert given
    assert sam_reviews.id not in given


def left_because(session: Session, cast: Cast, **facts: Any) -> set[str]:
    arranged(session, cast, sams=2, olgas=0, **facts)
    done = draw_week(session, cast)
    assert len(done.given.left) == 2
    assert assignments(session) == []
    return {reason for _, reason in done.given.left}


def test_a_language_nobody_reads_is_listed_as_that(session: Session, cast: Cast):
    session.add_all(
        Skill(user_id=user.id, kind="language", value="en", valid_from=SINCE) for user in (cast.rita, cast.rob)
    )

    assert left_because(session, cast, language="ja") == {"language"}


def test_content_beyond_everybody_s_clearance_is_listed_as_that(session: Session, cast: Cast):
    session.add(Clearance(user_id=cast.rita.id, severity=1, valid_from=SINCE))

    assert left_because(session, cast, content_severity=2) == {"clearance"}


def test_the_one_who_reads_the_language_and_is_cleared_gets_the_part(session: Session, cast: Cast):
    session.add_all(
        [
            Skill(user_id=cast.rita.id, kind="language", value="en", valid_from=SINCE),
            Skill(user_id=cast.rob.id, kind="language", value="ja", valid_from=SINCE),
            Clearance(user_id=cast.rob.id, severity=2, valid_from=SINCE),
        ]
    )
    arranged(session, cast, language="ja", content_severity=2)

    done = draw_week(session, cast)

    assert {row.reviewer_id for row in assignments(session)} == {cast.rob.id}
    assert done.given.left == ()


def test_who_is_absent_on_the_day_gets_nothing(session: Session, cast: Cast):
    session.add(Absence(user_id=cast.rita.id, first_day=TODAY, last_day=TODAY))
    arranged(session, cast)

    draw_week(session, cast)

    assert {row.reviewer_id for row in assignments(session)} == {cast.rob.id}


def test_a_part_without_a_rubric_is_drawn_counted_and_listed(session: Session, cast: Cast):
    make_plan(session, cast)
    make_ticket(session, cast)

    done = draw_week(session, cast)

    assert done.draw.size == 1
    assert done.draw.rubricless == 1
    assert [reason for _, reason in done.given.left] == ["no rubric"]
    assert problems(session, cast) == []


def test_a_second_hidden_score_comes_from_somebody_else(session: Session, cast: Cast):
    cast.setting.double_share = 0.5
    arranged(session, cast, amount=5)

    done = draw_week(session, cast)

    first = {row.part_id: row.reviewer_id for row in assignments(session)}
    second = assignments(session, Purpose.DOUBLE)
    assert done.given.double == len(second) == 5
    assert all(row.reviewer_id != first[row.part_id] for row in second)
    chances = set(session.scalars(select(DrawnUnit.double_probability)))
    assert chances == {0.5}


def test_reviewers_are_told_once(session: Session, cast: Cast):
    arranged(session, cast)

    draw_week(session, cast)

    told = session.execute(select(Notice.user_id, func.count()).group_by(Notice.user_id).order_by(Notice.user_id)).all()
    assert [tuple(row) for row in told] == [(cast.rita.id, 1), (cast.rob.id, 1)]


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
    for _ in range(30):
        make_ticket(session, cast, resolved_at=RESOLVED - dt.timedelta(weeks=1))
    counts, sizes = [], []

    for week in ("2026-W14", "2026-W13"):
        with count_queries() as statements:
            sizes.append(json.loads(flask_command("draw", "weekly", "--period", week, "--json").output)["size"])
        counts.append(len(statements))

    assert sizes == [6, 30]
    assert abs(counts[0] - counts[1]) <= 2
