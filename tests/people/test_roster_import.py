"""Bringing people to what a roster says: once, in time, and nothing the second time."""

import datetime as dt
import itertools
from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core.access import Role
from qa.core.errors import InvalidInputError
from qa.core.jobs import Job
from qa.people import queries, service
from qa.people.models import (
    Absence,
    AgentIdentity,
    Capacity,
    Clearance,
    Membership,
    Programme,
    RoleGrant,
    Skill,
    Team,
    User,
)
from qa.people.roster import read_roster
from qa.people.service import MATCH_PARTS_JOB, Change
from tests.support.cast import NOW, OPENED, TODAY, Cast, actor, person
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]


HEADER = "name,email,roles,team,lead,start,languages,skills,clearance,absence,reviews_per_week,effective"


MIRA = (
    "Mira Haddad,mira@example.org,specialist,Payouts,lena@example.org,2026-03-02,en; ar,payouts,1,"
    "2026-07-06..2026-07-17,,"
)


ROBIN = "Robin Ito,robin@example.org,reviewer,,,,en; ja,,3,,40,2026-03-01"


APRIL, MAY = dt.date(2026, 4, 1), dt.date(2026, 5, 1)


def take_in(session: Session, cast: Cast, *lines: str, header: str = HEADER) -> list[Change]:
    roster = read_roster("\n".join((header, *lines)).encode())
    assert roster.rejects == ()
    changes = service.import_roster(session, cast.programme.id, roster.rows, by=cast.ada.id, today=TODAY, now=NOW)
    session.commit()
    return changes


def someone(session: Session, email: str) -> User:
    return session.scalars(select(User).where(User.email == email)).one()


def teams_of(session: Session, user: User, kind: str = "member") -> list[tuple[str, dt.date, dt.date | None]]:
    rows = session.execute(
        select(Team.name, Membership.valid_from, Membership.valid_to)
        .join(Membership, Membership.team_id == Team.id)
        .where(Membership.user_id == user.id, Membership.kind == kind)
        .order_by(Membership.valid_from, Team.name)
    )
    return [(name, start, end) for name, start, end in rows]


def roles_of(session: Session, user: User) -> list[tuple[str, dt.date, dt.date | None]]:
    rows = session.execute(
        select(RoleGrant.role, RoleGrant.valid_from, RoleGrant.valid_to)
        .where(RoleGrant.user_id == user.id)
        .order_by(RoleGrant.valid_from, RoleGrant.role)
    )
    return [(role, start, end) for role, start, end in rows]


def rows_of(session: Session) -> dict[str, int]:
    tables = (User, Team, RoleGrant, Membership, Skill, Clearance, Absence, Capacity)
    return {table.__name__: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_a_new_person_comes_with_everything_the_file_says(session: Session, cast: Cast):
    take_in(session, cast, MIRA)

    mira = someone(session, "mira@example.org")
    assert (mira.name, mira.started_on, mira.password_hash) == ("Mira Haddad", dt.date(2026, 3, 2), None)
    assert mira.pseudonym
    assert teams_of(session, mira) == [("Payouts", dt.date(2026, 3, 2), None)]
    assert roles_of(session, mira) == [("specialist", dt.date(2026, 3, 2), None)]
    assert {(row.kind, row.value) for row in session.scalars(select(Skill).where(Skill.user_id == mira.id))} == {
        ("language", "en"),
        ("language", "ar"),
        ("queue", "payouts"),
    }
    assert session.scalars(select(Clearance.severity).where(Clearance.user_id == mira.id)).all() == [1]
    absence = session.scalars(select(Absence).where(Absence.user_id == mira.id)).one()
    assert (absence.first_day, absence.last_day) == (dt.date(2026, 7, 6), dt.date(2026, 7, 17))


def test_the_same_file_twice_changes_nothing(session: Session, cast: Cast):
    first = take_in(session, cast, MIRA, ROBIN)
    before = rows_of(session)
    jobs = session.scalar(select(func.count()).select_from(Job))

    second = take_in(session, cast, MIRA, ROBIN)

    assert first
    assert second == []
    assert rows_of(session) == before
    assert session.scalar(select(func.count()).select_from(Job)) == jobs


@pytest.mark.parametrize("reverse", [False, True], ids=["lead first", "lead last"])
def test_a_lead_of_several_teams_stays_so_when_the_file_comes_again(session: Session, cast: Cast, reverse: bool):
    lines = [
        "Lena Lund,lena@example.org,team_lead,Payouts,,,,,,,,2026-03-01",
        "Ann,ann@example.org,specialist,Music rights,lena@example.org,,,,,,,2026-03-01",
        "Bea,bea@example.org,specialist,Payouts,lena@example.org,,,,,,,2026-02-01",
    ]
    lines = lines[::-1] if reverse else lines
    take_in(session, cast, *lines)

    again = take_in(session, cast, *lines)

    assert again == []
    assert {name for name, _, end in teams_of(session, cast.lena, "lead") if end is None} == {"Payouts", "Music rights"}


def test_an_empty_cell_keeps_and_a_dash_takes_away(session: Session, cast: Cast):
    take_in(session, cast, "sam@example.org,,", header="email,team,roles")
    kept = teams_of(session, cast.sam)

    take_in(session, cast, "sam@example.org,-,2026-04-01", header="email,team,effective")

    assert kept == [("Payouts", dt.date(2025, 1, 6), None)]
    assert teams_of(session, cast.sam) == [("Payouts", dt.date(2025, 1, 6), APRIL)]


def test_a_move_holds_from_its_day_and_the_old_team_keeps_what_was_before(session: Session, cast: Cast):
    take_in(session, cast, "sam@example.org,Appeals,2026-05-01", header="email,team,effective")

    memberships = queries.memberships_of(session, [cast.sam.id])[cast.sam.id]
    assert queries.team_on(memberships, MAY - dt.timedelta(days=1)) == cast.payouts.id
    assert queries.team_on(memberships, MAY) == cast.appeals.id
    assert teams_of(session, cast.sam) == [("Payouts", dt.date(2025, 1, 6), MAY), ("Appeals", MAY, None)]


def test_a_move_told_afterwards_ends_where_the_next_one_begins(session: Session, cast: Cast):
    take_in(session, cast, "sam@example.org,Appeals,2026-05-01", header="email,team,effective")

    take_in(session, cast, "sam@example.org,Music rights,2026-04-01", header="email,team,effective")

    assert teams_of(session, cast.sam) == [
        ("Payouts", dt.date(2025, 1, 6), APRIL),
        ("Music rights", APRIL, MAY),
        ("Appeals", MAY, None),
    ]


def test_nobody_is_a_member_of_two_teams_on_one_day(session: Session, cast: Cast):
    for team, day in (("Appeals", "2026-05-01"), ("Payouts", "2026-06-01"), ("Appeals", "2026-04-01")):
        take_in(session, cast, f"sam@example.org,{team},{day}", header="email,team,effective")

    spans = teams_of(session, cast.sam)
    assert all(end == following[1] for (_, _, end), following in itertools.pairwise(spans))
    assert spans[-1][2] is None


def test_a_mistake_of_the_same_day_is_put_right_without_a_trace(session: Session, cast: Cast):
    take_in(session, cast, "sam@example.org,Appeals,2026-05-01", header="email,team,effective")

    take_in(session, cast, "sam@example.org,Music rights,2026-05-01", header="email,team,effective")

    assert teams_of(session, cast.sam) == [("Payouts", dt.date(2025, 1, 6), MAY), ("Music rights", MAY, None)]


def test_roles_are_granted_and_taken_away_from_a_day_on(session: Session, cast: Cast):
    take_in(session, cast, "rita@example.org,reviewer; qa_lead,2026-05-01", header="email,roles,effective")
    take_in(session, cast, "rob@example.org,specialist,2026-05-01", header="email,roles,effective")

    assert actor(session, cast.rita, today=MAY - dt.timedelta(1)).roles == {Role.REVIEWER}
    assert actor(session, cast.rita, today=MAY).roles == {Role.REVIEWER, Role.QA_LEAD}
    assert actor(session, cast.rob, today=MAY).roles == {Role.SPECIALIST}


def test_a_specialist_who_becomes_lead_leads_and_is_no_longer_a_member(session: Session, cast: Cast):
    line = "sam@example.org,team_lead,Payouts,2026-05-01"

    take_in(session, cast, line, header="email,roles,team,effective")

    assert teams_of(session, cast.sam) == [("Payouts", dt.date(2025, 1, 6), MAY)]
    assert teams_of(session, cast.sam, "lead") == [("Payouts", MAY, None)]
    assert take_in(session, cast, line, header="email,roles,team,effective") == []


def test_a_lead_who_steps_back_no_longer_leads(session: Session, cast: Cast):
    line = "lena@example.org,specialist,Payouts,2026-05-01"

    take_in(session, cast, line, header="email,roles,team,effective")

    assert actor(session, cast.lena, today=MAY).led_team_ids == frozenset()
    assert actor(session, cast.lena, today=MAY).team_ids == {cast.payouts.id}
    assert actor(session, cast.lena, today=MAY - dt.timedelta(1)).led_team_ids == {cast.payouts.id}
    assert take_in(session, cast, line, header="email,roles,team,effective") == []


def test_who_leads_and_handles_tickets_is_both(session: Session, cast: Cast):
    take_in(session, cast, "Eve,eve@example.org,team_lead; specialist,Payouts", header="name,email,roles,team")

    eve = someone(session, "eve@example.org")
    assert [name for name, _, _ in teams_of(session, eve)] == ["Payouts"]
    assert [name for name, _, _ in teams_of(session, eve, "lead")] == ["Payouts"]


def test_a_lead_who_is_named_only_by_the_team_is_made(session: Session, cast: Cast):
    changes = take_in(
        session, cast, "Ann,ann@example.org,Music rights,max.muster@example.org", header="name,email,team,lead"
    )

    lead = someone(session, "max.muster@example.org")
    assert lead.name == "Max Muster"
    assert [name for name, _, _ in teams_of(session, lead, "lead")] == ["Music rights"]
    assert ("max.muster@example.org", "leads", "Music rights") in {(c.email, c.field, c.after) for c in changes}


def test_a_change_is_told_with_what_was_before(session: Session, cast: Cast):
    changes = take_in(
        session, cast, "Samuel Sato,sam@example.org,Appeals,2026-05-01", header="name,email,team,effective"
    )

    assert changes == [
        Change(line=2, email="sam@example.org", field="name", before="Sam Sato", after="Samuel Sato"),
        Change(line=2, email="sam@example.org", field="team", before="Payouts", after="Appeals"),
    ]


def test_a_capacity_holds_from_its_day(session: Session, cast: Cast):
    for amount, day in ((40, "2026-03-01"), (20, "2026-05-01"), (20, "2026-06-01"), (25, "2026-05-01")):
        take_in(session, cast, f"rita@example.org,{amount},{day}", header="email,reviews_per_week,effective")

    rows = session.execute(select(Capacity.valid_from, Capacity.reviews_per_week).order_by(Capacity.valid_from)).all()
    assert [tuple(row) for row in rows] == [(dt.date(2026, 3, 1), 40), (MAY, 25)]


def test_an_absence_that_grows_is_the_same_absence(session: Session, cast: Cast):
    for span in ("2026-07-06..2026-07-17", "2026-07-06..2026-07-24", "2026-12-24"):
        take_in(session, cast, f"rita@example.org,{span}", header="email,absence")

    rows = session.execute(select(Absence.first_day, Absence.last_day).order_by(Absence.first_day)).all()
    assert [tuple(row) for row in rows] == [
        (dt.date(2026, 7, 6), dt.date(2026, 7, 24)),
        (dt.date(2026, 12, 24), dt.date(2026, 12, 24)),
    ]


def test_agents_of_the_help_desk_are_matched_by_e_mail(session: Session, cast: Cast):
    for email, name in (("mira@example.org", "Mira H."), ("stranger@example.org", "Stranger")):
        session.add(AgentIdentity(source_id=cast.source.id, external_id=email, email=email, name=name))
    session.commit()

    take_in(session, cast, MIRA)

    matched = dict(
        session.execute(select(AgentIdentity.email, AgentIdentity.user_id).where(AgentIdentity.is_bot.is_(False))).all()
    )
    assert matched["mira@example.org"] == someone(session, "mira@example.org").id
    assert matched["stranger@example.org"] is None
    assert session.scalar(select(func.count()).where(Job.name == MATCH_PARTS_JOB)) == 1


def test_a_person_of_another_programme_is_not_touched(session: Session, cast: Cast):
    other = Programme(key="other", name="Other", created_at=OPENED)
    session.add(other)
    session.flush()
    person(session, other, "Fiona Fox", Role.ADMIN)

    with pytest.raises(InvalidInputError, match="another programme"):
        take_in(session, cast, "fiona@example.org,reviewer", header="email,roles")
