"""Golden tickets: made by two people, scored again by whoever cannot know them, and evidence of nothing else."""

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from calibration.scorings import Kind
from qa.calibration_sessions.golden import jobs, queries, rules, service, serving
from qa.calibration_sessions.golden.models import GoldenTicket
from qa.calibration_sessions.queries import parts_of
from qa.core.access import Role
from qa.core.access_log import AccessLogEntry
from qa.core.audit import AuditEvent
from qa.core.db import db
from qa.core.errors import ConflictError, InvalidInputError
from qa.core.jobs import Job
from qa.notices.models import Notice
from qa.people.models import Clearance, User
from qa.people.queries import zone_of
from qa.reviewer_drift.gathering import gather
from qa.reviews import measuring
from qa.sampling import handing_over
from qa.sampling.models import Assignment, Draw, Purpose
from qa.tickets.models import HandledPart
from tests.calibration_sessions.room import Room, open_room
from tests.support.builders import make_assignment, make_review, make_ticket
from tests.support.cast import NOW, TODAY, Cast, person
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]
MONDAY_LONG_AGO = dt.date(2025, 1, 6)
LATER = NOW + dt.timedelta(weeks=13)


@pytest.fixture
def room(session: Session, cast: Cast, sign_in: SignIn) -> Room:
    """A closed session of Rita, Rob and Quinn: of its three parts the first fails by its tone."""
    room = open_room(session, cast, sign_in)
    room.score(cast.rita, 0, tone="missed")
    room.post(cast.quinn, "reveal")
    for part, levels in enumerate(({"tone": "missed"}, {}, {})):
        room.agree(cast.quinn, part, **levels)
    room.post(cast.quinn, "close", learnt="Tone.")
    session.refresh(room.row)
    return room


def gold_of(room: Room, cast: Cast, part: int = 0, *, now: dt.datetime = NOW) -> GoldenTicket:
    gold = service.propose(room.session, room.row, parts_of(room.session, room.row.id)[part], by=cast.quinn.id, now=now)
    service.confirm(room.session, gold, version=0, by=cast.lena.id, now=now)
    return gold


def newcomer(room: Room, cast: Cast, name: str = "Nina Noor", *roles: Role) -> User:
    return person(room.session, cast.programme, name, Role.REVIEWER, *roles)


def drawn_for(room: Room, cast: Cast, *people: User) -> Draw:
    """A week's draw that gave each of these people a part."""
    for user in people:
        handled = make_ticket(room.session, cast, resolved_at=LATER - dt.timedelta(days=7))
        make_assignment(room.session, handled, user, room.version, position=7)
    draw = room.session.scalars(select(Draw).order_by(Draw.id.desc())).first()
    assert draw is not None
    return draw


def served(room: Room, cast: Cast, draw: Draw, *, at: dt.datetime = LATER, seed: int = 1) -> list[Assignment]:
    cast.setting.gold_per_month = 4  # one with every draw
    serving.serve(room.session, cast.setting, draw, rng=np.random.default_rng(seed), now=at)
    return list(room.session.scalars(select(Assignment).where(Assignment.purpose == Purpose.GOLD)))


def given_gold(room: Room, user: User, *, at: dt.datetime = LATER) -> Assignment:
    """The first part, given to somebody as a golden ticket."""
    task = make_assignment(room.session, room.handled[0], user, room.version, purpose=Purpose.GOLD)
    task.origin, task.created_at = "session", at
    room.session.flush()
    return task


def test_gold_needs_two_people_and_ends_with_a_reason(room: Room, cast: Cast, session: Session) -> None:
    part = parts_of(session, room.row.id)[0]
    gold = service.propose(session, room.row, part, by=cast.quinn.id, now=NOW)
    with pytest.raises(ConflictError, match="two people"):
        service.confirm(session, gold, version=0, by=cast.quinn.id, now=NOW)
    service.confirm(session, gold, version=0, by=cast.lena.id, now=NOW)
    with pytest.raises(ConflictError, match="meanwhile"):
        service.retire(session, gold, version=0, reason="late", by=cast.quinn.id, now=NOW)
    with pytest.raises(InvalidInputError, match="Say why"):
        service.retire(session, gold, version=1, reason=" ", by=cast.quinn.id, now=NOW)
    service.retire(session, gold, version=1, reason="The policy changed.", by=cast.quinn.id, now=NOW)

    assert (gold.state, gold.end_reason) == ("retired", "The policy changed.")
    told = session.scalars(select(AuditEvent.action).where(AuditEvent.object_type == "golden_ticket")).all()
    assert sorted(told) == ["golden.confirm", "golden.propose", "golden.retire"]


def test_only_a_closed_session_gives_gold_and_a_ticket_has_one_standard(room: Room, cast: Cast) -> None:
    session = room.session
    part = parts_of(session, room.row.id)[0]
    service.propose(session, room.row, part, by=cast.quinn.id, now=NOW)
    session.commit()

    with pytest.raises(ConflictError, match="one standard"):
        service.propose(session, room.row, part, by=cast.lena.id, now=NOW)
    session.rollback()
    room.row.state, room.row.closed_at = "revealed", None
    with pytest.raises(ConflictError, match="Close the session"):
        service.propose(session, room.row, parts_of(session, room.row.id)[1], by=cast.quinn.id, now=NOW)


def test_who_sat_over_a_golden_ticket_or_saw_it_lately_never_gets_it(room: Room, cast: Cast, session: Session) -> None:
    gold_of(room, cast)
    # Nina is new; Noel opened the ticket last week; Rita and Rob sat in the session; Lena may open the list.
    nina, noel = newcomer(room, cast), newcomer(room, cast, "Noel North")
    both = newcomer(room, cast, "Bo Berg", Role.TEAM_LEAD)
    session.add(
        AccessLogEntry(
            at=LATER - dt.timedelta(days=7), user_id=noel.id, ticket_id=room.handled[0].ticket.id, purpose="ticket"
        )
    )
    session.flush()

    given = served(room, cast, drawn_for(room, cast, nina, noel, both, cast.rita, cast.rob))

    assert [(each.reviewer_id, each.part_id) for each in given] == [(nina.id, room.handled[0].part.id)]
    assert (given[0].position, given[0].due_on) == (7, TODAY + dt.timedelta(days=7))


def test_clearance_and_regions_hold_for_gold_and_an_erased_ticket_retires(
    room: Room, cast: Cast, session: Session
) -> None:
    first, second = gold_of(room, cast, 0), gold_of(room, cast, 1)
    nina = newcomer(room, cast)
    room.handled[0].ticket.content_severity = 2
    room.handled[1].ticket.data_region = "eu"
    draw = drawn_for(room, cast, nina)
    assert served(room, cast, draw) == []

    session.add(Clearance(user_id=nina.id, severity=2, valid_from=TODAY))
    session.flush()
    assert [each.part_id for each in served(room, cast, draw)] == [first.part_id]

    room.handled[0].ticket.erased_at = room.handled[1].ticket.erased_at = LATER
    service.retire_erased(session, cast.programme.id, now=LATER)
    assert (first.state, second.end_reason) == ("retired", service.ERASED)
    task = session.scalars(select(Assignment).where(Assignment.purpose == Purpose.GOLD)).one()
    session.refresh(task)
    assert task.state == "withdrawn"


def test_a_golden_score_looks_routine_to_its_reviewer_and_is_sealed_to_everybody_else(
    room: Room, cast: Cast, session: Session, sign_in: SignIn
) -> None:
    gold_of(room, cast)
    nina = newcomer(room, cast)
    task = given_gold(room, nina)
    review = make_review(session, room.handled[0], task, at=LATER)
    session.flush()

    own = sign_in(nina).get(f"/reviews/{review.id}").get_data(as_text=True)
    mine = sign_in(nina).get("/reviews/mine").get_data(as_text=True)
    codes = [sign_in(who).get(f"/reviews/{review.id}").status_code for who in (cast.rita, cast.lena, cast.quinn)]

    assert "routine" in own
    assert "gold" not in own.lower().replace("goldcrest", "")
    assert "not released" not in own
    assert "gold" not in mine.lower()
    assert codes == [404, 404, 404]


def test_golden_scores_are_evidence_of_severity_and_of_no_quality(
    app: Flask, room: Room, cast: Cast, session: Session
) -> None:
    gold = gold_of(room, cast)
    scores = [
        make_review(session, room.handled[0], given_gold(room, newcomer(room, cast, name)), levels, at=LATER)
        for name, levels in (("Nina Noor", {"tone": "missed"}), ("Noel North", {}))
    ]
    drawn = make_ticket(session, cast)
    make_review(session, drawn, make_assignment(session, drawn, cast.olga, room.version))
    session.commit()

    with app.app_context():
        monday = LATER.date() - dt.timedelta(days=LATER.weekday())
        found = gather(db.session(), cast.programme.id, through=monday, zone=zone_of(cast.setting))
        here = [HandledPart.programme_id == cast.programme.id]
        quality = measuring.reviewed(db.session(), here, since=MONDAY_LONG_AGO)
        against = queries.against_gold(db.session(), cast.programme.id, zone_of(cast.setting))

    assert found is not None
    last = found.scorings.week == found.weeks - 1
    kinds = sorted(found.scorings.kind[last].tolist())
    assert kinds == [Kind.CALIBRATION, Kind.CALIBRATION, Kind.GOLD]
    assert len(set(found.scorings.ticket[last].tolist())) == 1
    # With tone missed the answer is 2/3 of weight 60 and safety whole: 80 is gold, and 100 lies 20 points above it.
    assert [each.difference for each in against] == [pytest.approx(0.0), pytest.approx(20.0)]
    assert [each.reviewer_id for each in quality] == [cast.olga.id]
    assert {each.golden_id for each in against} == {gold.id}
    assert {review.sealed for review in scores} == {True}


def test_the_trend_averages_a_ticket_s_scores_before_it_counts_them() -> None:
    monday = dt.date(2026, 3, 2)
    answers = [
        rules.AgainstGold(golden_id=golden, reviewer_id=who, on=monday + dt.timedelta(days=day), difference=points)
        for golden, who, day, points in (
            (1, 1, 0, -4.0),
            (1, 2, 8, -2.0),
            (2, 3, 27, -7.0),
            (4, 3, 20, -5.0),
            (3, 1, 28, 6.0),
            (5, 1, 29, 8.0),
        )
    ]

    first, second = rules.trend(answers)

    # Tickets of the first block: -3, -7 and -5; mean -5, standard error 2 / sqrt 3, Student's t of 2 degrees 4.303.
    assert (first.first, first.figure.estimate, first.figure.n_items) == (monday, -5.0, 3)
    assert first.figure.interval is not None
    assert first.figure.interval.low == pytest.approx(-5 - 4.303 * 2 / 3**0.5, abs=0.01)
    assert (first.scores, first.reviewers) == (4, 3)
    assert (second.figure.estimate, second.figure.reason) == (7.0, "2 of the 3 tickets that an interval needs")
    assert (second.first, second.figure.interval) == (monday + dt.timedelta(weeks=4), None)
    assert rules.trend([]) == []


def test_weeks_add_up_to_the_number_of_the_programme_s_rules() -> None:
    rng = np.random.default_rng(3)

    for number in (0, 1, 3, 6):
        weeks = [rules.share_of_week(number, rng) for _ in range(4000)]
        assert sum(weeks) / 1000 == pytest.approx(number, abs=0.15)
    with pytest.raises(ValueError, match="not negative: -1"):
        rules.share_of_week(-1, rng)


def test_each_draw_is_followed_once_whatever_crashes(
    app: Flask, room: Room, cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    gold_of(room, cast)
    cast.setting.gold_per_month = 40
    nina = newcomer(room, cast)
    make_assignment(session, make_ticket(session, cast), nina, room.version)
    session.scalars(select(Draw)).one().drawn_at = NOW
    session.commit()
    monkeypatch.setattr(jobs, "utcnow", lambda: NOW + dt.timedelta(seconds=5))

    with app.app_context():
        for calendar in (jobs.Calendar(), jobs.Calendar()):
            calendar.tick(db.session(), NOW + dt.timedelta(seconds=5))
            calendar.tick(db.session(), NOW + dt.timedelta(seconds=9))
        app.extensions["runner"].run_all()
        job = db.session().scalars(select(Job).where(Job.name == jobs.GOLD_JOB)).one()
        again = jobs.give(job)
        tasks = db.session().scalars(select(Assignment).where(Assignment.purpose == Purpose.GOLD)).all()

    assert job.state == "done"
    assert again == {"given": 0}
    assert [each.reviewer_id for each in tasks] == [nina.id]


def test_a_golden_ticket_that_is_handed_over_stays_one(room: Room, cast: Cast, session: Session) -> None:
    gold_of(room, cast)
    task = given_gold(room, cast.otto)
    nina = newcomer(room, cast)

    successor = handing_over.hand_over(session, task, reason="no_time", by=cast.otto.id, now=LATER)

    assert successor is not None
    assert (successor.reviewer_id, successor.purpose) == (nina.id, Purpose.GOLD)


def test_the_list_shows_what_to_do_and_asks_no_more_for_more_rows(
    room: Room, cast: Cast, session: Session, sign_in: SignIn
) -> None:
    parts = parts_of(session, room.row.id)
    quinn, lena = sign_in(cast.quinn), sign_in(cast.lena)
    empty = quinn.get("/calibration/golden/").get_data(as_text=True)
    for part in parts[:2]:
        where = f"/calibration/golden/sessions/{room.row.id}/parts/{part.session_part.id}/propose"
        assert quinn.post_form(where, {}).status_code == 302
    own = quinn.get("/calibration/golden/").get_data(as_text=True)
    golden = session.scalars(select(GoldenTicket).order_by(GoldenTicket.id)).all()
    with count_queries() as two:
        theirs = lena.get("/calibration/golden/").get_data(as_text=True)
    codes = [
        lena.post_form(f"/calibration/golden/{golden[0].id}/confirm", {"version": "0"}).status_code,
        quinn.post_form(f"/calibration/golden/{golden[1].id}/confirm", {"version": "0"}).status_code,
        lena.post_form(
            f"/calibration/golden/{golden[1].id}/decline", {"version": "0", "reason": "Unclear."}
        ).status_code,
        quinn.post_form(f"/calibration/golden/{golden[0].id}/retire", {"version": "1", "reason": "Old."}).status_code,
    ]
    quinn.post_form(f"/calibration/golden/sessions/{room.row.id}/parts/{parts[2].session_part.id}/propose", {})
    with count_queries() as three:
        after = lena.get("/calibration/golden/").get_data(as_text=True)

    assert "No golden ticket yet" in empty
    told = session.scalars(select(Notice.user_id).where(Notice.kind == "golden_proposed").distinct()).all()
    assert sorted(told) == sorted([cast.lena.id, cast.otto.id])  # Quinn is the only QA lead, and proposed it
    assert "waits for a second person" in own
    assert "Make it gold" in theirs
    assert codes == [302, 409, 302, 302]
    assert ("Unclear." in after, "Old." in after) == (True, True)
    assert len(two) == len(three)
    assert sign_in(cast.rita).get("/calibration/golden/").status_code == 403
    assert "Propose as gold" not in sign_in(cast.rita).get(room.path).get_data(as_text=True)
