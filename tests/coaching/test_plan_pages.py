"""What a lead and a specialist do on the pages of a plan, one after the other."""

import datetime as dt
from collections.abc import Callable

import icalendar
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.coaching.examples.models import CoachingExample
from qa.coaching.library.models import CoachingTemplate, Training, TrainingRecord
from qa.coaching.meetings.models import CoachingMeeting, PrivateNote
from qa.coaching.models import CoachingAction, CoachingGoal, CoachingPlan, CoachingResource, Praise
from qa.core.access import Role
from qa.core.clock import utcnow
from qa.desk.person_data import export_person
from qa.notices.models import Notice
from qa.people.models import Membership, User
from qa.reviews.models import Review
from qa.tickets.models import HandledPart, Ticket
from tests.coaching.weeks import review
from tests.support.builders import publish_rubric
from tests.support.cast import Cast, agent, person
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]
DAY = dt.timedelta(days=1)


@pytest.fixture
def reviewed(session: Session, cast: Cast) -> None:
    """Seven reviews of Sam, whose tone is missed, beside six of Sue's in the same team."""
    version = publish_rubric(session, cast)
    sue = agent(session, cast.source, person(session, cast.programme, "Sue Shaw", Role.SPECIALIST, team=cast.payouts))
    for n in range(7):
        review(session, cast, version, weeks_ago=1 + n % 4, tone="missed" if n else "met")
    for n in range(6):
        review(session, cast, version, agent=sue, weeks_ago=1 + n % 4, tone="met" if n else "missed")
    session.commit()


def page(client: CheckingClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.get_data(as_text=True)


def kinds(session: Session, user_id: int) -> set[str]:
    return set(session.scalars(select(Notice.kind).where(Notice.user_id == user_id)))


@pytest.mark.usefixtures("reviewed")
def test_a_plan_is_drafted_from_evidence_edited_and_answered(session: Session, cast: Cast, sign_in: SignIn) -> None:
    lead, sam, quinn = sign_in(cast.lena), sign_in(cast.sam), sign_in(cast.quinn)
    quinn.post_form(
        "/coaching/library/templates",
        {
            "criterion": "tone",
            "kind": "focus",
            "text": "Begin with what they need",
            "owner": "specialist",
            "days": "14",
        },
    )
    quinn.post_form(
        "/coaching/library/templates",
        {"criterion": "tone", "kind": "action", "text": "Read three openings", "owner": "specialist", "days": "10"},
    )
    lead.post_form(
        "/coaching/library/trainings", {"kind": "course", "title": "Clear writing", "url": "https://x.example"}
    )
    base = f"/coaching/specialists/{cast.sam.id}"

    draft = page(lead, f"{base}/plans/new")
    assert "Begin with what they need" in draft
    assert "6 of 7" in page(lead, f"{base}/criteria/tone")
    drawn = lead.post_form(
        f"{base}/plans",
        {
            "chosen": "yes",
            "title": "Openings",
            "kind": "growth",
            "criterion": "tone",
            "focus-tone": "Begin warmly",
            "target-tone": "80,5",
            "due_on": "2027-03-01",
        },
    )
    plan = session.scalars(select(CoachingPlan)).one()
    goal = session.scalars(select(CoachingGoal)).one()
    assert drawn.status_code == 302
    assert (plan.kind, goal.focus, goal.target, goal.due_on) == ("growth", "Begin warmly", 80.5, dt.date(2027, 3, 1))
    assert goal.baseline == pytest.approx(100 / 7)

    path = f"/coaching/plans/{plan.id}"
    template = session.scalars(select(CoachingTemplate).where(CoachingTemplate.kind == "action")).one()
    training = session.scalars(select(Training)).one()

    def send(client: CheckingClient, rest: str, **fields: str) -> int:
        session.refresh(plan)
        return client.post_form(path + rest, {"version": str(plan.lock_version), **fields}).status_code

    assert send(lead, f"/library/{template.id}") == 302
    due = {"due_on": "2027-02-01", "goal": "0", "owner": str(cast.sam.id), "notes": ""}
    assert send(lead, "/actions", text="", training=str(training.id), **due) == 302
    assert send(lead, "/actions", text="", training="0", **due) == 422
    assert send(lead, f"/goals/{goal.id}", focus="Warmer", target="120") == 422
    assert send(lead, f"/goals/{goal.id}", focus="Warmer", target="90", due_on="") == 302
    assert send(lead, "/resources", title="Guide", url="javascript:alert(1)") == 422
    assert send(lead, "/resources", title="Guide", url="https://x.example/guide") == 302
    stale = lead.post_form(f"{path}/goals/{goal.id}", {"version": "0", "focus": "x", "target": "1"})
    assert stale.status_code == 409
    by_text = {each.text: each for each in session.scalars(select(CoachingAction))}
    assert by_text["Read three openings"].goal_id == goal.id
    assert send(lead, f"/actions/{by_text['Read three openings'].id}/edit", text="Read two", **due) == 302
    assert send(sam, f"/actions/{by_text['Clear writing'].id}", state="done", result="passed") == 302
    assert session.scalars(select(TrainingRecord.result)).all() == ["passed"]
    assert send(sam, "/own-words", own_words="Call me on +1 202 555 0143") == 302
    assert send(lead, "/own-words", own_words="not mine") == 409
    assert send(sam, "/acknowledge") == 302
    assert send(lead, "/follow-ups", size="3") == 409  # nothing was resolved since
    lead.post_form(f"{base}/praise", {"text": "Kind and quick", "review": ""})

    shown = page(sam, path)
    assert all(words in shown for words in ("Warmer", "Read two", "https://x.example/guide", "[phone]"))
    assert "Kind and quick" in page(sam, base)
    assert {"plan_acknowledged", "plan_own_words", "action_done"} <= kinds(session, cast.lena.id)
    assert {"plan_opened", "action_due", "praise_given"} <= kinds(session, cast.sam.id)
    resource = session.scalars(select(CoachingResource)).one()
    assert send(lead, f"/resources/{resource.id}/remove") == 302
    assert send(lead, f"/goals/{goal.id}", remove="yes") == 302
    assert session.scalars(select(CoachingGoal)).all() == []
    assert session.scalars(select(Praise.text)).all() == ["Kind and quick"]
    board = page(quinn, "/coaching/?show=plan")
    assert "Sam Sato" in board
    assert "Sue Shaw" not in board


@pytest.mark.usefixtures("reviewed")
def test_a_private_note_reaches_nobody_but_its_author(session: Session, cast: Cast, sign_in: SignIn) -> None:
    lead, sam, quinn = sign_in(cast.lena), sign_in(cast.sam), sign_in(cast.quinn)
    begins = utcnow() + 3 * DAY
    form = {
        "specialist": str(cast.sam.id),
        "day": f"{begins:%Y-%m-%d}",
        "time": "10:00",
        "minutes": "30",
        "place": "Room 4",
        "agenda": "The week with Creator Cleo",
    }
    refused = lead.post_form("/coaching/meetings", {**form, "minutes": "3"})
    assert (refused.status_code, "10 to 240" in refused.get_data(as_text=True)) == (422, True)
    assert lead.post_form("/coaching/meetings", form).status_code == 302
    assert lead.post_form("/coaching/meetings", {**form, "rhythm": "weekly"}).status_code == 302
    meeting = session.scalars(select(CoachingMeeting).order_by(CoachingMeeting.id)).first()
    assert meeting is not None
    path = f"/coaching/meetings/{meeting.id}"

    written = lead.post_form(
        f"{path}/notes",
        {"version": "0", "agenda": "A", "shared_notes": "We agreed", "agreed": "One a week", "private": "Sam is tired"},
    )

    assert written.status_code == 302
    assert "Sam is tired" in page(lead, path)
    seen = [page(client, address) for client in (sam, quinn) for address in (path, "/coaching/meetings")]
    assert not any("Sam is tired" in each for each in seen)
    assert "We agreed" in seen[0]
    assert "tired" not in str(export_person(session, cast.sam))
    book = lead.post_form(f"/coaching/specialists/{cast.sam.id}/workbook")
    assert b"tired" not in book.data
    assert session.scalars(select(PrivateNote.author_id)).all() == [cast.lena.id]
    # The specialist may say what to talk about, and nothing else.
    sam.post_form(f"{path}/notes", {"version": "1", "agenda": "My holiday", "shared_notes": "x", "private": "y"})
    session.refresh(meeting)
    assert (meeting.agenda, meeting.shared_notes) == ("My holiday", "We agreed")

    file = sam.get("/coaching/calendar.ics")
    events = icalendar.Calendar.from_ical(file.data).walk("VEVENT")
    assert len(events) == 2
    assert {str(each["summary"]) for each in events} == {"1:1 with Lena Lund"}
    assert b"Cleo" not in file.data
    assert quinn.get(f"{path}/meeting.ics").status_code == 404
    called_off = lead.post_form(f"{path}/end", {"version": "2", "state": "cancelled"})
    assert called_off.status_code == 302
    assert b"STATUS:CANCELLED" in sam.get(f"{path}/meeting.ics").data
    assert "meeting_cancelled" in kinds(session, cast.sam.id)


@pytest.mark.usefixtures("reviewed")
def test_an_example_is_shared_by_both_consents_without_name_and_taken_back(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    lead, sam, quinn = sign_in(cast.lena), sign_in(cast.sam), sign_in(cast.quinn)
    form = {
        "review": str(first_review(session, cast.sam)),
        "criterion": "tone",
        "message": "m2",  # the specialist's first answer
        "start": "0",
        "end": "60",
        "why": "Sam Sato begins with the need",
    }
    customers = lead.post_form(f"/coaching/specialists/{cast.sam.id}/examples", {**form, "message": "m1"})
    beyond = lead.post_form(f"/coaching/specialists/{cast.sam.id}/examples", {**form, "end": "900"})
    assert (customers.status_code, beyond.status_code) == (422, 422)
    asked = lead.post_form(f"/coaching/specialists/{cast.sam.id}/examples", form)
    again = lead.post_form(f"/coaching/specialists/{cast.sam.id}/examples", form)
    row = session.scalars(select(CoachingExample)).one()
    others = f"/coaching/specialists/{colleague(session)}/criteria/tone"
    assert (asked.status_code, again.status_code) == (302, 409)
    assert "begins with the need" not in page(quinn, others)
    assert lead.post_form(f"/coaching/examples/{row.id}/answer", {"agreed": "yes"}).status_code == 409

    sam.post_form(f"/coaching/examples/{row.id}/answer", {"agreed": "yes"})
    shared = page(quinn, others)
    asker = [page(lead, "/coaching/examples")]
    part = session.get_one(HandledPart, session.get_one(Review, row.review_id).part_id)
    ticket = session.get_one(Ticket, part.ticket_id)
    ticket.content_severity = 1
    session.commit()
    asker.append(page(lead, "/coaching/examples"))
    ticket.content_severity = 0
    session.scalars(select(Membership).where(Membership.user_id == cast.sam.id)).one().team_id = cast.appeals.id
    session.commit()
    asker.append(page(lead, "/coaching/examples"))
    # Who asked reads the words while everybody may and while they coach the writer; taking back stays theirs.
    assert ["Thank you for writing." in each for each in asker] == [True, False, False]
    assert ["Take it back" in each for each in asker] == [True] * 3
    assert "Thank you for writing." in page(sam, "/coaching/examples")
    sam.post_form(f"/coaching/examples/{row.id}/withdraw")

    assert "begins with the need" in shared
    assert "Thank you for writing." in shared
    assert "Sam" not in shared.split("Done well by others")[1]
    assert "begins with the need" not in page(quinn, others)
    assert {"example_shared", "example_withdrawn"} <= kinds(session, cast.lena.id)


def first_review(session: Session, who: User) -> int:
    of_them = select(HandledPart.id).where(HandledPart.specialist_id == who.id)
    return session.scalars(select(Review.id).where(Review.part_id.in_(of_them)).order_by(Review.id)).all()[0]


def colleague(session: Session) -> int:
    return session.scalars(select(User.id).where(User.name == "Sue Shaw")).one()


def test_the_pages_of_coaching_ask_no_more_when_there_is_more(session: Session, cast: Cast, sign_in: SignIn) -> None:
    lead = sign_in(cast.lena)
    paths = ("/coaching/", "/coaching/meetings", "/coaching/library", "/coaching/wait-lists")
    counts = []
    for extra in range(2):
        for n in range(4 * extra):
            who = person(session, cast.programme, f"Ned{n} Nash", Role.SPECIALIST, team=cast.payouts)
            session.add(
                CoachingMeeting(
                    specialist_id=who.id,
                    lead_id=cast.lena.id,
                    starts_at=utcnow() + DAY,
                    minutes=30,
                    created_at=utcnow(),
                )
            )
            session.add(
                CoachingTemplate(
                    programme_id=cast.programme.id,
                    criterion_key="tone",
                    kind="focus",
                    text="x",
                    proposed_by_id=cast.lena.id,
                    proposed_at=utcnow(),
                )
            )
        session.commit()
        for path in paths:
            lead.get(path)
            with count_queries() as statements:
                page(lead, path)
            counts.append(len(statements))

    assert counts[: len(paths)] == counts[len(paths) :]
