"""An incident from the line that raises it to its outcome: who is told when, who sees it, and that no score moves."""

import datetime as dt
import re

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.core.access import Role
from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import ConflictError
from qa.incidents import forgetting, service
from qa.incidents.chores import Escalation
from qa.incidents.models import Incident
from qa.incidents.queries import get_incident_for
from qa.incidents.rules import Kind
from qa.people.models import Absence, Clearance, RoleGrant
from qa.reviews.forgetting import GONE
from qa.sampling.models import Purpose
from tests.incidents.room import Room
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import SINCE, actor, person
from tests.support.statements import count_queries
from tests.support.tickets import MESSAGES

MINUTE = dt.timedelta(minutes=1)


def test_the_first_named_owner_is_told_at_once_and_the_reporter_of_each_step(room: Room) -> None:
    lena, rob, quinn = room.cast.lena, room.cast.rob, room.cast.quinn
    room.name(Kind.RISK_TO_LIFE, rob, quinn)

    raised = room.raise_it(lena, start="0", end="5")

    assert raised.status_code == 302
    assert (room.asked(), room.news(rob), room.news(quinn)) == ([rob.id], ["incident_raised"], [])
    words = room.words(rob)
    assert "They write that they will not be here tomorrow" in words
    assert f'<mark class="passage">{MESSAGES[0][1][:5]}</mark>' in words
    assert room.step(rob, "acknowledge").status_code == 302
    settled = room.step(rob, "settle", outcome="handled", note="Spoke with the crisis line; they called back.")
    assert settled.status_code == 302
    assert room.news(lena) == ["incident_acknowledged", "incident_settled"]
    assert "Spoke with the crisis line" in room.words(lena)
    actions = room.session.scalars(select(AuditEvent.action).where(AuditEvent.object_type == "incident"))
    assert list(actions.all()) == ["incident.raise", "incident.acknowledge", "incident.settle"]


def test_an_incident_from_the_scoring_page_leaves_draft_and_queue_as_they_are(room: Room) -> None:
    task = make_assignment(room.session, room.handled, room.cast.rita, publish_rubric(room.session, room.cast))
    rita = room.sign_in(room.cast.rita)
    token = {"X-CSRFToken": rita.token(), "Accept": "application/json"}

    answer = rita.post(f"/queue/{task.id}/incident", data=room.form(), headers=token)

    assert answer.status_code == 200
    assert "One person was told" in answer.get_json()["message"]
    assert room.asked() == [room.cast.quinn.id]  # nobody is named: the QA lead
    assert task.state == "open"
    assert rita.get(f"/queue/{task.id}").status_code == 200
    assert "will not be here tomorrow" in rita.get("/incidents/").get_data(as_text=True)


def test_the_same_form_sent_twice_raises_one_incident(room: Room) -> None:
    first, again = room.form(raise_id="twice-sent-1"), room.form(raise_id="twice-sent-1", line="Another line")
    client = room.sign_in(room.cast.lena)
    for form in (first, again):
        assert client.post_form(f"/tickets/{room.handled.ticket.id}/incident", form).status_code == 302

    assert room.session.scalars(select(Incident.line)).all() == [first["line"]]
    assert room.news(room.cast.quinn) == ["incident_raised"]


def test_who_does_not_acknowledge_in_time_is_followed_by_the_next_and_at_last_by_the_qa_leads(room: Room) -> None:
    cast = room.cast
    room.name(Kind.RISK_TO_LIFE, cast.rob, cast.dora, minutes=30)
    room.raise_it(cast.lena)
    raised = room.incident().raised_at
    app = room.sign_in(cast.quinn).application

    def tick(minutes: int) -> int:
        room.session.commit()
        with app.app_context():
            asked = Escalation().tick(db.session(), raised + minutes * MINUTE)
        room.session.expire_all()
        return asked

    assert [tick(29), tick(30), tick(30), tick(60), tick(61), tick(90), tick(500)] == [0, 1, 0, 1, 0, 0, 0]
    assert room.asked() == [cast.rob.id, cast.dora.id, cast.quinn.id]
    assert room.news(cast.dora) == ["incident_escalated"]
    room.step(cast.dora, "acknowledge")
    assert room.news(cast.rob) == []  # they need not look any more
    assert tick(5000) == 0


def test_people_who_cannot_act_are_passed_over(room: Room) -> None:
    cast, session = room.cast, room.session
    severe = make_ticket(session, cast, content_severity=2)
    room.handled = severe
    for user in (cast.quinn, cast.rob, cast.dora, cast.sam, cast.lena):
        session.add(Clearance(user_id=user.id, severity=3, valid_from=SINCE))
    today = utcnow().date()
    day = dt.timedelta(days=1)
    session.add(Absence(user_id=cast.rob.id, first_day=today - day, last_day=today + day))
    # Rita is not cleared, Rob is away, Sam's own work it is, Lena raises it: Dora is the first who can.
    room.name(Kind.MISCONDUCT, cast.rita, cast.rob, cast.sam, cast.lena, cast.dora, minutes=60)

    room.raise_it(cast.lena, kind="misconduct")

    assert room.asked() == [cast.dora.id]


def test_without_anybody_who_may_read_the_ticket_the_reporter_is_told_so(room: Room) -> None:
    room.session.add(Clearance(user_id=room.cast.lena.id, severity=3, valid_from=SINCE))
    room.handled = make_ticket(room.session, room.cast, content_severity=3)
    client = room.sign_in(room.cast.lena)

    client.post_form(f"/tickets/{room.handled.ticket.id}/incident", room.form())

    assert room.asked() == []
    assert "Nobody could be told" in room.words(room.cast.lena)
    assert "call your QA lead" in client.get("/incidents/").get_data(as_text=True)


def test_somebody_who_may_act_only_later_is_asked_then(room: Room) -> None:
    cast, session = room.cast, room.session
    today = utcnow().date()
    absence = Absence(user_id=cast.quinn.id, first_day=today, last_day=today)
    session.add(absence)
    session.flush()
    room.raise_it(cast.lena)
    raised, before = room.incident().raised_at, room.asked()
    app = room.sign_in(cast.lena).application
    asked, versions = [], []
    for minutes in (30, 60, 90):
        if minutes == 60:
            session.delete(absence)  # back before it was thought
        session.commit()
        with app.app_context():
            asked.append(Escalation().tick(db.session(), raised + minutes * MINUTE))
        session.expire_all()
        versions.append(room.incident().lock_version)

    assert (before, asked, room.asked()) == ([], [0, 1, 0], [cast.quinn.id])
    assert versions == [0, 1, 1]  # a page that lies open is out of date only once somebody was asked
    assert room.news(cast.quinn) == ["incident_raised"]


def test_only_reporter_owners_asked_and_qa_leads_find_it_within_their_clearance(room: Room) -> None:
    cast = room.cast
    room.name(Kind.RISK_TO_LIFE, cast.rob, cast.ada)
    room.raise_it(cast.lena)

    found = {
        name
        for name in ("lena", "rob", "ada", "quinn", "rita", "otto", "dora", "sam")
        if room.finds(getattr(cast, name))
    }

    assert found == {"lena", "rob", "quinn"}  # Ada's turn has not come; it is about Sam's work
    room.session.execute(update(type(room.handled.ticket)).values(content_severity=2))
    assert not any(room.finds(who) for who in (cast.lena, cast.rob, cast.quinn))
    assert "No incident waits" in room.sign_in(cast.rob).get("/incidents/").get_data(as_text=True)


def test_who_still_scores_the_part_reads_no_name_in_the_incident(room: Room) -> None:
    cast, session = room.cast, room.session
    room.handled = make_ticket(session, cast, messages=(("specialist", "Sam Sato here: here is the card number."),))
    task = make_assignment(session, room.handled, cast.rita, publish_rubric(session, cast))

    room.sign_in(cast.rita).post_form(f"/queue/{task.id}/incident", room.form())
    rita, quinn = (room.words(who) for who in (cast.rita, cast.quinn))

    assert '<mark class="passage">••• •••• here: here is the card number.</mark>' in rita
    assert not {"Sam", "Sato"} & set(re.findall(r"\w+", rita))
    assert '<mark class="passage">Sam Sato here: here is the card number.</mark>' in quinn


def test_a_peer_reads_no_name_in_the_incident_once_the_review_is_sent_either(room: Room) -> None:
    cast, session = room.cast, room.session
    cast.sam_agent.name = "SATO, Sammy"  # as the help desk calls him
    room.handled = make_ticket(session, cast, messages=(("specialist", "Sammy Sato here, or Sam. SATO (Payouts)"),))
    task = make_assignment(session, room.handled, cast.olga, publish_rubric(session, cast), purpose=Purpose.PEER)
    review = make_review(session, room.handled, task, at=utcnow() - 60 * MINUTE)

    assert room.sign_in(cast.olga).post_form(f"/reviews/{review.id}/incident", room.form()).status_code == 302
    pages = room.words(cast.olga), room.sign_in(cast.olga).get(f"/reviews/{review.id}").get_data(as_text=True)

    for page in pages:
        assert "••••• •••• here, or •••. •••• (Payouts)" in page
        assert not {"sammy", "sam", "sato"} & set(re.findall(r"[a-z]+", page.casefold()))


def test_whoever_reads_a_review_raises_one_beside_it_and_sees_what_comes_of_it(room: Room) -> None:
    cast, session = room.cast, room.session
    task = make_assignment(session, room.handled, cast.rita, publish_rubric(session, cast))
    review = make_review(session, room.handled, task, at=utcnow() - 60 * MINUTE)
    room.handled.ticket.content_severity = 2
    session.add(Clearance(user_id=cast.quinn.id, severity=2, valid_from=SINCE))
    session.flush()

    raised = {
        name: room.sign_in(getattr(cast, name)).post_form(f"/reviews/{review.id}/incident", room.form()).status_code
        for name in ("sam", "rita", "lena", "otto", "dora")
    }

    # Sam reads his own work whatever it holds; Lena and Rita are not cleared, Otto leads others, Dora reads no text.
    assert raised == {"sam": 302, "rita": 404, "lena": 404, "otto": 404, "dora": 403}
    assert (room.incident().raised_by_id, room.asked()) == (cast.sam.id, [cast.quinn.id])
    assert "will not be here tomorrow" in room.words(cast.sam)
    assert not room.finds(cast.lena)


def test_nobody_acts_on_an_incident_about_their_own_work_or_that_they_raised(room: Room) -> None:
    session, cast = room.session, room.cast
    session.add(RoleGrant(user_id=cast.sam.id, role=Role.QA_LEAD, valid_from=SINCE))
    second = person(session, cast.programme, "Quentin Quade", Role.QA_LEAD)
    room.raise_it(cast.quinn)

    assert room.asked() == [second.id]
    assert not room.finds(cast.sam)
    assert room.step(cast.quinn, "acknowledge").status_code == 409
    assert room.step(second, "acknowledge").status_code == 302


def test_two_people_who_act_at_once_do_not_overwrite_each_other(room: Room) -> None:
    room.raise_it(room.cast.lena)
    quinn, late = room.sign_in(room.cast.quinn), {"version": str(room.incident().lock_version)}
    path = f"/incidents/{room.incident().id}"

    first = quinn.post_form(f"{path}/acknowledge", late)
    second = quinn.post_form(f"{path}/acknowledge", late)
    without = room.step(room.cast.quinn, "settle", outcome="handled", note=" ")

    assert [first.status_code, second.status_code, without.status_code] == [302, 409, 422]
    assert room.incident().state == "acknowledged"


def test_what_was_settled_too_early_is_taken_up_again_with_a_reason(room: Room) -> None:
    quinn = room.cast.quinn
    room.raise_it(room.cast.lena)
    room.step(quinn, "acknowledge")
    room.step(quinn, "settle", outcome="no_incident", note="A joke.")

    assert room.step(quinn, "take-up", note="").status_code == 422
    assert room.step(quinn, "take-up", note="It was no joke.").status_code == 302

    assert (room.incident().state, room.incident().outcome) == ("acknowledged", None)
    assert room.news(room.cast.lena)[-1] == "incident_taken_up"
    assert "It was no joke." in room.words(room.cast.lena)


def test_addresses_and_numbers_are_taken_out_of_what_is_typed(room: Room) -> None:
    room.raise_it(room.cast.lena, line="Write to marta.lind@example.org")

    assert "marta.lind" not in room.incident().line


def test_owners_are_named_in_order_and_a_stale_or_wrong_form_changes_nothing(room: Room) -> None:
    cast = room.cast
    quinn = room.sign_in(cast.quinn)
    assert "Nobody is named" in quinn.get("/incidents/owners").get_data(as_text=True)

    first = room.name(Kind.LEGAL, cast.dora, cast.rob, minutes=45)
    stale = room.name(Kind.LEGAL, cast.rita, minutes=45)
    twice = room.name(Kind.LEGAL, cast.rita, cast.rita, version=1)
    short = room.name(Kind.LEGAL, cast.rita, minutes=1, version=1)
    form = {"minutes": "45", "version": "1", "owner-1": "nobody@example.org"}
    unknown = quinn.post_form("/incidents/owners/legal", form)

    assert [each.status_code for each in (first, stale, twice, short, unknown)] == [302, 409, 422, 422, 422]
    room.raise_it(cast.lena, kind="legal")
    assert (room.asked(), room.incident().limit_minutes) == ([cast.dora.id], 45)


def test_the_director_sees_how_many_and_how_fast_over_enough_people(room: Room) -> None:
    session, cast = room.session, room.cast
    owners = [person(session, cast.programme, f"Owner{letter} Ng", Role.TEAM_LEAD) for letter in "ABCDE"]
    for minutes, owner in enumerate(owners, 10):
        room.raise_it(cast.lena)
        view = get_incident_for(session, actor(session, cast.quinn), room.incident().id)
        at = view.incident.raised_at + minutes * MINUTE
        service.acknowledge(session, view, version=0, by=owner.id, now=at)
        home = room.sign_in(cast.dora).get("/").get_data(as_text=True)
        assert ("fewer than 5 people acknowledged" in home) is (owner is not owners[-1])
    assert "12 min" in home
    assert "5 acknowledged" in home


def test_the_lists_read_as_much_for_many_incidents_as_for_one(room: Room) -> None:
    quinn = room.sign_in(room.cast.quinn)
    room.raise_it(room.cast.lena)
    with count_queries() as few:
        quinn.get("/incidents/")
    for kind in Kind:
        room.raise_it(room.cast.lena, kind=kind)
    with count_queries() as many:
        page = quinn.get("/incidents/").get_data(as_text=True)

    assert len(many) == len(few) <= 12
    assert page.count("will not be here tomorrow") == 7
    assert quinn.get("/incidents/?kind=money").get_data(as_text=True).count("will not be here tomorrow") == 1
    assert "None of this kind" in quinn.get("/incidents/?kind=money&state=settled").get_data(as_text=True)


def test_when_the_conversation_is_erased_the_incident_quotes_it_no_more(session: Session, room: Room) -> None:
    said = MESSAGES[0][1]
    room.raise_it(room.cast.lena, line=f"They wrote “{said[:20]}”")
    assert room.incident().line != GONE

    gone = forgetting.forget_quotes(session, {room.handled.ticket.id: [said]})

    assert (gone, room.incident().line) == (1, GONE)


def test_a_step_that_the_person_did_not_see_coming_is_refused(room: Room) -> None:
    room.raise_it(room.cast.lena)
    view = get_incident_for(room.session, actor(room.session, room.cast.quinn), room.incident().id)
    now = utcnow()

    with pytest.raises(ConflictError, match="moved on"):
        service.settle(room.session, view, outcome="handled", note="Done.", version=0, by=room.cast.quinn.id, now=now)
