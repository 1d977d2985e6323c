"""Who may do what: the table against the product's; tests/routes walks every route against the table."""

import datetime as dt

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from qa.core.access import AUTHORITY, Actor, Permission, Role, Scope
from qa.people.models import RoleGrant
from tests.support.cast import SINCE, Cast
from tests.support.client import CheckingClient, sign_in

P, R = Permission, Role
# The authority table of the product: use case, then who has it and how far. Nobody else has it.
PRODUCT = {
    "score assigned parts, specialists where a plan invites them": (
        P.SCORE,
        {R.REVIEWER: "assigned", R.TEAM_LEAD: "assigned", R.QA_LEAD: "assigned", R.SPECIALIST: "assigned"},
    ),
    "work through a queue": (P.QUEUE, {R.REVIEWER: "assigned", R.TEAM_LEAD: "assigned", R.QA_LEAD: "assigned"}),
    "read a review": (
        P.REVIEW_READ,
        {R.REVIEWER: "assigned", R.TEAM_LEAD: "team", R.QA_LEAD: "all", R.SPECIALIST: "own", R.DIRECTOR: "all"},
    ),
    "read a conversation": (
        P.CONVERSATION_READ,
        {R.REVIEWER: "assigned", R.TEAM_LEAD: "team", R.QA_LEAD: "all", R.SPECIALIST: "own"},
    ),
    "know the reviewer's name": (P.REVIEWER_NAME, {R.QA_LEAD: "all", R.DIRECTOR: "all", R.ADMIN: "all"}),
    "view plans and draws": (P.SAMPLING_VIEW, {R.QA_LEAD: "all", R.DIRECTOR: "all"}),
    "plan": (P.SAMPLING_PLAN, {R.QA_LEAD: "all"}),
    "draw and assign": (P.SAMPLING_DRAW, {R.QA_LEAD: "all"}),
    "take part in a calibration": (
        P.CALIBRATION_TAKE_PART,
        {R.REVIEWER: "assigned", R.TEAM_LEAD: "assigned", R.QA_LEAD: "assigned"},
    ),
    "facilitate a calibration": (P.CALIBRATION_FACILITATE, {R.TEAM_LEAD: "own", R.QA_LEAD: "all"}),
    "set gold, as one of two": (P.CALIBRATION_GOLD, {R.TEAM_LEAD: "all", R.QA_LEAD: "all"}),
    "see certifications": (P.CERTIFICATION_VIEW, {R.REVIEWER: "own", R.QA_LEAD: "all"}),
    "settle certifications": (P.CERTIFICATION_SETTLE, {R.QA_LEAD: "all"}),
    "see reviewers' severity": (
        P.REVIEWERS_VIEW,
        {R.REVIEWER: "own", R.QA_LEAD: "all", R.DIRECTOR: "aggregate"},
    ),
    "judge reviewers anew": (P.DRIFT_RUN, {R.QA_LEAD: "all"}),
    "talk about a drift case": (P.DRIFT_CASE, {R.REVIEWER: "own", R.QA_LEAD: "all"}),
    "settle a drift case": (P.DRIFT_SETTLE, {R.QA_LEAD: "all"}),
    "draft a rubric": (P.RUBRIC_DRAFT, {R.TEAM_LEAD: "all", R.QA_LEAD: "all"}),
    "publish a rubric": (P.RUBRIC_PUBLISH, {R.QA_LEAD: "all", R.ADMIN: "all"}),
    "judge a rubric by its reviews": (P.RUBRIC_STUDIES, {R.QA_LEAD: "all", R.DIRECTOR: "aggregate"}),
    "have parts scored under two versions": (P.RUBRIC_BRIDGE, {R.QA_LEAD: "all"}),
    "propose a wording": (P.RUBRIC_PROPOSE, {R.REVIEWER: "all", R.TEAM_LEAD: "all", R.QA_LEAD: "all"}),
    "see coaching plans": (P.COACHING_VIEW, {R.TEAM_LEAD: "team", R.QA_LEAD: "all", R.SPECIALIST: "own"}),
    "write coaching plans": (P.COACHING_EDIT, {R.TEAM_LEAD: "team", R.QA_LEAD: "all"}),
    "manage people": (P.PEOPLE_MANAGE, {R.ADMIN: "all"}),
    "run an intake": (P.INTAKE_RUN, {R.ADMIN: "all"}),
    "read the audit trail": (P.AUDIT_READ, {R.QA_LEAD: "all", R.ADMIN: "all"}),
    "see who read which conversation": (P.ACCESS_REPORT, {R.ADMIN: "all"}),
}


@pytest.mark.parametrize("use_case", PRODUCT)
def test_the_table_grants_what_the_product_says_and_nothing_more(use_case: str):
    permission, granted = PRODUCT[use_case]

    assert AUTHORITY[permission] == {role: Scope(scope) for role, scope in granted.items()}


def test_every_permission_is_in_the_table():
    assert set(AUTHORITY) == set(Permission)
    assert all(AUTHORITY.values())


@pytest.mark.parametrize("permission", [P.CONVERSATION_READ, P.TICKETS_LIST, P.SCORE])
@pytest.mark.parametrize("role", [R.DIRECTOR, R.ADMIN])
def test_text_is_closed_to_those_who_need_a_reason_for_it(role: Role, permission: Permission):
    assert role not in AUTHORITY[permission]


def test_nobody_has_a_permission_by_having_no_role():
    nobody = Actor(user_id=1, name="N", email="n@example.org", roles=frozenset(), programme_id=1)

    assert [permission for permission in Permission if nobody.may(permission)] == []


def test_roles_add_up():
    both = Actor(user_id=1, name="B", email="b@example.org", roles=frozenset({R.TEAM_LEAD, R.QA_LEAD}), programme_id=1)

    assert both.scopes(P.COACHING_VIEW) == {Scope.TEAM, Scope.ALL}
    assert both.may(P.COACHING_VIEW, Scope.TEAM)
    assert not both.may(P.COACHING_VIEW, Scope.OWN)


def test_an_outsider_s_script_is_told_plainly(client: CheckingClient, cast: Cast):
    response = client.get("/", headers={"Accept": "application/json"})

    assert response.status_code == 401
    assert response.mimetype == "application/json"


def test_a_person_whose_account_is_closed_is_signed_out(client: CheckingClient, cast: Cast):
    sign_in(client, cast.rita)
    cast.rita.active = False

    response = client.get("/")

    assert response.status_code == 302


def test_a_role_that_has_ended_grants_nothing(session: Session, cast: Cast, client: CheckingClient):
    sign_in(client, cast.ada)
    session.execute(update(RoleGrant).where(RoleGrant.user_id == cast.ada.id).values(valid_to=SINCE + dt.timedelta(1)))

    assert client.get("/people/").status_code == 403
