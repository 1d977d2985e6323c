"""Who is asking: what is kept of an earlier request is what the database would say."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.core.access import Role
from qa.people import sessions
from qa.people.models import ProgrammeSetting, RoleGrant
from qa.people.signed_in import Known, SignedIn, find
from tests.support.cast import NOW, OPENED, SINCE, TODAY, Cast

# By hand, as from any program that writes to the database: what each does, and what is seen of it.
CHANGES = (
    ("INSERT INTO role_grant (user_id, role, valid_from) VALUES (:person, 'director', :since)", "roles"),
    ("UPDATE role_grant SET role = 'admin' WHERE user_id = :person AND role = 'director'", "roles"),
    ("UPDATE role_grant SET user_id = :other WHERE user_id = :person AND role = 'admin'", "roles"),
    ("DELETE FROM role_grant WHERE user_id = :person", "roles"),
    ("INSERT INTO membership (user_id, team_id, kind, valid_from) VALUES (:person, :team, 'lead', :since)", "led"),
    ("UPDATE membership SET kind = 'member' WHERE user_id = :person", "led teams"),
    ("DELETE FROM membership WHERE user_id = :person", "teams"),
    ("INSERT INTO region_clearance (user_id, region, valid_from) VALUES (:person, 'eu-only', :since)", "regions"),
    ("UPDATE region_clearance SET region = 'us-only' WHERE user_id = :person", "regions"),
    ("DELETE FROM region_clearance WHERE user_id = :person", "regions"),
    ("INSERT INTO clearance (user_id, severity, valid_from) VALUES (:person, 3, :since)", "clearance"),
    ("UPDATE clearance SET severity = 2 WHERE user_id = :person", "clearance"),
    ("DELETE FROM clearance WHERE user_id = :person", "clearance"),
    ("UPDATE programme_setting SET dispute_window_days = 99", "rules"),
    ("UPDATE programme SET customer_word = 'seller'", "programme"),
    ("UPDATE person SET active = false WHERE id = :person", "active"),
    ("UPDATE user_session SET revoked_at = :now WHERE user_id = :person", "revoked"),
)


@pytest.fixture
def token_digest(session: Session, cast: Cast, settings: Settings) -> str:
    """Of a session of Rita's."""
    token = sessions.start(session, cast.rita.id, settings=settings, user_agent="tests", now=NOW)
    session.commit()
    return sessions.digest_token(token)


def seen(found: SignedIn | None) -> dict[str, Any]:
    assert found is not None
    actor = found.actor
    return {
        "roles": actor.roles,
        "led": actor.led_team_ids,
        "teams": actor.team_ids,
        "regions": actor.regions,
        "clearance": actor.clearance,
        "rules": found.setting,
        "programme": found.programme.customer_word,
        "active": bool(found.active),
        "revoked": found.revoked_at,
    }


@pytest.fixture
def about(cast: Cast) -> dict[str, Any]:
    return {"person": cast.rita.id, "other": cast.rob.id, "team": cast.payouts.id, "since": SINCE, "now": NOW}


def test_whoever_changes_what_somebody_holds_it_counts_with_the_next_request(
    session: Session, token_digest: str, about: dict[str, Any]
):
    known: Known = {}
    asked = {"now": NOW, "today": TODAY}
    before = seen(find(session, token_digest, **asked, known=known))

    for change, what in CHANGES:
        session.execute(text(change), {name: value for name, value in about.items() if f":{name}" in change})
        session.commit()
        after = seen(find(session, token_digest, **asked, known=known))

        assert {name for name in after if after[name] != before[name]} == set(what.split()), change
        assert after == seen(find(session, token_digest, **asked, known={})), change
        before = after


def test_what_is_taken_back_was_never_held(session: Session, cast: Cast, token_digest: str):
    known: Known = {}
    asked = {"now": NOW, "today": TODAY, "known": known}

    session.add(RoleGrant(user_id=cast.rita.id, role=Role.ADMIN, valid_from=SINCE))
    session.flush()
    within = seen(find(session, token_digest, **asked))["roles"]
    session.rollback()
    session.add(RoleGrant(user_id=cast.rita.id, role=Role.DIRECTOR, valid_from=SINCE))
    session.commit()

    assert within == {Role.REVIEWER, Role.ADMIN}
    assert seen(find(session, token_digest, **asked))["roles"] == {Role.REVIEWER, Role.DIRECTOR}


def test_a_role_counts_on_its_days_and_rules_from_their_moment_on(session: Session, cast: Cast, token_digest: str):
    known: Known = {}
    session.add(RoleGrant(user_id=cast.rita.id, role=Role.ADMIN, valid_from=TODAY, valid_to=TODAY + dt.timedelta(1)))
    session.commit()

    def at(hours: float, days: int) -> tuple[bool, int]:
        moment, day = NOW + dt.timedelta(hours=hours), TODAY + dt.timedelta(days=days)
        found = find(session, token_digest, now=moment, today=day, known=known)
        assert found is not None
        return Role.ADMIN in found.actor.roles, found.setting.review_days

    before = at(1, 0)
    session.add(ProgrammeSetting(programme_id=cast.programme.id, valid_from=NOW + dt.timedelta(hours=1), review_days=3))
    session.commit()

    assert before == (True, 7)
    assert [at(0, 0), at(0.99, 0), at(1, 0), at(0.5, 0), at(0, -1), at(0, 1)] == [
        (True, 7),
        (True, 7),
        (True, 3),
        (True, 7),
        (False, 7),
        (False, 7),
    ]
    long_ago = OPENED - dt.timedelta(days=1)
    assert find(session, token_digest, now=long_ago, today=TODAY, known=known).setting.review_days == 7  # type: ignore[union-attr]


def test_without_rules_nobody_is_signed_in(session: Session, cast: Cast, token_digest: str):
    session.execute(text("DELETE FROM programme_setting"))
    session.commit()

    assert find(session, token_digest, now=NOW, today=TODAY, known={}) is None


def test_a_reload_without_a_search_path_marks_as_well(session: Session, cast: Cast, token_digest: str):
    person_id, schema = cast.rita.id, "main"
    if session.get_bind().dialect.name != "sqlite":
        schema = str(session.scalar(text("SELECT current_schema()")))
        session.execute(text("SET LOCAL search_path = ''"))

    session.execute(
        text(f"INSERT INTO {schema}.role_grant (user_id, role, valid_from) VALUES (:person, 'director', :since)"),
        {"person": person_id, "since": SINCE},
    )
    session.commit()

    found = find(session, token_digest, now=NOW, today=TODAY, known={})
    assert found is not None
    assert Role.DIRECTOR in found.actor.roles
