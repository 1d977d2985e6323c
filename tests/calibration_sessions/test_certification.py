"""Certification from practice against gold over shadowed reviews to the lead's word, what obeys it, and its end."""

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.calibration_sessions.certification import jobs, queries, rules, service
from qa.calibration_sessions.certification.models import Certification, PracticePart
from qa.core.access import Role
from qa.core.audit import AuditEvent
from qa.core.db import db
from qa.core.errors import ConflictError, InvalidInputError
from qa.reviews import measuring
from qa.reviews.models import Review
from qa.sampling import certified, giving
from qa.sampling.giving import part_facts
from qa.sampling.models import Assignment, Purpose
from qa.sampling.queries import REASON_WORDS
from qa.tickets.models import HandledPart
from tests.calibration_sessions.school import SOON, TICKETS, School
from tests.support.builders import (
    RUBRIC,
    draw_part,
    make_assignment,
    make_review,
    make_ticket,
    publish_rubric,
)
from tests.support.cast import NOW, Cast, person
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]


@pytest.fixture
def school(session: Session, cast: Cast) -> School:
    return School(session, cast)


def test_practice_is_on_golden_tickets_that_somebody_does_not_know(school: School, cast: Cast) -> None:
    session = school.session
    school.begin()

    tasks = school.open_tasks()
    assert {task.part_id for task in tasks} == {gold.part_id for gold, _ in school.golden}
    assert {(task.purpose, task.rubric_version_id) for task in tasks} == {(Purpose.PRACTICE, school.version.id)}
    assert school.told(school.nina) == ["practice_given"]
    with pytest.raises(ConflictError, match="already"):
        school.begin()
    session.rollback()


def test_too_few_golden_tickets_and_ones_own_certificate_are_refused(school: School, cast: Cast) -> None:
    cast.setting.certification_practice = TICKETS + 1
    with pytest.raises(ConflictError, match="there are 8"):
        school.begin()
    school.session.rollback()

    for user, by, words in ((cast.rita, cast.rita, "their own"), (cast.sam, cast.quinn, "Only who reviews")):
        with pytest.raises(ConflictError, match=words):
            service.begin(
                school.session, cast.setting, user.id, school.version.family_id,
                rng=np.random.default_rng(1), by=by.id, now=NOW,
            )  # fmt: skip


def test_practice_like_gold_leads_on_to_reviews_that_a_certified_person_looks_at(school: School, cast: Cast) -> None:
    service.certify_on_record(
        school.session,
        cast.setting,
        cast.rob.id,
        school.version.family_id,
        reason="Ten years.",
        by=cast.quinn.id,
        now=NOW,
    )
    row = school.begin()
    assert school.settle(row) is None
    school.practise(row)

    passed = school.settle(row)

    assert passed is True
    assert school.settle(row) is None
    assert row.state == "shadowed"
    assert [each.shadow_id for each in school.shadowed()] == [cast.rob.id] * 3
    assert school.told(school.nina) == ["practice_given", "practice_passed"]
    assert {task.purpose for task in school.open_tasks()} == {Purpose.PRACTICE}


def test_practice_unlike_gold_needs_another_round_on_other_tickets(school: School, cast: Cast) -> None:
    row = school.begin()
    with pytest.raises(ConflictError, match="not done yet"):
        service.another_round(
            school.session, cast.setting, row, version=0, rng=np.random.default_rng(1), by=cast.quinn.id, now=NOW
        )
    school.practise(row, wrong=5)

    assert school.settle(row) is False
    assert row.state == "practising"
    assert school.told(school.nina)[-1] == "practice_not_passed"
    assert school.told(cast.quinn) == ["certification_waits"]
    with pytest.raises(ConflictError, match="there are 0"):
        service.another_round(
            school.session, cast.setting, row, version=1, rng=np.random.default_rng(1), by=cast.quinn.id, now=NOW
        )


def certify(school: School, cast: Cast) -> Certification:
    """Nina's whole way, as far as the last verdict."""
    row = school.begin()
    school.practise(row)
    school.settle(row)
    for task in school.open_tasks():
        make_review(school.session, school.handled[task.part_id], task, at=SOON)
    return row


def test_a_lead_certifies_once_everything_was_looked_at(school: School, cast: Cast, sign_in: SignIn) -> None:
    session = school.session
    row = certify(school, cast)
    quinn = sign_in(cast.quinn)
    where = f"/calibration/certification/shadowed/{school.shadowed()[0].id}"

    early = quinn.post_form(f"/calibration/certification/{row.id}/certify", {"version": str(row.lock_version)})
    page = quinn.get(where).get_data(as_text=True)
    silent = quinn.post_form(where, {"verdict": "not_yet", "note": " "})
    for each in school.shadowed():
        quinn.post_form(f"/calibration/certification/shadowed/{each.id}", {"verdict": "alike", "note": "Good."})
    session.refresh(row)
    stale = quinn.post_form(f"/calibration/certification/{row.id}/certify", {"version": "0"})
    done = quinn.post_form(f"/calibration/certification/{row.id}/certify", {"version": str(row.lock_version)})
    session.refresh(row)

    # Nobody is certified yet, so that whoever began it looks at the reviews.
    assert [each.shadow_id for each in school.shadowed()] == [cast.quinn.id] * 3
    assert "All criteria were answered alike" in page
    assert (early.status_code, silent.status_code, stale.status_code, done.status_code) == (409, 422, 409, 302)
    assert (row.state, row.major) == ("certified", 1)
    assert certified.held(session, [school.nina.id]) == {school.nina.id: frozenset({school.version.family_id})}
    assert school.told(school.nina)[-1] == "certified"
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.object_type == "certification")).all()
    assert {"certification.begin", "certification.practice", "certification.look", "certification.certify"} <= set(
        actions
    )


def test_practice_enters_no_figure_and_nobody_else_reads_it(school: School, cast: Cast, sign_in: SignIn) -> None:
    certify(school, cast)
    reviews = school.session.scalars(select(Review).where(Review.purpose == Purpose.PRACTICE)).all()

    codes = {sign_in(who).get(f"/reviews/{reviews[0].id}").status_code for who in (cast.rita, cast.lena, cast.quinn)}
    here = [HandledPart.programme_id == cast.programme.id]
    measured = measuring.reviewed(school.session, here, since=dt.date(2025, 1, 6))

    assert len(reviews) == TICKETS + 3
    assert codes == {404}
    assert [each.reviewer_id for each in measured] == [cast.rob.id] * 3


def given(school: School, cast: Cast, *, required: bool) -> giving.Given:
    """One drawn part given out on the same rules as every week."""
    cast.setting.certification_required = required
    handled = make_ticket(school.session, cast)
    unit = draw_part(school.session, handled.part)
    return giving.give(
        school.session,
        cast.setting,
        part_facts(school.session, [handled.part.id]),
        {handled.part.id: unit.id},
        rng=np.random.default_rng(1),
        by=cast.quinn.id,
        now=NOW,
        doubles=False,
    )


def test_drawn_parts_go_to_certified_people_alone_where_the_programme_asks(school: School, cast: Cast) -> None:
    free, nobody = given(school, cast, required=False), given(school, cast, required=True)
    service.certify_on_record(
        school.session,
        cast.setting,
        school.nina.id,
        school.version.family_id,
        reason="Known.",
        by=cast.quinn.id,
        now=NOW,
    )
    mine = given(school, cast, required=True)
    newest = school.session.scalars(select(Assignment).order_by(Assignment.id.desc()).limit(1)).one()

    assert (free.routine, nobody.routine, mine.routine) == (1, 0, 1)
    assert [reason for _, reason in nobody.left] == ["certificate"]
    assert REASON_WORDS["certificate"] == "nobody left is certified for its rubric"
    assert newest.reviewer_id == school.nina.id


def test_a_certificate_lapses_after_an_absence_and_with_a_major_version() -> None:
    since = dt.date(2026, 1, 5)

    def why(last: dt.date | None, today: dt.date, in_force: int | None = 1) -> str | None:
        return rules.why_lapsed(
            certified_on=since, last_scored_on=last, major=1, major_in_force=in_force, weeks=12, today=today
        )

    assert why(None, since + dt.timedelta(weeks=12) - dt.timedelta(days=1)) is None
    assert why(None, since + dt.timedelta(weeks=12)) == "nothing scored for 12 weeks"
    assert why(since + dt.timedelta(weeks=3), since + dt.timedelta(weeks=14)) is None
    assert "version 2.0" in (why(since, since, 2) or "")
    assert why(since, since, None) is None


def test_the_morning_ends_what_holds_no_longer_once(
    app: Flask, school: School, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = school.session
    people = (cast.rita, cast.rob)
    for user in people:
        service.certify_on_record(
            session, cast.setting, user.id, school.version.family_id, reason="Known.", by=cast.quinn.id, now=NOW
        )
    later = NOW + dt.timedelta(weeks=11)
    handled = make_ticket(session, cast)
    make_review(session, handled, make_assignment(session, handled, cast.rita, school.version), at=later)
    session.commit()
    now = NOW + dt.timedelta(weeks=13)
    monkeypatch.setattr(jobs, "utcnow", lambda: now)

    with app.app_context():
        for calendar in (jobs.Calendar(), jobs.Calendar()):
            calendar.tick(db.session(), now)
        app.extensions["runner"].run_all()
    session.expire_all()
    states = dict(session.execute(select(Certification.user_id, Certification.state)).all())
    publish_rubric(session, cast, text=RUBRIC.format(key="trial", version="2.0"), effective_from=now, everywhere=False)
    again = jobs.lapse_due(session, cast.programme.id, now=now)

    assert states == {cast.rita.id: "certified", cast.rob.id: "lapsed"}
    assert certified.held(session, [cast.rita.id, cast.rob.id]) == {}
    assert again == 1
    assert "certification_lapsed" in school.told(cast.rob)
    assert "certification_lapsed" in school.told(cast.quinn)


def test_finished_practice_is_told_within_a_minute(
    app: Flask, school: School, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = school.begin()
    school.practise(row)
    school.session.commit()
    # Within the time to take a review back nothing is told.
    for seconds in (10, 70):
        now = NOW + dt.timedelta(seconds=seconds)
        monkeypatch.setattr(jobs, "utcnow", lambda now=now: now)
        with app.app_context():
            jobs.Calendar().tick(db.session(), now)
            app.extensions["runner"].run_all()
        school.session.expire_all()
        assert row.state == ("practising" if seconds == 10 else "shadowed")


def test_ending_takes_open_practice_back_and_needs_a_reason(school: School, cast: Cast) -> None:
    row = school.begin()
    with pytest.raises(InvalidInputError, match="Say why"):
        service.withdraw(school.session, row, version=0, reason="", by=cast.quinn.id, now=NOW)
    service.withdraw(school.session, row, version=0, reason="Changed teams.", by=cast.quinn.id, now=NOW)

    school.session.expire_all()
    assert school.open_tasks() == []
    assert (row.state, row.end_reason) == ("withdrawn", "Changed teams.")
    assert len(school.session.scalars(select(PracticePart)).all()) == TICKETS


def test_pages_show_each_state_and_ask_no_more_for_more_people(
    school: School, cast: Cast, session: Session, sign_in: SignIn
) -> None:
    quinn = sign_in(cast.quinn)
    person_page = f"/calibration/certification/people/{school.nina.id}"
    form = {"family": str(school.version.family_id)}
    before = quinn.get(person_page).get_data(as_text=True)
    begun = quinn.post_form(f"{person_page}/begin", form)
    row = queries.living(session, school.nina.id, school.version.family_id)
    assert row is not None
    school.practise(row, wrong=1)
    session.flush()

    theirs = quinn.get(person_page).get_data(as_text=True)
    own = sign_in(school.nina).get("/calibration/certification/", follow_redirects=True).get_data(as_text=True)
    with count_queries() as few:
        overview = quinn.get("/calibration/certification/").get_data(as_text=True)
    for name in ("Noel North", "Nadia Nord"):
        person(session, cast.programme, name, Role.REVIEWER)
    with count_queries() as more:
        quinn.get("/calibration/certification/")
    recorded = quinn.post_form(
        f"/calibration/certification/people/{cast.rita.id}/on-record", {**form, "reason": "Leads the training."}
    )
    unknown = quinn.post_form(f"{person_page}/begin", {"family": "999"})

    assert (begun.status_code, recorded.status_code, unknown.status_code) == (302, 302, 422)
    assert "Begin practice" in before
    assert "3 of 3 criteria differ" in theirs
    assert "Agreement with gold" in theirs
    assert "does not clear the mark of 0.40 yet" in theirs
    assert "My certification" in own
    assert "you said" in own
    assert "practising" in overview
    assert len(few) == len(more)
    assert sign_in(cast.rita).get(person_page).status_code == 404
