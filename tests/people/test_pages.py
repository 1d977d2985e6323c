"""The admin's pages and commands: a roster with its preview, the directory, one person."""

import datetime as dt
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from qa.core.access import Role
from qa.people.models import (
    Absence,
    Capacity,
    Clearance,
    Membership,
    RoleGrant,
    Skill,
    Team,
    User,
)
from qa.people.roster import read_roster
from qa.people.views import people as people_views
from tests.support.cast import TODAY, Cast, agent, person
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]


HEADER = "name,email,roles,team,lead,start,languages,skills,clearance,absence,reviews_per_week,effective"


MIRA = (
    "Mira Haddad,mira@example.org,specialist,Payouts,lena@example.org,2026-03-02,en; ar,payouts,1,"
    "2026-07-06..2026-07-17,,"
)


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


def rows_of(session: Session) -> dict[str, int]:
    tables = (User, Team, RoleGrant, Membership, Skill, Clearance, Absence, Capacity)
    return {table.__name__: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_a_large_roster_is_not_one_question_a_person(session: Session, cast: Cast, sign_in: SignIn):
    def statements(people: int) -> int:
        lines = [f"P{n},p{people}-{n}@example.org,specialist,Payouts,lena@example.org,,en,,,,," for n in range(people)]
        client = sign_in(cast.ada)
        with count_queries() as asked:
            upload(client, "\n".join((HEADER, *lines)))
        return len([each for each in asked if each.lstrip().upper().startswith("SELECT")])

    assert statements(60) <= statements(3) + 2


def upload(client: CheckingClient, text: str) -> TestResponse:
    return client.post_form("/people/import", {"file": (io.BytesIO(text.encode()), "people.csv")})


def test_a_preview_shows_every_change_and_writes_nothing(session: Session, cast: Cast, sign_in: SignIn):
    client = sign_in(cast.ada)
    before = rows_of(session)

    page = upload(client, f"{HEADER}\n{MIRA}\n,nobody,,,,,,,,,,").get_data(as_text=True)

    assert "new: Mira Haddad" in page
    assert "not an e-mail address" in page
    assert rows_of(session) == before


def apply_form(page: str) -> dict[str, str]:
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    content = re.search(r"<textarea name=\"content\"[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert digest is not None
    assert content is not None
    return {"digest": digest[1], "content": content[1]}


def test_what_was_previewed_is_applied(session: Session, cast: Cast, sign_in: SignIn):
    client = sign_in(cast.ada)
    form = apply_form(upload(client, f"{HEADER}\r\n{MIRA}\r\n").get_data(as_text=True))

    response = client.post_form("/people/import/apply", form)

    assert response.status_code == 302
    assert [name for name, _, _ in teams_of(session, someone(session, "mira@example.org"))] == ["Payouts"]


def test_a_preview_that_is_out_of_date_is_not_applied(session: Session, cast: Cast, sign_in: SignIn):
    client = sign_in(cast.ada)
    form = apply_form(upload(client, "email,name\nsam@example.org,Samuel\n").get_data(as_text=True))
    cast.sam.name = "Sammy"

    response = client.post_form("/people/import/apply", form)

    assert response.status_code == 409
    assert someone(session, "sam@example.org").name == "Sammy"


@pytest.mark.parametrize("text", ["", "email\n", "salary\n1\n"], ids=["empty", "nobody", "unknown column"])
def test_a_file_without_people_is_explained(cast: Cast, sign_in: SignIn, text: str):
    response = upload(sign_in(cast.ada), text)

    assert response.status_code == 200
    assert "Nothing to change" in response.get_data(as_text=True)


def test_no_file_and_a_huge_file_are_refused(cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(people_views, "LARGEST_ROSTER", 100)
    client = sign_in(cast.ada)

    none = client.post_form("/people/import", {})
    huge = upload(client, "email\n" + "x" * 100)

    assert (none.status_code, huge.status_code) == (422, 422)


def test_the_command_tells_as_json_what_it_did_and_then_that_nothing_is_left(
    session: Session, cast: Cast, flask_command: Callable[..., Result], tmp_path: Path
):
    file = tmp_path / "people.csv"
    file.write_text(f"{HEADER}\n{MIRA}\nBad,bad@example.org,boss,,,,,,,,,\n")
    agent(session, cast.source, None, external_id="unknown-1").is_bot = False

    first = json.loads(flask_command("people", "import", str(file), "--json").output)
    second = json.loads(flask_command("people", "import", str(file), "--json").output)

    assert first["read"] == 2
    assert {change["email"] for change in first["changes"]} == {"mira@example.org"}
    assert [(reject["line"], reject["column"]) for reject in first["rejects"]] == [(3, "roles")]
    assert first["rejects"][0]["file"] == str(file)
    assert first["unmatched_agents"] == 1
    assert second["changes"] == []


def test_a_dry_run_changes_nothing(session: Session, cast: Cast, flask_command: Callable[..., Result], tmp_path: Path):
    file = tmp_path / "people.csv"
    file.write_text(f"{HEADER}\n{MIRA}\n")
    before = rows_of(session)

    result = flask_command("people", "import", str(file), "--dry-run")

    assert "changes would be made" in result.output
    assert rows_of(session) == before


def test_the_directory_is_found_by_name_role_team_and_account(session: Session, cast: Cast, sign_in: SignIn):
    cast.rob.active = False
    client = sign_in(cast.ada)

    def listed(query: str) -> set[str]:
        page = client.get(f"/people/?{query}").get_data(as_text=True)
        return set(re.findall(r'<th scope="row"><a href="/people/\d+">(\w+)', page))

    assert listed("q=SATO") == {"Sam"}
    assert listed("q=%25") == set()
    assert listed("role=team_lead") == {"Lena", "Otto"}
    assert listed(f"team={cast.appeals.id}") == {"Otto", "Olga"}
    assert listed("state=closed") == {"Rob"}
    assert "Rob" in listed("state=all")
    assert listed("role=boss&page=99&team=x") == listed("")


def test_an_admin_cannot_close_the_own_account(session: Session, cast: Cast, sign_in: SignIn):
    client = sign_in(cast.ada)

    response = client.post_form(f"/people/{cast.ada.id}/account", {"active": "no"})

    assert response.status_code == 409
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("address", ["/people/", "/people/{}"])
def test_more_people_and_facts_ask_no_more_of_the_database(session: Session, cast: Cast, sign_in: SignIn, address: str):
    client = sign_in(cast.ada)
    with count_queries() as few:
        client.get(address.format(cast.rita.id))
    for n in range(60):
        person(session, cast.programme, f"Extra{n} Person", Role.SPECIALIST, team=cast.payouts)
        session.add(Skill(user_id=cast.rita.id, kind="queue", value=f"q{n}", valid_from=TODAY))

    with count_queries() as many:
        client.get(address.format(cast.rita.id))

    assert len(many) == len(few)


def test_the_example_roster_can_be_read_back(cast: Cast, sign_in: SignIn):
    content = sign_in(cast.ada).get("/people/roster-example.csv").data

    roster = read_roster(content)

    assert (len(roster.rows), roster.rejects) == (2, ())
