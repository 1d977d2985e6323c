"""Meetings, their notes, recurring 1:1s and the calendar file."""

import datetime as dt
from zoneinfo import ZoneInfo

import icalendar
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.coaching.meetings import queries, recurring, service
from qa.coaching.meetings.calendar_files import Entry, calendar_file
from qa.coaching.meetings.models import CoachingMeeting, CoachingSeriesDay, PrivateNote
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices.models import Notice
from qa.people.models import Absence
from tests.coaching.world import plan_of_sam
from tests.support.cast import NOW, TODAY, Cast

BERLIN = ZoneInfo("Europe/Berlin")


def planned(session: Session, cast: Cast, *, at: dt.datetime = NOW + dt.timedelta(days=1)) -> CoachingMeeting:
    return service.plan_meeting(
        session,
        specialist_id=cast.sam.id,
        lead_id=cast.lena.id,
        starts_at=at,
        minutes=30,
        place="Room 4",
        agenda="How the week went",
        by=cast.lena.id,
        now=NOW,
    )


def told(session: Session, user_id: int) -> list[str]:
    return list(session.scalars(select(Notice.kind).where(Notice.user_id == user_id).order_by(Notice.id)))


def test_a_meeting_is_planned_moved_written_and_held(session: Session, cast: Cast) -> None:
    plan = plan_of_sam(session, cast)
    meeting = planned(session, cast)
    later = NOW + dt.timedelta(days=2)

    service.move(session, meeting, starts_at=later, minutes=45, place="", version=0, by=cast.lena.id, now=NOW)
    with pytest.raises(ConflictError):  # the page that shows version 0 is stale
        service.write(session, meeting, agenda="", shared_notes="", agreed="", version=0, by=cast.lena.id, now=NOW)
    with pytest.raises(ConflictError):
        service.end(session, meeting, state="held", version=1, by=cast.lena.id, now=NOW)
    service.write(
        session,
        meeting,
        agenda="Refunds",
        shared_notes="Call +1 202 555 0143 back",
        agreed="One example a week",
        version=1,
        by=cast.lena.id,
        now=NOW,
    )
    service.end(session, meeting, state="held", version=2, by=cast.lena.id, now=later + dt.timedelta(hours=1))

    assert (meeting.plan_id, meeting.state, meeting.minutes) == (plan.id, "held", 45)
    assert "555" not in meeting.shared_notes
    assert told(session, cast.sam.id) == ["plan_opened", "meeting_planned", "meeting_moved"]


def test_a_private_note_is_its_authors_alone(session: Session, cast: Cast) -> None:
    meeting = planned(session, cast)

    service.note_privately(session, meeting, "Seems tired", by=cast.lena.id, now=NOW)

    assert queries.private_note(session, meeting.id, cast.lena.id) == "Seems tired"
    assert queries.private_note(session, meeting.id, cast.quinn.id) == ""
    with pytest.raises(ConflictError):
        service.note_privately(session, meeting, "mine", by=cast.sam.id, now=NOW)
    service.note_privately(session, meeting, " ", by=cast.lena.id, now=NOW)
    assert session.scalars(select(PrivateNote)).all() == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"at": NOW}, "starts_at", id="a time that is over"),
        pytest.param({"minutes": 5}, "minutes", id="too short"),
    ],
)
def test_a_meeting_says_what_cannot_be(session: Session, cast: Cast, change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        service.plan_meeting(
            session,
            specialist_id=cast.sam.id,
            lead_id=cast.lena.id,
            starts_at=change.get("at", NOW + dt.timedelta(days=1)),  # type: ignore[arg-type]
            minutes=change.get("minutes", 30),  # type: ignore[arg-type]
            place="",
            agenda="",
            by=cast.lena.id,
            now=NOW,
        )

    assert field in refused.value.fields


def test_a_series_plans_its_meetings_once_and_skips_who_is_away(session: Session, cast: Cast) -> None:
    first = TODAY + dt.timedelta(days=1)  # a Thursday
    row = recurring.begin(
        session,
        specialist_id=cast.sam.id,
        lead_id=cast.lena.id,
        rhythm="weekly",
        starts_on=first,
        minute_of_day=10 * 60,
        minutes=30,
        place="",
        agenda="The week",
        today=TODAY,
        now=NOW,
    )
    second = first + dt.timedelta(weeks=1)
    session.add(Absence(user_id=cast.sam.id, first_day=second, last_day=second))
    session.flush()

    for _ in range(2):  # the second time finds everything done
        recurring.open_due(session, row, zone=BERLIN, today=TODAY, now=NOW)

    meeting = session.scalars(select(CoachingMeeting)).one()
    assert meeting.starts_at == dt.datetime(2026, 4, 9, 8, 0, tzinfo=dt.UTC)  # ten o'clock in Berlin in summer
    days = session.execute(select(CoachingSeriesDay.day, CoachingSeriesDay.skipped).order_by(CoachingSeriesDay.day))
    assert [tuple(each) for each in days] == [(first, None), (second, "the specialist is away")]
    assert row.next_on == first + dt.timedelta(weeks=2)
    assert told(session, cast.lena.id) == ["meeting_planned", "meeting_skipped"]
    with pytest.raises(ConflictError):
        recurring.begin(
            session,
            specialist_id=cast.sam.id,
            lead_id=cast.lena.id,
            rhythm="monthly",
            starts_on=first,
            minute_of_day=0,
            minutes=30,
            place="",
            agenda="",
            today=TODAY,
            now=NOW,
        )

    recurring.pause(session, row, version=0, by=cast.lena.id, now=NOW)
    assert recurring.open_due(session, row, zone=BERLIN, today=second, now=NOW) == 0
    recurring.resume(session, row, version=1, today=TODAY + dt.timedelta(weeks=4), by=cast.lena.id, now=NOW)
    assert row.next_on == first + dt.timedelta(weeks=4)


def test_a_calendar_file_is_read_by_another_package_and_tells_nothing_of_the_talk() -> None:
    start = dt.datetime(2026, 4, 9, 8, 0, tzinfo=dt.UTC)
    entry = Entry(
        uid="coaching-meeting-7@fairmark.example",
        sequence=3,
        with_name="Sam Sato, \r\nATTACH:http://evil.example",
        starts_at=start,
        minutes=30,
        place="Room 4; upstairs",
        url="https://fairmark.example/coaching/meetings/7",
        cancelled=True,
        changed_at=start,
    )

    content = calendar_file([entry])

    [event] = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert event.decoded("dtstart") == start
    assert event.decoded("dtend") - start == dt.timedelta(minutes=30)
    assert (event["uid"], int(event["sequence"]), event["status"]) == (entry.uid, 3, "CANCELLED")
    assert str(event["location"]) == "Room 4; upstairs"
    assert "attach" not in event  # a name cannot become a line of its own
    assert max(len(line) for line in content.split(b"\r\n")) <= 75  # RFC 5545, 3.1
