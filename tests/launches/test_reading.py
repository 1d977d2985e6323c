"""What charts read of the things behind the figures: launches, targets, procedures, notes, escalations of a time."""

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from qa.board_notes.models import BoardNote
from qa.board_notes.queries import notes_between
from qa.escalations.models import Escalation
from qa.escalations.queries import escalations_of_week
from qa.launches.models import Launch
from qa.launches.queries import launches_between
from qa.rubric_library.models import Procedure, ProcedureVersion
from qa.rubric_library.procedures import changes_between
from qa.targets.models import Target
from qa.targets.queries import wanted_on
from qa.targets.rules import scope_of
from tests.support.builders import make_ticket
from tests.support.cast import NOW, Cast, actor

DAY = dt.timedelta(days=1)
APRIL = dt.date(2026, 4, 1)


def launch(cast: Cast, name: str, starts_on: dt.date, ends_on: dt.date | None = None, **more: object) -> Launch:
    return Launch(
        programme_id=cast.programme.id,
        name=name,
        starts_on=starts_on,
        ends_on=ends_on,
        queues=["payouts"],
        created_at=NOW,
        **more,
    )


def test_a_chart_reads_what_happened_in_its_time(session: Session, cast: Cast) -> None:
    session.add_all(
        [
            launch(cast, "Over before", APRIL - 9 * DAY, APRIL - DAY),
            launch(cast, "Ends on the first day", APRIL - 9 * DAY, APRIL),
            launch(cast, "Still runs", APRIL - 99 * DAY),
            launch(cast, "Begins on the last day", APRIL + 6 * DAY),
            launch(cast, "Begins later", APRIL + 7 * DAY),
            launch(cast, "Put away", APRIL, archived_at=NOW),
        ]
    )
    refunds = Procedure(programme_id=cast.programme.id, key="refunds", name="Refunds", created_at=NOW)
    session.add(refunds)
    session.flush()
    for label, moment in (("1", NOW - 30 * DAY), ("2", NOW)):
        session.add(
            ProcedureVersion(
                procedure_id=refunds.id, label=label, url="https://x.example", effective_from=moment, created_at=NOW
            )
        )
    for n, text in ((1, "A first word."), (2, "A better word.")):
        session.add(
            BoardNote(
                programme_id=cast.programme.id,
                period="2026-04",
                starts_on=APRIL,
                ends_on=APRIL + 29 * DAY,
                n=n,
                text=text,
                written_by_id=cast.dora.id,
                written_at=NOW,
            )
        )
    session.flush()
    programme = cast.programme.id

    marks = launches_between(session, programme, since=APRIL, until=APRIL + 6 * DAY)
    changes = changes_between(session, programme, since=NOW - 30 * DAY, until=NOW)
    notes = notes_between(session, programme, since=APRIL - 9 * DAY, until=APRIL)

    assert [mark.name for mark in marks] == ["Still runs", "Ends on the first day", "Begins on the last day"]
    assert [(change.label, change.first) for change in changes] == [("1", True)]
    assert [
        (change.label, change.first) for change in changes_between(session, programme, since=NOW, until=NOW + DAY)
    ] == [("2", False)]
    assert [(view.note.text, view.by) for view in notes] == [("A better word.", "Dora Diaz")]
    assert notes_between(session, programme, since=APRIL + 30 * DAY, until=APRIL + 60 * DAY) == []


def test_a_target_holds_until_the_next_and_a_team_without_one_has_the_programmes(session: Session, cast: Cast) -> None:
    def target(value: float, since: dt.date, team: int | None = None, **more: object) -> Target:
        return Target(
            programme_id=cast.programme.id,
            measure="quality",
            scope=scope_of(team, ""),
            team_id=team,
            value=value,
            effective_from=since,
            created_at=NOW,
            **more,
        )

    session.add_all(
        [
            target(80, APRIL - 200 * DAY),
            target(82, APRIL - 100 * DAY),
            target(99, APRIL - 90 * DAY, withdrawn_at=NOW, withdrawn_by_id=cast.dora.id),
            target(85, APRIL + 3 * DAY),
            target(90, APRIL + 99 * DAY),
            target(70, APRIL - 5 * DAY, cast.payouts.id),
        ]
    )
    session.flush()
    programme = cast.programme.id

    whole = [wanted_on(session, programme, APRIL + day * DAY) for day in (-101, 0, 2, 3, 9)]
    own, other = (wanted_on(session, programme, APRIL, team_id=team.id) for team in (cast.payouts, cast.appeals))

    assert whole == [{"quality": 80}, {"quality": 82}, {"quality": 82}, {"quality": 85}, {"quality": 85}]
    assert wanted_on(session, programme, APRIL - 201 * DAY) == {}
    assert (own, other) == ({"quality": 70}, {"quality": 82})


def test_escalations_of_a_week_are_those_of_tickets_that_one_may_know_of(session: Session, cast: Cast) -> None:
    mine = make_ticket(session, cast).ticket
    others = make_ticket(session, cast, agent=cast.olga_agent).ticket
    monday = dt.date(2026, 3, 30)
    midnight = dt.datetime(2026, 3, 30, tzinfo=dt.UTC)
    for ticket, moment in (
        (mine, midnight - dt.timedelta(seconds=1)),
        (mine, midnight),
        (others, midnight + 3 * DAY),
        (mine, midnight + 7 * DAY),
    ):
        session.add(
            Escalation(
                programme_id=cast.programme.id, ticket_id=ticket.id, origin="hand", opened_at=moment, created_at=NOW
            )
        )
    session.flush()

    def counted(who: str) -> int:
        return len(escalations_of_week(session, actor(session, getattr(cast, who)), monday, ZoneInfo("UTC")))

    assert {who: counted(who) for who in ("lena", "otto", "quinn", "dora")} == {
        "lena": 1,
        "otto": 1,
        "quinn": 2,
        "dora": 2,
    }
